"""Players that nobody has tuned: ffmpeg, which counts what it shows, and mpv."""

import json
import subprocess
import threading
import time

from running import Running
from serial_line import PATIENCE


def streams(machine):
    """What ffprobe finds in the stream."""
    found = subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "stream=codec_name,codec_type", "-of", "json"]
        + [f"{machine.http}/hls/stream.m3u8"],
        check=True,
        capture_output=True,
        timeout=PATIENCE,
    )
    return sorted(each["codec_name"] for each in json.loads(found.stdout)["streams"])


class Player(Running):
    """Plays until it is stopped, and tells how far it is."""

    def __init__(self, machine):
        self.process = subprocess.Popen(
            ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostats", "-progress", "pipe:1"]
            + ["-i", f"{machine.http}/hls/stream.m3u8", "-f", "null", "-"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.frames = 0
        self.news = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            name, _, value = line.strip().partition("=")
            if name == "frame":
                with self.news:
                    self.frames = int(value)
                    self.news.notify_all()
        with self.news:
            self.news.notify_all()

    def plays_on(self, frames, patience=PATIENCE):
        """Waits until it has shown so many more pictures."""
        deadline = time.monotonic() + patience
        with self.news:
            wanted = self.frames + frames
            while self.frames < wanted:
                left = deadline - time.monotonic()
                if left <= 0 or self.process.poll() is not None:
                    raise AssertionError(f"the player stands at picture {self.frames} of {wanted}")
                self.news.wait(min(left, 5))


def mpv_plays(machine, seconds):
    """mpv, as it is, to a picture and a sound that nobody sees or hears, until it has played so much."""
    subprocess.run(
        ["mpv", "--no-config", "--vo=null", "--ao=null", "--really-quiet", f"--length={seconds}"]
        + [f"{machine.http}/hls/stream.m3u8"],
        check=True,
        timeout=PATIENCE,
        stdin=subprocess.DEVNULL,
    )
