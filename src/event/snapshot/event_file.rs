//! The file `{event}.event`: what is fixed for an event, who feeds it, and its initialization sections.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::moment::Moment;
use super::numbers_file::MAX_NUMBER;
use super::record;
use crate::event::opening::Measured;
use crate::live::Rank;
use crate::stream::{
    AudioCodec, AudioConfig, Configuration, Epoch, EventId, Geometry, Init, VideoCodec, VideoConfig,
};
use crate::time::MediaTime;

/// Its record.
#[derive(Clone, Debug, PartialEq)]
pub struct EventHead {
    /// The epoch of its URLs.
    pub epoch: Epoch,
    /// The event.
    pub event: EventId,
    /// What was measured when it began.
    pub measured: Measured,
    /// The rank of the encoder whose event it is.
    pub rank: Option<Rank>,
    /// Its configurations so far, as long as a segment needs them.
    pub configured: Vec<Configured>,
    /// When it was over.
    pub ended: Option<Moment>,
}

/// A configuration and its initialization section.
#[derive(Clone, Debug, PartialEq)]
pub struct Configured {
    /// What players fetch.
    pub init: Init,
    /// What the timeline carries.
    pub configuration: Configuration,
}

/// Longer is no part and no picture.
const MAX_LENGTH: i64 = MediaTime::from_millis(60_000).ticks();

#[derive(Serialize, Deserialize)]
struct Stored {
    epoch: String,
    event: u64,
    part_target: i64,
    target_duration: u32,
    frame: i64,
    frame_rate: Option<f64>,
    bit_rate: u64,
    rank: Option<u8>,
    configured: Vec<StoredConfigured>,
    ended: Option<Moment>,
}

#[derive(Serialize, Deserialize)]
struct StoredConfigured {
    number: u32,
    init: Bytes,
    codecs: String,
    resolution: Option<(u32, u32)>,
    video: Option<StoredVideo>,
    audio: Option<StoredAudio>,
}

#[derive(Serialize, Deserialize)]
struct StoredVideo {
    codec: u8,
    record: Bytes,
    width: u32,
    height: u32,
    codecs: String,
}

#[derive(Serialize, Deserialize)]
struct StoredAudio {
    codec: u8,
    record: Bytes,
    sample_rate: u32,
    channels: u8,
    frame_length: u32,
    codecs: String,
    silence_possible: bool,
}

const VIDEO: [VideoCodec; 4] = [VideoCodec::H264, VideoCodec::Hevc, VideoCodec::Av1, VideoCodec::Vp9];
const AUDIO: [AudioCodec; 2] = [AudioCodec::Aac, AudioCodec::Opus];
const RANKS: [Rank; 3] = [Rank::TestCard, Rank::Encoder, Rank::Feed];

/// The file's bytes.
pub fn encode(head: &EventHead) -> Option<Vec<u8>> {
    let measured = &head.measured;
    record::single(&Stored {
        epoch: head.epoch.to_string(),
        event: head.event.0,
        part_target: measured.geometry.part_target.ticks(),
        target_duration: measured.geometry.target_duration,
        frame: measured.frame.ticks(),
        frame_rate: measured.frame_rate,
        bit_rate: measured.bit_rate,
        rank: head.rank.map(|rank| place(&RANKS, &rank)),
        configured: head.configured.iter().map(store).collect(),
        ended: head.ended,
    })
}

fn store(configured: &Configured) -> StoredConfigured {
    let Configured { init, configuration } = configured;
    StoredConfigured {
        number: init.number,
        init: init.bytes.clone(),
        codecs: init.codecs.clone(),
        resolution: init.resolution,
        video: configuration.video.as_ref().map(|video| StoredVideo {
            codec: place(&VIDEO, &video.codec),
            record: video.record.clone(),
            width: video.width,
            height: video.height,
            codecs: video.codecs.clone(),
        }),
        audio: configuration.audio.as_ref().map(|audio| StoredAudio {
            codec: place(&AUDIO, &audio.codec),
            record: audio.record.clone(),
            sample_rate: audio.sample_rate,
            channels: audio.channels,
            frame_length: audio.frame_length,
            codecs: audio.codecs.clone(),
            silence_possible: audio.silence_possible,
        }),
    }
}

fn place<T: PartialEq>(all: &[T], one: &T) -> u8 {
    all.iter().position(|other| other == one).and_then(|at| u8::try_from(at).ok()).unwrap_or(u8::MAX)
}

/// What they say, if an event could be so.
pub fn decode(bytes: &Bytes) -> Option<EventHead> {
    let stored: Stored = record::read_single(bytes)?;
    let lengths = [stored.part_target, stored.frame];
    let sane = stored.event <= MAX_NUMBER
        && lengths.iter().all(|length| (1..=MAX_LENGTH).contains(length))
        && (1..=60).contains(&stored.target_duration)
        && stored.frame_rate.is_none_or(f64::is_finite);
    if !sane {
        return None;
    }
    let geometry = Geometry {
        part_target: MediaTime::from_ticks(stored.part_target),
        target_duration: stored.target_duration,
    };
    Some(EventHead {
        epoch: stored.epoch.parse().ok()?,
        event: EventId(stored.event),
        measured: Measured {
            geometry,
            frame: MediaTime::from_ticks(stored.frame),
            frame_rate: stored.frame_rate,
            bit_rate: stored.bit_rate,
        },
        rank: stored.rank.and_then(|rank| RANKS.get(usize::from(rank)).copied()),
        configured: stored.configured.into_iter().map(configured).collect::<Option<_>>()?,
        ended: stored.ended,
    })
}

fn configured(stored: StoredConfigured) -> Option<Configured> {
    let video = match stored.video {
        None => None,
        Some(video) => Some(VideoConfig {
            codec: *VIDEO.get(usize::from(video.codec))?,
            record: video.record,
            width: video.width,
            height: video.height,
            codecs: video.codecs,
        }),
    };
    let audio = match stored.audio {
        None => None,
        Some(audio) if !(1..=384_000).contains(&audio.sample_rate) => return None,
        Some(audio) if !(1..=8_192).contains(&audio.frame_length) => return None,
        Some(audio) => Some(AudioConfig {
            codec: *AUDIO.get(usize::from(audio.codec))?,
            record: audio.record,
            sample_rate: audio.sample_rate,
            channels: audio.channels,
            frame_length: audio.frame_length,
            codecs: audio.codecs,
            silence_possible: audio.silence_possible,
        }),
    };
    let init = Init {
        number: Some(stored.number).filter(|number| *number < u32::MAX)?,
        bytes: stored.init,
        codecs: stored.codecs,
        resolution: stored.resolution,
    };
    Some(Configured { init, configuration: Configuration { video, audio } })
}
