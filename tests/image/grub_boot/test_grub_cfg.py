"""What GRUB does with its script, start after start: grub-emu is GRUB itself as a program, on a small disk image.

Run by scripts/check-firmware: python3 -m unittest discover -s tests/image/grub_boot
"""

import os
import pty
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

BOARD = Path(__file__).resolve().parents[3] / "buildroot/board/x86_64"
SIZE = 1024

# It has no kernel to start: it says what it was told, and ends. A kernel that cannot be read is an error.
LINUX = """
function linux {
  if [ "$2" = "root=PARTLABEL=$unreadable" ]; then false; else echo "<starts $*>"; halt; fi
}
"""

LAYOUT = """
image esp.vfat { vfat { file EFI { image = "EFI" } } size = 2M }
image disk.img {
  hdimage { partition-table-type = "gpt" align = 1M }
  partition esp { image = "esp.vfat" }
}
"""
ESP = 1 << 20


class Starts(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        here = self.folder / "EFI/BOOT"
        here.mkdir(parents=True)
        (self.folder / "empty").mkdir()
        (here / "grub.cfg").write_text(LINUX + (BOARD / "grub.cfg").read_text())
        shutil.copy(BOARD / "grubenv", here)
        (self.folder / "layout").write_text(LAYOUT)
        subprocess.run(
            ["genimage", "--config", "layout", "--inputpath", ".", "--outputpath", ".", "--tmppath", "tmp"]
            + ["--rootpath", "empty"],
            cwd=self.folder,
            check=True,
            capture_output=True,
        )
        (self.folder / "map").write_text(f"(hd0) {self.folder}/disk.img\n")

    def start(self):
        """Power on; the slot whose kernel was started, and all that GRUB said."""
        leader, follower = pty.openpty()
        done = subprocess.Popen(
            ["grub-emu", "-m", "map", "-r", "hd0,gpt1", "-d", "/EFI/BOOT"],
            cwd=self.folder,
            stdin=follower,
            stdout=follower,
            stderr=follower,
            env={**os.environ, "TERM": "vt100"},
        )
        os.close(follower)
        # "Press any key to continue": otherwise it waits for ten seconds.
        os.write(leader, b"\n")
        said = b""
        try:
            while chunk := os.read(leader, 65536):
                said += chunk
        except OSError:
            # The other end of a terminal is closed with an error.
            pass
        os.close(leader)
        done.wait()
        text = re.sub(r"\x1b\[[0-9;]*[A-Za-z]|\s+", " ", said.decode("utf-8", "replace"))
        slots = re.findall(r"rauc\.slot ?= ?([AB])", text)
        self.assertTrue(slots, text)
        return slots[-1], text

    def slots(self, count):
        return "".join(self.start()[0] for _ in range(count))

    def state(self):
        text = self._mtools("mtype", "::EFI/BOOT/grubenv")
        return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)

    def edit(self, **values):
        state = {**self.state(), **values}
        text = "# GRUB Environment Block\n" + "".join(f"{name}={value}\n" for name, value in state.items())
        self.write(text.ljust(SIZE, "#"))

    def write(self, text):
        (self.folder / "grubenv").write_text(text)
        self._mtools("mcopy", "-o", "grubenv", "::EFI/BOOT/grubenv")

    def _mtools(self, tool, *words):
        command = [tool, "-i", f"disk.img@@{ESP}", *words]
        return subprocess.run(command, cwd=self.folder, check=True, capture_output=True, text=True).stdout

    def test_a_good_slot_starts_again_and_again_through_power_cuts(self):
        self.assertEqual(self.slots(9), "A" * 9)
        self.assertEqual(self.state()["A_TRY"], "x" * 9)

    def test_an_update_has_three_starts_and_then_the_old_slot_is_back(self):
        self.edit(ORDER="B A", B_GOOD="0", B_TRY="")
        self.assertEqual(self.slots(5), "BBBAA")
        self.assertEqual((self.state()["B_TRY"], self.state()["RESCUE"]), ("xxx", ""))

    def test_one_power_cut_does_not_take_an_update_back(self):
        self.edit(ORDER="B A", B_GOOD="0", B_TRY="x")
        self.assertEqual(self.slots(1), "B")

    def test_with_no_tries_left_the_slots_take_turns_for_ever(self):
        self.edit(A_GOOD="0", A_TRY="xxx", B_GOOD="0", B_TRY="xxx")
        slots = self.slots(14)
        self.assertEqual(slots, "BBBAAA" "AAABBB" "BB")
        self.assertIn("venuebox.rescue", self.start()[1])

    def test_where_a_kernel_cannot_be_read_the_other_slot_starts(self):
        script = (self.folder / "EFI/BOOT/grub.cfg").read_text()
        (self.folder / "grub.cfg").write_text("set unreadable=rootfs-a\n" + script)
        self._mtools("mcopy", "-o", "grub.cfg", "::EFI/BOOT/grub.cfg")
        self.assertEqual(self.slots(1), "B")

    def test_an_environment_that_cannot_be_read_means_slot_A(self):
        for torn in ["", "\0" * SIZE, "ORDER=B A".ljust(SIZE, "#")]:
            with self.subTest(torn=torn[:9]):
                self.write(torn)
                self.assertEqual(self.slots(2), "AA")

    def test_words_for_the_kernel_and_the_machines_id_are_handed_on(self):
        self.edit(MACHINE="0123456789abcdef", OPTIONS="debug")
        self.assertIn("systemd.machine_id=0123456789abcdef debug", self.start()[1])


if __name__ == "__main__":
    unittest.main()
