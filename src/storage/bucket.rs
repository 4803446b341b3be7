//! What lies in the bucket, and what its playlists say: read from the outbox, which knows what has arrived.

use rusqlite::{OptionalExtension, Transaction, params};

use super::recording::{epoch_of, number, segment_of, unsigned};
use super::removal::forget_unneeded;
use super::{Storage, StorageError};
use crate::hls::bucket_window::{Edge, Queued, advance};
use crate::stream::{Epoch, EventId, KeptSegment, RenditionId};
use crate::time::MediaTime;

/// Segments of a live playlist at most, however short they are. Threat: a playlist that grows with every stutter.
const MAX_LISTED: u32 = 256;

/// An event whose playlists in the bucket are not finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpublished {
    /// The event.
    pub event: EventId,
    /// The first element of its keys.
    pub epoch: Epoch,
    /// Nothing will be added to it.
    pub over: bool,
    /// Something of it waits to be sent.
    pub open: bool,
    /// Its renditions.
    pub renditions: Vec<u8>,
}

/// A rendition's live playlist in the bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveList {
    /// EXT-X-TARGETDURATION, seconds.
    pub target_duration: u32,
    /// EXT-X-MEDIA-SEQUENCE.
    pub media_sequence: u64,
    /// EXT-X-DISCONTINUITY-SEQUENCE.
    pub discontinuity_sequence: u64,
    /// The segments; true where EXT-X-DISCONTINUITY stands before one.
    pub segments: Vec<(KeptSegment, bool)>,
    /// The event is over, and nothing will join the list any more.
    pub complete: bool,
}

const SEGMENT: &str = "segments.msn, segments.init, segments.discontinuity, segments.start, segments.date,
     segments.duration, segments.size, segments.kept";

/// Lets what has arrived join the rendition's live playlist. Says whether anything did.
pub(super) fn advance_list(transaction: &Transaction<'_>, rendition: RenditionId) -> rusqlite::Result<bool> {
    let event = number(rendition.event.0);
    let mut last = transaction.prepare_cached(
        "SELECT number, live_number FROM uploads WHERE event = ? AND rendition = ? AND kind = 'segment'
         AND live_number IS NOT NULL ORDER BY number DESC LIMIT 1",
    )?;
    let last = last.query_row(params![event, rendition.rendition], |row| {
        Ok(Edge { msn: unsigned(row.get(0)?), number: unsigned(row.get(1)?) })
    });
    let last = last.optional()?;
    let mut queued = transaction.prepare_cached(
        "SELECT uploads.number, uploads.state = 'done', segments.discontinuity FROM uploads JOIN segments
         ON segments.event = uploads.event AND segments.rendition = uploads.rendition
         AND segments.msn = uploads.number WHERE uploads.event = ? AND uploads.rendition = ?
         AND uploads.kind = 'segment' AND uploads.number > ? AND uploads.state <> 'doomed'
         ORDER BY uploads.number",
    )?;
    let after = params![event, rendition.rendition, last.map_or(-1, |edge| number(edge.msn))];
    let queued: Vec<Queued> = queued
        .query_map(after, |row| {
            Ok(Queued { msn: unsigned(row.get(0)?), there: row.get(1)?, discontinuity: row.get(2)? })
        })?
        .collect::<Result<_, _>>()?;
    let joined = advance(last, &queued);
    let mut join = transaction.prepare_cached(
        "UPDATE uploads SET live_number = ?, live_break = ? WHERE event = ? AND rendition = ? AND number = ?
         AND kind = 'segment'",
    )?;
    for segment in &joined {
        let at = params![
            number(segment.number),
            segment.discontinuity,
            event,
            rendition.rendition,
            number(segment.msn)
        ];
        join.execute(at)?;
    }
    Ok(!joined.is_empty())
}

