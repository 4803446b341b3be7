//! The gate: every source passes it before it feeds the timeline, at its start and after each silence.
//!
//! It opens at a key frame whose media comes no faster than the clock. What a sender had queued while its path
//! was blocked arrives in a burst; that is let go up to the newest key frame, so that a backlog never pushes
//! the timeline ahead.

use std::time::Duration;

use crate::codec;
use crate::stream::{AccessUnit, AudioConfig, Configuration, Media, Track, TrackConfig, VideoConfig};
use crate::time::MediaTime;

/// How long media is watched before it is believed to be live.
const SETTLE: Duration = Duration::from_millis(250);

/// Media that ran ahead of the clock by more, while it was watched, is a backlog. FFmpeg begins with half a second
/// at once.
const BACKLOG: MediaTime = MediaTime::from_millis(1_000);

/// A sender that bursts for so long is taken as it is.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long the gate waits for a track that the timeline has and this source has not announced yet.
const MISSING_TRACK: Duration = Duration::from_millis(1_000);

/// Bytes that wait behind the gate. Threat: an encoder with the right key and one endless group of pictures
/// fills the memory.
const MAX_WAITING: usize = 32 << 20;

/// What passed: a configuration and the units from a key frame on, with their arrivals.
#[derive(Debug)]
pub struct Passed {
    /// Both tracks' configurations.
    pub configuration: Configuration,
    /// From the key frame on.
    pub units: Vec<(Duration, AccessUnit)>,
}

/// One source's gate.
#[derive(Debug, Default)]
pub struct Gate {
    video: Option<VideoConfig>,
    audio: Option<AudioConfig>,
    first: Option<Duration>,
    waiting: Vec<(Duration, AccessUnit)>,
    bytes: usize,
}

impl Gate {
    /// A closed gate for a source that was configured so before.
    pub fn closed(configuration: &Configuration) -> Self {
        Gate { video: configuration.video.clone(), audio: configuration.audio.clone(), ..Gate::default() }
    }

    /// Takes what the source sent, arrived at `now`.
    pub fn push(&mut self, now: Duration, media: Media) {
        match media {
            Media::Config(TrackConfig::Video(config)) => {
                if self.video.as_ref() != Some(&config) {
                    self.video = Some(config);
                    // Units of the old configuration cannot be decoded with the new one.
                    self.clear();
                }
            }
            Media::Config(TrackConfig::Audio(config)) => {
                if self.audio.as_ref() != Some(&config) {
                    self.audio = Some(config);
                    let bytes: usize = self.sound().map(|(_, unit)| unit.data.len()).sum();
                    self.bytes -= bytes;
                    self.waiting.retain(|(_, unit)| unit.track == Track::Video);
                }
            }
            Media::Unit(unit) => self.unit(now, unit),
        }
    }

    fn sound(&self) -> impl Iterator<Item = &(Duration, AccessUnit)> {
        self.waiting.iter().filter(|(_, unit)| unit.track == Track::Audio)
    }

    fn unit(&mut self, now: Duration, unit: AccessUnit) {
        self.first.get_or_insert(now);
        let starts = match unit.track {
            Track::Video => unit.random_access && self.is_entrance(now, &unit),
            Track::Audio => self.video.is_none() && self.audio.is_some() && self.waiting.is_empty(),
        };
        let too_much = self.bytes + unit.data.len() > MAX_WAITING;
        if starts || too_much {
            self.clear();
        }
        if starts || !self.waiting.is_empty() {
            self.bytes += unit.data.len();
            self.waiting.push((now, unit));
        }
    }

    /// A key frame that needs what came before it is no way in, unless the source has no other.
    fn is_entrance(&self, now: Duration, unit: &AccessUnit) -> bool {
        let patient = self.first.is_none_or(|first| now.saturating_sub(first) < PATIENCE);
        self.video.as_ref().is_some_and(|config| !patient || codec::is_entrance(config, &unit.data))
    }

    fn clear(&mut self) {
        self.waiting.clear();
        self.bytes = 0;
    }

    /// Opens for a source that starts an event: at its first key frame, at once.
    pub fn first(&mut self) -> Option<Passed> {
        if self.waiting.is_empty() { None } else { Some(self.pass()) }
    }

