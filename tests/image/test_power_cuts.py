"""The power goes, at any moment. The machine is killed: what it had not written is lost."""

import random
import threading
import unittest

from admin import answers
from ledger import Ledger
from publisher import Publisher
from scene import scene, times

# The moment is by chance, so there is nothing to wait for; the bounds reach from before the first write to well into
# the work.
RECORDING = (0.0, 8.0)
INSTALLING = (0.0, 12.0)


class PowerCuts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.box = scene.claimed()
        cls.seed = random.randrange(2**32)
        cls.chance = random.Random(cls.seed)
        print(f"   the cuts come by chance, seed {cls.seed}")

    def after_a_while(self, bounds):
        threading.Event().wait(self.chance.uniform(*bounds))

    def cut_and_start(self):
        self.box.cut_power()
        self.box.start()
        self.assertEqual(self.box.settled(), "running", self.box.serial.run("systemctl --failed")[1])
        self.assertTrue(answers(self.box))

    def test_cut_while_recording_and_uploading_it_has_all_that_it_promised(self):
        scene.admin.change("recording", record=True)
        scene.admin.change("cloud", **scene.bucket.account())
        for cut in range(times(usual=3, long=200)):
            with self.subTest(cut=cut), Publisher(self.box, scene.key):
                scene.oracle.until_kept(2)
                self.after_a_while(RECORDING)
                self.cut_and_start()
                # All that was promised, also before earlier cuts. What is being heard now is not counted yet.
                promised, uploaded = set(scene.oracle.kept), set(scene.oracle.uploaded)
                ledger = Ledger(self.box.serial)
                self.assertEqual(ledger.integrity, "ok")
                self.assertEqual(ledger.missing(promised), [])
                self.assertEqual([key for key in uploaded if not scene.bucket.has(key)], [])
        scene.oracle.until_uploaded(1)
        scene.end_event()

    def test_cut_while_installing_it_starts_what_it_had(self):
        slot = self.box.slot()
        for cut in range(times(usual=3, long=20)):
            with self.subTest(cut=cut):
                self.box.serial.ask("mount -n -o ro -t squashfs /dev/nvme1n1 /mnt")
                self.box.serial.type("rauc install /mnt/good.raucb &")
                self.after_a_while(INSTALLING)
                self.cut_and_start()
                self.assertEqual(self.box.slot(), slot)
                self.assertTrue(self.box.facts()["good"])
        # And it still takes an update.
        self.box.serial.ask("mount -n -o ro -t squashfs /dev/nvme1n1 /mnt && rauc install /mnt/good.raucb && umount /mnt")
