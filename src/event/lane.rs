//! The two lanes of a timeline: pictures that wait for their duration, and the sample-accurate sound.
//!
//! Both turn access units (already mapped onto the timeline) into samples whose decode times and durations are
//! contiguous. Where parts are cut is the [`cutter`](super::cutter)'s business.

use std::collections::VecDeque;

use bytes::Bytes;

use crate::stream::{AccessUnit, Sample};
use crate::time::MediaTime;

/// The shortest a picture can last: two that share a millisecond still need an order.
const LEAST_DURATION: i64 = 90;

/// Pictures in decode order. RTMP carries no durations, so the newest picture waits for the next one.
#[derive(Debug, Default)]
pub struct VideoLane {
    ready: VecDeque<Sample>,
    waiting: Option<Sample>,
    /// End of the last picture whose duration is known.
    end: i64,
}

impl VideoLane {
    /// A lane whose first picture will be at `start`.
    pub fn starting_at(start: MediaTime) -> Self {
        VideoLane { end: start.ticks(), ..VideoLane::default() }
    }

    /// Places a picture at `dts`; the one that waited lasts until there. A decode time that does not grow is
    /// moved just past the one before, because a decoder cannot go back.
    pub fn push(&mut self, dts: MediaTime, unit: &AccessUnit) -> MediaTime {
        let least = self.waiting.as_ref().map_or(self.end, |waiting| waiting.dts + LEAST_DURATION);
        let dts = dts.ticks().max(least);
        self.settle(dts);
        self.end = dts;
        self.waiting = Some(Sample {
            dts,
            composition: unit.composition.ticks(),
            duration: LEAST_DURATION,
            random_access: unit.random_access,
            data: unit.data.clone(),
        });
        MediaTime::from_ticks(dts)
    }

    /// Gives the waiting picture this duration: nothing comes after it for now.
    pub fn flush(&mut self, duration: MediaTime) {
        if let Some(waiting) = &self.waiting {
            let end = waiting.dts + duration.ticks().max(LEAST_DURATION);
            self.settle(end);
        }
    }

    /// Adds a picture whose duration is known: a held one.
    pub fn hold(&mut self, data: Bytes, composition: MediaTime, duration: MediaTime) {
        let duration = duration.ticks().max(LEAST_DURATION);
        let composition = composition.ticks();
        self.ready.push_back(Sample { dts: self.end, composition, duration, random_access: true, data });
        self.end += duration;
    }

    fn settle(&mut self, end: i64) {
        if let Some(mut waiting) = self.waiting.take() {
            waiting.duration = end - waiting.dts;
            self.ready.push_back(waiting);
        }
        self.end = end;
    }

    /// Up to here durations are known: the waiting picture's start, or the end of all.
    pub fn end(&self) -> MediaTime {
        MediaTime::from_ticks(self.end)
    }

    /// Whether decoding can start at the waiting picture.
    pub fn waiting_at_random_access(&self) -> bool {
        self.waiting.as_ref().is_some_and(|waiting| waiting.random_access)
    }

    /// Whether a picture waits or is ready.
    pub fn is_empty(&self) -> bool {
        self.ready.is_empty() && self.waiting.is_none()
    }

    /// The newest start of a ready picture that is not after `limit`.
    pub fn last_start_until(&self, limit: MediaTime) -> Option<MediaTime> {
        let starts = self.ready.iter().map(|sample| sample.dts);
        starts.take_while(|dts| *dts <= limit.ticks()).last().map(MediaTime::from_ticks)
    }

    /// Takes the ready pictures that start before `boundary`.
    pub fn take_until(&mut self, boundary: MediaTime) -> Vec<Sample> {
        let count = self.ready.partition_point(|sample| sample.dts < boundary.ticks());
        self.ready.drain(..count).collect()
    }
}

/// What became of an audio frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Placed {
    /// Silent frames put in before it.
    pub filled: i64,
    /// It overlapped what is there and was left out.
    pub dropped: bool,
}

/// Sound on a clock of its own samples: each frame starts where the one before ended, whatever the millisecond
/// stamps say. What the stamps and the clock differ by stays below one frame and is never added up.
#[derive(Debug)]
pub struct AudioLane {
    ready: VecDeque<Sample>,
    rate: u32,
    frame: i64,
    silence: Option<Bytes>,
    /// End of the last frame, in samples; `None` until the first frame says where the sound starts.
    end: Option<i64>,
    /// Nothing starts before this, in samples.
    start: i64,
}