    /// Opens for a source that goes on with an event configured as `current`, if it may at `now`.
    pub fn open(&mut self, now: Duration, current: &Configuration) -> Option<Passed> {
        let (since, first) = (self.first?, self.waiting.first()?);
        let watched = now.saturating_sub(first.0);
        let waited = now.saturating_sub(since);
        let missing = (current.video.is_some() && self.video.is_none())
            || (current.audio.is_some() && self.audio.is_none());
        if watched < SETTLE || (missing && waited < MISSING_TRACK) {
            return None;
        }
        let track = first.1.track;
        let last = self.waiting.iter().rev().find(|(_, unit)| unit.track == track)?;
        let ahead = last.1.dts - first.1.dts - MediaTime::from_duration(watched);
        if ahead > BACKLOG && waited < PATIENCE {
            return None;
        }
        Some(self.pass())
    }

    fn pass(&mut self) -> Passed {
        let configuration = Configuration { video: self.video.clone(), audio: self.audio.clone() };
        self.bytes = 0;
        self.first = None;
        Passed { configuration, units: std::mem::take(&mut self.waiting) }
    }

    /// When to try again even if nothing arrives: the next of its limits after `now`.
    pub fn deadline(&self, now: Duration) -> Option<Duration> {
        let settled = self.waiting.first().map(|(arrival, _)| *arrival + SETTLE);
        let others = self.first.iter().flat_map(|first| [*first + MISSING_TRACK, *first + PATIENCE]);
        settled.into_iter().chain(others).filter(|limit| *limit > now && !self.waiting.is_empty()).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::VideoCodec;
    use bytes::Bytes;

    fn config() -> VideoConfig {
        let record = Bytes::from_static(b"record");
        VideoConfig { codec: VideoCodec::Vp9, record, width: 640, height: 360, codecs: String::from("vp09") }
    }

    fn picture(millis: i64, key: bool) -> Media {
        Media::Unit(AccessUnit {
            track: Track::Video,
            dts: MediaTime::from_millis(millis),
            composition: MediaTime::ZERO,
            random_access: key,
            data: Bytes::from_static(b"x"),
        })
    }

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn gate() -> (Gate, Configuration) {
        let current = Configuration { video: Some(config()), audio: None };
        (Gate::closed(&current), current)
    }

    #[test]
    fn it_opens_only_at_a_key_frame() {
        let (mut gate, current) = gate();
        gate.push(ms(0), picture(0, false));
        assert!(gate.open(ms(5_000), &current).is_none());
        gate.push(ms(40), picture(40, true));
        gate.push(ms(80), picture(80, false));
        assert!(gate.open(ms(80), &current).is_none());
        assert_eq!(gate.open(ms(300), &current).unwrap().units.len(), 2);
    }

    #[test]
    fn a_backlog_is_let_go_up_to_the_newest_key_frame() {
        let (mut gate, current) = gate();
        for second in 0..16_i64 {
            gate.push(ms(0), picture(second * 1_000, second % 4 == 0));
        }
        assert!(gate.open(ms(260), &current).is_none(), "three seconds of media in no time are a backlog");
        gate.push(ms(1_000), picture(16_000, true));
        gate.push(ms(1_300), picture(16_300, false));
        let passed = gate.open(ms(1_300), &current).unwrap();
        assert_eq!(passed.units[0].1.dts, MediaTime::from_millis(16_000));
    }

    #[test]
    fn a_sender_that_never_stops_bursting_is_let_in_at_last() {
        let (mut gate, current) = gate();
        gate.push(ms(0), picture(0, true));
        gate.push(ms(1), picture(60_000, false));
        assert!(gate.open(ms(4_000), &current).is_none());
        assert!(gate.open(ms(5_000), &current).is_some());
    }

    #[test]
    fn a_picture_that_needs_what_came_before_it_is_no_way_in_unless_there_is_no_other() {
        let (mut gate, current) = gate();
        // No IDR slice is in there: a recovery point.
        gate.push(
            ms(0),
            Media::Config(TrackConfig::Video(VideoConfig { codec: VideoCodec::H264, ..config() })),
        );
        gate.push(ms(0), picture(0, true));
        gate.push(ms(2_000), picture(2_000, true));
        assert!(gate.open(ms(2_500), &current).is_none());
        gate.push(ms(6_000), picture(6_000, true));
        assert!(gate.open(ms(6_500), &current).is_some());
    }

    #[test]
    fn a_new_configuration_drops_what_came_before_it() {
        let (mut gate, current) = gate();
        gate.push(ms(0), picture(0, true));
        gate.push(ms(1), Media::Config(TrackConfig::Video(VideoConfig { width: 320, ..config() })));
        assert!(gate.open(ms(1_000), &current).is_none());
        gate.push(ms(1_000), picture(1_000, true));
        assert_eq!(gate.open(ms(1_300), &current).unwrap().configuration.video.unwrap().width, 320);
    }
}
