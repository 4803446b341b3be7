//! Codec configurations: what a decoder must know before the first sample.

use bytes::Bytes;

/// Picture codecs that the box carries through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VideoCodec {
    /// ITU-T H.264, sample entry `avc1`.
    H264,
    /// ITU-T H.265, sample entry `hvc1`.
    Hevc,
    /// AV1, sample entry `av01`.
    Av1,
    /// VP9, sample entry `vp09`.
    Vp9,
}

/// Sound codecs that the box carries through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AudioCodec {
    /// AAC, sample entry `mp4a`.
    Aac,
    /// Opus, sample entry `Opus`.
    Opus,
}

/// A picture track's configuration. Two are equal exactly when players can go from one to the other without a
/// new initialization section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VideoConfig {
    /// The codec.
    pub codec: VideoCodec,
    /// The codec's configuration record as ISO-BMFF stores it: avcC, hvcC, av1C or vpcC, without box header.
    pub record: Bytes,
    /// Width of the shown picture in pixels.
    pub width: u32,
    /// Height of the shown picture in pixels.
    pub height: u32,
    /// The CODECS attribute (RFC 6381), such as `avc1.64001f`.
    pub codecs: String,
}

/// A sound track's configuration; equality as for [`VideoConfig`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AudioConfig {
    /// The codec.
    pub codec: AudioCodec,
    /// AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1) for AAC, OpusHead (RFC 7845 5.1) for Opus.
    pub record: Bytes,
    /// Samples a second; the track's timescale. For AAC with SBR the core's rate, for Opus 48,000.
    pub sample_rate: u32,
    /// Channels; 0 when a program config element says (AAC channelConfiguration 0).
    pub channels: u8,
    /// Samples in a frame: 1,024 or 960 for AAC; for Opus the packet tells, this is the usual 960.
    pub frame_length: u32,
    /// The CODECS attribute (RFC 6381), such as `mp4a.40.2`.
    pub codecs: String,
    /// Whether the box can make silence in it: plain AAC-LC with a channel configuration, or Opus.
    pub silence_possible: bool,
}

/// Both tracks' configurations. At least one is present.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Configuration {
    /// The picture's, if there is one.
    pub video: Option<VideoConfig>,
    /// The sound's, if there is one.
    pub audio: Option<AudioConfig>,
}

impl Configuration {
    /// The CODECS attribute of both tracks, picture first.
    pub fn codecs(&self) -> String {
        let video = self.video.iter().map(|v| v.codecs.as_str());
        let audio = self.audio.iter().map(|a| a.codecs.as_str());
        video.chain(audio).collect::<Vec<_>>().join(",")
    }
}
