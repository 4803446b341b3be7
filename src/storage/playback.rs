//! What is asked of recordings when they are listed and played.

use rusqlite::{OptionalExtension, params};

use super::recording::{number, recording_of, unsigned};
use super::{Recording, Storage, StorageError};
use crate::hls::MediaUri;
use crate::stream::{EventId, RenditionId};
use crate::time::MediaTime;

/// A file of a rendition that is on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    /// Bytes.
    pub size: u64,
    /// Its samples have a picture.
    pub picture: bool,
    /// It is part of a recording.
    pub kept: bool,
}

/// How much of an event is where the cloud is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InCloud {
    /// Nothing is there or meant to be.
    None,
    /// Something of it is on its way.
    Waiting,
    /// All that is meant for it is there.
    There,
}

impl Storage {
    /// A segment or an initialization section below an epoch, if its file is on the disk.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn stored_file(
        &self,
        epoch: String,
        rendition: RenditionId,
        uri: MediaUri,
    ) -> Result<Option<StoredFile>, StorageError> {
        let (query, which) = match uri {
            MediaUri::Segment(msn) => (
                "SELECT segments.size, inits.width IS NOT NULL, segments.kept FROM segments
                 JOIN recordings USING (event) LEFT JOIN inits ON inits.event = segments.event
                 AND inits.rendition = segments.rendition AND inits.number = segments.init
                 WHERE segments.event = ? AND segments.rendition = ? AND msn = ? AND epoch = ? AND local",
                msn,
            ),
            MediaUri::Init(init) => (
                "SELECT size, width IS NOT NULL, kept FROM inits JOIN recordings USING (event)
                 WHERE event = ? AND rendition = ? AND number = ? AND epoch = ?",
                u64::from(init),
            ),
            MediaUri::Playlist | MediaUri::Part(_) => return Ok(None),
        };
        self.ask(move |desk| {
            let key = params![number(rendition.event.0), rendition.rendition, number(which), epoch];
            let file = desk.connection.prepare_cached(query)?.query_row(key, |row| {
                Ok(StoredFile { size: unsigned(row.get(0)?), picture: row.get(1)?, kept: row.get(2)? })
            });
            Ok(file.optional()?)
        })
        .await
    }

    /// The renditions of a recording, best first.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn recorded_renditions(&self, event: EventId) -> Result<Vec<RenditionId>, StorageError> {
        self.ask(move |desk| {
            let query = "SELECT DISTINCT rendition FROM inits WHERE event = ? ORDER BY rendition";
            let mut query = desk.connection.prepare_cached(query)?;
            let rows = query
                .query_map([number(event.0)], |row| Ok(RenditionId { event, rendition: row.get(0)? }))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// The rows of all recordings, newest first, and how much of each is where the cloud is concerned.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn recording_rows(&self) -> Result<Vec<(Recording, InCloud)>, StorageError> {
        self.ask(|desk| {
            // A look into the index for each: there may be a million rows of uploads.
            let mut query = desk.connection.prepare_cached(
                "SELECT event, epoch, title, began, ended, kept, target_duration,
                 EXISTS (SELECT 1 FROM uploads WHERE state = 'waiting' AND uploads.event = recordings.event),
                 EXISTS (SELECT 1 FROM uploads WHERE state = 'done' AND uploads.event = recordings.event)
                 FROM recordings ORDER BY event DESC",
            )?;
            let rows = query.query_map([], |row| {
                let cloud = match (row.get(7)?, row.get(8)?) {
                    (true, _) => InCloud::Waiting,
                    (false, true) => InCloud::There,
                    (false, false) => InCloud::None,
                };
                Ok((recording_of(row)?, cloud))
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// How long a recording is, in its longest rendition, and how many bytes of it are on the disk. It reads a row for
    /// each segment.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn recording_size(&self, event: EventId) -> Result<(MediaTime, u64), StorageError> {
        self.ask(move |desk| {
            let mut query = desk.connection.prepare_cached(
                "SELECT coalesce(sum(duration), 0), coalesce(sum(size), 0) FROM segments
                 WHERE event = ? AND local GROUP BY rendition",
            )?;
            let (mut length, mut size) = (MediaTime::ZERO, 0);
            let mut rows = query.query([number(event.0)])?;
            while let Some(row) = rows.next()? {
                length = length.max(MediaTime::from_ticks(row.get(0)?));
                size += unsigned(row.get(1)?);
            }
            Ok((length, size))
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::{Recording, fixture};
    use crate::stream::{Epoch, KeptInit, KeptSegment};

    const ID: RenditionId = RenditionId { event: EventId(3), rendition: 0 };

    async fn storage(folder: &tempfile::TempDir) -> Storage {
        let storage = fixture::fresh(folder);
        let recording = Recording { kept: true, ..fixture::recording(ID.event) };
        storage.begin_recording(recording).await.unwrap();
        let init = KeptInit { number: 1, codecs: String::new(), resolution: Some((640, 360)), size: 900 };
        let segment = KeptSegment { init: 1, size: 700, kept: true, ..fixture::segment(7) };
        storage.keep_segment(ID, Some(init), segment, true).await.unwrap();
        storage
    }

    #[tokio::test]
    async fn a_file_is_found_below_its_own_epoch_and_under_its_own_name_alone() {
        let folder = tempfile::tempdir().unwrap();
        let storage = storage(&folder).await;
        let epoch = Epoch::from_random([7; 12]).to_string();
        let find = |epoch: &str, uri| storage.stored_file(epoch.to_owned(), ID, uri);
        let segment = find(&epoch, MediaUri::Segment(7)).await.unwrap();
        assert_eq!(segment, Some(StoredFile { size: 700, picture: true, kept: true }));
        let init = find(&epoch, MediaUri::Init(1)).await.unwrap();
        assert_eq!(init, Some(StoredFile { size: 900, picture: true, kept: true }));
        let other = Epoch::from_random([8; 12]).to_string();
        for (epoch, uri) in
            [(&epoch, MediaUri::Segment(8)), (&epoch, MediaUri::Init(0)), (&other, MediaUri::Segment(7))]
        {
            assert_eq!(find(epoch, uri).await.unwrap(), None);
        }
        assert_eq!(storage.recorded_renditions(ID.event).await.unwrap(), [ID]);
    }

    #[tokio::test]
    async fn a_recording_says_how_long_it_is_and_where() {
        let folder = tempfile::tempdir().unwrap();
        let storage = storage(&folder).await;
        assert_eq!(storage.recording_size(ID.event).await.unwrap(), (MediaTime::from_millis(2_000), 700));
        assert_eq!(storage.recording_size(EventId(9)).await.unwrap(), (MediaTime::ZERO, 0));
        let cloud = async || storage.recording_rows().await.unwrap()[0].1;
        assert_eq!(cloud().await, InCloud::Waiting);
        storage.doom_event(ID.event).await.unwrap();
        assert_eq!(cloud().await, InCloud::None, "what is doomed is there no more");
    }
}
