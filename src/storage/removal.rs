//! What disappears from the bucket, and what is remembered of it until it has.
//!
//! Playlists first, then the segments that they named, then what those needed.

use rusqlite::{Transaction, params};

use super::recording::{number, unsigned};
use super::{Storage, StorageError};
use crate::stream::EventId;

/// An event that is to disappear from the bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doomed {
    /// The event.
    pub event: EventId,
    /// The first element of its keys.
    pub epoch: String,
    /// Its renditions.
    pub renditions: Vec<u8>,
}

impl Storage {
    /// An event is to disappear from the bucket. What is on its way there is deleted too, once it has arrived.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn doom_event(&self, event: EventId) -> Result<(), StorageError> {
        self.ask(move |desk| {
            let doom = "UPDATE uploads SET state = 'doomed', live_number = NULL WHERE event = ?";
            desk.connection.execute(doom, [number(event.0)])?;
            desk.uploads.notify_one();
            Ok(())
        })
        .await
    }

    /// Events that ended before this, milliseconds since 1970, and are in the bucket still.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn ended_before(&self, moment: i64) -> Result<Vec<EventId>, StorageError> {
        self.ask(move |desk| {
            let mut query = desk.connection.prepare_cached(
                "SELECT event FROM recordings WHERE ended < ? AND EXISTS
                 (SELECT 1 FROM uploads WHERE state IN ('waiting', 'done') AND event = recordings.event)",
            )?;
            let rows = query.query_map([moment], |row| Ok(EventId(unsigned(row.get(0)?))))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// The events that are to disappear.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn doomed_events(&self) -> Result<Vec<Doomed>, StorageError> {
        self.ask(|desk| {
            let mut query = desk.connection.prepare_cached(
                "SELECT event, rendition, min(key) FROM uploads WHERE state = 'doomed' AND event IS NOT NULL
                 GROUP BY event, rendition ORDER BY event, rendition",
            )?;
            let mut events: Vec<Doomed> = Vec::new();
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                let (event, rendition) = (EventId(unsigned(row.get(0)?)), row.get(1)?);
                let key: String = row.get(2)?;
                match events.last_mut() {
                    Some(last) if last.event == event => last.renditions.push(rendition),
                    _ => {
                        let epoch = key.split('/').next().unwrap_or_default().to_owned();
                        events.push(Doomed { event, epoch, renditions: vec![rendition] });
                    }
                }
            }
            Ok(events)
        })
        .await
    }

    /// Objects of an event that may be deleted now: its initialization sections when no segment needs them any more.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn doomed(&self, event: EventId, limit: usize) -> Result<Vec<String>, StorageError> {
        self.ask(move |desk| {
            let mut query = desk.connection.prepare_cached(
                "SELECT key FROM uploads WHERE state = 'doomed' AND event = ? AND (kind = 'segment' OR NOT EXISTS
                 (SELECT 1 FROM uploads AS other WHERE other.event = uploads.event
                  AND other.rendition = uploads.rendition AND other.kind = 'segment'))
                 ORDER BY number LIMIT ?",
            )?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let rows = query.query_map(params![number(event.0), limit], |row| row.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// An object is gone from the bucket. Of an event that it was the last of, nothing is remembered for the cloud.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn removed(&self, event: EventId, key: String) -> Result<(), StorageError> {
        self.ask(move |desk| {
            let transaction = desk.connection.transaction()?;
            transaction.execute("DELETE FROM uploads WHERE key = ? AND state = 'doomed'", [key])?;
            let rest = "SELECT EXISTS (SELECT 1 FROM uploads WHERE event = ?)";
            if !transaction.query_row(rest, [number(event.0)], |row| row.get::<_, bool>(0))? {
                forget_unneeded(&transaction)?;
            }
            Ok(transaction.commit()?)
        })
        .await
    }
}

/// Forgets what neither the disk nor the cloud has.
pub(super) fn forget_unneeded(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch(
        "DELETE FROM segments WHERE NOT local AND NOT EXISTS (SELECT 1 FROM uploads
         WHERE uploads.event = segments.event AND uploads.rendition = segments.rendition
         AND uploads.number = segments.msn AND uploads.kind = 'segment');
         DELETE FROM recordings WHERE NOT kept AND ended IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM segments WHERE segments.event = recordings.event)
         AND NOT EXISTS (SELECT 1 FROM uploads WHERE uploads.event = recordings.event)",
    )
}

