//! What is on air, kept on the disk: for recordings, for rewind, and for the cloud.
//!
//! ```text
//!   live window ─▶ cursor ─▶ file, flushed ─▶ row ─▶ acknowledged
//!                                │              │
//!        power cut here: removed at the start   └─ here: it is there
//! ```
//! Belongs here: files, what is kept how long, and what happens when the disk fills. Does not: rows (`storage`), or
//! sending anything anywhere (`sync`). Live never waits for any of it.

mod disk_file;
mod file_name;
mod film;
mod film_head;
mod folder;
mod follower;
mod guard;
mod keeper;
mod library;
mod recovery;
mod rewind;
mod scribe;
mod settings;
mod status;
mod tidy;
mod words;

use std::path::Path;
use std::sync::Arc;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::journal::Journal;
use crate::live::{Hub, each_rendition};
use crate::storage::Storage;
use follower::Follower;
use keeper::Keeper;
use scribe::Scribe;

pub use disk_file::DiskFile;
pub use file_name::file_name;
pub use folder::Folder;
pub use library::{Library, LibraryError, Listed, Stored, StoredRendition};
pub use recovery::{Recovered, RecoveryError, Unknown, recover};
pub use rewind::Rewind;
pub use settings::Wanted;
pub use status::Status;

/// The service; [`Archive::run`] is its task.
#[derive(Debug)]
pub struct Archive {
    keeper: Arc<Keeper>,
    hub: Hub,
    wanted: watch::Receiver<Wanted>,
}

/// What others hold of it.
#[derive(Clone, Debug)]
pub struct Doors {
    /// How far back viewers may go.
    pub rewind: Rewind,
    /// What it does.
    pub status: watch::Receiver<Status>,
}

impl Archive {
    /// The archive in a data folder, put in order. The event that goes on after a restart must be on air already, so
    /// that its playlist begins where it did.
    ///
    /// # Errors
    /// [`RecoveryError`].
    pub async fn open(
        data: &Path,
        hub: Hub,
        storage: Storage,
        journal: Journal,
        wanted: watch::Receiver<Wanted>,
        unknown: Unknown,
    ) -> Result<(Self, Doors), RecoveryError> {
        let broadcast = hub.broadcast();
        let current = broadcast.phase.event().filter(|_| broadcast.current().next().is_some());
        storage.end_left(current).await?;
        let recovered = recover(data, hub.epoch(), &storage, unknown).await?;
        words::recovered(recovered).into_iter().for_each(|note| journal.note(note));
        let rewind = Rewind::default();
        let length = wanted.borrow().rewind;
        for live in &broadcast.renditions {
            let id = live.rendition.id;
            rewind.go_on(id, length, storage.segments(id, 0).await?);
        }
        let scribe = Scribe::spawn(Folder::new(data, hub.epoch()), data.to_owned())?;
        let epoch = hub.epoch().clone();
        let keeper = Keeper::new(epoch, storage, journal, rewind.clone(), scribe, &wanted.borrow());
        let doors = Doors { rewind, status: keeper.status.subscribe() };
        Ok((Archive { keeper: Arc::new(keeper), hub, wanted }, doors))
    }

    /// Keeps what is wanted until `stop`, and what is sealed by then.
    pub async fn run(self, stop: CancellationToken) {
        let Archive { keeper, hub, wanted } = self;
        let follow = |live| Follower::new(Arc::clone(&keeper), live, stop.clone()).run();
        tokio::join!(
            each_rendition(&hub, &stop, follow),
            tidy::run(Arc::clone(&keeper), hub.clone(), wanted, stop.clone()),
        );
    }
}

#[cfg(test)]
#[path = "archive_tests.rs"]
mod tests;
