//! Numbers by the block: below the lease's end anything may have been given out, so a start that knows nothing else
//! goes on there.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::params;

use super::Storage;
use crate::stream::Numbers;

/// Numbers in a block: two minutes of segments, so the disk is written once a minute, and a start wastes few.
pub const BLOCK: u64 = 64;

/// The event's end of the lease. Live never waits for it: a block is asked for while half of the one before is left.
#[derive(Clone, Debug)]
pub struct Lease {
    storage: Storage,
    /// Numbers below these are promised.
    end: Numbers,
    failing: Arc<AtomicBool>,
}

impl Lease {
    /// The lease that opening the database took.
    pub fn new(storage: Storage, start: Numbers) -> Self {
        Lease { storage, end: block_after(start), failing: Arc::default() }
    }

    /// Says how far the numbers went. Never waits.
    pub fn used(&mut self, numbers: Numbers) {
        let half = BLOCK / 2;
        if numbers.msn + half < self.end.msn && numbers.event.0 + half < self.end.event.0 {
            return;
        }
        let failing = Arc::clone(&self.failing);
        let told = self.storage.try_tell(move |desk| {
            // Never back: a snapshot may have gone further.
            let written = desk.connection.execute(
                "UPDATE identity SET event_lease = max(event_lease, ?), msn_lease = max(msn_lease, ?)",
                params![leased(numbers.event.0), leased(numbers.msn)],
            );
            if let Err(error) = &written
                && !failing.swap(true, Ordering::Relaxed)
            {
                log::warn!(error:% = error; "the numbers given out cannot be written down; the event goes on");
            }
            if written.is_ok() {
                failing.store(false, Ordering::Relaxed);
            }
        });
        // A full queue, or a disk that refuses: it is asked again with the next segment.
        if told && !self.failing.load(Ordering::Relaxed) {
            self.end = block_after(numbers);
        }
    }
}

fn block_after(numbers: Numbers) -> Numbers {
    Numbers {
        event: crate::stream::EventId(numbers.event.0 + BLOCK),
        msn: numbers.msn + BLOCK,
        fragment: numbers.fragment,
    }
}

/// The end of a block that starts at `number`, as SQLite counts.
pub fn leased(number: u64) -> i64 {
    i64::try_from(number.saturating_add(BLOCK)).unwrap_or(i64::MAX)
}
