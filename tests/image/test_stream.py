"""A real encoder and untuned players, through the box's own ports."""

import unittest

from player import Player, mpv_plays, streams
from publisher import Publisher
from scene import scene


class Stream(unittest.TestCase):
    def test_what_an_encoder_publishes_is_played(self):
        with scene.on_air():
            box = scene.claimed()
            with Player(box) as player:
                player.plays_on(30)
            self.assertEqual(streams(box), ["aac", "h264"])
            mpv_plays(box, seconds=3)

    def test_a_player_goes_on_when_the_program_is_killed_and_the_encoder_comes_back(self):
        box = scene.claimed()
        with scene.on_air(), Player(box) as player:
            player.plays_on(30)
            before = box.serial.ask("systemctl show -P MainPID venuebox")
            box.serial.ask(f"kill -9 {before}")
            # More than it holds in its buffer: the picture is held meanwhile.
            player.plays_on(90)
            self.assertNotEqual(box.serial.ask("systemctl show -P MainPID venuebox"), before)
            # OBS connects again by itself; ffmpeg has ended.
            with Publisher(box, scene.key):
                player.plays_on(150)
