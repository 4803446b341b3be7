"""The files that describe one disk agree: genimage, RAUC, GRUB, autoboot.txt, repart, fstab and Buildroot's configuration.

Run by scripts/check-firmware: python3 -m unittest discover -s tests/image/layout
"""

import os
import re
import shlex
import sys
import unittest
from pathlib import Path

from board_files import BOARDS, ROOT, board, defconfig, genimage, ini, kernel_fragment, partitions, size

sys.path.insert(0, str(ROOT / "tests/image/pi_boot"))
import firmware  # noqa: E402

OVERLAY = ROOT / "overlay"
# GPT types of the Discoverable Partitions Specification.
TYPES = {
    "var": "4d21b016-b534-45c2-a9fb-5c16e091fd2d",
    "root-x86-64": "4f68bce3-e8cd-4db1-96e7-fbcaf984b709",
    "root-arm64": "b921b045-1df0-41c3-af44-4c6f280d3fae",
    "esp": "c12a7328-f81f-11d2-ba4b-00a0c93ec93b",
    "basic data": "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7",
}
LABELS = {
    "x86_64": ["esp", "rootfs-a", "rootfs-b", "venue-data"],
    "rpi5": ["bootsel", "boot-a", "boot-b", "rootfs-a", "rootfs-b", "venue-data"],
}


def by_label(name: str) -> dict:
    return {partition.label: partition for partition in partitions(name)}


class Disk(unittest.TestCase):
    def test_the_partitions_are_those_of_the_contract(self):
        for name in BOARDS:
            self.assertEqual([partition.label for partition in partitions(name)], LABELS[name])

    def test_both_slots_have_one_size_and_type(self):
        for name in BOARDS:
            disk = by_label(name)
            for kind in ("rootfs", "boot"):
                if f"{kind}-a" in disk:
                    a, b = disk[f"{kind}-a"], disk[f"{kind}-b"]
                    self.assertEqual((a.size, a.kind), (b.size, b.kind), f"{name} {kind}")
                    self.assertIsNone(b.image, "slot B is empty: an image is no larger than it must be")

    def test_slots_of_all_boards_hold_as_much(self):
        self.assertEqual(len({by_label(name)["rootfs-a"].size for name in BOARDS}), 1)

    def test_only_the_data_partition_is_of_the_type_that_repart_grows(self):
        files = list((ROOT / "systemd/repart.d").glob("*.conf"))
        grown = {ini(file)["Partition"]["Type"]: ini(file)["Partition"] for file in files}
        self.assertEqual(list(grown), ["var"])
        self.assertEqual(grown["var"]["Label"], "venue-data")
        for name in BOARDS:
            of_this_type = [p.label for p in partitions(name) if p.kind == TYPES["var"]]
            self.assertEqual(of_this_type, ["venue-data"])
            self.assertEqual(partitions(name)[-1].label, "venue-data", "it grows to the end of the disk, so it is the last")
            self.assertGreaterEqual(by_label(name)["venue-data"].size, size(grown["var"]["SizeMinBytes"]))

    def test_every_partition_has_the_type_of_its_use(self):
        wanted = {"x86_64": ("esp", "root-x86-64"), "rpi5": ("basic data", "root-arm64")}
        for name, (first, root) in wanted.items():
            for label, partition in by_label(name).items():
                kind = root if label.startswith("rootfs") else "var" if label == "venue-data" else first
                self.assertEqual(partition.kind, TYPES[kind], f"{name} {label}")

    def test_what_fstab_mounts_is_on_the_disk(self):
        for line in (OVERLAY / "etc/fstab").read_text().splitlines():
            what = line.partition(" ")[0]
            if what.startswith("#") or "=" not in what:
                continue
            name, value = what.split("=")
            for board_name in BOARDS:
                disk = partitions(board_name)
                known = [p.label for p in disk] if name == "PARTLABEL" else [p.file_system_label for p in disk]
                self.assertEqual(known.count(value), 1, f"{board_name}: {name}={value}")

    def test_only_one_partition_is_what_a_pc_shows(self):
        for name in BOARDS:
            self.assertEqual(partitions(name)[0].file_system_label, "VENUEBOX")


