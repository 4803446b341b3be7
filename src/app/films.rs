//! Finished recordings for the seeder: which, under which names, and what was hashed of them.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::archive::{DiskFile, Library, LibraryError, Status, file_name};
use crate::bittorrent::Store;
use crate::seeder::{Film, Hashed, Screening};
use crate::storage::{Settings, Storage, StorageError};
use crate::stream::EventId;

/// Recordings that are seeded, the newest. Threat: each has the index of its file in memory, some 25 MB for twelve
/// hours.
const RECORDINGS: usize = 3;

/// Results that wait to be kept; there are never more than recordings.
const MAX_HASHED: usize = 4;

/// Who tells the seeder.
#[derive(Debug)]
pub struct Films {
    publish: watch::Sender<Arc<[Film]>>,
    hashed: mpsc::Receiver<Hashed>,
    /// Files that were put together, by their events.
    open: HashMap<EventId, Arc<DiskFile>>,
}

impl Films {
    /// None yet, and the seeder's end.
    pub fn new() -> (Self, Screening) {
        let (sender, hashed) = mpsc::channel(MAX_HASHED);
        let (publish, films) = watch::channel(Arc::from([]));
        (Films { publish, hashed, open: HashMap::new() }, Screening { films, hashed: sender })
    }

    /// Tells what is to be seeded whenever that changes, until `stop`.
    pub async fn run(
        mut self,
        library: Library,
        storage: Storage,
        mut status: watch::Receiver<Status>,
        stop: CancellationToken,
    ) {
        let (mut settings, mut changes) = (storage.settings(), library.changes());
        loop {
            let set = Arc::clone(&settings.borrow_and_update());
            changes.mark_unchanged();
            let recording = status.borrow_and_update().recording;
            if let Err(error) = self.tell(&library, &storage, &set).await {
                log::warn!(error:% = error; "the recordings that are seeded could not be looked up");
            }
            tokio::select! {
                () = stop.cancelled() => break,
                changed = settings.changed() => if changed.is_err() { break },
                changed = changes.changed() => if changed.is_err() { break },
                gone = becomes_another(&mut status, recording) => if gone { break },
                Some(hashed) = self.hashed.recv() => {
                    if let Err(error) = self.keep(&storage, &hashed).await {
                        log::warn!(error:% = error; "a recording will be hashed again at the next start");
                    }
                }
            }
        }
    }

    async fn tell(
        &mut self,
        library: &Library,
        storage: &Storage,
        settings: &Settings,
    ) -> Result<(), StorageError> {
        let mut wanted = Vec::new();
        if settings.seeds() && settings.recording.value.share {
            wanted = library.list().await?;
            wanted.retain(|one| one.recording.kept && one.recording.ended.is_some() && one.size > 0);
            wanted.truncate(RECORDINGS);
        }
        self.open.retain(|event, _| wanted.iter().any(|one| one.recording.event == *event));
        let mut films = Vec::new();
        for one in wanted {
            let event = one.recording.event;
            let file = match self.open.get(&event) {
                Some(file) => Arc::clone(file),
                None => match library.film(event).await {
                    Ok(file) => file,
                    Err(LibraryError::Storage(error)) => return Err(error),
                    Err(error) => {
                        log::warn!(event = event.0, error:% = error; "a recording is not seeded");
                        continue;
                    }
                },
            };
            self.open.insert(event, Arc::clone(&file));
            let pieces = storage.pieces(file.rendition(), file.digest()).await?;
            films.push(Film {
                rendition: file.rendition(),
                segments: file.segments(),
                name: file_name(&one.recording.title, event),
                body: file,
                pieces: pieces.map(Bytes::from),
            });
        }
        self.publish.send_replace(Arc::from(films));
        Ok(())
    }

    async fn keep(&self, storage: &Storage, hashed: &Hashed) -> Result<(), StorageError> {
        let same = |file: &&Arc<DiskFile>| {
            let body: Arc<dyn Store> = Arc::<DiskFile>::clone(file);
            Arc::ptr_eq(&body, &hashed.body)
        };
        match self.open.values().find(same) {
            Some(file) => storage.keep_pieces(file.rendition(), file.digest(), hashed.pieces.to_vec()).await,
            None => Ok(()),
        }
    }
}

/// Waits until a recording begins or ends; true when there is nobody to say so.
async fn becomes_another(status: &mut watch::Receiver<Status>, recording: bool) -> bool {
    status.wait_for(|status| status.recording != recording).await.is_err()
}
