//! Access units as an encoder sends them, and samples as the event's timeline places them.

use bytes::Bytes;

use super::{AudioConfig, VideoConfig};
use crate::time::MediaTime;

/// Which of a stream's two tracks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Track {
    /// The picture.
    Video,
    /// The sound.
    Audio,
}

/// One coded picture or one coded audio frame, stamped by its encoder's own clock.
///
/// Video data is what ISO/IEC 14496-15 stores in a sample: length-prefixed NAL units for H.264 and HEVC, a
/// temporal unit of OBUs for AV1, a (super)frame for VP9. Audio data is one raw AAC frame or one Opus packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessUnit {
    /// The track it belongs to.
    pub track: Track,
    /// Decode time by the encoder's clock, unwrapped (it may start anywhere and jump).
    pub dts: MediaTime,
    /// Presentation time − decode time; zero for audio.
    pub composition: MediaTime,
    /// Decoding can start here: the encoder marked it as a key frame. Always true for audio.
    pub random_access: bool,
    /// The coded bytes, never empty.
    pub data: Bytes,
}

/// One track's configuration, as a source announces it before the units that need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrackConfig {
    /// The picture's.
    Video(VideoConfig),
    /// The sound's.
    Audio(AudioConfig),
}

/// What a source sends: configurations and the access units that follow them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Media {
    /// From here on the track is configured so.
    Config(TrackConfig),
    /// The next unit of a track, in decode order within the track.
    Unit(AccessUnit),
}

/// One access unit placed on the event's timeline, in its track's timescale (video 90,000, audio its sample
/// rate).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Decode time.
    pub dts: i64,
    /// Presentation time − decode time.
    pub composition: i64,
    /// How long it lasts; always positive.
    pub duration: i64,
    /// Decoding can start here.
    pub random_access: bool,
    /// The coded bytes.
    pub data: Bytes,
}

/// The samples of one part, each track in decode order. At least one track is not empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Samples {
    /// Pictures; timescale 90,000.
    pub video: Vec<Sample>,
    /// Audio frames; timescale [`AudioConfig::sample_rate`].
    pub audio: Vec<Sample>,
}

impl Samples {
    /// Whether neither track has a sample.
    pub fn is_empty(&self) -> bool {
        self.video.is_empty() && self.audio.is_empty()
    }
}
