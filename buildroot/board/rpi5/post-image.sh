#!/usr/bin/env bash
# Lays down what genimage.cfg takes beside the kernel: the folder of bootsel, and slot A's command line, as
# overlay/usr/lib/venuebox/pi-boot writes them later.
#
#   post-image.sh IMAGES BOARD
set -euo pipefail

images=$1
here=$(dirname "$0")

install -D -m 0644 "$here/autoboot.txt" "$images/bootsel/autoboot.txt"
mkdir -p "$images/boot-a"
echo "root=PARTLABEL=rootfs-a rauc.slot=A $(cat "$images/rpi-firmware/cmdline.txt")" >"$images/boot-a/cmdline.txt"
