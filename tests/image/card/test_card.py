"""venuebox.txt, which a person writes on the card with whatever editor there is.

Run by scripts/check-firmware: python3 -m unittest discover -s tests/image/card
"""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

PIECE = Path(__file__).resolve().parents[3] / "overlay/usr/lib/venuebox/card"

# The program takes any setting but a grace that is no number.
PROGRAM = """#!/bin/sh
case ${VENUEBOX_GRACE:-1} in *[!0-9]*) exit 2 ;; esac
"""


class Card(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        program = self.folder / "venuebox"
        program.write_text(PROGRAM)
        program.chmod(0o755)

    def read(self, text):
        """What it says; the settings and the network are beside it then."""
        (self.folder / "venuebox.txt").write_bytes(text.encode())
        done = subprocess.run(
            ["sh", PIECE],
            env={
                "PATH": os.environ["PATH"],
                "VENUEBOX_CARD": str(self.folder),
                "VENUEBOX_CARD_SETTINGS": str(self.folder / "settings"),
                "VENUEBOX_CARD_NETWORK": str(self.folder / "network/10-card.network"),
                "VENUEBOX_PROGRAM": str(self.folder / "venuebox"),
            },
            capture_output=True,
            text=True,
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def settings(self):
        return (self.folder / "settings").read_text().splitlines()

    def network(self):
        file = self.folder / "network/10-card.network"
        return file.read_text().splitlines() if file.exists() else None

    def test_settings_of_the_program_are_handed_on(self):
        said = self.read("# the hall\nVENUEBOX_GRACE=300\n\nVENUEBOX_STREAM_KEY=one-two\n")
        self.assertEqual(self.settings(), ['VENUEBOX_GRACE="300"', 'VENUEBOX_STREAM_KEY="one-two"'])
        self.assertNotIn("line", said)
        self.assertIsNone(self.network())

    def test_an_editor_of_windows_changes_nothing(self):
        self.read("\ufeffVENUEBOX_GRACE=300\r\nADDRESS=10.0.0.5/24\r\n")
        self.assertEqual(self.settings(), ['VENUEBOX_GRACE="300"'])
        self.assertIn("Address=10.0.0.5/24", self.network())

    def test_a_fixed_address_becomes_a_network(self):
        self.read("ADDRESS=192.168.1.20/24\nGATEWAY=192.168.1.1\nDNS=192.168.1.2")
        for line in ["Address=192.168.1.20/24", "Gateway=192.168.1.1", "DNS=192.168.1.2", "MulticastDNS=no"]:
            self.assertIn(line, self.network())

    def test_a_line_that_is_not_understood_is_named_and_changes_nothing(self):
        bad = [
            "ADRESS=192.168.1.20/24",
            "ADDRESS=192.168.1.20",
            "ADDRESS=192.168.1.20/24; reboot",
            "GATEWAY=the router",
            "VENUEBOX_GRACE=long",
            "VENUEBOX_DATA=/tmp",
            "VENUEBOX_$(reboot)=1",
            "hello",
        ]
        said = self.read("\n".join([*bad, "VENUEBOX_GRACE=300"]))
        for number in range(1, len(bad) + 1):
            self.assertIn(f"line {number}:", said)
        self.assertNotIn(f"line {len(bad) + 1}:", said)
        self.assertEqual(self.settings(), ['VENUEBOX_GRACE="300"'])
        self.assertIsNone(self.network())

    def test_no_secret_is_said(self):
        said = self.read("VENUEBOX_GRACE=swordfish\nVENUEBOX_ADMIN_PASSWORD=swordfish\nswordfish\n")
        self.assertNotIn("swordfish", said)

    def test_what_systemd_would_read_otherwise_is_escaped(self):
        self.read('VENUEBOX_ADMIN_PASSWORD=a"b\\c$d`e f\n')
        self.assertEqual(self.settings(), ['VENUEBOX_ADMIN_PASSWORD="a\\"b\\\\c\\$d\\`e f"'])


if __name__ == "__main__":
    unittest.main()
