//! A box's database in a test, and what is kept in it.

use super::{Opened, Recording, Storage};
use crate::stream::{Epoch, EventId, KeptSegment};
use crate::time::MediaTime;

/// What the first element of the URLs is.
pub fn epoch() -> Epoch {
    Epoch::from_random([7; 12])
}

/// A fresh database.
pub fn fresh(folder: &tempfile::TempDir) -> Storage {
    let mut opened = Opened::open(folder.path(), "boot", [7; 12], None).unwrap();
    Storage::start(&mut opened).unwrap()
}

/// An event of which something is kept, but not as a recording.
pub fn recording(event: EventId) -> Recording {
    Recording {
        event,
        epoch: epoch(),
        title: String::new(),
        began: 1_000,
        ended: None,
        kept: false,
        target_duration: 2,
    }
}

/// Two seconds of it.
pub fn segment(msn: u64) -> KeptSegment {
    KeptSegment {
        msn,
        init: 0,
        discontinuity: false,
        start: MediaTime::ZERO,
        date: 5_000,
        duration: MediaTime::from_millis(2_000),
        size: 500,
        kept: false,
    }
}
