//! What goes into the timeline and what comes out: an encoder's entry, and the parts to be made.

use std::time::Duration;

use bytes::Bytes;

use crate::stream::{AccessUnit, Configuration, Samples};
use crate::time::MediaTime;

/// What the timeline wants done, in order.
#[derive(Debug, PartialEq)]
pub enum Action {
    /// A new initialization section, before the next part.
    Configure(Configuration),
    /// The next part.
    Part(PartPlan),
    /// The open segment gets no more parts.
    Seal,
}

/// A part to be made of these samples.
#[derive(Debug, PartialEq)]
pub struct PartPlan {
    /// Its samples.
    pub samples: Samples,
    /// Its share of the timeline.
    pub duration: MediaTime,
    /// Whether decoding can start at its first picture.
    pub independent: bool,
    /// It opens a segment.
    pub start: Option<SegmentPlan>,
    /// It closes its segment.
    pub last: bool,
}

/// Where a segment starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentPlan {
    /// Its position on the timeline.
    pub start: MediaTime,
    /// EXT-X-PROGRAM-DATE-TIME in milliseconds since 1970.
    pub date: i64,
    /// Whether the codec configuration differs from the segment's before.
    pub discontinuity: bool,
}

/// An encoder's way onto the timeline: its configuration, and its units from a key frame on with their
/// arrivals.
#[derive(Debug)]
pub struct Entry {
    /// Both tracks' configurations.
    pub configuration: Configuration,
    /// One silent frame of the sound's configuration, where it can be made.
    pub silence: Option<Bytes>,
    /// What has arrived so far.
    pub units: Vec<(Duration, AccessUnit)>,
}