class Rauc(unittest.TestCase):
    def config(self, name: str):
        return ini(board(name) / "system.conf")

    def test_a_bundle_of_one_board_is_refused_by_the_other(self):
        self.assertEqual([self.config(name)["system"]["compatible"] for name in BOARDS], [f"venuebox-{n}" for n in BOARDS])

    def test_the_plain_format_is_refused_on_both(self):
        for name in BOARDS:
            self.assertEqual(self.config(name)["system"]["bundle-formats"], "-plain")

    def test_slots_are_partitions_with_their_boot_names(self):
        for name in BOARDS:
            config = self.config(name)
            slots = {section: config[section] for section in config.sections() if section.startswith("slot.")}
            expected = [label for label in LABELS[name] if label.startswith(("rootfs-", "boot-"))]
            devices = [slot["device"].removeprefix("/dev/disk/by-partlabel/") for slot in slots.values()]
            self.assertEqual(sorted(devices), sorted(expected))
            for section, slot in slots.items():
                _, kind, index = section.split(".")
                letter = "ab"[int(index)]
                self.assertEqual(slot["device"], f"/dev/disk/by-partlabel/{kind}-{letter}")
                if kind == "rootfs":
                    self.assertEqual((slot["type"], slot["bootname"]), ("raw", letter.upper()))
                else:
                    self.assertEqual((slot["type"], slot["parent"]), ("vfat", f"rootfs.{index}"))

    def test_what_it_calls_is_in_the_overlay_and_can_be_run(self):
        for name in BOARDS:
            for handler, path in self.config(name)["handlers"].items():
                file = OVERLAY / path.lstrip("/")
                self.assertTrue(file.is_file() and os.access(file, os.X_OK), f"{name} {handler}: {path}")

    def test_its_state_outlives_an_update(self):
        for name in BOARDS:
            self.assertTrue(self.config(name)["system"]["statusfile"].startswith("/var/lib/rauc/"))


class Grub(unittest.TestCase):
    text = (board("x86_64") / "grub.cfg").read_text()

    def entries(self) -> dict[str, str]:
        return dict(re.findall(r'menuentry "venuebox ([AB])" \{(.*?)\n\}', self.text, re.S))

    def test_each_entry_takes_kernel_and_root_from_its_slot(self):
        disk = by_label("x86_64")
        self.assertEqual(sorted(self.entries()), ["A", "B"])
        for slot, body in self.entries().items():
            label = f"rootfs-{slot.lower()}"
            self.assertEqual(re.search(r"\$disk,gpt(\d+)", body)[1], str(disk[label].number))
            words = re.search(r"(?m)^\s*linux (.*)$", body)[1].split()
            self.assertIn(f"root=PARTLABEL={label}", words)
            self.assertIn(f"rauc.slot={slot}", words)

    def test_the_environment_block_is_one_that_grub_reads(self):
        block = (board("x86_64") / "grubenv").read_bytes()
        self.assertEqual(len(block), 1024)
        self.assertTrue(block.startswith(b"# GRUB Environment Block\n"))

    def test_buildroot_builds_every_module_in(self):
        named = re.search(r"Modules: ([a-z0-9_\s#]+?)\.", self.text)[1].replace("#", " ").split()
        built = defconfig("x86_64")["BR2_TARGET_GRUB2_BUILTIN_MODULES_EFI"].split()
        self.assertLessEqual(set(named), set(built))
        # GRUB's squash4 has no zstd.
        self.assertNotIn("BR2_TARGET_ROOTFS_SQUASHFS4_ZSTD", defconfig("x86_64"))


