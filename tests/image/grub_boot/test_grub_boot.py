"""GRUB's environment as the running system writes it: updates, returns, and what is left when it cannot be read.

Run by scripts/check-firmware: python3 -m unittest discover -s tests/image/grub_boot
"""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PIECES = ROOT / "overlay/usr/lib/venuebox"
FACTORY = ROOT / "buildroot/board/x86_64/grubenv"
SIZE = 1024
SECTOR = 512


class Box(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.environment = self.folder / "card/EFI/BOOT/grubenv"
        self.environment.parent.mkdir(parents=True)
        shutil.copy(FACTORY, self.environment)
        # Mounting needs root, all else is real.
        shims = self.folder / "shims"
        shims.mkdir()
        (shims / "mount").write_text(f'#!/bin/sh\necho "$*" >>{self.folder}/mounts\n')
        (shims / "mount").chmod(0o755)
        self.boots("A")
        self.surroundings = {
            "PATH": f"{shims}:{os.environ['PATH']}",
            "VENUEBOX_CARD": str(self.folder / "card"),
            "VENUEBOX_CMDLINE": str(self.folder / "cmdline"),
            "VENUEBOX_FIRMWARE_FILE": str(PIECES / "firmware-file"),
        }

    def boots(self, slot):
        (self.folder / "cmdline").write_text(f"quiet rauc.slot={slot} panic=10\n")

    def call(self, *words, code=0):
        done = subprocess.run(
            ["sh", PIECES / "grub-boot", *words], env=self.surroundings, capture_output=True, text=True
        )
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout.strip()

    def state(self):
        lines = self.environment.read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)

    def edit(self, **values):
        state = {**self.state(), **values}
        text = "# GRUB Environment Block\n" + "".join(f"{name}={value}\n" for name, value in state.items())
        self.environment.write_text(text.ljust(SIZE, "#"))

    def test_a_new_image_has_one_good_slot(self):
        self.assertEqual(self.call("get-primary"), "A")
        self.assertEqual((self.call("get-state", "A"), self.call("get-state", "B")), ("good", "bad"))
        self.assertEqual(self.call("get-current"), "A")

    def test_an_update_is_tried_and_then_stays(self):
        self.call("set-state", "B", "bad")
        self.call("set-primary", "B")
        state = self.state()
        self.assertEqual((state["ORDER"], state["B_GOOD"], state["B_TRY"]), ("B A", "0", ""))
        self.boots("B")
        self.edit(B_TRY="x")
        self.call("set-state", "B", "good")
        state = self.state()
        self.assertEqual((state["B_GOOD"], state["B_TRY"], state["A_GOOD"]), ("1", "", "1"))
        self.assertEqual(self.call("get-primary"), "B")

    def test_where_a_box_went_back_it_stays(self):
        self.call("set-primary", "B")
        self.edit(B_TRY="xxx", A_TRY="x")
        self.call("set-state", "A", "good")
        self.assertEqual((self.call("get-primary"), self.state()["A_TRY"]), ("A", ""))
        self.assertEqual(self.call("get-state", "B"), "bad")

    def test_a_healthy_slot_ends_the_rescue(self):
        self.edit(RESCUE="1")
        self.call("set-state", "A", "good")
        self.assertEqual(self.state()["RESCUE"], "")

    def test_the_machines_id_is_kept_with_it(self):
        self.call("set-machine", "0123456789abcdef0123456789abcdef")
        self.call("set-primary", "B")
        self.assertEqual(self.state()["MACHINE"], "0123456789abcdef0123456789abcdef")
        self.call("set-machine", "$(reboot)", code=1)

    def test_words_for_the_kernel_stay_through_an_update(self):
        self.edit(OPTIONS="console=ttyUSB0,115200 systemd.log_level=debug")
        self.call("set-primary", "B")
        self.assertEqual(self.state()["OPTIONS"], "console=ttyUSB0,115200 systemd.log_level=debug")

    def test_all_that_changes_lies_in_one_sector_and_the_size_stays(self):
        before = self.environment.stat().st_ino
        self.call("set-machine", "f" * 32)
        self.edit(A_TRY="x" * 10, B_TRY="xxx")
        self.call("set-primary", "B")
        whole = self.environment.read_bytes()
        self.assertEqual((len(whole), set(whole[SECTOR:])), (SIZE, {ord("#")}))
        self.assertEqual(self.environment.stat().st_ino, before, "it was written in place")

    def test_what_is_as_it_should_be_is_not_written(self):
        self.call("set-state", "A", "good")
        self.assertFalse((self.folder / "mounts").exists())

    def test_the_card_is_writable_for_the_write_alone(self):
        self.call("set-primary", "B")
        mounts = (self.folder / "mounts").read_text().splitlines()
        self.assertEqual([line.split()[2] for line in mounts], ["remount,rw", "remount,ro"])

    def test_an_environment_that_is_gone_or_torn_is_made_anew(self):
        for torn in [None, b"", b"\0" * SIZE, b"# GRUB Environment Block\nORDER=B"]:
            with self.subTest(torn=torn):
                self.environment.unlink(missing_ok=True)
                if torn is not None:
                    self.environment.write_bytes(torn)
                self.assertEqual(self.call("get-primary"), "A")
                self.call("set-state", "A", "good")
                self.assertEqual(len(self.environment.read_bytes()), SIZE)
                self.assertEqual(self.call("get-state", "A"), "good")

    def test_nonsense_is_refused(self):
        for words in [[], ["get-state"], ["get-state", "C"], ["set-state", "A", "fine"], ["set-primary", "rootfs.0"]]:
            self.call(*words, code=1)

    def test_grub_understands_its_script(self):
        subprocess.run(["grub-script-check", FACTORY.with_name("grub.cfg")], check=True)


if __name__ == "__main__":
    unittest.main()
