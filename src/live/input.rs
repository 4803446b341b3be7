//! What an encoder sends, measured where it arrives, for whoever wants to look.
//!
//! The connection owns the [`SourceMeter`]; everybody else reads the shared [`Input`]. The meter stores a few numbers
//! per message: no lock, no allocation, and no clock but the reading that its caller takes anyway.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use super::stamps::{Fault, Stamps};
use crate::stream::{AccessUnit, Configuration, Track, TrackConfig};
use crate::time::MediaTime;

/// What an encoder says of its stream before it sends it (onMetaData). Nothing of it is believed where it can be
/// measured.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Announced {
    /// What it calls itself.
    pub encoder: Option<String>,
    /// Bits a second of picture and sound.
    pub bit_rate: Option<u64>,
    /// Pictures a second.
    pub frame_rate: Option<f64>,
}

/// What is fixed for a connection.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Its address, canonical.
    pub address: Option<IpAddr>,
    /// The name of its stream key.
    pub key: Option<String>,
    /// The key's number.
    pub key_id: Option<i64>,
    /// It is the box's own test card.
    pub test_card: bool,
    /// When it connected.
    pub since: SystemTime,
}

/// A reading. Rates are made of two of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Coded bytes of both tracks.
    pub bytes: u64,
    /// Pictures.
    pub pictures: u64,
    /// Frames of sound.
    pub sounds: u64,
    /// From the last key frame to the one before it.
    pub keyframe_interval: Option<MediaTime>,
    /// From the last key frame to the newest picture.
    pub since_keyframe: MediaTime,
    /// A picture was shown in another order than it was sent.
    pub b_frames: bool,
    /// How long the connection has lasted.
    pub age: Duration,
    /// Since the connection began, media time in all.
    pub length: MediaTime,
    /// What was last wrong with its stamps, and when, counted from the start of the connection.
    pub fault: Option<(Fault, Duration)>,
}

/// An encoder's stream as it is seen from outside.
#[derive(Debug)]
pub struct Input {
    /// What is fixed.
    pub origin: Origin,
    begun: Instant,
    slow: Mutex<Slow>,
    bytes: AtomicU64,
    pictures: AtomicU64,
    sounds: AtomicU64,
    /// Ticks; 0 until it is known.
    keyframe_interval: AtomicI64,
    since_keyframe: AtomicI64,
    length: AtomicI64,
    b_frames: AtomicBool,
    /// [`Fault`]'s code, 0 for none; written after what belongs to it.
    fault: AtomicU8,
    fault_size: AtomicI64,
    fault_at: AtomicU64,
}

/// What changes rarely.
#[derive(Debug, Default)]
struct Slow {
    announced: Announced,
    configuration: Configuration,
}

impl Input {
    fn new(origin: Origin) -> Self {
        Input {
            origin,
            begun: Instant::now(),
            slow: Mutex::default(),
            bytes: AtomicU64::new(0),
            pictures: AtomicU64::new(0),
            sounds: AtomicU64::new(0),
            keyframe_interval: AtomicI64::new(0),
            since_keyframe: AtomicI64::new(0),
            length: AtomicI64::new(0),
            b_frames: AtomicBool::new(false),
            fault: AtomicU8::new(0),
            fault_size: AtomicI64::new(0),
            fault_at: AtomicU64::new(0),
        }
    }

    /// What was measured until now.
    pub fn read(&self) -> Reading {
        let load = |number: &AtomicU64| number.load(Ordering::Relaxed);
        let time = |number: &AtomicI64| MediaTime::from_ticks(number.load(Ordering::Relaxed));
        let interval = time(&self.keyframe_interval);
        let code = self.fault.load(Ordering::Acquire);
        let fault = Fault::from_parts(code, time(&self.fault_size));
        Reading {
            bytes: load(&self.bytes),
            pictures: load(&self.pictures),
            sounds: load(&self.sounds),
            keyframe_interval: (interval > MediaTime::ZERO).then_some(interval),
            since_keyframe: time(&self.since_keyframe),
            b_frames: self.b_frames.load(Ordering::Relaxed),
            age: self.begun.elapsed(),
            length: time(&self.length),
            fault: fault.map(|fault| (fault, Duration::from_millis(load(&self.fault_at)))),
        }
    }

    /// What the encoder says of itself.
    pub fn announced(&self) -> Announced {
        self.slow().announced.clone()
    }

    /// How its tracks are configured, as far as they have come.
    pub fn configuration(&self) -> Configuration {
        self.slow().configuration.clone()
    }

    fn slow(&self) -> MutexGuard<'_, Slow> {
        // Nothing in here can panic half-way.
        self.slow.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The measuring end.
#[derive(Debug)]
pub struct SourceMeter {
    input: Arc<Input>,
    stamps: Stamps,
    bytes: u64,
    pictures: u64,
    sounds: u64,
    keyframe: Option<MediaTime>,
}

impl SourceMeter {
    /// A meter for a connection that begins now.
    pub fn new(origin: Origin) -> Self {
        SourceMeter {
            input: Arc::new(Input::new(origin)),
            stamps: Stamps::default(),
            bytes: 0,
            pictures: 0,
            sounds: 0,
            keyframe: None,
        }
    }

