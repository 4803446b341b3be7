"""An encoder: ffmpeg on this computer, publishing to a box through its forwarded port."""

import subprocess

from running import Running

# Small, because the machine that takes it in has no hardware of its own.
PICTURE = "testsrc2=size=320x180:rate=15"


class Publisher(Running):
    def __init__(self, machine, key):
        self.process = subprocess.Popen(
            ["ffmpeg", "-hide_banner", "-loglevel", "error", "-re", "-f", "lavfi", "-i", PICTURE]
            + ["-re", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100"]
            + ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-b:v", "300k", "-g", "30"]
            + ["-c:a", "aac", "-b:a", "64k", "-f", "flv", machine.rtmp(key)],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def runs(self):
        return self.process.poll() is None
