//! After a start: every file is accounted for, and every row has its file.
//!
//! A file without a row was never acknowledged: the power went between the two. A row without its file, or with one of
//! another size, says that the disk lost it; whoever plays the recording is told of a gap there rather than given other
//! bytes.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use super::folder::Folder;
use crate::hls::MediaUri;
use crate::storage::{RecordingSize, Storage, StorageError};
use crate::stream::{Epoch, RenditionId};

/// What was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Segments that are there, whole.
    pub segments: usize,
    /// Files that nobody was told of, and were removed.
    pub removed: usize,
    /// Segments that somebody was told of, and are gone.
    pub lost: usize,
}

/// The archive could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum RecoveryError {
    /// The disk.
    #[error("the archive cannot be read: {0}; is its disk there?")]
    Disk(#[from] io::Error),
    /// The database.
    #[error("{0}")]
    Storage(#[from] StorageError),
}

/// What becomes of a folder that no recording knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// It was never acknowledged, or it was deleted: it goes.
    Remove,
    /// The database was lost: it is all that is left of recordings, and stays under another name.
    SetAside,
}

/// Puts files and rows in agreement. It waits for the disk: call it before anything is on air.
///
/// # Errors
/// [`RecoveryError`].
pub async fn recover(
    data: &Path,
    epoch: &Epoch,
    storage: &Storage,
    unknown: Unknown,
) -> Result<Recovered, RecoveryError> {
    let mut recovered = Recovered::default();
    let mut known = Vec::new();
    for RecordingSize { recording, .. } in storage.recordings().await? {
        let folder = Folder::new(data, &recording.epoch);
        let mut renditions = storage.kept_renditions().await?;
        renditions.extend(folder.renditions()?);
        renditions.retain(|rendition| rendition.event == recording.event);
        renditions.sort_unstable();
        renditions.dedup();
        for rendition in &renditions {
            recover_rendition(&folder, storage, *rendition, &mut recovered).await?;
        }
        known.push(recording.event);
    }
    let folder = Folder::new(data, epoch);
    for rendition in folder.renditions()? {
        if known.contains(&rendition.event) {
            continue;
        }
        match unknown {
            Unknown::Remove => {
                recovered.removed += folder.tidy(rendition)?.0.len();
                folder.remove_all(rendition)?;
            }
            Unknown::SetAside => {
                let place = folder.set_aside(rendition)?;
                log::warn!(
                    "the database knows nothing of a recording; its files are kept as {}",
                    place.display()
                );
            }
        }
    }
    Ok(recovered)
}

