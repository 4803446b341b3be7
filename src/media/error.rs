//! What can go wrong between the box and FFmpeg's libraries.

/// Media could not be packaged, made or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    /// FFmpeg refused it.
    #[error("FFmpeg says: {0}")]
    Ffmpeg(#[from] ffmpeg_next::Error),
    /// There is nothing that could be packaged.
    #[error("the stream has neither picture nor sound")]
    NoTracks,
    /// The segmenter's thread is gone.
    #[error("the segmenter's thread is gone")]
    NoThread,
    /// No H.264 or AAC encoder.
    #[error("FFmpeg on this machine has no {0} encoder; install one, or publish with OBS")]
    NoEncoder(&'static str),
    /// The file's tracks cannot go over RTMP.
    #[error("{0} cannot be sent over RTMP; convert the file to H.264 and AAC in an MP4 first")]
    Unsendable(String),
    /// A codec configuration that cannot be read.
    #[error("{0}")]
    Codec(String),
    /// Codecs that MPEG-TS carries for few players, or not at all.
    #[error("{0} does not go into MPEG-TS; H.264 or HEVC with AAC does")]
    NoTransportStream(&'static str),
    /// A codec that the box does not carry.
    #[error("the box does not carry {0}; H.264, HEVC, AV1 or VP9 with AAC or Opus plays")]
    NotCarried(String),
    /// Not one of the kinds of segments that HLS has.
    #[error("a segment is neither MPEG-TS nor fragmented MP4 nor packed AAC")]
    UnknownSegment,
}
