//! Numbers by the block: below the lease's end anything may have been given out, so a start that knows nothing else
//! goes on there.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::params;

use super::Storage;
use crate::stream::{EventId, Numbers};

/// Numbers in a block: two minutes of segments, so the disk is written once a minute, and a start wastes few.
pub const BLOCK: u64 = 64;

/// The event's end of the lease. Live never waits for it: a block is asked for while half of the one before is left,
/// and again with each segment until it is on the disk.
#[derive(Clone, Debug)]
pub struct Lease {
    storage: Storage,
    promise: Arc<Mutex<Promise>>,
}

/// What is on the disk, and what is under way.
#[derive(Debug)]
struct Promise {
    /// Numbers below these are promised.
    end: Numbers,
    asked: bool,
    failing: bool,
}

impl Lease {
    /// The lease that opening the database took.
    pub fn new(storage: Storage, start: Numbers) -> Self {
        let promise = Promise { end: block_after(start), asked: false, failing: false };
        Lease { storage, promise: Arc::new(Mutex::new(promise)) }
    }

    /// Says how far the numbers went. Never waits.
    pub fn used(&self, numbers: Numbers) {
        let half = BLOCK / 2;
        let mut promise = self.promise();
        let enough = numbers.msn + half < promise.end.msn && numbers.event.0 + half < promise.end.event.0;
        if enough || promise.asked {
            return;
        }
        let lease = Arc::clone(&self.promise);
        promise.asked = self.storage.try_tell(move |desk| {
            // Never back: a snapshot may have gone further.
            let written = desk.connection.execute(
                "UPDATE identity SET event_lease = max(event_lease, ?), msn_lease = max(msn_lease, ?)",
                params![leased(numbers.event.0), leased(numbers.msn)],
            );
            let mut promise = locked(&lease);
            promise.asked = false;
            match written {
                Ok(_) => (promise.end, promise.failing) = (block_after(numbers), false),
                Err(error) => {
                    if !std::mem::replace(&mut promise.failing, true) {
                        log::warn!(
                            error:% = error;
                            "the numbers given out cannot be written down; the event goes on"
                        );
                    }
                }
            }
        });
    }

    fn promise(&self) -> MutexGuard<'_, Promise> {
        locked(&self.promise)
    }
}

fn locked(promise: &Mutex<Promise>) -> MutexGuard<'_, Promise> {
    // Nothing in here can panic half-way.
    promise.lock().unwrap_or_else(PoisonError::into_inner)
}

fn block_after(numbers: Numbers) -> Numbers {
    Numbers { event: EventId(numbers.event.0 + BLOCK), msn: numbers.msn + BLOCK, fragment: numbers.fragment }
}

/// The end of a block that starts at `number`, as SQLite counts.
pub fn leased(number: u64) -> i64 {
    i64::try_from(number.saturating_add(BLOCK)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::Opened;

    fn numbers(msn: u64) -> Numbers {
        Numbers { msn, ..Numbers::first() }
    }

    /// The thread's jobs are done one after the other: behind this one all before it are done.
    async fn refuse_writes(storage: &Storage, refuse: bool) {
        let set = move |desk: &mut crate::storage::worker::Desk| {
            Ok(desk.connection.pragma_update(None, "query_only", refuse)?)
        };
        storage.ask(set).await.unwrap();
    }

    async fn on_disk(storage: &Storage) -> i64 {
        let query = "SELECT msn_lease FROM identity";
        storage.ask(move |desk| Ok(desk.connection.query_row(query, [], |row| row.get(0))?)).await.unwrap()
    }

    #[tokio::test]
    async fn a_block_that_could_not_be_written_is_asked_for_again_with_the_next_segment() {
        let folder = tempfile::tempdir().unwrap();
        let mut opened = Opened::open(folder.path(), "boot", [7; 12], None).unwrap();
        let storage = Storage::start(&mut opened).unwrap();
        let lease = Lease::new(storage.clone(), opened.numbers);
        lease.used(numbers(BLOCK / 2 - 1));
        assert_eq!(on_disk(&storage).await, 64, "half of it is left");
        refuse_writes(&storage, true).await;
        lease.used(numbers(BLOCK / 2));
        assert_eq!(on_disk(&storage).await, 64);
        refuse_writes(&storage, false).await;
        lease.used(numbers(BLOCK / 2 + 1));
        assert_eq!(on_disk(&storage).await, 64 + 33);
    }
}
