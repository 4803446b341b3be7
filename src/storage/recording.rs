//! What of each event lies on the disk: recordings, their initialization sections and their segments.
//!
//! A row says that its file is there, whole: it is written after the file and removed before it.

use rusqlite::types::Type;
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::{Acknowledged, Storage, StorageError, removal, upload};
use crate::stream::{Epoch, EventId, KeptInit, KeptSegment, RenditionId};
use crate::time::MediaTime;

/// An event of which something is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// The event.
    pub event: EventId,
    /// The first element of its URLs.
    pub epoch: Epoch,
    /// What viewers saw as its title when it began.
    pub title: String,
    /// Milliseconds since 1970.
    pub began: i64,
    /// Milliseconds since 1970; `None` while it may go on.
    pub ended: Option<i64>,
    /// It stays until the operator deletes it.
    pub kept: bool,
    /// EXT-X-TARGETDURATION, seconds.
    pub target_duration: u32,
}

/// A recording as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingSize {
    /// The recording.
    pub recording: Recording,
    /// How long its longest rendition is.
    pub duration: MediaTime,
    /// Bytes of all its segments.
    pub size: u64,
}

impl Storage {
    /// Begins a recording; one that was begun before a restart goes on, with its title and its beginning.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn begin_recording(&self, recording: Recording) -> Result<Recording, StorageError> {
        self.ask(move |desk| {
            let Recording { event, epoch, title, began, kept, target_duration, .. } = recording;
            desk.connection.execute(
                "INSERT INTO recordings (event, epoch, title, began, kept, target_duration)
                 VALUES (?, ?, ?, ?, ?, ?)
                 ON CONFLICT (event) DO UPDATE SET ended = NULL, published = 0,
                 kept = max(kept, excluded.kept)",
                params![number(event.0), epoch.as_str(), title, began, kept, target_duration],
            )?;
            let query = "SELECT event, epoch, title, began, ended, kept, target_duration
                         FROM recordings WHERE event = ?";
            Ok(desk.connection.query_row(query, [number(event.0)], recording_of)?)
        })
        .await
    }

    /// The event is over.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn end_recording(&self, event: EventId, at: i64) -> Result<(), StorageError> {
        self.ask(move |desk| {
            let set = "UPDATE recordings SET ended = ? WHERE event = ? AND ended IS NULL";
            desk.connection.execute(set, params![at, number(event.0)])?;
            // Its playlists in the cloud get their end.
            desk.uploads.notify_one();
            Ok(())
        })
        .await
    }

    /// Keeps a segment whose file is on the disk, and its initialization section where that is new, and queues both
    /// for the cloud where it wants them: all or none.
    ///
    /// # Errors
    /// [`StorageError`]; [`StorageError::Missing`] when its recording was deleted meanwhile.
    pub async fn keep_segment(
        &self,
        rendition: RenditionId,
        init: Option<KeptInit>,
        segment: KeptSegment,
        uploads: bool,
    ) -> Result<(), StorageError> {
        self.ask(move |desk| {
            let transaction = desk.connection.transaction()?;
            let epoch = "SELECT epoch FROM recordings WHERE event = ?";
            let epoch =
                transaction.query_row(epoch, [number(rendition.event.0)], |row| row.get(0)).optional()?;
            let epoch = epoch_of(epoch.ok_or(StorageError::Missing)?)?;
            if let Some(init) = init {
                keep_init(&transaction, rendition, &init)?;
            }
            transaction.execute(
                "INSERT OR REPLACE INTO segments
                 (event, rendition, msn, init, discontinuity, start, date, duration, size, kept)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                params![
                    number(rendition.event.0),
                    rendition.rendition,
                    number(segment.msn),
                    segment.init,
                    segment.discontinuity,
                    segment.start.ticks(),
                    segment.date,
                    segment.duration.ticks(),
                    number(segment.size),
                    segment.kept,
                ],
            )?;
            if uploads {
                upload::queue(&transaction, &epoch, rendition, &segment)?;
            }
            transaction.commit()?;
            // Nobody may listen.
            let _ = desk.acknowledged.send(Acknowledged::Kept { rendition, msn: segment.msn });
            if uploads {
                desk.uploads.notify_one();
            }
            Ok(())
        })
        .await
    }

    /// A recording, by its event.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn recording(&self, event: EventId) -> Result<Option<Recording>, StorageError> {
        self.ask(move |desk| {
            let query = "SELECT event, epoch, title, began, ended, kept, target_duration
                         FROM recordings WHERE event = ?";
            Ok(desk.connection.query_row(query, [number(event.0)], recording_of).optional()?)
        })
        .await
    }

    /// All recordings, newest first.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn recordings(&self) -> Result<Vec<RecordingSize>, StorageError> {
        self.ask(|desk| {
            let mut query = desk.connection.prepare(
                "SELECT event, epoch, title, began, ended, kept, target_duration,
                        (SELECT coalesce(max(length), 0) FROM (SELECT sum(duration) AS length FROM segments
                         WHERE segments.event = recordings.event GROUP BY rendition)),
                        (SELECT coalesce(sum(size), 0) FROM segments WHERE segments.event = recordings.event)
                 FROM recordings ORDER BY event DESC",
            )?;
            let rows = query.query_map([], |row| {
                let duration = MediaTime::from_ticks(row.get(7)?);
                Ok(RecordingSize { recording: recording_of(row)?, duration, size: unsigned(row.get(8)?) })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// A rendition's segments from `from` on, in order.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn segments(
        &self,
        rendition: RenditionId,
        from: u64,
    ) -> Result<Vec<KeptSegment>, StorageError> {
        self.ask(move |desk| {
            let mut query = desk.connection.prepare(
                "SELECT msn, init, discontinuity, start, date, duration, size, kept FROM segments
                 WHERE event = ? AND rendition = ? AND msn >= ? AND local ORDER BY msn",
            )?;
            let key = params![number(rendition.event.0), rendition.rendition, number(from)];
            let rows = query.query_map(key, segment_of)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// A rendition's initialization sections, in order.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn inits(&self, rendition: RenditionId) -> Result<Vec<KeptInit>, StorageError> {
        self.ask(move |desk| {
            let mut query = desk.connection.prepare(
                "SELECT number, codecs, width, height, size FROM inits
                 WHERE event = ? AND rendition = ? ORDER BY number",
            )?;
            let rows = query.query_map(params![number(rendition.event.0), rendition.rendition], init_of)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Every rendition of which something is kept.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn kept_renditions(&self) -> Result<Vec<RenditionId>, StorageError> {
        self.ask(|desk| {
            let query = "SELECT DISTINCT event, rendition FROM segments
                         UNION SELECT event, rendition FROM inits ORDER BY 1, 2";
            let mut query = desk.connection.prepare(query)?;
            let rows = query.query_map([], |row| {
                Ok(RenditionId { event: EventId(unsigned(row.get(0)?)), rendition: row.get(1)? })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Forgets segments before their files are removed.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn forget_segments(&self, rendition: RenditionId, msns: Vec<u64>) -> Result<(), StorageError> {
        self.ask(move |desk| {
            let transaction = desk.connection.transaction()?;
            for msn in msns {
                let gone = "DELETE FROM segments WHERE event = ? AND rendition = ? AND msn = ?";
                transaction
                    .execute(gone, params![number(rendition.event.0), rendition.rendition, number(msn)])?;
            }
            Ok(transaction.commit()?)
        })
        .await
    }

    /// Gives a recording another title.
    ///
    /// # Errors
    /// [`StorageError::Missing`] when it is not there.
    pub async fn rename_recording(&self, event: EventId, title: String) -> Result<(), StorageError> {
        self.ask(move |desk| {
            let set = "UPDATE recordings SET title = ? WHERE event = ?";
            match desk.connection.execute(set, params![title, number(event.0)])? {
                0 => Err(StorageError::Missing),
                _ => Ok(()),
            }
        })
        .await
    }

    /// Forgets a recording with all that it has, before its files are removed. What the cloud has of it stays there.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn forget_recording(&self, event: EventId) -> Result<(), StorageError> {
        self.ask(move |desk| {
            let transaction = desk.connection.transaction()?;
            if !removal::stays_in_cloud(&transaction, event)? {
                transaction.execute("DELETE FROM recordings WHERE event = ?", [number(event.0)])?;
            }
            transaction.commit()?;
            desk.uploads.notify_one();
            Ok(())
        })
        .await
    }
}

fn keep_init(transaction: &Transaction<'_>, rendition: RenditionId, init: &KeptInit) -> rusqlite::Result<()> {
    let (width, height) = init.resolution.unzip();
    transaction.execute(
        "INSERT OR REPLACE INTO inits (event, rendition, number, codecs, width, height, size)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
        params![
            number(rendition.event.0),
            rendition.rendition,
            init.number,
            init.codecs,
            width,
            height,
            number(init.size),
        ],
    )?;
    Ok(())
}

pub(super) fn recording_of(row: &Row<'_>) -> rusqlite::Result<Recording> {
    Ok(Recording {
        event: EventId(unsigned(row.get(0)?)),
        epoch: epoch_of(row.get(1)?)?,
        title: row.get(2)?,
        began: row.get(3)?,
        ended: row.get(4)?,
        kept: row.get(5)?,
        target_duration: row.get(6)?,
    })
}

fn init_of(row: &Row<'_>) -> rusqlite::Result<KeptInit> {
    let (width, height): (Option<u32>, Option<u32>) = (row.get(2)?, row.get(3)?);
    Ok(KeptInit {
        number: row.get(0)?,
        codecs: row.get(1)?,
        resolution: width.zip(height),
        size: unsigned(row.get(4)?),
    })
}

pub(super) fn segment_of(row: &Row<'_>) -> rusqlite::Result<KeptSegment> {
    Ok(KeptSegment {
        msn: unsigned(row.get(0)?),
        init: row.get(1)?,
        discontinuity: row.get(2)?,
        start: MediaTime::from_ticks(row.get(3)?),
        date: row.get(4)?,
        duration: MediaTime::from_ticks(row.get(5)?),
        size: unsigned(row.get(6)?),
        kept: row.get(7)?,
    })
}

/// Written by this program alone; anything else there is damage.
pub(super) fn epoch_of(text: String) -> rusqlite::Result<Epoch> {
    text.parse().map_err(|error| rusqlite::Error::FromSqlConversionFailure(1, Type::Text, Box::new(error)))
}

/// SQLite's integers are signed; no number of ours comes near the end.
pub(super) fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(super) fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or_default()
}

#[cfg(test)]
#[path = "recording_tests.rs"]
mod tests;