impl AudioLane {
    /// A lane of `rate` samples a second and `frame_length` samples in a frame, whose holes are filled with
    /// `silence` (one coded frame) where there is one. `contiguous`: the sound goes on exactly at `start`.
    pub fn starting_at(
        start: MediaTime,
        rate: u32,
        frame_length: u32,
        silence: Option<Bytes>,
        contiguous: bool,
    ) -> Self {
        let start = start.to_units(rate);
        AudioLane {
            ready: VecDeque::new(),
            rate,
            frame: i64::from(frame_length),
            silence,
            end: contiguous.then_some(start),
            start,
        }
    }

    /// The lane goes on after exactly so many samples: what stands before it was published.
    pub fn go_on_at(&mut self, end: i64) {
        self.end = Some(end);
    }

    /// Places a frame of `length` samples stamped `at`.
    pub fn push(&mut self, at: MediaTime, length: u32, data: Bytes) -> Placed {
        let mut placed = Placed::default();
        let length = i64::from(length);
        let stamped = at.to_units(self.rate);
        let end = match self.end {
            Some(end) => end,
            // The first frame starts where it says, unless a hole would stand before it.
            None if stamped >= self.start && stamped - self.start < self.frame => stamped,
            None => self.start,
        };
        let ahead = stamped - end;
        if ahead <= -length {
            self.end = self.end.or(Some(end));
            placed.dropped = true;
            return placed;
        }
        self.end = Some(end);
        if ahead >= self.frame {
            placed.filled = self.fill(ahead / self.frame);
        }
        self.append(length, data);
        placed
    }

    /// Fills with silence up to `until`, in whole frames that start before it.
    pub fn fill_until(&mut self, until: MediaTime) {
        let end = *self.end.get_or_insert(self.start);
        let missing = until.to_units(self.rate) - end;
        if missing > 0 && self.silence.is_some() {
            self.fill((missing + self.frame - 1) / self.frame);
        }
    }

    fn fill(&mut self, frames: i64) -> i64 {
        match self.silence.clone() {
            Some(silence) => {
                (0..frames).for_each(|_| self.append(self.frame, silence.clone()));
                frames
            }
            None => {
                // Nothing can be put there: the sound goes on after a hole.
                self.end = self.end.map(|end| end + frames * self.frame);
                0
            }
        }
    }

    fn append(&mut self, length: i64, data: Bytes) {
        let dts = self.end.unwrap_or(self.start);
        self.ready.push_back(Sample { dts, composition: 0, duration: length, random_access: true, data });
        self.end = Some(dts + length);
    }

    /// End of the last frame, rounded up to a tick so that what comes after never overlaps.
    pub fn end(&self) -> MediaTime {
        let end = self.end.unwrap_or(self.start);
        let rounded = MediaTime::from_units(end, self.rate);
        if rounded.to_units(self.rate) < end { rounded + MediaTime::from_ticks(1) } else { rounded }
    }

    /// The end of what was taken: where another lane would go on. Rounded up like [`AudioLane::end`].
    pub fn taken_until(&self) -> MediaTime {
        match self.ready.front() {
            Some(first) => MediaTime::from_units(first.dts, self.rate) + MediaTime::from_ticks(1),
            None => self.end(),
        }
    }

    /// The end of the last ready frame that ends by `limit`.
    pub fn last_end_until(&self, limit: MediaTime) -> Option<MediaTime> {
        let ends =
            self.ready.iter().map(|sample| MediaTime::from_units(sample.dts + sample.duration, self.rate));
        ends.take_while(|end| *end <= limit).last()
    }

    /// Takes the frames that start before `boundary`.
    pub fn take_until(&mut self, boundary: MediaTime) -> Vec<Sample> {
        let rate = self.rate;
        let count = self.ready.partition_point(|sample| MediaTime::from_units(sample.dts, rate) < boundary);
        self.ready.drain(..count).collect()
    }

    /// Whether no frame is ready.
    pub fn is_empty(&self) -> bool {
        self.ready.is_empty()
    }

