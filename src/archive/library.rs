//! What is there of recordings: to list, to play, to take home, to delete.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Semaphore, watch};
use tokio::task::spawn_blocking;

use super::disk_file::DiskFile;
use super::film::assemble;
use super::film_head;
use super::folder::Folder;
use super::rewind::Rewind;
use crate::hls::MediaUri;
use crate::mp4::Mp4Error;
use crate::storage::{InCloud, Recording, Storage, StorageError, StoredFile};
use crate::stream::{EventId, KeptInit, KeptSegment, RenditionId};
use crate::time::MediaTime;

/// Films whose heads are remembered: whoever fetches one in a hundred ranges has it put together once. Twelve hours
/// are some 25 MB, so no more.
const FILMS: usize = 2;

/// A recording as a list shows it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its row.
    pub recording: Recording,
    /// How long its longest rendition is.
    pub duration: MediaTime,
    /// Bytes on the disk.
    pub size: u64,
    /// How much of it is in the cloud.
    pub cloud: InCloud,
}

/// A recording and what of it plays.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its row.
    pub recording: Recording,
    /// Its renditions, best first; each has segments.
    pub renditions: Vec<StoredRendition>,
}

/// A rendition of a recording.
#[derive(Clone, Debug)]
pub struct StoredRendition {
    /// Its name.
    pub id: RenditionId,
    /// Its initialization sections, in order.
    pub inits: Vec<KeptInit>,
    /// Its segments on the disk, in order.
    pub segments: Vec<KeptSegment>,
}

