//! What can be wrong with a configuration, in sentences for the operator.

use thiserror::Error;

/// A picture's width and height that a configuration may ask for: beyond what a level of any codec here allows,
/// and a decoder would be told to reserve gigabytes.
pub(super) const MAX_DIMENSION: u32 = 16_384;

/// Why a configuration is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CodecError {
    /// It ends before it is complete.
    #[error("the {0} is cut short")]
    Truncated(&'static str),
    /// Its version is not the one that exists.
    #[error("the {record} is of version {version}, which is unknown")]
    Version {
        /// What was read.
        record: &'static str,
        /// The version that it names.
        version: u8,
    },
    /// Something that every decoder needs is not in it.
    #[error("the {record} has no {part}")]
    Missing {
        /// What was read.
        record: &'static str,
        /// What is not in it.
        part: &'static str,
    },
    /// It breaks its specification's syntax.
    #[error("the {0} makes no sense")]
    Malformed(&'static str),
    /// NAL unit lengths of three bytes, which ISO/IEC 14496-15 forbids.
    #[error("the {0} asks for NAL unit lengths of three bytes, which are not allowed")]
    LengthSize(&'static str),
    /// No picture, or one that is too large.
    #[error("a picture of {width}x{height} pixels is not possible (at most {MAX_DIMENSION} each way)")]
    Dimensions {
        /// Pixels of a line.
        width: u32,
        /// Lines.
        height: u32,
    },
    /// The configuration record of VP9 alone does not say how large the picture is.
    #[error("the VP9 configuration does not say how large the picture is; its first key frame does")]
    SizeUnknown,
    /// VP9 data that is not a key frame where one is needed.
    #[error("the first VP9 picture is no key frame")]
    NotKeyFrame,
    /// An MPEG-4 audio object type that is not AAC as players know it.
    #[error("MPEG-4 audio of object type {0} is not supported; use AAC-LC")]
    ObjectType(u32),
    /// A sample rate that AAC does not have.
    #[error("an AAC sample rate of {0} Hz is not possible")]
    SampleRate(u32),
    /// A reserved channel configuration.
    #[error("the AAC channel configuration {0} is unknown")]
    Channels(u32),
    /// The Opus configuration does not begin with its magic.
    #[error("the Opus configuration does not begin with \"OpusHead\"")]
    NoOpusHead,
    /// An Opus channel mapping that players do not know.
    #[error("Opus with channel mapping family {0} is not supported; use mono, stereo or surround")]
    MappingFamily(u8),
}

/// Passes a picture size on that is possible.
pub(super) fn checked_size(width: u32, height: u32) -> Result<(u32, u32), CodecError> {
    let possible = 1..=MAX_DIMENSION;
    if possible.contains(&width) && possible.contains(&height) {
        Ok((width, height))
    } else {
        Err(CodecError::Dimensions { width, height })
    }
}
