//! An event's one timeline: access units in, parts to make out.
//!
//! ```text
//!              ┌────────── unit ──────────┐
//!              ▼                          │
//!   enter ─▶ Live ── a picture 1 s late ─▶ Holding ── enter (an encoder's key frame) ─▶ Live
//!              │                          │
//!              └───── end / close ────────┴──▶ done: the open part is closed with what is there
//! ```
//!
//! Pure: every call takes `now` (time since the program's own origin) and leaves [`Action`]s behind. It does
//! not know sources, sockets or the window; who may feed it is decided in [`stage`](super::stage).

mod hold;
mod resume;

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;

use super::clock::{Calendar, Pace, SourceClock};
use super::cutter::{Cut, Cutter};
use super::lane::{AudioLane, VideoLane};
use super::opening::Measured;
use super::plan::{Action, Entry, PartPlan, SegmentPlan};
use super::settings::{HOLD_AFTER, ORIGIN, Settings};
use crate::codec::{self, Entrance};
use crate::stream::{AccessUnit, AudioCodec, AudioConfig, Configuration, Samples, Track};
use crate::time::MediaTime;
use hold::Hold;
pub use resume::Resumption;

/// Sound that is missing for so long beside a moving picture is replaced by silence.
const SOUND_MISSING_AFTER: MediaTime = MediaTime::from_millis(1_000);

/// See the module's documentation.
#[derive(Debug)]
pub struct Timeline {
    configuration: Configuration,
    silence: Option<Bytes>,
    video: Option<VideoLane>,
    audio: Option<AudioLane>,
    cutter: Cutter,
    frame: MediaTime,
    clock: SourceClock,
    pace: Pace,
    calendar: Calendar,
    read_again: Option<Duration>,
    /// When the track that leads (the picture, else the sound) last got a unit.
    last_arrival: Duration,
    /// When the segment's first unit arrived.
    segment_arrival: Duration,
    last_key: Option<AccessUnit>,
    entrance: Entrance,
    hold: Option<Hold>,
    /// What was promised before the program was started again could not be held: the next source goes on in the
    /// open segment.
    left_open: bool,
    /// Filled in to end segments, and not made up for by the clock yet.
    ahead: MediaTime,
    /// The next part opens a segment; `Some(true)` with a discontinuity.
    opens: Option<bool>,
    actions: VecDeque<Action>,
}

impl Timeline {
    /// A timeline for an event so measured; the wall clock says `date` (ms since 1970) at the arrival of the
    /// entry's first unit.
    pub fn new(settings: &Settings, measured: Measured, entry: Entry, date: i64) -> Self {
        let arrival = entry.units.first().map_or(Duration::ZERO, |(arrival, _)| *arrival);
        let mut timeline = Timeline {
            configuration: Configuration::default(),
            silence: None,
            video: None,
            audio: None,
            cutter: Cutter::new(measured.geometry, settings.segment, measured.frame, ORIGIN),
            frame: measured.frame,
            clock: SourceClock::new(MediaTime::ZERO, ORIGIN),
            pace: Pace::new(),
            calendar: Calendar::new(arrival, date, ORIGIN),
            read_again: None,
            last_arrival: arrival,
            segment_arrival: arrival,
            last_key: None,
            entrance: Entrance::default(),
            hold: None,
            left_open: false,
            ahead: MediaTime::ZERO,
            opens: Some(false),
            actions: VecDeque::new(),
        };
        timeline.feed(entry, ORIGIN);
        timeline
    }

    /// The next thing to do.
    pub fn next_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// The configuration that the timeline carries now.
    pub fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// Since when no real unit has come, while the picture is held (or would be, if it could).
    pub fn holding_since(&self) -> Option<Duration> {
        self.hold.as_ref().map(|_| self.last_arrival)
    }

    /// When the newest real unit came.
    pub fn last_arrival(&self) -> Duration {
        self.last_arrival
    }

    /// The instant before which nothing more should be read from the source: it runs ahead of the clock.
    pub fn read_again(&self) -> Option<Duration> {
        self.read_again
    }