async fn recover_rendition(
    folder: &Folder,
    storage: &Storage,
    rendition: RenditionId,
    recovered: &mut Recovered,
) -> Result<(), RecoveryError> {
    let (files, removed) = folder.tidy(rendition)?;
    recovered.removed += removed;
    let mut files: HashMap<MediaUri, u64> = files.into_iter().collect();
    let mut lost = Vec::new();
    for segment in storage.segments(rendition, 0).await? {
        if files.remove(&MediaUri::Segment(segment.msn)) == Some(segment.size) {
            recovered.segments += 1;
        } else {
            lost.push((rendition, segment.msn));
        }
    }
    for init in storage.inits(rendition).await? {
        // Its row stays: segments that are there need it to be missed.
        files.remove(&MediaUri::Init(init.number));
    }
    recovered.lost += lost.len();
    if !lost.is_empty() {
        storage.let_go(lost.clone()).await?;
    }
    for uri in files.into_keys().chain(lost.into_iter().map(|(_, msn)| MediaUri::Segment(msn))) {
        recovered.removed += usize::from(folder.path(rendition, uri).exists());
        folder.remove(rendition, uri)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    use crate::storage::{Opened, Recording};
    use crate::stream::{EventId, KeptInit, KeptSegment};
    use crate::time::MediaTime;

    const ID: RenditionId = RenditionId { event: EventId(3), rendition: 0 };

    async fn archive(data: &tempfile::TempDir) -> (Folder, Storage) {
        let mut opened = Opened::open(data.path(), "boot", [7; 12], None).unwrap();
        let storage = Storage::start(&mut opened).unwrap();
        let epoch = opened.epoch.clone();
        let recording = Recording {
            event: ID.event,
            epoch,
            title: String::new(),
            began: 0,
            ended: None,
            kept: true,
            target_duration: 2,
        };
        storage.begin_recording(recording).await.unwrap();
        (Folder::new(data.path(), &opened.epoch), storage)
    }

    async fn recovered(data: &tempfile::TempDir, storage: &Storage) -> Result<Recovered, RecoveryError> {
        recover(data.path(), &Epoch::from_random([7; 12]), storage, Unknown::Remove).await
    }

    fn segment(msn: u64) -> KeptSegment {
        let (start, duration) = (MediaTime::ZERO, MediaTime::from_millis(2_000));
        KeptSegment { msn, init: 0, discontinuity: false, start, date: 0, duration, size: 5, kept: true }
    }

    fn keep(folder: &Folder, uri: MediaUri) {
        folder.keep(ID, uri, &[Bytes::from_static(b"bytes")]).unwrap();
    }

    #[tokio::test]
    async fn what_was_acknowledged_stays_and_what_was_not_goes() {
        let data = tempfile::tempdir().unwrap();
        let (folder, storage) = archive(&data).await;
        keep(&folder, MediaUri::Init(0));
        let init = KeptInit { number: 0, codecs: String::new(), resolution: None, size: 5 };
        for msn in 7..9 {
            keep(&folder, MediaUri::Segment(msn));
            storage.keep_segment(ID, Some(init.clone()), segment(msn), false).await.unwrap();
        }
        // The power went before the row was there.
        keep(&folder, MediaUri::Segment(9));
        let found = recovered(&data, &storage).await.unwrap();
        assert_eq!(found, Recovered { segments: 2, removed: 1, lost: 0 });
        assert!(!folder.path(ID, MediaUri::Segment(9)).exists());
        assert!(folder.path(ID, MediaUri::Init(0)).exists());
        assert_eq!(recovered(&data, &storage).await.unwrap(), Recovered { segments: 2, removed: 0, lost: 0 });
    }

    #[tokio::test]
    async fn a_row_whose_file_is_gone_or_cut_is_told_and_forgotten() {
        let data = tempfile::tempdir().unwrap();
        let (folder, storage) = archive(&data).await;
        for msn in 7..10 {
            keep(&folder, MediaUri::Segment(msn));
            storage.keep_segment(ID, None, segment(msn), false).await.unwrap();
        }
        std::fs::remove_file(folder.path(ID, MediaUri::Segment(7))).unwrap();
        std::fs::write(folder.path(ID, MediaUri::Segment(8)), "cut").unwrap();
        let found = recovered(&data, &storage).await.unwrap();
        assert_eq!(found, Recovered { segments: 1, removed: 1, lost: 2 });
        assert_eq!(storage.segments(ID, 0).await.unwrap(), [segment(9)]);
        assert!(!folder.path(ID, MediaUri::Segment(8)).exists());
    }

    #[tokio::test]
    async fn the_files_of_a_recording_that_was_deleted_go_at_the_next_start() {
        let data = tempfile::tempdir().unwrap();
        let (folder, storage) = archive(&data).await;
        keep(&folder, MediaUri::Segment(7));
        storage.keep_segment(ID, None, segment(7), false).await.unwrap();
        storage.forget_recording(ID.event).await.unwrap();
        assert_eq!(recovered(&data, &storage).await.unwrap().removed, 1);
        assert!(!folder.path(ID, MediaUri::Segment(7)).exists());
    }

    #[tokio::test]
    async fn what_a_lost_database_knew_stays_under_another_name() {
        let data = tempfile::tempdir().unwrap();
        let (folder, storage) = archive(&data).await;
        keep(&folder, MediaUri::Segment(7));
        storage.forget_recording(ID.event).await.unwrap();
        let epoch = Epoch::from_random([7; 12]);
        recover(data.path(), &epoch, &storage, Unknown::SetAside).await.unwrap();
        assert!(!folder.path(ID, MediaUri::Segment(7)).exists());
        let aside = data.path().join("archive").join(epoch.as_str()).join("3-0.aside").join("7.m4s");
        assert!(aside.exists());
        assert_eq!(folder.renditions().unwrap(), []);
    }
}
