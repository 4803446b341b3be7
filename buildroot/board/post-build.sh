#!/usr/bin/env bash
# What of the image is neither a package's nor the overlay's: which image it is, and whom it believes when an update
# comes. Run by Buildroot; VENUEBOX_KEYRING (scripts/build-image) is the certificate that bundles are checked against.
#
#   post-build.sh TARGET BOARD
set -euo pipefail

target=$1 board=$2
here=$(dirname "$0")
version=$(sed -n '/^version = /{s/.*"\(.*\)"/\1/p;q}' "$here/../../Cargo.toml")

printf 'BOARD=%s\nVERSION=%s\n' "$board" "$version" >"$target/usr/lib/venuebox/image.env"
install -D -m 0644 "$here/$board/system.conf" "$target/etc/rauc/system.conf"
install -D -m 0644 "${VENUEBOX_KEYRING:?is not set: build with scripts/build-image}" "$target/etc/rauc/keyring.pem"

# Buildroot's own fall-backs for a network and a clock that venuebox has its own of (systemd/network, chrony).
rm -f "$target"/etc/systemd/network/*.network "$target/etc/network/interfaces"
