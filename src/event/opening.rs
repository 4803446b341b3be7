//! An event's opening: media is collected until what is fixed for the whole event can be measured.
//!
//! PART-TARGET needs the frame rate, EXT-X-TARGETDURATION the key frame interval, and neither may change later
//! (RFC 8216bis; Apple's players die of it). So the first seconds are kept back, once per event.

use std::time::Duration;

use super::settings::{MAX_TARGET_DURATION, PART_LIMIT};
use crate::stream::{AccessUnit, Configuration, Geometry, Track, TrackConfig};
use crate::time::MediaTime;

/// Without a picture track by then, the event is sound alone. An encoder announces both at once.
const SOUND_ALONE_AFTER: MediaTime = MediaTime::from_millis(1_500);

/// An opening that the clock says is over is measured with what there is: a stuck encoder delays nobody more.
const PATIENCE: Duration = Duration::from_secs(6);

/// Frame rates that cameras and encoders really have, in frames per 1,001 seconds.
const USUAL_RATES: [i64; 14] = [
    10_010, 12_000, 12_512, 15_000, 15_015, 20_020, 24_000, 24_024, 25_025, 30_000, 30_030, 50_050, 60_000,
    60_060,
];

/// What was measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// PART-TARGET and EXT-X-TARGETDURATION.
    pub geometry: Geometry,
    /// The usual length of a picture, or of an audio frame where there is no picture.
    pub frame: MediaTime,
    /// Pictures a second, where there is a picture.
    pub frame_rate: Option<f64>,
    /// Bits a second of both tracks together.
    pub bit_rate: u64,
}

/// The first units of an event, with the instant at which each arrived. They start at a key frame.
#[derive(Debug)]
pub struct Opening {
    segment: MediaTime,
    configuration: Configuration,
    units: Vec<(Duration, AccessUnit)>,
}

impl Opening {
    /// An opening of a stream configured so, for segments that are meant to be `segment` long.
    pub fn new(segment: MediaTime, configuration: Configuration) -> Self {
        Opening { segment, configuration, units: Vec::new() }
    }

    /// Takes the configuration of a sound that is announced a little after the picture. False when it has to
    /// begin anew: another configuration of a track that has one, or a picture after the sound.
    pub fn announce(&mut self, config: &TrackConfig) -> bool {
        match config {
            TrackConfig::Audio(audio)
                if self.configuration.audio.is_none() && self.configuration.video.is_some() =>
            {
                self.configuration.audio = Some(audio.clone());
                true
            }
            _ => false,
        }
    }

    /// Collects a unit that arrived at `now`.
    pub fn push(&mut self, now: Duration, unit: AccessUnit) {
        self.units.push((now, unit));
    }

    /// When to look again even if nothing arrives.
    pub fn deadline(&self) -> Option<Duration> {
        self.units.first().map(|(arrival, _)| *arrival + PATIENCE)
    }

    /// Everything collected, to be fed into the timeline.
    pub fn into_units(self) -> Vec<(Duration, AccessUnit)> {
        self.units
    }

