"""The scripts that a Buildroot build ends with: from kernel, root and boot files to a disk and a bundle.

Run by scripts/check-firmware: python3 -m unittest discover -s tests/image/layout
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from board_files import BOARDS, ROOT, board, defconfig, gpt, partitions

sys.path.insert(0, str(ROOT / "tests/image/pi_boot"))
import firmware  # noqa: E402


class Assembly(unittest.TestCase):
    """The scripts of a Buildroot build, with the tools themselves, make the Pi's disk and bundle from stand-ins for its parts."""

    def setUp(self):
        for tool in ("genimage", "mcopy", "mkdosfs", "mke2fs", "rauc", "mksquashfs", "openssl"):
            self.assertIsNotNone(shutil.which(tool), f"{tool} is missing: scripts/setup --test installs it")
        folder = tempfile.TemporaryDirectory(prefix="venuebox-layout-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.images = self.folder / "images"
        (self.images / "rpi-firmware").mkdir(parents=True)
        for file in ("config.txt", "cmdline.txt"):
            shutil.copy(board("rpi5") / file, self.images / "rpi-firmware")
        for dts in defconfig("rpi5")["BR2_LINUX_KERNEL_INTREE_DTS_NAME"].split():
            (self.images / f"{Path(dts).name}.dtb").write_text("device tree")
        (self.images / "Image").write_text("kernel")
        # Not compressible: RAUC refuses a bundle of less than a block.
        (self.images / "rootfs.squashfs").write_bytes(os.urandom(2**20))
        self.run_tool(
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
            "-subj", "/CN=layout test", "-keyout", self.folder / "key.pem", "-out", self.folder / "cert.pem",
        )  # fmt: skip

    def run_tool(self, *command) -> str:
        keys = {"VENUEBOX_KEYRING": "cert.pem", "VENUEBOX_CERT": "cert.pem", "VENUEBOX_KEY": "key.pem"}
        environment = os.environ | {name: str(self.folder / file) for name, file in keys.items()}
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, f"{command[0]}: {done.stderr}")
        return done.stdout

    def test_a_build_for_the_pi_ends_in_the_disk_that_starts_and_a_signed_bundle(self):
        self.run_tool(board("rpi5") / "post-image.sh", self.images, "rpi5")
        self.run_tool(ROOT / "buildroot/board/assemble.sh", self.images, "rpi5")
        disk = self.images / "venuebox.img"
        table = gpt(disk)
        self.assertEqual(
            [(made.label, made.kind, made.size) for made in table],
            [(wanted.label, wanted.kind, wanted.size) for wanted in partitions("rpi5")],
        )
        # What the firmware finds there starts slot A.
        card = self.folder / "card"
        for number, partition in firmware.PARTITIONS.items():
            (card / partition).mkdir(parents=True)
            if partition != "boot-b":
                self.run_tool("mcopy", "-s", "-i", f"{disk}@@{table[number - 1].start}", "::*", card / partition)
        (card / "rootfs-a").mkdir()
        (card / "rootfs-a/squashfs").write_text("kernel")
        self.assertEqual(firmware.boot(card), firmware.Boot(2, "A", False))

        (bundle,) = self.images.glob("*.raucb")
        info = ("rauc", "info", "--keyring", self.folder / "cert.pem", bundle)
        self.assertRegex(self.run_tool(*info), r"Bundle Format:\s+verity")
        told = json.loads(self.run_tool(*info, "--output-format=json"))
        self.assertEqual(told["compatible"], "venuebox-rpi5")
        hooks = {slot: image.get("hooks", []) for images in told["images"] for slot, image in images.items()}
        self.assertEqual(hooks, {"rootfs": [], "boot": ["post-install"]})

    def test_a_system_knows_its_board_version_and_whom_to_believe(self):
        for name in BOARDS:
            target = self.folder / name
            (target / "usr/lib/venuebox").mkdir(parents=True)
            self.run_tool(ROOT / "buildroot/board/post-build.sh", target, name)
            version = re.search(r'(?m)^version = "(.*)"$', (ROOT / "Cargo.toml").read_text())[1]
            self.assertEqual((target / "usr/lib/venuebox/image.env").read_text(), f"BOARD={name}\nVERSION={version}\n")
            self.assertEqual((target / "etc/rauc/system.conf").read_bytes(), (board(name) / "system.conf").read_bytes())
            self.assertEqual((target / "etc/rauc/keyring.pem").read_bytes(), (self.folder / "cert.pem").read_bytes())


if __name__ == "__main__":
    unittest.main()
