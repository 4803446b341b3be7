//! What of the archive is needed, and what may go.

use rusqlite::params;

use super::recording::{number, unsigned};
use super::{Storage, StorageError};
use crate::stream::{EventId, RenditionId};

/// Segments that are let go in one transaction. Threat: live's rows wait behind a day's worth of old ones.
const AT_ONCE: u32 = 64;

impl Storage {
    /// What is here of an event belongs to its recording from now on.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn keep_event(&self, event: EventId) -> Result<(), StorageError> {
        self.ask(move |desk| {
            let transaction = desk.connection.transaction()?;
            let event = [number(event.0)];
            transaction.execute("UPDATE recordings SET kept = 1 WHERE event = ?", event)?;
            transaction.execute("UPDATE segments SET kept = 1 WHERE event = ? AND local", event)?;
            Ok(transaction.commit()?)
        })
        .await
    }

    /// The newest segment of a rendition that was ever kept.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn last_segment(&self, rendition: RenditionId) -> Result<Option<u64>, StorageError> {
        self.ask(move |desk| {
            let query = "SELECT max(msn) FROM segments WHERE event = ? AND rendition = ?";
            let key = params![number(rendition.event.0), rendition.rendition];
            let last: Option<i64> = desk.connection.query_row(query, key, |row| row.get(0))?;
            Ok(last.map(unsigned))
        })
        .await
    }

    /// Events other than `current` that were left without an end are over: they end with their last segment.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn end_left(&self, current: Option<EventId>) -> Result<(), StorageError> {
        self.ask(move |desk| {
            desk.connection.execute(
                "UPDATE recordings SET ended = max(began, (SELECT coalesce(max(date + duration / 90), 0)
                 FROM segments WHERE segments.event = recordings.event)) WHERE ended IS NULL AND event IS NOT ?",
                [current.map(|event| number(event.0))],
            )?;
            Ok(())
        })
        .await
    }

    /// Segments whose files nobody needs: not recorded, not waiting for the cloud, and before what rewind still names
    /// (`needed`, of the renditions on air). A few of them; ask again while there are any.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn unneeded(
        &self,
        needed: Vec<(RenditionId, u64)>,
    ) -> Result<Vec<(RenditionId, u64)>, StorageError> {
        self.ask(move |desk| {
            let mut query = desk.connection.prepare(
                "SELECT event, rendition, msn FROM segments WHERE local AND NOT kept AND NOT EXISTS
                 (SELECT 1 FROM uploads WHERE uploads.event = segments.event AND kind = 'segment'
                  AND uploads.rendition = segments.rendition AND uploads.number = segments.msn
                  AND state = 'waiting') ORDER BY event, msn",
            )?;
            let rows = query.query_map([], |row| {
                let event = EventId(unsigned(row.get(0)?));
                Ok((RenditionId { event, rendition: row.get(1)? }, unsigned(row.get(2)?)))
            })?;
            let may_go = |(rendition, msn): &(RenditionId, u64)| {
                needed.iter().all(|(other, from)| other != rendition || msn < from)
            };
            let limit = usize::try_from(AT_ONCE).unwrap_or(usize::MAX);
            let mut found = Vec::new();
            for row in rows {
                let row = row?;
                if may_go(&row) {
                    found.push(row);
                }
                if found.len() >= limit {
                    break;
                }
            }
            Ok(found)
        })
        .await
    }

    /// Lets go of segments before their files are removed. Of what the cloud has, or shall have, the row stays: its
    /// playlists are written from it.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn let_go(&self, segments: Vec<(RenditionId, u64)>) -> Result<(), StorageError> {
        self.ask(move |desk| {
            let transaction = desk.connection.transaction()?;
            for (rendition, msn) in segments {
                let key = params![number(rendition.event.0), rendition.rendition, number(msn)];
                let sent = "UPDATE segments SET local = 0 WHERE event = ?1 AND rendition = ?2 AND msn = ?3
                            AND EXISTS (SELECT 1 FROM uploads WHERE uploads.event = ?1 AND kind = 'segment'
                            AND uploads.rendition = ?2 AND uploads.number = ?3)";
                if transaction.execute(sent, key)? == 0 {
                    let gone = "DELETE FROM segments WHERE event = ? AND rendition = ? AND msn = ?";
                    transaction.execute(gone, key)?;
                }
            }
            Ok(transaction.commit()?)
        })
        .await
    }

    /// Finished events of which nothing is on the disk: their folders may go. Those that the cloud has nothing of
    /// either are forgotten.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn emptied(&self, current: Option<EventId>) -> Result<Vec<RenditionId>, StorageError> {
        self.ask(move |desk| {
            let transaction = desk.connection.transaction()?;
            let current = current.map(|event| number(event.0));
            let empty = "SELECT event, rendition FROM inits WHERE event IS NOT ? AND NOT EXISTS
                         (SELECT 1 FROM segments WHERE segments.event = inits.event AND local)
                         GROUP BY event, rendition";
            let rows: Vec<RenditionId> = transaction
                .prepare(empty)?
                .query_map([current], |row| {
                    Ok(RenditionId { event: EventId(unsigned(row.get(0)?)), rendition: row.get(1)? })
                })?
                .collect::<Result<_, _>>()?;
            let forget = "DELETE FROM recordings WHERE ended IS NOT NULL AND event IS NOT ? AND NOT EXISTS
                          (SELECT 1 FROM segments WHERE segments.event = recordings.event)
                          AND NOT EXISTS (SELECT 1 FROM uploads WHERE uploads.event = recordings.event)";
            transaction.execute(forget, [current])?;
            transaction.commit()?;
            Ok(rows)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::fixture;
    use crate::stream::KeptInit;

    const ID: RenditionId = RenditionId { event: EventId(3), rendition: 0 };

    async fn storage(folder: &tempfile::TempDir) -> Storage {
        let storage = fixture::fresh(folder);
        storage.begin_recording(fixture::recording(ID.event)).await.unwrap();
        storage
    }

    async fn keep(storage: &Storage, msn: u64, uploads: bool) {
        let init = KeptInit { number: 0, codecs: String::new(), resolution: None, size: 5 };
        storage.keep_segment(ID, Some(init), fixture::segment(msn), uploads).await.unwrap();
    }

    async fn unneeded(storage: &Storage, from: u64) -> Vec<u64> {
        let found = storage.unneeded(vec![(ID, from)]).await.unwrap();
        found.into_iter().map(|(_, msn)| msn).collect()
    }

    #[tokio::test]
    async fn what_rewind_the_cloud_or_a_recording_needs_stays() {
        let folder = tempfile::tempdir().unwrap();
        let storage = storage(&folder).await;
        keep(&storage, 7, false).await;
        keep(&storage, 8, true).await;
        keep(&storage, 9, false).await;
        keep(&storage, 10, false).await;
        assert_eq!(unneeded(&storage, 10).await, [7, 9]);
        storage.keep_event(ID.event).await.unwrap();
        assert_eq!(unneeded(&storage, 10).await, [0; 0]);
    }

    #[tokio::test]
    async fn the_row_of_what_the_cloud_has_stays_without_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let storage = storage(&folder).await;
        keep(&storage, 7, true).await;
        keep(&storage, 8, false).await;
        storage.let_go(vec![(ID, 7), (ID, 8)]).await.unwrap();
        assert_eq!(storage.segments(ID, 0).await.unwrap(), []);
        assert_eq!(storage.last_segment(ID).await.unwrap(), Some(7));
        assert_eq!(storage.emptied(Some(ID.event)).await.unwrap(), []);
        assert_eq!(storage.emptied(None).await.unwrap(), [ID]);
        assert!(storage.recording(ID.event).await.unwrap().is_some(), "the cloud has something of it");
    }

    #[tokio::test]
    async fn an_event_that_nothing_is_left_of_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let storage = storage(&folder).await;
        keep(&storage, 8, false).await;
        storage.let_go(vec![(ID, 8)]).await.unwrap();
        storage.end_recording(ID.event, 9_000).await.unwrap();
        assert_eq!(storage.emptied(None).await.unwrap(), [ID]);
        assert_eq!(storage.recording(ID.event).await.unwrap(), None);
    }

    #[tokio::test]
    async fn an_event_that_was_left_ends_with_its_last_segment() {
        let folder = tempfile::tempdir().unwrap();
        let storage = storage(&folder).await;
        keep(&storage, 7, false).await;
        storage.end_left(Some(ID.event)).await.unwrap();
        assert_eq!(storage.recording(ID.event).await.unwrap().unwrap().ended, None);
        storage.end_left(None).await.unwrap();
        assert_eq!(storage.recording(ID.event).await.unwrap().unwrap().ended, Some(7_000));
    }
}
