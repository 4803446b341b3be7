"""Rows for the table of scripts/bench: a box's start beside the same base system that starts nothing else, its sizes, and
its memory."""

import statistics
import sys
import time

from scene import IMAGES, scene

# A start on an emulated processor varies by a second.
STARTS = 3
GOAL = 1.5


def start_of(machine):
    """Seconds from power on to the word READY on the serial line."""
    began = time.monotonic()
    machine.power_on()
    machine.serial.wait_for("READY")
    return time.monotonic() - began


def starts_of(machine):
    """The middle one of some starts, the first of which is not counted: it makes what is there at all later ones."""
    start_of(machine)
    machine.cut_power()
    seconds = []
    for _ in range(STARTS):
        seconds.append(start_of(machine))
        machine.cut_power()
    return statistics.median(seconds)


def row(what, ours, peer="—", ratio="—", goal="—"):
    print(f"| {what} | {ours} | {peer} | {ratio} | {goal} |", flush=True)


def megabytes(name):
    """What is on the disk of it: an image has holes."""
    return f"{(IMAGES / name).stat().st_blocks * 512 / 1e6:.0f} MB"


def main():
    try:
        plain = starts_of(scene.flash("plain", "plain.img"))
        machine = scene.flash("measured")
        box = starts_of(machine)
        machine.start()
        machine.settled()
        memory = machine.serial.ask("awk '/^MemTotal/ {all=$2} /^MemAvailable/ {print (all-$2)/1024}' /proc/meminfo")
        program = machine.serial.ask("awk '/^VmRSS/ {print $2/1024}' /proc/$(systemctl show -P MainPID venuebox)/status")
    finally:
        scene.close()
    print("| what | venuebox | peer | ratio | goal |\n|---|---|---|---|---|")
    row("boot to READY (QEMU, TCG)", f"{box:.1f} s", f"the same base alone: {plain:.1f} s", f"{box / plain:.2f}", GOAL)
    row("image, Debian base", megabytes("venuebox.img"))
    row("bundle, Debian base", megabytes("good.raucb"))
    row("memory of the whole system, idle", f"{float(memory):.0f} MiB")
    row("RSS of the program in it, development build", f"{float(program):.0f} MiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
