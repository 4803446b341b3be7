//! What an operator may set of an event, and what the event's rules fix.

use std::time::Duration;

use tokio::sync::watch;

use crate::stream::WindowLimits;
use crate::time::MediaTime;

/// Settings of the event room.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long a segment is meant to be; it is cut at the first key frame that comes then. Default 2 s.
    pub segment: MediaTime,
    /// How long an event waits for its encoder, from the last real access unit. Default 120 s.
    pub grace: watch::Receiver<Duration>,
    /// How much of the past the window keeps.
    pub window: WindowLimits,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            segment: MediaTime::from_millis(2_000),
            grace: watch::channel(Duration::from_secs(120)).1,
            window: WindowLimits::default(),
        }
    }
}

/// An access unit this late starts the hold, whether or not the socket is open: a pulled cable sends no FIN.
pub const HOLD_AFTER: Duration = Duration::from_millis(1_000);

/// Parts are as long as whole frames allow below this.
pub const PART_LIMIT: MediaTime = MediaTime::from_millis(350);

/// No segment is made shorter where it can be filled up: hls.js 1.7.4 in low latency takes one of a tenth of a second
/// for loaded when B-frames keep its picture out of the buffer, and stands still until it leaves the playlist.
pub const LEAST_SEGMENT: MediaTime = MediaTime::from_millis(500);

/// EXT-X-TARGETDURATION is never above this: it bounds how long a plain player waits, and what a very long
/// key frame interval costs.
pub const MAX_TARGET_DURATION: u32 = 10;

/// The timeline starts here, so that no decode time is negative under B-frames or a track that starts early.
pub const ORIGIN: MediaTime = MediaTime::from_millis(10_000);

/// A segment's date moves to the clock's when the timeline drifted so far from it.
pub const DATE_DRIFT: MediaTime = MediaTime::from_millis(500);

/// A sender that runs ahead of the clock by more is read more slowly (a file pushed without pacing).
pub const MAX_LEAD: MediaTime = MediaTime::from_millis(2_000);
