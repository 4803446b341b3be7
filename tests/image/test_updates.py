"""Updates: what is refused, what is installed, and what comes back by itself."""

import json
import unittest

from admin import answers
from scene import IMAGES, scene

UPDATE = "/run/venuebox-update/status.json"


def offered(box, bundle, force=False):
    """As the program does it once a bundle was uploaded; says how that went."""
    request = json.dumps({"force": force})
    box.serial.ask(
        f"rm -f {UPDATE}; mkdir -p /var/lib/venuebox/update /run/venuebox/update"
        f" && mount -n -o ro -t squashfs /dev/nvme1n1 /mnt && cp /mnt/{bundle}.raucb /var/lib/venuebox/update/bundle.part"
        f" && umount /mnt && mv /var/lib/venuebox/update/bundle.part /var/lib/venuebox/update/bundle.raucb"
        f" && echo '{request}' >/run/venuebox/update/request.part"
        f" && mv /run/venuebox/update/request.part /run/venuebox/update/request"
    )
    return status(box)


def status(box):
    """How the update went, once it did."""
    return json.loads(
        box.serial.ask(f"until grep -qE '\"(installed|refused)\"' {UPDATE} 2>/dev/null; do sleep 0.3; done; cat {UPDATE}")
    )


class Updates(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.box = scene.claimed()

    def restart(self):
        self.box.serial.type("systemctl reboot")
        self.box.restarted()

    def assert_refused(self, said, reason):
        self.assertEqual((said["state"], said.get("reason")), ("refused", reason), said)
        self.assertEqual(self.box.facts()["other"]["version"], None)
        self.assertEqual(self.box.serial.ask("ls /var/lib/venuebox/update /var/lib/rauc | grep raucb || true"), "")

    def test_a_bundle_that_another_key_signed_is_refused(self):
        self.assert_refused(offered(self.box, "foreign"), "signature")

    def test_a_bundle_for_another_board_is_refused(self):
        self.assert_refused(offered(self.box, "other-board"), "board")

    def test_while_an_event_is_on_air_any_bundle_is_refused(self):
        with scene.on_air():
            self.assert_refused(offered(self.box, "good"), "on-air")
            with self.assertRaisesRegex(AssertionError, "409 .*on air"):
                scene.admin.upload(IMAGES / "good.raucb")

    def test_a_good_bundle_is_installed_from_the_page_and_boots_slot_B(self):
        machine_id = self.box.serial.ask("cat /etc/machine-id")
        self.box.serial.ask(f"rm -f {UPDATE}")
        scene.admin.upload(IMAGES / "good.raucb")
        self.assertEqual(status(self.box), {"state": "installed", "version": "1.1.0"})
        self.assertEqual(self.box.slot(), "A")
        scene.admin.post("updates/restart")
        self.box.restarted()
        self.assertEqual(self.box.settled(), "running")
        facts = self.box.facts()
        self.assertEqual((facts["slot"], facts["version"], facts["good"]), ("B", "1.1.0", True))
        self.assertEqual(facts["other"], {"slot": "A", "version": "1.0.0", "good": True})
        self.assertEqual(self.box.serial.ask("cat /etc/machine-id"), machine_id)
        self.assertTrue(answers(self.box))

    def test_with_no_tries_left_in_any_slot_a_box_starts_all_the_same(self):
        state = "sed 's/^\\([AB]\\)_TRY=x*$/\\1_TRY=xxx/; s/^\\([AB]\\)_GOOD=1/\\1_GOOD=0/'"
        self.box.serial.ask(
            f"{state} /boot/firmware/EFI/BOOT/grubenv | head -c 1024"
            " | /usr/lib/venuebox/firmware-file overwrite EFI/BOOT/grubenv"
        )
        self.restart()
        # GRUB tries the other one first.
        self.assertEqual(self.box.slot(), "A")
        self.assertIn("venuebox.rescue", self.box.serial.ask("cat /proc/cmdline"))
        self.assertEqual(self.box.settled(), "running")
        self.assertTrue(self.box.facts()["good"])

    def test_one_whose_program_cannot_start_returns_to_the_old_slot_by_itself(self):
        self.assertEqual(offered(self.box, "broken"), {"state": "installed", "version": "1.2.0"})
        self.restart()
        self.assertEqual(self.box.slot(), "B")
        for _ in range(2):
            self.box.restarted()
            self.assertEqual(self.box.slot(), "B")
        self.box.restarted()
        self.assertEqual(self.box.slot(), "A")
        self.assertEqual(self.box.settled(), "running")
        facts = self.box.facts()
        self.assertEqual((facts["version"], facts["good"], facts["other"]["good"]), ("1.0.0", True, False))
        self.assertTrue(answers(self.box))