    /// Whether its holes can be filled.
    pub fn can_be_silent(&self) -> bool {
        self.silence.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::Track;
    use proptest::prelude::*;

    fn picture(random_access: bool) -> AccessUnit {
        AccessUnit {
            track: Track::Video,
            dts: MediaTime::ZERO,
            composition: MediaTime::from_millis(66),
            random_access,
            data: Bytes::from_static(b"picture"),
        }
    }

    fn sound(silent: bool) -> AudioLane {
        let silence = silent.then(|| Bytes::from_static(b"silence"));
        AudioLane::starting_at(MediaTime::from_millis(10_000), 48_000, 1_024, silence, false)
    }

    fn contiguous(samples: &[Sample]) -> bool {
        samples.windows(2).all(|pair| pair[0].dts + pair[0].duration == pair[1].dts)
    }

    #[test]
    fn a_picture_lasts_until_the_next_one() {
        let mut lane = VideoLane::starting_at(MediaTime::ZERO);
        lane.push(MediaTime::from_millis(0), &picture(true));
        lane.push(MediaTime::from_millis(33), &picture(false));
        assert_eq!(lane.end(), MediaTime::from_millis(33));
        let taken = lane.take_until(MediaTime::from_millis(1_000));
        assert_eq!((taken.len(), taken[0].duration), (1, 33 * 90));
    }

    #[test]
    fn a_decode_time_that_goes_back_is_moved_just_past_the_one_before() {
        let mut lane = VideoLane::starting_at(MediaTime::ZERO);
        lane.push(MediaTime::from_millis(100), &picture(true));
        assert_eq!(lane.push(MediaTime::from_millis(40), &picture(false)), MediaTime::from_millis(101));
    }

    #[test]
    fn the_sound_starts_where_its_first_frame_says() {
        let mut lane = sound(true);
        lane.push(MediaTime::from_millis(10_007), 1_024, Bytes::from_static(b"a"));
        assert_eq!(lane.take_until(MediaTime::from_millis(11_000))[0].dts, 10_007 * 48);
    }

    #[test]
    fn sound_that_starts_late_is_preceded_by_silence() {
        let mut lane = sound(true);
        let placed = lane.push(MediaTime::from_millis(10_100), 1_024, Bytes::from_static(b"a"));
        assert_eq!(placed.filled, 4);
        let taken = lane.take_until(MediaTime::from_millis(11_000));
        assert_eq!(taken[0].dts, 480_000);
        assert!(contiguous(&taken));
    }

    #[test]
    fn an_overlapping_frame_is_dropped_and_a_hole_filled() {
        let mut lane = sound(true);
        lane.push(MediaTime::from_millis(10_000), 1_024, Bytes::from_static(b"a"));
        assert!(lane.push(MediaTime::from_millis(9_900), 1_024, Bytes::from_static(b"b")).dropped);
        assert_eq!(lane.push(MediaTime::from_millis(11_000), 1_024, Bytes::from_static(b"c")).filled, 45);
    }

    #[test]
    fn without_silence_a_hole_stays_a_hole() {
        let mut lane = sound(false);
        lane.push(MediaTime::from_millis(10_000), 1_024, Bytes::from_static(b"a"));
        lane.push(MediaTime::from_millis(10_500), 1_024, Bytes::from_static(b"b"));
        let taken = lane.take_until(MediaTime::from_millis(12_000));
        assert_eq!(taken.len(), 2);
        assert_eq!(taken[1].dts - taken[0].dts, 1_024 * 23);
    }

    proptest! {
        /// Millisecond rounding and jitter below half a frame neither add nor drop a frame, for hours.
        #[test]
        fn rounded_stamps_never_add_up(rate in prop::sample::select(vec![44_100_u32, 48_000, 32_000]),
                                       jitter in prop::collection::vec(-8_i64..=8, 500)) {
            let mut lane = AudioLane::starting_at(MediaTime::ZERO, rate, 1_024, Some(Bytes::from_static(b"s")), true);
            for (index, jitter) in jitter.iter().enumerate() {
                let exact = MediaTime::from_units(i64::try_from(index).unwrap() * 1_024, rate);
                let stamp = MediaTime::from_millis(exact.millis() + jitter);
                prop_assert_eq!(lane.push(stamp, 1_024, Bytes::from_static(b"a")), Placed::default());
            }
            let taken = lane.take_until(MediaTime::from_millis(1_000_000));
            prop_assert_eq!(taken.len(), jitter.len());
            prop_assert!(contiguous(&taken));
        }

        /// Whatever the stamps say, the samples stay contiguous and within a frame of the newest stamp.
        #[test]
        fn samples_are_contiguous_whatever_the_stamps_say(stamps in prop::collection::vec(0_i64..5_000, 1..100)) {
            let mut lane = sound(true);
            for stamp in stamps {
                lane.push(MediaTime::from_millis(10_000 + stamp), 1_024, Bytes::from_static(b"a"));
            }
            prop_assert!(contiguous(&lane.take_until(MediaTime::from_millis(100_000))));
        }
    }
}
