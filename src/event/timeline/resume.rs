//! Going on after a start in mid-event: the picture is held from the last published part on until the encoder is back.
//!
//! Time that nobody ran is not filled: decode times go on where they were, and the date comes from the clock again.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;

use super::Timeline;
use super::hold::Hold;
use crate::codec::{Entrance, HeldPicture};
use crate::event::clock::{Calendar, Pace, SourceClock};
use crate::event::cutter::Cutter;
use crate::event::lane::{AudioLane, VideoLane};
use crate::event::opening::Measured;
use crate::event::settings::Settings;
use crate::stream::{AccessUnit, Configuration, Track};
use crate::time::MediaTime;

/// Where a timeline stood.
#[derive(Debug)]
pub struct Resumption {
    /// What is fixed for the event.
    pub measured: Measured,
    /// What the timeline carries.
    pub configuration: Configuration,
    /// One silent frame of the sound's configuration, where it can be made.
    pub silence: Option<Bytes>,
    /// Where the last part ended.
    pub end: MediaTime,
    /// Where the open segment began; `None` when the last one is sealed.
    pub open: Option<MediaTime>,
    /// Where the pictures go on, in ticks, and the sound, in samples.
    pub ends: (Option<i64>, Option<i64>),
    /// The last picture that decoding can start at, and its composition offset.
    pub picture: Option<(Bytes, MediaTime)>,
    /// When the newest real unit arrived.
    pub last_arrival: Duration,
    /// The wall clock now, milliseconds since 1970.
    pub date: i64,
}

impl Timeline {
    /// A timeline that goes on at `now`, holding. A part that was promised is made at once, where it can be.
    pub fn resume(settings: &Settings, now: Duration, from: Resumption) -> Self {
        let Resumption { measured, configuration, silence, end, .. } = from;
        let mut cutter = Cutter::new(measured.geometry, settings.segment, measured.frame, end);
        from.open.into_iter().for_each(|start| cutter.go_on_in(start));
        let (pictured, sounded) = from.ends;
        let pictured = pictured.map_or(end, MediaTime::from_ticks);
        let video = configuration.video.as_ref().map(|_| VideoLane::starting_at(pictured));
        let audio = configuration.audio.as_ref().map(|config| {
            let (rate, frame) = (config.sample_rate, config.frame_length);
            let mut lane = AudioLane::starting_at(end, rate, frame, silence.clone(), false);
            sounded.into_iter().for_each(|samples| lane.go_on_at(samples));
            lane
        });
        let last_key = from.picture.map(|(data, composition)| AccessUnit {
            track: Track::Video,
            dts: end,
            composition,
            random_access: true,
            data,
        });
        let held = configuration.video.as_ref().zip(last_key.as_ref());
        let held = held.and_then(|(config, key)| HeldPicture::new(config, &key.data));
        let possible =
            (video.is_none() || held.is_some()) && audio.as_ref().is_none_or(AudioLane::can_be_silent);
        let composition = last_key.as_ref().map_or(MediaTime::ZERO, |key| key.composition);
        let mut calendar = Calendar::new(now, from.date, end);
        calendar.re_anchor();
        let mut timeline = Timeline {
            configuration,
            silence,
            video,
            audio,
            cutter,
            frame: measured.frame,
            clock: SourceClock::new(MediaTime::ZERO, end),
            pace: Pace::new(),
            calendar,
            read_again: None,
            last_arrival: from.last_arrival,
            segment_arrival: now,
            last_key,
            entrance: Entrance::default(),
            hold: Some(Hold::resumed(held, composition, (now, end), possible)),
            left_open: from.open.is_some() && !possible,
            ahead: MediaTime::ZERO,
            opens: from.open.is_none().then_some(false),
            actions: VecDeque::new(),
        };
        if from.open.is_some() && possible {
            timeline.end_held_segment(end);
        }
        timeline
    }
}