    /// The stream's configuration.
    pub fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// What is fixed for the event, once enough has come to know it.
    pub fn measure(&self, now: Duration) -> Option<Measured> {
        let late = self.deadline().is_some_and(|deadline| now >= deadline);
        let track = if self.configuration.video.is_some() { Track::Video } else { Track::Audio };
        let stamps: Vec<(MediaTime, bool)> = self
            .units
            .iter()
            .filter(|(_, unit)| unit.track == track)
            .map(|(_, unit)| (unit.dts, unit.random_access))
            .collect();
        let (first, last) = (stamps.first()?.0, stamps.last()?.0);
        let length = last - first;
        if stamps.len() < 2 || length <= MediaTime::ZERO {
            return None;
        }
        let bytes: usize = self.units.iter().map(|(_, unit)| unit.data.len()).sum();
        let bits = u64::try_from(bytes).unwrap_or(u64::MAX).saturating_mul(8 * 90_000);
        let bit_rate = bits / length.ticks().unsigned_abs();

        if let Some(audio) = self.configuration.audio.as_ref().filter(|_| track == Track::Audio) {
            if length < SOUND_ALONE_AFTER && !late {
                return None;
            }
            let geometry = Geometry {
                part_target: part_target(1, i64::from(audio.frame_length), i64::from(audio.sample_rate)),
                target_duration: target_duration(self.segment),
            };
            let frame = MediaTime::from_units(i64::from(audio.frame_length), audio.sample_rate);
            return Some(Measured { geometry, frame, frame_rate: None, bit_rate });
        }

        let second_key = stamps.iter().skip(1).find(|(_, key)| *key).map(|(at, _)| *at - first);
        if second_key.is_none() && length < self.segment * 2 && !late {
            return None;
        }
        let longest = MediaTime::from_millis(i64::from(MAX_TARGET_DURATION) * 1_000);
        let wanted = second_key.map_or(longest, |interval| interval.max(self.segment));
        let intervals = i64::try_from(stamps.len() - 1).unwrap_or(i64::MAX);
        let (count, span) = usual_rate(intervals, length);
        Some(Measured {
            geometry: Geometry {
                part_target: part_target(1, span, count * 90_000),
                target_duration: target_duration(wanted),
            },
            frame: MediaTime::from_ticks((span / count).max(1)),
            frame_rate: Some(ratio(count) / MediaTime::from_ticks(span).seconds()),
            bit_rate,
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "a count of frames")]
fn ratio(count: i64) -> f64 {
    count as f64
}

/// The measured rate as (pictures, ticks), moved to a usual one when it is within half a percent: stamps are
/// rounded to milliseconds, so a short measurement is a little off.
fn usual_rate(pictures: i64, length: MediaTime) -> (i64, i64) {
    let span = length.ticks();
    let close =
        USUAL_RATES.iter().copied().min_by_key(|rate| (rate * span - pictures * 1_001 * 90_000).abs());
    match close {
        Some(rate) if (rate * span - pictures * 1_001 * 90_000).abs() * 200 <= rate * span => {
            (rate, 1_001 * 90_000)
        }
        _ => (pictures, span),
    }
}

/// The largest whole number of frames that is at most [`PART_LIMIT`], at least one, rounded up to the
/// millisecond. A frame lasts `units / timescale` seconds.
fn part_target(least: i64, units: i64, timescale: i64) -> MediaTime {
    let frames = (PART_LIMIT.millis() * timescale / (units.max(1) * 1_000)).max(least);
    let millis = (frames * units * 1_000 + timescale - 1) / timescale;
    MediaTime::from_millis(millis)
}

fn target_duration(wanted: MediaTime) -> u32 {
    let seconds = wanted.to_units(1).clamp(1, i64::from(MAX_TARGET_DURATION));
    u32::try_from(seconds).unwrap_or(MAX_TARGET_DURATION)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::{VideoCodec, VideoConfig};
    use bytes::Bytes;

    fn video() -> Configuration {
        let record = Bytes::from_static(b"record");
        let codecs = String::from("avc1.64001f");
        Configuration {
            video: Some(VideoConfig { codec: VideoCodec::H264, record, width: 640, height: 360, codecs }),
            audio: None,
        }
    }

    /// Pictures at `rate` / 1,001 a second with millisecond stamps, a key frame each `gop`.
    fn opening(rate: i64, gop: usize, count: usize) -> Opening {
        let mut opening = Opening::new(MediaTime::from_millis(2_000), video());
        for index in 0..count {
            let millis = i64::try_from(index).unwrap() * 1_001_000 / rate;
            let unit = AccessUnit {
                track: Track::Video,
                dts: MediaTime::from_millis(millis),
                composition: MediaTime::ZERO,
                random_access: index % gop == 0,
                data: Bytes::from_static(b"x"),
            };
            opening.push(Duration::from_millis(millis.unsigned_abs()), unit);
        }
        opening
    }

    fn geometry(rate: i64, gop: usize, count: usize) -> Option<(i64, u32)> {
        let measured = opening(rate, gop, count).measure(Duration::ZERO)?;
        Some((measured.geometry.part_target.millis(), measured.geometry.target_duration))
    }

    #[test]
    fn part_target_is_the_most_whole_frames_below_the_limit() {
        assert_eq!(geometry(30_030, 60, 61), Some((334, 2)));
        assert_eq!(geometry(25_025, 50, 51), Some((320, 2)));
        assert_eq!(geometry(60_060, 120, 121), Some((350, 2)));
        assert_eq!(geometry(30_000, 60, 61), Some((334, 2)));
        assert_eq!(geometry(15_015, 30, 31), Some((334, 2)));
        assert_eq!(geometry(2_002, 4, 5), Some((500, 2)));
    }

    #[test]
    fn target_duration_is_the_first_key_frame_interval() {
        assert_eq!(geometry(30_030, 120, 121), Some((334, 4)));
        assert_eq!(geometry(30_030, 15, 16), Some((334, 2)));
    }

    #[test]
    fn without_a_second_key_frame_in_twice_the_setting_it_is_ten_seconds() {
        assert_eq!(geometry(30_030, 1_000, 119), None);
        assert_eq!(geometry(30_030, 1_000, 121), Some((334, 10)));
    }

    #[test]
    fn a_stuck_encoder_is_measured_with_what_there_is() {
        let opening = opening(30_030, 1_000, 20);
        assert_eq!(opening.measure(Duration::from_secs(5)), None);
        assert!(opening.measure(Duration::from_secs(7)).is_some());
    }

    #[test]
    fn a_usual_rate_is_recognised_behind_rounded_stamps() {
        let measured = opening(30_000, 60, 61).measure(Duration::ZERO).unwrap();
        assert!((measured.frame_rate.unwrap() - 29.97).abs() < 0.001);
    }
}