impl Storage {
    /// The events whose playlists in the bucket are not finished, oldest first.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn unpublished(&self) -> Result<Vec<Unpublished>, StorageError> {
        self.ask(|desk| {
            let mut query = desk.connection.prepare_cached(
                "SELECT event, epoch, ended IS NOT NULL OR event < (SELECT max(event) FROM recordings),
                        EXISTS (SELECT 1 FROM uploads WHERE state = 'waiting' AND event = recordings.event)
                 FROM recordings WHERE NOT published AND EXISTS
                 (SELECT 1 FROM uploads WHERE state IN ('waiting', 'done') AND event = recordings.event)
                 ORDER BY event",
            )?;
            let rows = query.query_map([], |row| {
                Ok(Unpublished {
                    event: EventId(unsigned(row.get(0)?)),
                    epoch: epoch_of(row.get(1)?)?,
                    over: row.get(2)?,
                    open: row.get(3)?,
                    renditions: Vec::new(),
                })
            })?;
            let mut events: Vec<Unpublished> = rows.collect::<Result<_, _>>()?;
            let mut renditions = desk
                .connection
                .prepare_cached("SELECT DISTINCT rendition FROM inits WHERE event = ? ORDER BY 1")?;
            for event in &mut events {
                let rows = renditions.query_map([number(event.event.0)], |row| row.get(0))?;
                event.renditions = rows.collect::<Result<_, _>>()?;
            }
            Ok(events)
        })
        .await
    }

    /// The end of a rendition's live playlist in the bucket, at least `length` of it; `None` while nothing stands there.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn live_list(
        &self,
        rendition: RenditionId,
        length: MediaTime,
    ) -> Result<Option<LiveList>, StorageError> {
        self.ask(move |desk| {
            let connection = &desk.connection;
            let of = params![number(rendition.event.0), rendition.rendition];
            let mut newest = connection.prepare_cached(&format!(
                "SELECT {SEGMENT}, uploads.live_break, uploads.live_number FROM uploads JOIN segments
                 ON segments.event = uploads.event AND segments.rendition = uploads.rendition
                 AND segments.msn = uploads.number WHERE uploads.event = ? AND uploads.rendition = ?
                 AND uploads.kind = 'segment' AND uploads.live_number IS NOT NULL AND uploads.state = 'done'
                 ORDER BY uploads.number DESC LIMIT {MAX_LISTED}"
            ))?;
            let (mut segments, mut listed, mut media_sequence) = (Vec::new(), MediaTime::ZERO, 0);
            let mut rows = newest.query(of)?;
            while let Some(row) = rows.next()?
                && listed < length
            {
                let segment = segment_of(row)?;
                listed += segment.duration;
                media_sequence = unsigned(row.get(9)?);
                segments.push((segment, row.get(8)?));
            }
            segments.reverse();
            let (Some((first, _)), Some((last, _))) = (segments.first(), segments.last()) else {
                return Ok(None);
            };
            let mut passed = connection.prepare_cached(
                "SELECT count(*) FROM uploads WHERE event = ? AND rendition = ? AND kind = 'segment'
                 AND live_break = 1 AND number < ?",
            )?;
            let before = params![number(rendition.event.0), rendition.rendition, number(first.msn)];
            let discontinuity_sequence = unsigned(passed.query_row(before, |row| row.get(0))?);
            let mut state = connection.prepare_cached(
                "SELECT target_duration, (ended IS NOT NULL OR event < (SELECT max(event) FROM recordings))
                 AND NOT EXISTS (SELECT 1 FROM uploads WHERE event = ?1 AND rendition = ?2 AND kind = 'segment'
                 AND state = 'waiting' AND number > ?3) FROM recordings WHERE event = ?1",
            )?;
            let after = params![number(rendition.event.0), rendition.rendition, number(last.msn)];
            let state = state.query_row(after, |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
            let Some((target_duration, complete)) = state else { return Ok(None) };
            Ok(Some(LiveList { target_duration, media_sequence, discontinuity_sequence, segments, complete }))
        })
        .await
    }

    /// Everything of a rendition that is in the bucket, in order.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn in_bucket(&self, rendition: RenditionId) -> Result<Vec<KeptSegment>, StorageError> {
        self.ask(move |desk| {
            let mut query = desk.connection.prepare_cached(&format!(
                "SELECT {SEGMENT} FROM uploads JOIN segments
                 ON segments.event = uploads.event AND segments.rendition = uploads.rendition
                 AND segments.msn = uploads.number WHERE uploads.event = ? AND uploads.rendition = ?
                 AND uploads.kind = 'segment' AND uploads.state = 'done' ORDER BY uploads.number"
            ))?;
            let rows =
                query.query_map(params![number(rendition.event.0), rendition.rendition], segment_of)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// How much of a rendition was sealed after this segment.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn sealed_after(&self, rendition: RenditionId, msn: u64) -> Result<MediaTime, StorageError> {
        self.ask(move |desk| {
            let mut query = desk.connection.prepare_cached(
                "SELECT coalesce(sum(duration), 0) FROM segments WHERE event = ? AND rendition = ? AND msn > ?",
            )?;
            let after = params![number(rendition.event.0), rendition.rendition, number(msn)];
            Ok(MediaTime::from_ticks(query.query_row(after, |row| row.get(0))?))
        })
        .await
    }

    /// The bucket has the whole of an event, with its playlists. Says whether that is so: something may have been
    /// queued meanwhile.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn published(&self, event: EventId) -> Result<bool, StorageError> {
        self.ask(move |desk| {
            let set = "UPDATE recordings SET published = 1 WHERE event = ?1 AND NOT EXISTS
                       (SELECT 1 FROM uploads WHERE state = 'waiting' AND event = ?1)";
            Ok(desk.connection.execute(set, [number(event.0)])? > 0)
        })
        .await
    }

    /// The bucket that is sent to from now on. What another one has does not count: it is sent again, as far as its
    /// files are here. Says whether it was another one.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn adopt_bucket(&self, identity: String) -> Result<bool, StorageError> {
        self.ask(move |desk| {
            let transaction = desk.connection.transaction()?;
            let known =
                transaction.query_row("SELECT identity FROM bucket", [], |row| row.get(0)).optional()?;
            let another = known.as_ref().is_some_and(|known: &String| *known != identity);
            if another {
                transaction.execute_batch(
                    "DELETE FROM uploads WHERE state = 'doomed' OR kind = 'segment' AND NOT EXISTS
                     (SELECT 1 FROM segments WHERE segments.event = uploads.event AND local
                      AND segments.rendition = uploads.rendition AND segments.msn = uploads.number);
                     DELETE FROM uploads WHERE kind = 'init' AND NOT EXISTS
                     (SELECT 1 FROM uploads AS other WHERE other.event = uploads.event
                      AND other.rendition = uploads.rendition AND other.kind = 'segment');
                     UPDATE uploads SET state = 'waiting', live_number = NULL, live_break = 0, attempts = 0,
                     retry_at = 0;
                     UPDATE recordings SET published = 0",
                )?;
                forget_unneeded(&transaction)?;
            }
            if known.is_none() || another {
                let put = "INSERT OR REPLACE INTO bucket (id, identity) VALUES (1, ?)";
                transaction.execute(put, [identity])?;
            }
            transaction.commit()?;
            Ok(another)
        })
        .await
    }

    /// The viewers' page that lies in the bucket.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn bucket_page(&self) -> Result<Option<String>, StorageError> {
        self.ask(|desk| {
            let page = "SELECT page FROM bucket";
            Ok(desk.connection.query_row(page, [], |row| row.get(0)).optional()?.flatten())
        })
        .await
    }

    /// Another viewers' page lies in the bucket, or none.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn set_bucket_page(&self, page: Option<String>) -> Result<(), StorageError> {
        self.ask(move |desk| {
            desk.connection.execute("UPDATE bucket SET page = ?", [page])?;
            Ok(())
        })
        .await
    }
}

#[cfg(test)]
#[path = "bucket_tests.rs"]
mod tests;
