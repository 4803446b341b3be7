"""The one box that most tests share, because a start takes its time: flashed once, claimed, and then what becomes of it.

A test takes the box as it is and leaves it running and idle.
"""

import contextlib
import os
import re
from pathlib import Path

from admin import Admin, answers
from bucket import Bucket
from machine import Machine
from oracle import Oracle
from publisher import Publisher

IMAGES = Path(os.environ["VENUEBOX_IMAGES"])
FOLDER = Path(os.environ["VENUEBOX_MACHINES"])
LONG = bool(os.environ.get("VENUEBOX_TEST_LONG"))


def times(usual, long):
    """How often something is done by chance."""
    return long if LONG else usual


class Scene:
    def __init__(self):
        self.machines = []
        self.bucket = None
        self._box = None
        self.admin = None
        self.oracle = None

    def flash(self, name, image="venuebox.img", **how):
        """A machine with a new disk; it is off."""
        machine = Machine(FOLDER / name, IMAGES / image, **how)
        self.machines.append(machine)
        return machine

    def box(self):
        """The shared box, which runs."""
        if self._box is None:
            self.bucket = Bucket(FOLDER / "bucket.log")
            self._box = self.flash("box", bundles=IMAGES / "bundles.squashfs", bucket=self.bucket.port)
            self._box.start()
            self._box.settled()
        return self._box

    def claimed(self):
        """The shared box with its operator, and who remembers what it promises."""
        box = self.box()
        if self.admin is None:
            # As somebody does it who has the card and no screen.
            said = box.serial.ask("until cat /boot/firmware/claim-code.txt 2>/dev/null; do sleep 0.2; done")
            self.admin = Admin(box).claim(re.search(r"code of this box is (\S+)\.", said)[1])
            self.key = self.admin.stream_key()
            self.oracle = Oracle(self.admin)
        return box

    @contextlib.contextmanager
    def on_air(self):
        """An encoder publishes; afterwards the event is ended."""
        box = self.claimed()
        with Publisher(box, self.key) as publisher:
            box.serial.ask("until [ -e /run/venuebox/on-air ]; do sleep 0.2; done")
            yield publisher
        self.end_event()

    def end_event(self):
        self.admin.post("event/end")
        self._box.serial.ask("while [ -e /run/venuebox/on-air ]; do sleep 0.2; done")

    def close(self):
        if self.oracle:
            self.oracle.stop()
        for machine in self.machines:
            machine.cut_power()
        if self.bucket:
            self.bucket.stop()


scene = Scene()

__all__ = ["IMAGES", "LONG", "answers", "scene", "times"]
