"""What a Raspberry Pi 5's firmware makes of a card: which partition it boots, and whether a system starts from it.

After the Raspberry Pi documentation (config.txt, "autoboot.txt"): at most 512 bytes are read; [all], [none] and [tryboot]
are its filters; the last assignment that passes counts; without `boot_partition` the first FAT partition with a config.txt
boots. Stricter than the firmware where that does more than is promised: a named partition that cannot boot is a dead box.
"""

from dataclasses import dataclass
from pathlib import Path

# GPT numbers and names of the FAT partitions (buildroot/board/rpi5/genimage.cfg; scripts/check-firmware compares).
PARTITIONS = {1: "bootsel", 2: "boot-a", 3: "boot-b"}


@dataclass
class Boot:
    """One start: the partition, the slot whose root the kernel mounts, and whether it was a one-shot attempt."""

    partition: int
    slot: str
    tryboot: bool


class DeadBox(AssertionError):
    """Nothing starts: someone has to take the card out."""


def autoboot(text: str, tryboot: bool) -> dict[str, str]:
    """The settings of autoboot.txt whose filters pass."""
    settings, passes = {}, True
    for line in text[:512].splitlines():
        line = line.strip()
        if line.startswith("#") or not line:
            continue
        if line.startswith("["):
            passes = {"[all]": True, "[none]": False, "[tryboot]": tryboot}[line]
        elif passes:
            name, _, value = line.partition("=")
            settings[name] = value
    return settings


def boot(card: Path, tryboot: bool = False) -> Boot:
    """Starts the box from the folders of `card`; raises DeadBox when no whole system is where the firmware looks."""
    file = card / "bootsel" / "autoboot.txt"
    settings = autoboot(file.read_text(), tryboot) if file.exists() else {}
    if tryboot and settings.get("tryboot_a_b") != "1":
        raise DeadBox("with the tryboot flag the firmware would look for tryboot.txt, which no partition has")
    number = int(settings.get("boot_partition", "0"))
    if number == 0:
        number = next(n for n, name in PARTITIONS.items() if (card / name / "config.txt").exists())
    folder = card / PARTITIONS[number]
    for name in ("config.txt", "cmdline.txt", "Image"):
        if not (folder / name).exists() or not (folder / name).read_text():
            raise DeadBox(f"partition {number} ({folder.name}) has no {name}")
    words = (folder / "cmdline.txt").read_text().split()
    roots = [word.removeprefix("root=PARTLABEL=") for word in words if word.startswith("root=")]
    slots = [word.removeprefix("rauc.slot=") for word in words if word.startswith("rauc.slot=")]
    if len(roots) != 1 or slots != [roots[0][-1].upper()]:
        raise DeadBox(f"the command line of {folder.name} names {roots} and {slots}")
    if (card / roots[0] / "squashfs").read_text() != (folder / "Image").read_text():
        raise DeadBox(f"kernel and root of slot {slots[0]} are not of one version")
    return Boot(number, slots[0], tryboot)
