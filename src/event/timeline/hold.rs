//! Holding the picture: what the timeline does between a source's last picture and the next one's first.

use std::time::Duration;

use super::Timeline;
use crate::codec::HeldPicture;
use crate::event::cutter::Cut;
use crate::event::lane::AudioLane;
use crate::event::settings::LEAST_SEGMENT;
use crate::time::MediaTime;

/// What is held, and how far it has come.
#[derive(Debug)]
pub(super) struct Hold {
    /// The picture to repeat; `None` while there is no picture track.
    picture: Option<HeldPicture>,
    composition: MediaTime,
    /// `position` of the timeline was reached at this instant.
    pub clock: (Duration, MediaTime),
    /// Both tracks can be held; else the playlist stays unchanged.
    pub possible: bool,
}

impl Hold {
    /// A hold that goes on after a start: `clock` is the instant and the position of it.
    pub(super) fn resumed(
        picture: Option<HeldPicture>,
        composition: MediaTime,
        clock: (Duration, MediaTime),
        possible: bool,
    ) -> Self {
        Hold { picture, composition, clock, possible }
    }
}

impl Timeline {
    pub(super) fn start_hold(&mut self) {
        self.finish();
        // The held parts wait for the clock to catch up with what was filled in.
        self.ahead = MediaTime::ZERO;
        // Each held part is a key frame: the encoder's interval must not shorten the segments.
        self.cutter.forget_keys();
        self.read_again = None;
        self.calendar.re_anchor();
    }

    /// Ends what the last source left, and gets ready to hold its picture. A segment that would be too short is
    /// filled up with the held picture, and so is a part that was promised and has nothing in it yet.
    pub(super) fn finish(&mut self) {
        self.settle();
        let end = self.end();
        let started = self.opens.is_none() || end > self.cutter.part_start();
        let short = started && end - self.cutter.segment_start() < LEAST_SEGMENT;
        let promised = self.opens.is_none() && end <= self.cutter.part_start();
        let hold = self.hold_from(end);
        let possible = hold.possible;
        self.hold = Some(hold);
        if (short || promised) && possible {
            self.end_held_segment(end);
        } else {
            self.close();
        }
    }

    /// The program stops. The part that is hinted gets bytes, also when nothing has come for it yet: then it is held.
    pub fn stop(&mut self) {
        self.settle();
        let (start, end) = (self.cutter.part_start(), self.end());
        if end > start && self.hold.is_none() {
            return self.finish();
        }
        if self.hold.is_none() {
            self.hold = Some(self.hold_from(end));
        }
        if end <= start && self.hold.as_ref().is_some_and(|hold| hold.possible) {
            self.end_held_segment(start + self.cutter.part_target());
        } else {
            self.close();
        }
    }

    fn hold_from(&self, end: MediaTime) -> Hold {
        let key = self.last_key.as_ref();
        let config = self.configuration.video.as_ref();
        let picture = config.zip(key).and_then(|(config, key)| HeldPicture::new(config, &key.data));
        let pictured = self.video.is_none() || picture.is_some();
        let sounded = self.audio.as_ref().is_none_or(AudioLane::can_be_silent);
        Hold {
            picture,
            composition: key.map_or(MediaTime::ZERO, |key| key.composition),
            clock: (self.due(), end - self.ahead),
            possible: pictured && sounded,
        }
    }

    /// Holds on up to `position` and ends the segment there, or a little later where it would be too short. Less
    /// than half a part is not worth a segment of its own: what comes next opens it.
    pub(super) fn end_held_segment(&mut self, position: MediaTime) {
        let target = self.cutter.part_target();
        let start = self.cutter.part_start();
        let empty = self.opens.is_some() && self.end() <= start;
        if empty && (position - start) * 2 < target {
            return;
        }
        let end = position.max(start + self.frame).max(self.cutter.segment_start() + LEAST_SEGMENT);
        loop {
            let rest = end - self.cutter.part_start();
            if !self.hold_part(rest.min(target), rest <= target) || self.opens.is_some() {
                break;
            }
        }
        self.ahead += (self.cutter.part_start() - position).max(MediaTime::ZERO);
    }

    /// Where the timeline should be at `now` while the picture is held.
    pub(super) fn held_position(&self, now: Duration) -> Option<MediaTime> {
        let hold = self.hold.as_ref().filter(|hold| hold.possible)?;
        Some(hold.clock.1 + MediaTime::from_duration(now.saturating_sub(hold.clock.0)))
    }

    /// Fills the open part up to this length with the held picture; `last` ends its segment, as does the segment's
    /// usual length. False when nothing could be made.
    pub(super) fn hold_part(&mut self, length: MediaTime, last: bool) -> bool {
        let Some(hold) = &mut self.hold else { return false };
        let start = self.cutter.part_start();
        let (arrival, position) = hold.clock;
        self.segment_arrival = match self.opens {
            Some(_) => arrival + (start - position).to_duration(),
            None => self.segment_arrival,
        };
        if let (Some(video), Some(picture)) = (&mut self.video, &mut hold.picture) {
            let rest = start + length - video.end();
            if rest > MediaTime::ZERO {
                video.hold(picture.next(), hold.composition, rest);
            }
        }
        if let Some(audio) = &mut self.audio {
            audio.fill_until(start + length);
        }
        let at = match (&self.video, &self.audio) {
            (None, Some(audio)) => audio.last_end_until(start + length).unwrap_or_else(|| audio.end()),
            _ => self.end(),
        };
        let last = last || self.cutter.is_time_for_a_segment(at);
        self.make_part(Cut { at, last })
    }
}
