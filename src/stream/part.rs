//! Parts: the smallest thing a player fetches (RFC 8216bis "Partial Segment").

use bytes::Bytes;

use crate::time::MediaTime;

/// A Partial Segment: one `moof` and its `mdat`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its share of the timeline.
    pub duration: MediaTime,
    /// Whether decoding can start at its first picture (EXT-X-PART INDEPENDENT).
    pub independent: bool,
    /// The bytes to serve.
    pub bytes: Bytes,
    /// SHA-256 of `bytes`, taken once where they were made.
    pub sha256: [u8; 32],
}
