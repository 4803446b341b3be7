################################################################################
#
# venuebox
#
################################################################################

# One version everywhere: the program's own. scripts/build-image makes the
# tarball from the same checkout and writes venuebox.hash beside this file,
# because a commit cannot hold the checksum of itself.
VENUEBOX_VERSION = $(shell sed -n '/^version = /{s/.*"\(.*\)"/\1/p;q}' \
	$(BR2_EXTERNAL_VENUEBOX_PATH)/../Cargo.toml)
VENUEBOX_SOURCE = venuebox-$(VENUEBOX_VERSION).tar.xz
VENUEBOX_SITE = $(BR2_EXTERNAL_VENUEBOX_PATH)/../dist
VENUEBOX_SITE_METHOD = file
VENUEBOX_LICENSE = MIT
VENUEBOX_LICENSE_FILES = LICENSE
VENUEBOX_DEPENDENCIES = host-pkgconf ffmpeg

# bindgen runs on the build machine, with its libclang, and reads the target's
# headers. Where LIBCLANG_PATH is not set it looks for a libclang by itself.
VENUEBOX_CARGO_ENV = \
	PKG_CONFIG_ALLOW_CROSS=1 \
	BINDGEN_EXTRA_CLANG_ARGS="--sysroot=$(STAGING_DIR) --target=$(GNU_TARGET_NAME)" \
	$(if $(LIBCLANG_PATH),LIBCLANG_PATH="$(LIBCLANG_PATH)")

# FFmpeg's bindings compile and run a small program on the build machine that
# reads FFmpeg's headers alone. CC is the target's compiler, which is the right
# one for it where both are of one architecture.
VENUEBOX_HEADERS = $(@D)/ffmpeg-headers
VENUEBOX_CARGO_ENV += \
	$(if $(filter-out $(RUSTC_HOST_NAME),$(RUSTC_TARGET_NAME)), \
		HOST_CC="$(HOSTCC)" HOST_CFLAGS="$(HOST_CFLAGS) -I$(VENUEBOX_HEADERS)")

define VENUEBOX_LINK_HEADERS
	mkdir -p $(VENUEBOX_HEADERS)
	ln -sf $(STAGING_DIR)/usr/include/libav* $(STAGING_DIR)/usr/include/libsw* \
		$(VENUEBOX_HEADERS)/
endef
VENUEBOX_PRE_BUILD_HOOKS += VENUEBOX_LINK_HEADERS

# Buildroot makes users when it builds, because /etc is read-only on the box:
# the same one as systemd-sysusers makes on other bases.
VENUEBOX_UID = $(shell sed -n 's/^u venuebox \([0-9]*\) .*/\1/p' \
	$(BR2_EXTERNAL_VENUEBOX_PATH)/../systemd/sysusers.d/venuebox.conf)
define VENUEBOX_USERS
	venuebox $(VENUEBOX_UID) venuebox $(VENUEBOX_UID) * /var/lib/venuebox - - venuebox live streaming
endef

# Units and their like come from systemd/ alone, as on the other bases. Three
# of its folders belong to /usr/lib, the others to /usr/lib/systemd.
define VENUEBOX_INSTALL_INIT_SYSTEMD
	mkdir -p $(TARGET_DIR)/usr/lib/systemd
	cp -r $(@D)/systemd/. $(TARGET_DIR)/usr/lib/systemd/
	for folder in repart.d sysusers.d tmpfiles.d; do \
		mkdir -p $(TARGET_DIR)/usr/lib/$$folder || exit 1; \
		mv -f $(TARGET_DIR)/usr/lib/systemd/$$folder/* \
			$(TARGET_DIR)/usr/lib/$$folder/ || exit 1; \
		rmdir $(TARGET_DIR)/usr/lib/systemd/$$folder || exit 1; \
	done
endef

$(eval $(cargo-package))
