//! Segments that are kept on a disk or in the cloud: what a playlist says of them, without their bytes.

use super::{Init, Segment};
use crate::time::MediaTime;

/// What is known of an initialization section whose bytes lie elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptInit {
    /// Its number in the rendition.
    pub number: u32,
    /// The CODECS attribute (RFC 6381).
    pub codecs: String,
    /// Pixels, if it has a picture.
    pub resolution: Option<(u32, u32)>,
    /// Bytes.
    pub size: u64,
}

/// What is known of a sealed segment whose bytes lie elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptSegment {
    /// Its Media Sequence Number.
    pub msn: u64,
    /// The number of its initialization section.
    pub init: u32,
    /// EXT-X-DISCONTINUITY stands before it.
    pub discontinuity: bool,
    /// Where it starts on the event's timeline.
    pub start: MediaTime,
    /// EXT-X-PROGRAM-DATE-TIME, milliseconds since 1970.
    pub date: i64,
    /// EXTINF.
    pub duration: MediaTime,
    /// Bytes.
    pub size: u64,
    /// It is part of the recording; else it is here for rewind, or on its way to the cloud.
    pub kept: bool,
}

impl KeptSegment {
    /// What is known of a sealed segment.
    pub fn of(segment: &Segment) -> Self {
        KeptSegment {
            msn: segment.msn,
            init: segment.init.number,
            discontinuity: segment.discontinuity,
            start: segment.start,
            date: segment.date,
            duration: segment.duration(),
            size: u64::try_from(segment.size()).unwrap_or(u64::MAX),
            kept: false,
        }
    }
}

impl KeptInit {
    /// What is known of an initialization section.
    pub fn of(init: &Init) -> Self {
        KeptInit {
            number: init.number,
            codecs: init.codecs.clone(),
            resolution: init.resolution,
            size: u64::try_from(init.bytes.len()).unwrap_or(u64::MAX),
        }
    }
}