    /// When [`Timeline::tick`] wants to be called.
    pub fn deadline(&self) -> Option<Duration> {
        match &self.hold {
            None => Some(self.due() + HOLD_AFTER),
            Some(hold) if hold.possible => {
                let due = self.cutter.part_start() + self.cutter.part_target() - hold.clock.1;
                // A tick later than exact, so that rounding never asks for the same instant twice.
                Some(hold.clock.0 + due.to_duration() + Duration::from_micros(100))
            }
            Some(_) => None,
        }
    }

    /// When the next unit should come: a frame after the last one, or when reading goes on.
    fn due(&self) -> Duration {
        let due = self.last_arrival + self.frame.to_duration();
        self.read_again.map_or(due, |again| again.max(due))
    }

    /// Does what is due at `now`: starts the hold, or makes the next held part.
    pub fn tick(&mut self, now: Duration) {
        if self.hold.is_none() && self.deadline().is_some_and(|deadline| now >= deadline) {
            self.start_hold();
        }
        while let Some(position) = self.held_position(now)
            && self.cutter.part_start() + self.cutter.part_target() <= position
            && self.hold_part(self.cutter.part_target(), false)
        {}
    }

    /// Takes a unit of the source that feeds the timeline, arrived at `now`.
    pub fn unit(&mut self, now: Duration, unit: AccessUnit) {
        match unit.track {
            Track::Video => self.picture(now, unit),
            Track::Audio => self.sound(now, unit),
        }
        self.cut();
    }

    /// Lets a source in at its key frame: from a hold, or as a takeover. What the last source left is closed
    /// first; with another configuration a discontinuity stands before the next segment.
    pub fn enter(&mut self, now: Duration, entry: Entry) {
        let held = self.hold.is_some();
        match self.held_position(now) {
            Some(position) => self.end_held_segment(position),
            None if self.left_open && entry.configuration == self.configuration => {}
            None if held => self.close(),
            None => self.finish(),
        }
        self.left_open = false;
        if self.hold.take().is_some() && held {
            self.calendar.re_anchor();
        }
        self.feed(entry, self.end());
    }

    /// Closes the open part and segment with what is there: the source is gone, or the program stops.
    pub fn close(&mut self) {
        self.settle();
        if self.video.is_none()
            && self.opens.is_none()
            && let Some(audio) = self.audio.as_mut().filter(|audio| audio.is_empty())
        {
            // Without pictures nothing waits, but the next part of the open segment is promised.
            audio.fill_until(audio.end() + self.frame);
        }
        let end = self.end();
        if end > self.cutter.part_start() && self.make_part(Cut { at: end, last: true }) {
            return;
        }
        if self.opens.is_none() {
            self.actions.push_back(Action::Seal);
            self.cutter.advance(Cut { at: end, last: true });
            self.opens = Some(false);
        }
    }

    /// Nothing comes after the waiting picture for now: all that is there gets its length.
    fn settle(&mut self) {
        let frame = self.frame;
        if let Some(video) = &mut self.video {
            video.flush(frame);
        }
        let end = self.end();
        if self.video.is_some()
            && let Some(audio) = &mut self.audio
        {
            audio.fill_until(end);
        }
        self.cut();
    }

    fn feed(&mut self, entry: Entry, at: MediaTime) {
        let changed = entry.configuration != self.configuration;
        if changed {
            let first = self.configuration == Configuration::default();
            self.lay_lanes(&entry, at);
            self.configuration = entry.configuration.clone();
            self.silence = entry.silence.clone();
            self.actions.push_back(Action::Configure(entry.configuration));
            self.opens = Some(!first);
        }
        self.last_key = None;
        self.entrance = Entrance::default();
        self.cutter.forget_keys();
        self.pace = Pace::new();
        if let Some((arrival, first)) = entry.units.first() {
            self.clock = SourceClock::new(first.dts, at);
            self.segment_arrival = *arrival;
        }
        for (arrival, unit) in entry.units {
            self.unit(arrival, unit);
        }
    }