    /// What is fixed.
    pub fn origin(&self) -> &Origin {
        &self.input.origin
    }

    /// The shared end.
    pub fn input(&self) -> Arc<Input> {
        Arc::clone(&self.input)
    }

    /// Notes what the encoder says of itself; what it does not repeat stays.
    pub fn announced(&self, announced: Announced) {
        let known = &mut self.input.slow().announced;
        known.encoder = announced.encoder.or(known.encoder.take());
        known.bit_rate = announced.bit_rate.or(known.bit_rate);
        known.frame_rate = announced.frame_rate.or(known.frame_rate);
    }

    /// Notes a track's configuration.
    pub fn configured(&self, config: &TrackConfig) {
        let mut slow = self.input.slow();
        match config {
            TrackConfig::Video(video) => slow.configuration.video = Some(video.clone()),
            TrackConfig::Audio(audio) => slow.configuration.audio = Some(audio.clone()),
        }
    }

    /// Notes a unit before it is handed on.
    pub fn unit(&mut self, unit: &AccessUnit) {
        let input = &self.input;
        self.bytes += u64::try_from(unit.data.len()).unwrap_or_default();
        input.bytes.store(self.bytes, Ordering::Relaxed);
        self.stamps.unit(unit.track, unit.dts);
        if unit.track == Track::Audio {
            self.sounds += 1;
            input.sounds.store(self.sounds, Ordering::Relaxed);
            return;
        }
        self.pictures += 1;
        input.pictures.store(self.pictures, Ordering::Relaxed);
        if unit.composition != MediaTime::ZERO {
            input.b_frames.store(true, Ordering::Relaxed);
        }
        if unit.random_access {
            if let Some(last) = self.keyframe.filter(|last| *last < unit.dts) {
                input.keyframe_interval.store((unit.dts - last).ticks(), Ordering::Relaxed);
            }
            self.keyframe = Some(unit.dts);
        }
        let since = self.keyframe.map_or(MediaTime::ZERO, |last| unit.dts - last);
        input.since_keyframe.store(since.ticks().max(0), Ordering::Relaxed);
    }

    /// Notes that the units were handed on at `now`, by the reading that the caller took.
    pub fn arrived(&mut self, now: Instant) {
        let elapsed = now.saturating_duration_since(self.input.begun);
        let fault = self.stamps.arrived(elapsed);
        self.input.length.store(self.stamps.length().ticks(), Ordering::Relaxed);
        if let Some(fault) = fault {
            let (code, size) = fault.parts();
            let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
            self.input.fault_size.store(size.ticks(), Ordering::Relaxed);
            self.input.fault_at.store(millis, Ordering::Relaxed);
            self.input.fault.store(code, Ordering::Release);
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn origin() -> Origin {
        Origin { address: None, key: None, key_id: None, test_card: false, since: SystemTime::UNIX_EPOCH }
    }

    fn unit(track: Track, millis: i64, key: bool, composition: i64) -> AccessUnit {
        AccessUnit {
            track,
            dts: MediaTime::from_millis(millis),
            composition: MediaTime::from_millis(composition),
            random_access: key,
            data: Bytes::from_static(b"1234"),
        }
    }

    #[test]
    fn it_counts_and_sees_the_last_interval_between_key_frames() {
        let mut meter = SourceMeter::new(origin());
        for frame in 0..126 {
            meter.unit(&unit(Track::Video, frame * 40, frame % 50 == 0, 80));
        }
        meter.unit(&unit(Track::Audio, 0, true, 0));
        let reading = meter.input().read();
        assert_eq!((reading.pictures, reading.sounds, reading.bytes), (126, 1, 127 * 4));
        assert_eq!(reading.keyframe_interval, Some(MediaTime::from_millis(2_000)));
        assert_eq!(reading.since_keyframe, MediaTime::from_millis(1_000));
        assert!(reading.b_frames);
    }

    #[test]
    fn what_a_later_announcement_leaves_out_stays() {
        let meter = SourceMeter::new(origin());
        meter.announced(Announced { bit_rate: Some(4), ..Announced::default() });
        meter.announced(Announced { frame_rate: Some(50.0), ..Announced::default() });
        let announced = meter.input().announced();
        assert_eq!((announced.bit_rate, announced.frame_rate), (Some(4), Some(50.0)));
    }

    #[test]
    fn a_fault_of_the_stamps_is_kept_with_its_time() {
        let mut meter = SourceMeter::new(origin());
        meter.unit(&unit(Track::Video, 0, true, 0));
        let begun = meter.input.begun;
        meter.arrived(begun);
        meter.unit(&unit(Track::Video, 9_040, false, 0));
        meter.arrived(begun + Duration::from_millis(40));
        let fault = Fault::Jumped(MediaTime::from_millis(9_040));
        assert_eq!(meter.input().read().fault, Some((fault, Duration::from_millis(40))));
    }
}
