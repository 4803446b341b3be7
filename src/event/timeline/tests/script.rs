//! A scripted encoder on virtual time.

use super::*;
use crate::event::opening::Opening;
use crate::stream::{AudioConfig, VideoCodec, VideoConfig};

/// An encoder and a clock. Its key frames can be held.
pub(super) struct Script {
    pub(super) rate: i64,
    pub(super) gop: i64,
    pub(super) now: Duration,
    /// Number of the next picture and the next audio frame since the encoder's start.
    pub(super) pictures: i64,
    pub(super) sounds: i64,
    /// What the encoder's clock said at its start, and when that was.
    pub(super) stamp: MediaTime,
    pub(super) began: Duration,
    pub(super) configuration: Configuration,
}

pub(super) const RATE: u32 = 48_000;

/// The start of a VP9 key frame that is shown (VP9 6.2): it can be held as it is.
pub(super) const KEY_FRAME: &[u8] = &[0x82, 0x49, 0x83, 0x42, 0x00];

impl Script {
    pub(super) fn new(rate: i64, gop: i64, picture: bool, sound: bool) -> Self {
        let video = VideoConfig {
            codec: VideoCodec::Vp9,
            record: Bytes::from_static(b"record"),
            width: 640,
            height: 360,
            codecs: String::from("vp09.00.10.08"),
        };
        let audio = AudioConfig {
            codec: AudioCodec::Aac,
            record: Bytes::from_static(&[0x11, 0x90]),
            sample_rate: RATE,
            channels: 2,
            frame_length: 1_024,
            codecs: String::from("mp4a.40.2"),
            silence_possible: true,
        };
        let configuration = Configuration { video: picture.then_some(video), audio: sound.then_some(audio) };
        Script {
            rate,
            gop,
            now: Duration::ZERO,
            pictures: 0,
            sounds: 0,
            stamp: MediaTime::from_millis(777_000),
            began: Duration::ZERO,
            configuration,
        }
    }

    pub(super) fn restart(&mut self, stamp: i64) {
        self.began = self.now;
        self.pictures = 0;
        self.sounds = 0;
        self.stamp = MediaTime::from_millis(stamp);
    }

    /// The next unit, and virtual time moved to its arrival.
    pub(super) fn unit(&mut self) -> AccessUnit {
        let picture = MediaTime::from_ticks(self.pictures * 90_000 / self.rate);
        let sound = MediaTime::from_units(self.sounds * 1_024, RATE);
        let has_picture = self.configuration.video.is_some();
        let is_picture = has_picture && (self.configuration.audio.is_none() || picture <= sound);
        let at = if is_picture { picture } else { sound };
        // RTMP rounds every stamp to the millisecond.
        let dts = self.stamp + MediaTime::from_millis(at.millis());
        self.now = self.began + at.to_duration();
        let key = is_picture && self.pictures % self.gop == 0;
        if is_picture {
            self.pictures += 1;
        } else {
            self.sounds += 1;
        }
        AccessUnit {
            track: if is_picture { Track::Video } else { Track::Audio },
            dts,
            composition: MediaTime::ZERO,
            random_access: key || !is_picture,
            data: Bytes::from_static(if key { KEY_FRAME } else { b"unit" }),
        }
    }

    pub(super) fn entry(&mut self, units: usize) -> Entry {
        let mut arrived = || {
            let unit = self.unit();
            (self.now, unit)
        };
        let units = (0..units).map(|_| arrived()).collect();
        Entry {
            configuration: self.configuration.clone(),
            silence: Some(Bytes::from_static(b"silence")),
            units,
        }
    }

    pub(super) fn begin(&mut self) -> (Timeline, Measured) {
        let settings = Settings::default();
        let mut opening = Opening::new(settings.segment, self.configuration.clone());
        loop {
            let unit = self.unit();
            opening.push(self.now, unit);
            if let Some(measured) = opening.measure(self.now) {
                let entry = Entry { units: opening.into_units(), ..self.entry(0) };
                return (Timeline::new(&settings, measured, entry, 1_000_000), measured);
            }
        }
    }

    pub(super) fn play(&mut self, timeline: &mut Timeline, seconds: u64) {
        let until = self.now + Duration::from_secs(seconds);
        while self.now < until {
            let unit = self.unit();
            timeline.tick(self.now);
            timeline.unit(self.now, unit);
        }
    }

    /// Nothing arrives; the timeline's own deadlines are kept.
    pub(super) fn silence(&mut self, timeline: &mut Timeline, length: Duration) {
        let until = self.now + length;
        while let Some(deadline) = timeline.deadline().filter(|deadline| *deadline <= until) {
            assert!(deadline >= self.now, "a deadline in the past");
            self.now = deadline;
            timeline.tick(deadline);
        }
        self.now = until;
    }
}
