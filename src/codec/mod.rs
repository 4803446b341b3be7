//! What coded bitstreams say about themselves, and the one thing that is rewritten in them.
//!
//! Belongs here: configuration records and parameter sets, the lengths of audio frames, and the picture that is
//! repeated while the encoder is away. Does not: how FLV or MP4 wrap them (`rtmp`, `media`), and anything that
//! needs a decoder or an encoder (`media`). Parsers read only as far as this program needs.

mod aac;
mod adts;
pub mod annex_b;
mod av1;
mod avc;
mod avc_sets;
mod avc_slice;
mod bits;
mod entrance;
mod error;
mod held;
mod held_av1;
mod held_avc;
mod held_hevc;
mod hevc;
mod nal;
mod opus;
mod profile;
#[cfg(test)]
mod samples;
mod vp9;

use bytes::Bytes;

pub use adts::{AdtsFrame, FRAME as ADTS_FRAME, adts_frame, packed_audio};
pub use entrance::{Entrance, is_entrance};
pub use error::CodecError;
pub use held::HeldPicture;
pub use hevc::hevc_record;
pub use opus::opus_duration;
pub use profile::{Chroma, Profile, profile};
pub use vp9::vp9_config;

use crate::stream::{AudioCodec, AudioConfig, VideoCodec, VideoConfig};

/// Reads a configuration record as ISO-BMFF stores it, without box header: avcC (ISO/IEC 14496-15 5.3.3.1), hvcC
/// (8.3.3.1) or av1C (AV1 ISOBMFF binding 2.3.3). A VP9 record has no picture size; see [`vp9_config`].
pub fn video_config(codec: VideoCodec, record: Bytes) -> Result<VideoConfig, CodecError> {
    match codec {
        VideoCodec::H264 => avc::config(record),
        VideoCodec::Hevc => hevc::config(record),
        VideoCodec::Av1 => av1::config(record),
        VideoCodec::Vp9 => Err(CodecError::SizeUnknown),
    }
}

/// Reads an AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1) or an OpusHead with its magic (RFC 7845 5.1).
pub fn audio_config(codec: AudioCodec, record: Bytes) -> Result<AudioConfig, CodecError> {
    match codec {
        AudioCodec::Aac => aac::config(record),
        AudioCodec::Opus => opus::config(record),
    }
}

/// Whether the bytes are a sample of such a track. Those of H.264 and HEVC are whole NAL units to the last byte: a
/// player's parser stops for good at one that is not.
pub fn is_sample(config: &VideoConfig, data: &[u8]) -> bool {
    let length_size = match config.codec {
        VideoCodec::H264 => avc::AvcRecord::parse(&config.record).map(|record| record.length_size),
        VideoCodec::Hevc => hevc::HevcRecord::parse(&config.record).map(|record| record.length_size),
        VideoCodec::Av1 | VideoCodec::Vp9 => return !data.is_empty(),
    };
    let units = length_size.ok().and_then(|size| nal::split(data, size));
    units.is_some_and(|units| !units.is_empty())
}