class RaspberryPi(unittest.TestCase):
    def test_the_firmware_counts_as_genimage_does(self):
        numbers = {p.number: p.label for p in partitions("rpi5") if p.label.startswith("boot")}
        self.assertEqual(numbers, firmware.PARTITIONS)

    def test_autoboot_txt_boots_slot_a_and_tries_b(self):
        text = (board("rpi5") / "autoboot.txt").read_text()
        disk = by_label("rpi5")
        self.assertEqual(firmware.autoboot(text, False)["boot_partition"], str(disk["boot-a"].number))
        self.assertEqual(firmware.autoboot(text, True)["boot_partition"], str(disk["boot-b"].number))

    def test_the_boot_backend_counts_as_genimage_does(self):
        script = (OVERLAY / "usr/lib/venuebox/pi-boot").read_text()
        a, b = re.search(r"partition_of\(\) \{\n.*echo (\d); else echo (\d);", script).groups()
        disk = by_label("rpi5")
        self.assertEqual((int(a), int(b)), (disk["boot-a"].number, disk["boot-b"].number))

    def test_bootsel_cannot_be_booted_itself(self):
        bootsel = genimage(board("rpi5") / "genimage.cfg").one("image", "bootsel.vfat").one("vfat")
        self.assertEqual([file.title for file in bootsel.all("file")], ["autoboot.txt"])
        self.assertNotIn("files", bootsel.options)

    def test_every_device_tree_that_is_built_is_on_both_boot_partitions(self):
        built = [Path(name).name + ".dtb" for name in defconfig("rpi5")["BR2_LINUX_KERNEL_INTREE_DTS_NAME"].split()]
        config = genimage(board("rpi5") / "genimage.cfg")
        for image in ("boot.vfat", "boot-a.vfat"):
            files = config.one("image", image).one("vfat").options["files"]
            self.assertEqual([name for name in files if name.endswith(".dtb")], built)

    def test_the_kernel_that_config_txt_names_is_there(self):
        config = (board("rpi5") / "config.txt").read_text()
        self.assertEqual(re.findall(r"(?m)^kernel=(.*)$", config), ["Image"])

    def test_kernel_and_firmware_are_those_of_buildroots_own_board(self):
        """Only where the checkout is at hand: an update of Buildroot must not leave an old kernel behind."""
        folder = os.environ.get("BUILDROOT_DIR")
        if not folder:
            self.skipTest("BUILDROOT_DIR is not set")
        for name, theirs in (("rpi5", "raspberrypi5"), ("x86_64", "pc_x86_64_efi")):
            lines = (Path(folder) / f"configs/{theirs}_defconfig").read_text().splitlines()
            ours = (ROOT / f"buildroot/configs/venuebox_{name}_defconfig").read_text().splitlines()
            kernel = [line for line in lines if re.match(r"BR2_LINUX_KERNEL_CUSTOM_(TARBALL_LOCATION|VERSION_VALUE)=", line)]
            self.assertEqual(len(kernel), 1)
            self.assertIn(kernel[0], ours)


class Kernel(unittest.TestCase):
    def test_both_boards_start_alike(self):
        """GRUB's options and cmdline.txt differ in the serial port alone."""
        grub = " ".join(re.findall(r'set options="(?:\$options )?([^"$]*)"', (board("x86_64") / "grub.cfg").read_text()))
        lines = [shlex.split(grub), shlex.split((board("rpi5") / "cmdline.txt").read_text())]
        words = [{w for w in line if not w.startswith(("console=tty", "systemd.machine_id", "venuebox."))} for line in lines]
        self.assertEqual(words[0], words[1])
        for line in lines:
            self.assertEqual([w for w in line if w.startswith("console=")][-1], "console=tty1")

    def test_what_boots_and_updates_need_is_built_in(self):
        common = kernel_fragment(ROOT / "buildroot/board/linux.fragment")
        for symbol in ("SQUASHFS", "EXT4_FS", "VFAT_FS", "BLK_DEV_LOOP", "DM_VERITY", "WATCHDOG", "EFI_PARTITION", "SECCOMP"):
            self.assertEqual(common.get(f"CONFIG_{symbol}"), "y", symbol)
        x86 = kernel_fragment(board("x86_64") / "linux.fragment")
        for symbol in ("EFIVAR_FS", "VIRTIO_BLK", "VIRTIO_NET", "ITCO_WDT", "BLK_DEV_NVME"):
            self.assertEqual(x86.get(f"CONFIG_{symbol}"), "y", symbol)

    def test_every_fragment_that_is_named_is_there(self):
        for name in BOARDS:
            for path in defconfig(name)["BR2_LINUX_KERNEL_CONFIG_FRAGMENT_FILES"].split():
                if path.startswith("$(BR2_EXTERNAL_VENUEBOX_PATH)/"):
                    self.assertTrue((ROOT / "buildroot" / path.split("/", 1)[1]).is_file(), path)


