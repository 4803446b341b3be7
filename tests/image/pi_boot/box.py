"""A box as folders: a card with its partitions, what firmware and kernel tell the system, and the boot backend run on them."""

import os
import shutil
import subprocess
from pathlib import Path

import firmware

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = ROOT / "overlay/usr/lib/venuebox/pi-boot"
FIRMWARE_FILE = ROOT / "overlay/usr/lib/venuebox/firmware-file"
FACTORY = ROOT / "buildroot/board/rpi5"
MACHINE = "0123456789abcdef0123456789abcdef"
OTHER = {"A": "B", "B": "A"}

# Mounting needs root: a partition is a folder, and mounting it makes a link. All else is real; what was called goes into a
# log, in order.
SHIMS = {
    "mount": 'echo "mount $*" >>"$LOG"; if [ "$1" = -t ]; then rmdir "$6" && ln -s "$5" "$6"; fi',
    "umount": 'echo "umount $*" >>"$LOG"; rm "$1" && mkdir "$1"',
    "mountpoint": '[ "$2" != "${UNMOUNTED:-}" ]',
    "sync": 'echo "sync $*" >>"$LOG"; PATH=$REAL exec sync "$@"',
    "mv": 'echo "mv $*" >>"$LOG"; PATH=$REAL exec mv "$@"',
    "firmware-file": 'if [ -z "${SNAPSHOTS:-}" ]; then exec sh "$FIRMWARE_FILE" "$@"; fi\n'
    'SCRIPT=$FIRMWARE_FILE exec bash --posix -c "$WATCHER" firmware-file "$@"',
}
# Before each command of either script a look is taken at the card, and what is new there is copied: a power cut at that
# moment would leave just that. Only builtins look, because there are some hundred moments.
WATCHER = """
_watch() {
  local file text card= options=$-
  set +f
  for file in "$CARD"/*/*; do
    text=
    IFS= read -r -d '' text <"$file" || :
    card="$card$file $text"
  done
  case $options in *f*) set -f ;; esac
  [ "$card" = "$_card" ] || cp -r "$CARD" "$SNAPSHOTS/$BASHPID.$LINENO.$RANDOM"
  _card=$card
}
_card=
trap _watch DEBUG
set -T
. "$SCRIPT" "$@"
"""