/// What a recording cannot be given for.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// The database.
    #[error("{0}")]
    Storage(#[from] StorageError),
    /// There is no such recording, or nothing of it plays.
    #[error("there is no such recording")]
    Missing,
    /// The disk.
    #[error("the recording's files cannot be reached: {0}; is the disk there?")]
    Disk(#[from] std::io::Error),
}

/// The recordings' readers' handle; clones are cheap.
#[derive(Clone, Debug)]
pub struct Library(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    data: PathBuf,
    storage: Storage,
    rewind: Rewind,
    /// A recording was renamed or deleted.
    changed: watch::Sender<()>,
    /// Lengths and sizes of finished recordings: they stay as they are, and to add them up reads a row for each of
    /// their segments. Threat: a list that anybody may ask for, and live's rows behind it.
    sizes: Mutex<HashMap<EventId, Size>>,
    /// Newest use last.
    films: Mutex<Vec<Known>>,
    /// One film is put together at a time. Threat: the disk is live's too.
    assembling: Semaphore,
}

/// A finished recording's.
#[derive(Clone, Copy, Debug)]
struct Size {
    /// When it was finished: an event may go on after all.
    ended: i64,
    duration: MediaTime,
    size: u64,
}

/// A film that was put together, and what of.
#[derive(Clone, Debug)]
struct Known {
    rendition: RenditionId,
    segments: Vec<(u64, u64)>,
    file: Arc<DiskFile>,
}

impl Library {
    /// The recordings in a data folder.
    pub fn new(data: PathBuf, storage: Storage, rewind: Rewind) -> Self {
        let (films, assembling, changed) = (Mutex::default(), Semaphore::new(1), watch::Sender::new(()));
        let sizes = Mutex::default();
        Library(Arc::new(Shared { data, storage, rewind, changed, sizes, films, assembling }))
    }

    /// Changes whenever a recording was renamed or deleted.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.0.changed.subscribe()
    }

    /// Gives a recording another title.
    ///
    /// # Errors
    /// [`StorageError::Missing`] when it is not there.
    pub async fn rename(&self, event: EventId, title: String) -> Result<(), StorageError> {
        self.0.storage.rename_recording(event, title).await?;
        self.0.changed.send_replace(());
        Ok(())
    }

    /// All recordings, newest first.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn list(&self) -> Result<Vec<Listed>, StorageError> {
        let mut list = Vec::new();
        for (recording, cloud) in self.0.storage.recording_rows().await? {
            let (event, ended) = (recording.event, recording.ended.filter(|_| recording.kept));
            let known = self.sizes().get(&event).copied().filter(|known| Some(known.ended) == ended);
            let (duration, size) = match known {
                Some(known) => (known.duration, known.size),
                None => self.0.storage.recording_size(event).await?,
            };
            if let Some(ended) = ended {
                self.sizes().insert(event, Size { ended, duration, size });
            }
            list.push(Listed { recording, duration, size, cloud });
        }
        Ok(list)
    }

    /// A recording, with what of it is recorded and on the disk; `None` when that is nothing.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn recording(&self, event: EventId) -> Result<Option<Stored>, StorageError> {
        let storage = &self.0.storage;
        let Some(recording) = storage.recording(event).await?.filter(|recording| recording.kept) else {
            return Ok(None);
        };
        let mut renditions = Vec::new();
        for id in storage.recorded_renditions(event).await? {
            if let Some(rendition) = self.rendition(id).await? {
                renditions.push(rendition);
            }
        }
        Ok((!renditions.is_empty()).then_some(Stored { recording, renditions }))
    }

    async fn rendition(&self, id: RenditionId) -> Result<Option<StoredRendition>, StorageError> {
        let mut segments = self.0.storage.segments(id, 0).await?;
        segments.retain(|segment| segment.kept);
        if segments.is_empty() {
            return Ok(None);
        }
        Ok(Some(StoredRendition { id, inits: self.0.storage.inits(id).await?, segments }))
    }

    /// A segment or an initialization section, as it stands in a URL.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn file(
        &self,
        epoch: &str,
        id: RenditionId,
        uri: MediaUri,
    ) -> Result<Option<(StoredFile, DiskFile)>, StorageError> {
        // What is no epoch is no folder's name.
        let Ok(parsed) = epoch.parse() else { return Ok(None) };
        let found = self.0.storage.stored_file(epoch.to_owned(), id, uri).await?;
        Ok(found.map(|stored| {
            let folder = Folder::new(&self.0.data, &parsed);
            let mut file = DiskFile::new(folder, id, bytes::Bytes::new());
            file.push(uri, stored.size);
            (stored, file)
        }))
    }

    /// A recording as one file.
    ///
    /// # Errors
    /// [`LibraryError`].
    pub async fn film(&self, event: EventId) -> Result<Arc<DiskFile>, LibraryError> {
        let stored = self.recording(event).await?.ok_or(LibraryError::Missing)?;
        let rendition = stored.renditions.into_iter().next().ok_or(LibraryError::Missing)?;
        let of: Vec<(u64, u64)> =
            rendition.segments.iter().map(|segment| (segment.msn, segment.size)).collect();
        let _turn = self.0.assembling.acquire().await.map_err(|_| LibraryError::Missing)?;
        let known = self.known(rendition.id, &of);
        // What could not be read is looked at anew.
        let sound = !known.as_ref().is_some_and(|file| file.is_broken());
        if let Some(file) = known.filter(|_| sound) {
            return Ok(file);
        }
        let finished = stored.recording.ended.is_some();
        let folder = Folder::new(&self.0.data, &stored.recording.epoch);
        let id = rendition.id;
        let segments = of.clone();
        let assembled = spawn_blocking(move || {
            let remembered = sound.then(|| film_head::read(&folder, id, &segments)).flatten();
            if let Some(file) = remembered {
                return Ok(file);
            }
            let file = assemble(&folder, id, &rendition.segments)?;
            if finished {
                film_head::write(&folder, &file, segments);
            }
            Ok(file)
        });
        let assembled: Result<DiskFile, Mp4Error> = assembled.await.map_err(|_| LibraryError::Missing)?;
        let file = Arc::new(assembled.map_err(|error| match error {
            Mp4Error::Io(error) => LibraryError::Disk(error),
            _ => LibraryError::Missing,
        })?);
        let mut films = self.films();
        films.push(Known { rendition: id, segments: of, file: Arc::clone(&file) });
        if films.len() > FILMS {
            films.remove(0);
        }
        Ok(file)
    }

    /// A film that was put together of the same segments, remembered on if it is sound.
    fn known(&self, rendition: RenditionId, segments: &[(u64, u64)]) -> Option<Arc<DiskFile>> {
        let mut films = self.films();
        let at = films.iter().position(|known| known.rendition == rendition)?;
        let known = films.remove(at);
        let file = Arc::clone(&known.file);
        let same = known.segments == segments;
        if same && !file.is_broken() {
            films.push(known);
        }
        same.then_some(file)
    }

    fn films(&self) -> MutexGuard<'_, Vec<Known>> {
        // Nothing in here can panic half-way.
        self.0.films.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sizes(&self) -> MutexGuard<'_, HashMap<EventId, Size>> {
        // Nothing in here can panic half-way.
        self.0.sizes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Deletes a recording: its rows, then its files. `cloud`: what the bucket has of it, too. A power cut in between
    /// leaves files that no row names; the next start removes them.
    ///
    /// # Errors
    /// [`LibraryError`].
    pub async fn delete(&self, event: EventId, cloud: bool) -> Result<(), LibraryError> {
        let storage = &self.0.storage;
        let recording = storage.recording(event).await?.ok_or(LibraryError::Missing)?;
        let folder = Folder::new(&self.0.data, &recording.epoch);
        let renditions = storage.recorded_renditions(event).await?;
        if cloud {
            storage.doom_event(event).await?;
        }
        storage.forget_recording(event).await?;
        self.0.changed.send_replace(());
        self.films().retain(|known| known.rendition.event != event);
        self.sizes().remove(&event);
        renditions.iter().for_each(|id| self.0.rewind.forget(*id));
        let removed = spawn_blocking(move || renditions.iter().try_for_each(|id| folder.remove_all(*id)));
        Ok(removed.await.map_err(std::io::Error::other)??)
    }
}

#[cfg(test)]
#[path = "library_tests.rs"]
mod tests;
