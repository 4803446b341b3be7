#!/usr/bin/env bash
# Lays GRUB's configuration and its environment beside GRUB, where genimage.cfg takes all three.
#
#   post-image.sh IMAGES BOARD
set -euo pipefail

images=$1
here=$(dirname "$0")

install -m 0644 "$here/grub.cfg" "$here/grubenv" "$images/efi-part/EFI/BOOT/"
