# shellcheck shell=sh
# Which image this is, and who knows what boots. Sourced by the pieces beside it, never run.

# shellcheck source=/dev/null
. /usr/lib/venuebox/image.env

case $BOARD in
  x86_64) backend=/usr/lib/venuebox/grub-boot ;;
  rpi5) backend=/usr/lib/venuebox/pi-boot ;;
  *)
    echo "image.env names the board \"$BOARD\", which this system knows nothing of" >&2
    exit 1
    ;;
esac

# What the page reads.
# shellcheck disable=SC2034
facts=/run/venuebox-update

other_than() {
  if [ "$1" = A ]; then echo B; else echo A; fi
}

is_good() { [ "$("$backend" get-state "$1")" = good ]; }

# say FILE: standard input becomes the file, in one step, for the program to read.
say() {
  cat >"$1.new"
  chmod 0644 "$1.new"
  mv -f "$1.new" "$1"
}
