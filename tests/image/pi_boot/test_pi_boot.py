"""The Pi's boot backend on fake FAT folders: updates, returns, and a power cut before every single command.

Run by scripts/check-firmware: python3 -m unittest discover -s tests/image/pi_boot
"""

import shutil
import tempfile
import unittest
from pathlib import Path

import firmware
from box import FACTORY, MACHINE, OTHER, Box, installation, perform


class PiBoot(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="venuebox-pi-boot-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.box = Box.fresh(self.folder / "box")
        self.box.start()

    def install(self, slot: str, version: str, box: Box | None = None):
        box = box or self.box
        for _, step in installation(slot, version):
            call = perform(box, step)
            if call:
                box.pi_boot(*call)

    def test_a_new_card_boots_slot_a(self):
        self.assertEqual(self.box.running, firmware.Boot(2, "A", False))
        self.assertEqual(self.box.states(), ("A", "good", "bad"))
        self.assertEqual(self.box.pi_boot("get-current"), "A")

    def test_an_update_is_tried_once_and_committed_by_its_health(self):
        self.install("B", "v2")
        self.assertEqual(self.box.states(), ("B", "good", "bad"))
        self.assertEqual(self.box.reboot(), firmware.Boot(3, "B", True))
        self.assertEqual(self.box.pi_boot("get-current"), "B")
        self.box.pi_boot("set-state", "B", "good")
        self.assertEqual(self.box.states(), ("B", "good", "good"))
        self.assertEqual(self.box.reboot(), firmware.Boot(3, "B", False))

    def test_updates_go_back_and_forth(self):
        for number in range(2, 6):
            slot = OTHER[self.box.running.slot]
            self.install(slot, f"v{number}")
            self.assertEqual(self.box.reboot().slot, slot)
            self.box.pi_boot("set-state", slot, "good")
            self.assertEqual(self.box.start().slot, slot)

    def test_an_update_that_fails_has_one_attempt(self):
        self.install("B", "v2")
        self.assertEqual(self.box.reboot().slot, "B")
        # It hangs, crashes or is reset: no word of health.
        self.assertEqual(self.box.start(), firmware.Boot(2, "A", False))
        self.assertEqual(self.box.states(), ("A", "good", "bad"))
        self.assertEqual(self.box.reboot(), firmware.Boot(2, "A", False))

    def test_a_power_cut_before_the_restart_keeps_the_attempt(self):
        self.install("B", "v2")
        self.assertEqual(self.box.start().slot, "A")
        self.assertEqual(self.box.reboot(), firmware.Boot(3, "B", True))

    def test_on_trial_nothing_writes_over_the_proven_slot(self):
        self.install("B", "v2")
        self.box.reboot()
        refused = self.box.run("set-state", "A", "bad")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("the only one that is known to start", refused.stderr)
        self.assertEqual(self.box.start().slot, "A")

    def test_a_bad_slot_gives_way_to_the_other_that_is_good(self):
        self.install("B", "v2")
        self.box.reboot()
        self.box.pi_boot("set-state", "B", "good")
        self.box.pi_boot("set-state", "B", "bad")
        self.assertEqual(self.box.start(), firmware.Boot(2, "A", False))

    def test_going_back_by_hand_is_a_trial_too(self):
        self.install("B", "v2")
        self.box.reboot()
        self.box.pi_boot("set-state", "B", "good")
        self.box.pi_boot("set-primary", "A")
        self.assertEqual(self.box.states(), ("A", "bad", "good"))
        self.assertEqual(self.box.reboot(), firmware.Boot(2, "A", True))
        self.assertEqual(self.box.start(), firmware.Boot(3, "B", False))

    def test_both_slots_keep_the_machine_id_and_options(self):
        # The first boot.
        self.box.pi_boot("set-machine", MACHINE)
        self.box.start()
        self.install("B", "v2")
        lines = [(self.box.card / name / "cmdline.txt").read_text().split() for name in ("boot-a", "boot-b")]
        for words in lines:
            self.assertEqual(words.count(f"systemd.machine_id={MACHINE}"), 1)
        options = [[word for word in words if not word.startswith(("root=", "rauc.slot="))] for words in lines]
        self.assertEqual(*options)
        self.assertLess(set((FACTORY / "cmdline.txt").read_text().split()), set(lines[0]) | {"rootwait"})

    def test_what_is_written_is_on_the_card_before_it_has_its_name(self):
        self.install("B", "v2")
        log = [line for line in self.box.log() if not line.startswith("mount")]
        moves = [number for number, line in enumerate(log) if line.startswith("mv ")]
        self.assertGreaterEqual(len(moves), 2)
        for number in moves:
            _, _, temporary, name = log[number].split()
            self.assertEqual(log[number - 1], f"sync {temporary}")
            self.assertEqual(log[number + 1], f"sync {Path(name).parent}")

    def test_the_card_is_writable_only_for_a_write(self):
        self.box.pi_boot("set-primary", "B")
        mounts = [line for line in self.box.log() if line.startswith("mount ") and "bootsel" in line]
        card = self.box.card / "bootsel"
        self.assertEqual(mounts, [f"mount -n -o remount,rw none {card}", f"mount -n -o remount,ro none {card}"])

    def test_nothing_is_written_when_nothing_changes(self):
        before = (self.box.card / "bootsel/autoboot.txt").stat()
        for call in (("set-state", "A", "good"), ("set-state", "B", "bad"), ("set-primary", "A"), ("arm",)):
            self.box.pi_boot(*call)
        self.assertEqual((self.box.card / "bootsel/autoboot.txt").stat(), before)

    def test_a_card_that_is_unmounted_already_is_mounted_for_the_attempt(self):
        self.install("B", "v2")
        self.box.pi_boot("arm", UNMOUNTED=str(self.box.card / "bootsel"))
        self.assertTrue(self.box.is_armed())
        self.assertEqual(firmware.boot(self.box.card).slot, "A")
        self.assertRegex(self.box.log()[-1], "^umount ")

    def test_a_lost_autoboot_txt_boots_slot_a_and_health_repairs_it(self):
        (self.box.card / "bootsel/autoboot.txt").unlink()
        self.assertEqual(self.box.start(), firmware.Boot(2, "A", False))
        self.box.pi_boot("set-state", "A", "good")
        self.assertEqual(
            (self.box.card / "bootsel/autoboot.txt").read_text(), (FACTORY / "autoboot.txt").read_text()
        )

    def test_a_file_saved_by_a_pc_is_understood(self):
        self.install("B", "v2")
        self.box.reboot()
        self.box.pi_boot("set-state", "B", "good")
        file = self.box.card / "bootsel/autoboot.txt"
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
        self.assertEqual(self.box.states(), ("B", "good", "good"))

    def test_kernel_and_root_of_different_slots_are_an_error(self):
        (self.box.folder / "proc/device-tree/chosen/bootloader/partition").write_bytes((3).to_bytes(4, "big"))
        for call in (("get-current",), ("set-state", "A", "good")):
            done = self.box.run(*call)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("the kernel came from partition 3", done.stderr)

    def test_a_wrong_call_says_how_it_is_called(self):
        wrong = [(), ("set-primary",), ("set-primary", "C"), ("set-state", "A"), ("set-state", "A", "fine")]
        wrong += [("bind", "A", "/x"), ("set-machine", "a b")]
        for call in wrong:
            done = self.box.run(*call)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("usage: pi-boot", done.stderr)

    def test_busybox_runs_it_as_well(self):
        shell = ("busybox", "sh")
        self.box.pi_boot("set-primary", "B", shell=shell)
        self.assertEqual(self.box.pi_boot("get-primary", shell=shell), "B")
        self.box.pi_boot("bind", "A", self.box.card / "boot-a", shell=shell)
        self.box.pi_boot("arm", shell=shell)
        self.box.pi_boot("set-state", "A", "good", shell=shell)
        self.assertEqual(self.box.states(), ("A", "good", "bad"))

    def test_autoboot_txt_stays_within_what_the_firmware_reads(self):
        self.install("B", "v2")
        self.assertLessEqual((self.box.card / "bootsel/autoboot.txt").stat().st_size, 512)

    def test_a_cut_at_any_moment_of_an_update_leaves_a_box_that_boots(self):
        """To slot B and back to A: before each command the power goes; what is on the card then starts and updates."""
        self.cards = set()
        for version in ("v2", "v3"):
            old = self.box.running.slot
            new = OTHER[old]
            for _, step in installation(new, version):
                if call := perform(self.box, step):
                    self.cut_everywhere(call, {old})
                else:
                    self.starts_and_updates(self.box.card, {old})
            self.cut_everywhere(("arm",), {old})
            self.assertTrue(self.box.is_armed())
            self.assertEqual(self.box.start(tryboot=True).slot, new)
            self.cut_everywhere(("set-state", new, "good"), {old, new})
            self.assertEqual(self.box.start().slot, new)
        self.assertGreater(len(self.cards), 20)

    def cut_everywhere(self, call: tuple, slots: set[str]):
        snapshots = self.folder / "snapshots"
        self.box.pi_boot_watched(snapshots, *call)
        for card in snapshots.iterdir():
            self.starts_and_updates(card, slots)
        shutil.rmtree(snapshots)

    def starts_and_updates(self, card: Path, slots: set[str]):
        """The power comes back: the box starts from one of the slots, and nothing stands in the way of an update."""
        files = sorted(file for file in card.rglob("*") if file.is_file())
        fingerprint = "".join(f"{file.relative_to(card)} {file.read_text()}\n" for file in files)
        self.assertIn(firmware.boot(card).slot, slots)
        if fingerprint in self.cards:
            return
        self.cards.add(fingerprint)
        box = self.box.copy(self.folder / "started")
        shutil.rmtree(box.card)
        shutil.copytree(card, box.card)
        box.start()
        box.pi_boot("set-state", box.running.slot, "good")
        slot = OTHER[box.running.slot]
        self.install(slot, "again", box)
        self.assertEqual(box.reboot().slot, slot)
        box.pi_boot("set-state", slot, "good")
        self.assertEqual(box.start().slot, slot)
        shutil.rmtree(box.folder)


if __name__ == "__main__":
    unittest.main()
