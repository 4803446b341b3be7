//! Media Segments and their initialization sections (RFC 8216bis 3, "Media Segment").

use std::sync::Arc;

use bytes::Bytes;

use super::Part;
use crate::time::MediaTime;

/// A Media Initialization Section: what EXT-X-MAP names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Init {
    /// Counts an event's configurations from 0; the `n` of `init-{n}.mp4`.
    pub number: u32,
    /// `ftyp` and `moov`.
    pub bytes: Bytes,
    /// The CODECS attribute (RFC 6381) of the samples it describes.
    pub codecs: String,
    /// Width and height of the picture in pixels, if there is one.
    pub resolution: Option<(u32, u32)>,
}

/// A Media Segment: a rope of its parts' bytes, no second copy. Open while it grows, then sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Its Media Sequence Number.
    pub msn: u64,
    /// What describes its samples.
    pub init: Arc<Init>,
    /// Whether EXT-X-DISCONTINUITY stands before it.
    pub discontinuity: bool,
    /// Where it starts on the event's timeline.
    pub start: MediaTime,
    /// EXT-X-PROGRAM-DATE-TIME of its start, in milliseconds since 1970-01-01T00:00:00Z.
    pub date: i64,
    /// Its parts in order; never empty.
    pub parts: Vec<Part>,
    /// Nothing will be added any more.
    pub sealed: bool,
}

impl Segment {
    /// The sum of its parts' durations.
    pub fn duration(&self) -> MediaTime {
        self.parts.iter().fold(MediaTime::ZERO, |sum, part| sum + part.duration)
    }

    /// Its size in bytes.
    pub fn size(&self) -> usize {
        self.parts.iter().map(|part| part.bytes.len()).sum()
    }

    /// Whether decoding can start at its first picture.
    pub fn independent(&self) -> bool {
        self.parts.first().is_some_and(|part| part.independent)
    }
}
