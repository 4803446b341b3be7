"""A program that hangs."""

import unittest

from admin import answers
from scene import LONG, scene


@unittest.skipUnless(LONG, "only with --long")
class Watchdog(unittest.TestCase):
    def test_a_program_that_stands_still_is_started_again(self):
        box = scene.claimed()
        before = box.serial.ask("systemctl show -P MainPID venuebox")
        box.serial.ask(f"kill -STOP {before}")
        box.serial.ask(f"while [ -e /proc/{before} ]; do sleep 0.5; done")
        box.serial.ask("until systemctl is-active --quiet venuebox; do sleep 0.5; done")
        self.assertEqual(box.serial.ask("systemctl show -P Result venuebox"), "success")
        self.assertIn("Watchdog timeout", box.serial.ask("journalctl -b -u venuebox --no-pager"))
        self.assertTrue(answers(box))
