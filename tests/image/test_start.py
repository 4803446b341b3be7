"""A box that starts for the first time."""

import unittest

from admin import answers
from scene import IMAGES, scene

SECRETS = {
    "machine-id": "cat /etc/machine-id",
    "SSH host key": "cat /var/lib/ssh/ssh_host_ed25519_key.pub",
    "claim code": "cat /boot/firmware/claim-code.txt",
}


def secrets(machine):
    machine.serial.ask("until [ -e /boot/firmware/claim-code.txt ]; do sleep 0.2; done")
    return {what: machine.serial.ask(how) for what, how in SECRETS.items()}


class FirstStart(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.box = scene.box()
        cls.serial = cls.box.serial

    def test_nothing_that_starts_fails(self):
        self.assertEqual(self.serial.ask("systemctl --failed --plain --no-legend"), "")
        self.assertEqual(self.box.settled(), "running")

    def test_the_root_cannot_be_written(self):
        self.assertIn("ro,", self.serial.ask("findmnt -no OPTIONS /"))
        code, _ = self.serial.run("touch /usr/bin/venuebox")
        self.assertNotEqual(code, 0)
        # Nor can what nobody means to write on the partition that a PC shows.
        code, _ = self.serial.run("touch /boot/firmware/x")
        self.assertNotEqual(code, 0)

    def test_the_data_partition_has_grown_to_the_disk(self):
        size = int(self.serial.ask("df --block-size=1M --output=size /var | tail -n 1"))
        self.assertGreater(size, 4000)

    def test_the_pages_answer_on_the_ordinary_port(self):
        self.assertTrue(answers(self.box))

    def test_the_slot_is_marked_good_without_the_internet(self):
        self.serial.ask("systemctl start venuebox-mark-good.service")
        facts = self.box.facts()
        self.assertEqual((facts["slot"], facts["good"], facts["version"]), ("A", True, "1.0.0"))
        self.assertEqual(facts["other"], {"slot": "B", "version": None, "good": False})

    def test_the_claim_code_lies_on_the_card_until_the_box_is_claimed(self):
        FirstStart.secrets = secrets(self.box)
        scene.claimed()
        self.serial.ask("while [ -e /boot/firmware/claim-code.txt ]; do sleep 0.2; done")

    def test_another_box_has_other_secrets_and_starts_without_any_network(self):
        other = scene.flash("lonely", network=False).start()
        self.assertEqual(other.settled(), "running")
        others = secrets(other)
        for what, secret in FirstStart.secrets.items():
            self.assertTrue(secret and others[what])
            self.assertNotEqual(secret, others[what], f"both boxes have the same {what}")
        self.assertTrue(other.facts()["good"])
        other.power_off()

    def test_a_box_whose_disk_is_broken_streams_all_the_same(self):
        other = scene.flash("broken")
        other.break_data(IMAGES / "venuebox.img")
        other.start()
        self.assertEqual(other.serial.ask("findmnt -no FSTYPE /var"), "tmpfs")
        other.serial.ask("until systemctl is-active --quiet venuebox; do sleep 0.5; done")
        self.assertTrue(answers(other))
        self.assertEqual(other.serial.ask("systemctl show -P ConditionResult venuebox-mark-good"), "no")
        other.cut_power()
