//! Bodies of FLV audio and video tags (Adobe Flash Video File Format 10.1, E.4.2 and E.4.3; Enhanced RTMP v2,
//! "Enhanced Audio" and "Enhanced Video"), which RTMP carries as messages.
//!
//! Belongs here: which codec, which track, and where its bytes begin. Does not: what those bytes say (`codec`), or
//! FLV files.

mod audio;
mod extended;
mod four_cc;
mod video;
mod write;

pub use audio::{AudioPacket, AudioPayload, parse_audio};
pub use video::{VideoPacket, VideoPayload, parse_video};
pub use write::{
    aac_frame, aac_sequence_start, avc_frame, avc_sequence_end, avc_sequence_start, opus_frame,
    opus_sequence_start, video_frame, video_sequence_end, video_sequence_start,
};

/// Tracks in one message. Threat: 16 MB of empty tracks become gigabytes of packets. Track ids have 8 bits.
pub const MAX_TRACKS: usize = 256;

/// A tag's body cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FlvError {
    /// The encoder is set to a codec that the box does not carry.
    #[error(
        "the encoder sends {codec}, which this box cannot carry; \
         choose H.264, HEVC, AV1 or VP9 for video and AAC or Opus for audio"
    )]
    Unsupported {
        /// The codec in plain words.
        codec: String,
    },
    /// The body ends within its header, or within a track.
    #[error("an audio or video message is cut short")]
    Truncated,
    /// A multitrack packet within a multitrack packet, or of a kind that Enhanced RTMP v2 does not define.
    #[error("a multitrack message is malformed")]
    Multitrack,
    /// [`MAX_TRACKS`].
    #[error("a message has more than {MAX_TRACKS} tracks")]
    TooManyTracks,
}

#[cfg(test)]
mod tests;
