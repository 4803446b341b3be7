#!/usr/bin/env bash
# Makes the disk image and the bundle out of what the build and the board's own post-image.sh have laid down. Run by
# Buildroot; VENUEBOX_CERT and VENUEBOX_KEY (scripts/build-image) sign the bundle.
#
#   assemble.sh IMAGES BOARD
set -euo pipefail

images=$1 board=$2
here=$(dirname "$0")
version=$(sed -n '/^version = /{s/.*"\(.*\)"/\1/p;q}' "$here/../../Cargo.toml")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir "$work/empty" "$work/bundle"
genimage --config "$here/$board/genimage.cfg" --inputpath "$images" --outputpath "$images" \
	--tmppath "$work/genimage" --rootpath "$work/empty"

cat >"$work/bundle/manifest.raucm" <<END
[update]
compatible=venuebox-$board
version=$version

[bundle]
format=verity

[image.rootfs]
filename=rootfs.squashfs
END
cp "$images/rootfs.squashfs" "$work/bundle/"
if [ -f "$here/$board/hook" ]; then
	# Kernel and device trees are beside the root, not in it.
	printf '\n[hooks]\nfilename=hook\n\n[image.boot]\nfilename=boot.vfat\nhooks=post-install\n' >>"$work/bundle/manifest.raucm"
	cp "$images/boot.vfat" "$here/$board/hook" "$work/bundle/"
fi

bundle=$images/venuebox-$board-$version.raucb
rm -f "$bundle"
rauc bundle --cert "${VENUEBOX_CERT:?is not set: build with scripts/build-image}" \
	--key "${VENUEBOX_KEY:?is not set: build with scripts/build-image}" \
	--mksquashfs-args="-comp gzip" "$work/bundle" "$bundle"