class Box:
    """A card as folders, and the box that starts from it."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.card = folder / "card"
        self.shims = folder / "shims"
        self.running = None

    @classmethod
    def fresh(cls, folder: Path) -> "Box":
        box = cls(folder)
        for name in [*firmware.PARTITIONS.values(), "rootfs-a", "rootfs-b"]:
            (box.card / name).mkdir(parents=True)
        shutil.copy(FACTORY / "autoboot.txt", box.card / "bootsel")
        box.write_rootfs("A", "v1")
        box.write_boot("A", "v1")
        box.shims.mkdir()
        for name, text in SHIMS.items():
            (box.shims / name).write_text(f"#!/bin/sh\n{text}\n")
            (box.shims / name).chmod(0o755)
        (folder / "proc").mkdir()
        (folder / "proc/cmdline").write_text("")
        box.pi_boot("bind", "A", box.card / "boot-a")
        return box

    def copy(self, folder: Path) -> "Box":
        shutil.copytree(self.folder, folder)
        box = Box(folder)
        box.running = self.running
        return box

    # What RAUC writes: a slot's files, of which the boot partition's know no slot yet.
    def write_rootfs(self, slot: str, version: str):
        (self.card / f"rootfs-{slot.lower()}" / "squashfs").write_text(version)

    def write_boot(self, slot: str, version: str):
        boot = self.card / f"boot-{slot.lower()}"
        for file in boot.iterdir():
            file.unlink()
        shutil.copy(FACTORY / "config.txt", boot)
        shutil.copy(FACTORY / "cmdline.txt", boot)
        (boot / "Image").write_text(version)

    def start(self, tryboot: bool = False) -> firmware.Boot:
        """Starts the box and writes what the firmware and the kernel tell the system."""
        (self.folder / "reboot-param").unlink(missing_ok=True)
        self.running = firmware.boot(self.card, tryboot)
        chosen = self.folder / "proc/device-tree/chosen/bootloader"
        chosen.mkdir(parents=True, exist_ok=True)
        (chosen / "partition").write_bytes(self.running.partition.to_bytes(4, "big"))
        boot = self.card / firmware.PARTITIONS[self.running.partition]
        (self.folder / "proc/cmdline").write_text((boot / "cmdline.txt").read_text())
        return self.running

    def reboot(self) -> firmware.Boot:
        """A reboot as the system does it: the unit of the shutdown first, then the firmware with what it was told."""
        self.pi_boot("arm")
        return self.start(tryboot=self.is_armed())

    def is_armed(self) -> bool:
        file = self.folder / "reboot-param"
        return file.exists() and file.read_text() == "0 tryboot\n"

    def environment(self, **more: str) -> dict[str, str]:
        return {
            "PATH": f"{self.shims}:{os.environ['PATH']}",
            "REAL": os.environ["PATH"],
            "LOG": str(self.folder / "log"),
            "SCRIPT": str(SCRIPT),
            "FIRMWARE_FILE": str(FIRMWARE_FILE),
            "VENUEBOX_CARD": str(self.card / "bootsel"),
            "VENUEBOX_FIRMWARE_FILE": str(self.shims / "firmware-file"),
            "VENUEBOX_DISKS": str(self.card),
            "VENUEBOX_PROC": str(self.folder / "proc"),
            "VENUEBOX_REBOOT_PARAM": str(self.folder / "reboot-param"),
            **more,
        }

    def run(self, *arguments, shell=("sh",), **more: str) -> subprocess.CompletedProcess[str]:
        command = [*shell, str(SCRIPT), *map(str, arguments)]
        return subprocess.run(command, env=self.environment(**more), capture_output=True, text=True, timeout=10)

    def pi_boot(self, *arguments, **more) -> str:
        done = self.run(*arguments, **more)
        if done.returncode != 0:
            raise AssertionError(f"pi-boot {arguments}: {done.stderr}")
        return done.stdout.strip()

    def pi_boot_watched(self, snapshots: Path, *arguments):
        """Runs it, and leaves in `snapshots` what a power cut before each of its commands would leave of the card."""
        snapshots.mkdir()
        command = ["bash", "--posix", "-c", WATCHER, "pi-boot", *map(str, arguments)]
        environment = self.environment(WATCHER=WATCHER, CARD=str(self.card), SNAPSHOTS=str(snapshots))
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise AssertionError(f"pi-boot {arguments}: {done.stderr}")

    def states(self) -> tuple[str, str, str]:
        return self.pi_boot("get-primary"), self.pi_boot("get-state", "A"), self.pi_boot("get-state", "B")

    def log(self) -> list[str]:
        file = self.folder / "log"
        return file.read_text().splitlines() if file.exists() else []


def installation(slot: str, version: str):
    """RAUC's steps into `slot`, as (what the step is called, what it does with a box)."""
    boot = f"boot-{slot.lower()}"
    return [
        ("set-state", ("set-state", slot, "bad")),
        ("half a root", lambda box: box.write_rootfs(slot, "half")),
        ("no boot files", lambda box: [file.unlink() for file in (box.card / boot).iterdir()]),
        ("root", lambda box: box.write_rootfs(slot, version)),
        ("boot files", lambda box: box.write_boot(slot, version)),
        ("bind", lambda box: ("bind", slot, box.card / boot)),
        ("set-primary", ("set-primary", slot)),
    ]


def perform(box: Box, step) -> tuple | None:
    """Does a step, or returns the call of pi-boot that it is."""
    if isinstance(step, tuple):
        return step
    result = step(box)
    return result if isinstance(result, tuple) else None