/// A recording is deleted here. What the cloud has of it stays there, with what its playlists are written from; says
/// whether there is any.
pub(super) fn stays_in_cloud(transaction: &Transaction<'_>, event: EventId) -> rusqlite::Result<bool> {
    let event = [number(event.0)];
    // Their files go.
    transaction.execute("DELETE FROM uploads WHERE event = ? AND state = 'waiting'", event)?;
    let there = "SELECT EXISTS (SELECT 1 FROM uploads WHERE state = 'done' AND event = ?)";
    if !transaction.query_row(there, event, |row| row.get::<_, bool>(0))? {
        return Ok(false);
    }
    transaction.execute("UPDATE recordings SET kept = 0 WHERE event = ?", event)?;
    transaction.execute("UPDATE segments SET local = 0, kept = 0 WHERE event = ?", event)?;
    forget_unneeded(transaction)?;
    Ok(true)
}

#[cfg(test)]
mod tests {

    use crate::storage::upload::tests::{ID, keep, send_all, storage};

    #[tokio::test]
    async fn an_initialization_section_goes_after_the_last_segment_that_needs_it() {
        let folder = tempfile::tempdir().unwrap();
        let storage = storage(&folder).await;
        for msn in 7..9 {
            keep(&storage, ID, msn).await;
        }
        send_all(&storage).await;
        storage.end_recording(ID.event, 9_000).await.unwrap();
        storage.doom_event(ID.event).await.unwrap();
        let [doomed] = &storage.doomed_events().await.unwrap()[..] else { panic!() };
        assert_eq!((doomed.event, &doomed.renditions[..]), (ID.event, &[0][..]));
        assert_eq!(storage.unpublished().await.unwrap(), []);
        let mut order = Vec::new();
        while let Some(key) = storage.doomed(ID.event, 1).await.unwrap().pop() {
            order.push(key.rsplit('/').next().unwrap().to_owned());
            storage.removed(ID.event, key).await.unwrap();
        }
        assert_eq!(order, ["7.m4s", "8.m4s", "init-0.mp4"]);
        assert_eq!(storage.doomed_events().await.unwrap(), []);
        assert_eq!(storage.segments(ID, 0).await.unwrap().len(), 2, "its files are still here");
    }

    #[tokio::test]
    async fn what_was_on_its_way_when_it_was_doomed_counts_as_there_and_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let storage = storage(&folder).await;
        keep(&storage, ID, 7).await;
        let init = storage.claimable(9).await.unwrap().backlog.remove(0);
        storage.doom_event(ID.event).await.unwrap();
        assert_eq!(storage.uploaded(&init).await.unwrap(), None);
        assert_eq!(storage.claimable(9).await.unwrap(), Default::default());
        assert_eq!(storage.doomed(ID.event, 9).await.unwrap().len(), 1, "the segment first");
    }

    #[tokio::test]
    async fn an_event_that_ended_long_ago_is_found_while_the_bucket_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let storage = storage(&folder).await;
        keep(&storage, ID, 7).await;
        assert_eq!(storage.ended_before(i64::MAX).await.unwrap(), [], "it goes on");
        storage.end_recording(ID.event, 9_000).await.unwrap();
        assert_eq!(storage.ended_before(9_000).await.unwrap(), []);
        assert_eq!(storage.ended_before(9_001).await.unwrap(), [ID.event]);
        storage.doom_event(ID.event).await.unwrap();
        assert_eq!(storage.ended_before(9_001).await.unwrap(), []);
    }

    #[tokio::test]
    async fn a_recording_that_is_deleted_here_stays_in_the_cloud_until_it_is_deleted_there() {
        let folder = tempfile::tempdir().unwrap();
        let storage = storage(&folder).await;
        keep(&storage, ID, 7).await;
        send_all(&storage).await;
        keep(&storage, ID, 8).await;
        storage.end_recording(ID.event, 9_000).await.unwrap();
        storage.forget_recording(ID.event).await.unwrap();
        assert_eq!(storage.segments(ID, 0).await.unwrap(), []);
        assert_eq!(storage.backlog().await.unwrap().objects, 0, "its file is gone");
        let there = storage.in_bucket(ID).await.unwrap();
        assert_eq!(there.iter().map(|segment| segment.msn).collect::<Vec<_>>(), [7]);
        assert!(storage.published(ID.event).await.unwrap());
        storage.doom_event(ID.event).await.unwrap();
        while let Some(key) = storage.doomed(ID.event, 1).await.unwrap().pop() {
            storage.removed(ID.event, key).await.unwrap();
        }
        assert_eq!(storage.recording(ID.event).await.unwrap(), None);
    }
}