    fn lay_lanes(&mut self, entry: &Entry, at: MediaTime) {
        self.video = entry.configuration.video.as_ref().map(|_| VideoLane::starting_at(at));
        let sounded = self.audio.as_ref().map(AudioLane::taken_until);
        self.audio = entry.configuration.audio.as_ref().map(|audio| {
            let start = sounded.unwrap_or(at);
            let silence = entry.silence.clone();
            AudioLane::starting_at(start, audio.sample_rate, audio.frame_length, silence, sounded.is_some())
        });
    }

    fn picture(&mut self, now: Duration, mut unit: AccessUnit) {
        let (Some(video), Some(config)) = (&mut self.video, &self.configuration.video) else { return };
        match self.entrance.admit(config, &unit.data) {
            Some(data) => unit.data = data,
            None => return,
        }
        let expected = video.end() + if video.is_empty() { MediaTime::ZERO } else { self.frame };
        let mapped = self.clock.map(Track::Video, unit.dts, now, expected);
        let at = video.push(mapped, &unit);
        self.arrived(now, at);
        if unit.random_access {
            self.cutter.note_key(at);
            self.last_key = Some(unit);
        }
    }

    fn sound(&mut self, now: Duration, unit: AccessUnit) {
        let (Some(audio), Some(config)) = (&mut self.audio, &self.configuration.audio) else { return };
        let mapped = self.clock.map(Track::Audio, unit.dts, now, audio.end());
        let length = frame_length(config, &unit.data);
        audio.push(mapped, length, unit.data);
        if self.video.is_none() {
            self.arrived(now, mapped);
        }
    }

    fn arrived(&mut self, now: Duration, position: MediaTime) {
        self.last_arrival = self.last_arrival.max(now);
        self.read_again = self.pace.note(now, position);
    }

    /// The end of what the leading track has, durations known.
    fn end(&self) -> MediaTime {
        match (&self.video, &self.audio) {
            (Some(video), _) => video.end(),
            (None, Some(audio)) => audio.end(),
            (None, None) => self.cutter.part_start(),
        }
    }

    fn audio_frame(&self) -> MediaTime {
        let config = self.configuration.audio.as_ref();
        config.map_or(MediaTime::ZERO, |a| MediaTime::from_units(i64::from(a.frame_length), a.sample_rate))
    }

    fn cut(&mut self) {
        let frame = self.audio_frame();
        while let Some(cut) =
            self.cutter.next(self.video.as_ref(), self.audio.as_ref().map(|lane| (lane, frame)))
        {
            if self.video.is_some()
                && let Some(audio) = &mut self.audio
                && audio.can_be_silent()
                && audio.end() + SOUND_MISSING_AFTER < cut.at
            {
                audio.fill_until(cut.at);
            }
            if !self.make_part(cut) {
                // Nothing starts in this slice (a picture longer than a part, no sound): the part grows.
                break;
            }
        }
    }

    /// Makes the part that ends at the cut; false when no sample starts before it.
    fn make_part(&mut self, cut: Cut) -> bool {
        let samples = Samples {
            video: self.video.as_mut().map(|lane| lane.take_until(cut.at)).unwrap_or_default(),
            audio: self.audio.as_mut().map(|lane| lane.take_until(cut.at)).unwrap_or_default(),
        };
        if samples.is_empty() {
            return false;
        }
        let start = self.cutter.part_start();
        let independent = match &self.video {
            Some(_) => samples.video.first().is_some_and(|first| first.random_access),
            None => true,
        };
        let opens = self.opens.take().map(|discontinuity| SegmentPlan {
            start,
            date: self.calendar.date(start, self.segment_arrival),
            discontinuity,
        });
        if cut.last {
            self.opens = Some(false);
            self.segment_arrival = self.last_arrival;
        }
        self.cutter.advance(cut);
        let duration = cut.at - start;
        self.actions.push_back(Action::Part(PartPlan {
            samples,
            duration,
            independent,
            start: opens,
            last: cut.last,
        }));
        true
    }
}

/// Samples in an audio frame: AAC's is fixed, an Opus packet says it itself (RFC 6716 3.1).
fn frame_length(config: &AudioConfig, data: &[u8]) -> u32 {
    match config.codec {
        AudioCodec::Aac => config.frame_length,
        AudioCodec::Opus => codec::opus_duration(data).unwrap_or(config.frame_length),
    }
}

#[cfg(test)]
mod tests;
