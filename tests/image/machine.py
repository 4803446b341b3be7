"""A virtual x86-64 machine: a disk that outlives it, a network card or none, and a serial line."""

import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

from serial_line import SerialLine

FIRMWARE = "/usr/share/OVMF/OVMF_CODE_4M.fd"
VARIABLES = "/usr/share/OVMF/OVMF_VARS_4M.fd"

# The image is flashed onto a disk that is larger than itself, as disks are.
DISK = "6G"


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Machine:
    """Flashed once; starts, ends and loses its power as often as a test wants."""

    def __init__(self, folder, image, bundles=None, network=True, bucket=None):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True)
        self.disk = self.folder / "disk.qcow2"
        subprocess.run(
            ["qemu-img", "create", "-q", "-f", "qcow2", "-b", os.path.abspath(image), "-F", "raw", self.disk, DISK],
            check=True,
        )
        # Without a place of its own the firmware writes its settings onto the box's partition.
        shutil.copy(VARIABLES, self.folder / "firmware.fd")
        self.bundles = bundles
        self.network = network
        self.bucket = bucket
        self.http_port, self.rtmp_port = free_ports(2)
        self.process = None
        self.serial = None

    def break_data(self, image):
        """What a worn-out card does: the data partition has no file system any more."""
        with open(image, "rb") as file:
            # The fourth entry of the GPT (UEFI 5.3.3): its first sector is at byte 32.
            file.seek(2 * 512 + 3 * 128 + 32)
            start = int.from_bytes(file.read(8), "little") * 512
        subprocess.run(["qemu-io", "-c", f"write -q -P 0xff {start} 4M", self.disk], check=True)

    @property
    def http(self):
        return f"http://127.0.0.1:{self.http_port}"

    def rtmp(self, key):
        return f"rtmp://127.0.0.1:{self.rtmp_port}/live/{key}"

    def _command(self):
        yield from ["qemu-system-x86_64", "-machine", "q35", "-accel", "tcg,thread=multi,tb-size=512"]
        # The newer a processor's vector instructions, the more it costs to emulate them.
        yield from ["-cpu", "Nehalem"]
        yield from ["-smp", "2", "-m", "1024", "-display", "none", "-vga", "std", "-no-user-config"]
        yield from ["-serial", "stdio", "-monitor", f"unix:{self.folder}/monitor,server=on,wait=off"]
        yield from ["-drive", f"if=pflash,format=raw,readonly=on,file={FIRMWARE}"]
        yield from ["-drive", f"if=pflash,format=raw,file={self.folder}/firmware.fd"]
        yield from ["-drive", f"if=none,id=disk,format=qcow2,file={self.disk}"]
        yield from ["-device", "nvme,drive=disk,serial=box,bootindex=0"]
        if self.bundles:
            yield from ["-drive", f"if=none,id=stick,format=raw,readonly=on,file={self.bundles}"]
            yield from ["-device", "nvme,drive=stick,serial=stick"]
        if self.network:
            # Nothing leaves for the network of the computer that tests (restrict).
            forwards = f"hostfwd=tcp:127.0.0.1:{self.http_port}-:80,hostfwd=tcp:127.0.0.1:{self.rtmp_port}-:1935"
            if self.bucket:
                relay = Path(__file__).with_name("relay.py")
                forwards += f",guestfwd=tcp:10.0.2.100:9000-cmd:{relay} {self.bucket}"
            yield from ["-netdev", f"user,id=net,restrict=on,{forwards}"]
            yield from ["-device", "virtio-net-pci,netdev=net,romfile="]
        else:
            yield from ["-nic", "none"]

    def start(self):
        """Power on. Says when the shell is there."""
        self.power_on()
        self.serial.log_in()
        return self

    def power_on(self):
        errors = open(self.folder / "qemu.log", "ab")
        self.process = subprocess.Popen(
            list(self._command()),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
        errors.close()
        self.serial = SerialLine(self.process.stdout, self.process.stdin, self.folder / "serial.log")

    def cut_power(self):
        """What was not on the disk is lost."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        if self.process:
            self.process.wait()

    def power_off(self):
        self.serial.type("systemctl poweroff")
        self.process.wait(timeout=120)

    def restarted(self):
        """After a restart that the machine made by itself."""
        self.serial.log_in()
        return self

    def settled(self):
        """Waits until all that starts has started; what it says of itself then."""
        _, said = self.serial.run("systemctl is-system-running --wait")
        # The console may say meanwhile that the box is ready.
        return said.splitlines()[-1] if said else said

    def slot(self):
        return self.serial.ask("/usr/lib/venuebox/grub-boot get-current")

    def facts(self):
        import json

        return json.loads(self.serial.ask("cat /run/venuebox-update/slots.json"))

    def monitor(self, command):
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(f"{self.folder}/monitor")
            line.sendall(command.encode() + b"\n")
            line.recv(65536)