class Units(unittest.TestCase):
    def test_what_the_preset_switches_on_is_a_unit_of_ours_or_of_a_package(self):
        units = {file.name for file in (ROOT / "systemd/system").iterdir()}
        preset = (ROOT / "systemd/system-preset/50-venuebox.preset").read_text()
        for name in re.findall(r"(?m)^enable (venuebox[^\s*]*)$", preset):
            self.assertIn(name, units)

    def test_every_unit_that_wants_to_be_installed_is_switched_on(self):
        preset = re.findall(r"(?m)^enable (\S+)$", (ROOT / "systemd/system-preset/50-venuebox.preset").read_text())
        for file in (ROOT / "systemd/system").glob("venuebox*.*"):
            if file.is_file() and "[Install]" in file.read_text():
                self.assertTrue(any(Path(file.name).match(pattern) for pattern in preset), file.name)

    def test_a_unit_names_no_unit_of_ours_that_is_not_there(self):
        units = {file.name for file in (ROOT / "systemd/system").iterdir()}
        for file in (ROOT / "systemd/system").rglob("*"):
            if file.is_file():
                lines = [line for line in file.read_text().splitlines() if not line.startswith("#")]
                named = re.findall(r"\bvenuebox[\w-]*\.(?:service|socket|path|timer|target)\b", "\n".join(lines))
                self.assertLessEqual(set(named), units, str(file))

    def test_what_a_unit_starts_is_in_the_overlay(self):
        for file in (ROOT / "systemd/system").glob("*.service"):
            for line in re.findall(r"(?m)^Exec\w+=[-+!@]*(\S+)", file.read_text()):
                if line.startswith("/usr/lib/venuebox/"):
                    path = OVERLAY / line.lstrip("/")
                    self.assertTrue(path.is_file() and os.access(path, os.X_OK), f"{file.name}: {line}")


class Secrets(unittest.TestCase):
    """What is in an image is in every box, and in the hands of whoever downloads it."""

    names = re.compile(
        r"(\.(pem|key|crt|cer|p12|pfx|der|jks)|^ssh_host_.*|^id_(rsa|dsa|ecdsa|ed25519).*|authorized_keys|"
        r"^claim-code\.txt|random-seed)$"
    )
    contents = re.compile(
        rb"-----BEGIN [A-Z ]*(PRIVATE KEY|CERTIFICATE)|\bssh-(rsa|ed25519) AAAA|ecdsa-sha2-\S+ AAAA|AGE-SECRET-KEY-|"
        rb"\bAKIA[0-9A-Z]{16}\b|\$(6|y|2b|argon2id?)\$[^\s:]{8}"
    )

    def test_overlay_units_and_board_files_have_none(self):
        for folder in ("overlay", "systemd", "buildroot"):
            files = [file for file in (ROOT / folder).rglob("*") if file.is_file()]
            self.assertGreater(len(files), 5)
            for file in files:
                self.assertNotRegex(file.name, self.names, str(file))
                self.assertNotRegex(file.read_bytes(), self.contents, str(file))

    def test_the_machine_id_is_not_one(self):
        self.assertIn((OVERLAY / "etc/machine-id").read_text().strip(), ("", "uninitialized"))


if __name__ == "__main__":
    unittest.main()
