//! The queue of what goes to the cloud: an outbox, written with what it is about.
//!
//! A key stands below the bucket's prefix; one that begins with a slash stands below the bucket itself.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::recording::{number, unsigned};
use super::{Acknowledged, Storage, StorageError, bucket};
use crate::hls::MediaUri;
use crate::hls::bucket_window::MAX_LAG;
use crate::stream::{Epoch, EventId, KeptSegment, RenditionId};
use crate::time::MediaTime;

/// The key of a rendition's file: the bucket mirrors the tree of `/hls`.
pub fn key(epoch: &Epoch, rendition: RenditionId, uri: MediaUri) -> String {
    format!("{epoch}/{rendition}/{uri}")
}

/// A file that goes to the bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Its key.
    pub key: String,
    /// Its recording's epoch.
    pub epoch: Epoch,
    /// Its rendition.
    pub rendition: RenditionId,
    /// Its name there.
    pub uri: MediaUri,
    /// Bytes.
    pub size: u64,
    /// Its rendition has a picture.
    pub picture: bool,
    /// How often the storage refused it.
    pub attempts: u32,
    /// When it may be tried again, milliseconds since 1970.
    pub retry_at: i64,
}

/// What may be sent next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claimable {
    /// The newest of the newest event, in order.
    pub edge: Vec<Upload>,
    /// Everything, oldest first.
    pub backlog: Vec<Upload>,
}

/// What waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Objects.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// How much of the stream that is, of the rendition that is furthest behind.
    pub length: MediaTime,
}

/// What the bucket has of an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Objects.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Queues a segment, and its initialization section before it.
pub(super) fn queue(
    transaction: &Transaction<'_>,
    epoch: &Epoch,
    rendition: RenditionId,
    segment: &KeptSegment,
) -> rusqlite::Result<()> {
    let init = "SELECT size FROM inits WHERE event = ? AND rendition = ? AND number = ?";
    let of_init = params![number(rendition.event.0), rendition.rendition, segment.init];
    let init: Option<i64> = transaction.query_row(init, of_init, |row| row.get(0)).optional()?;
    let put = "INSERT OR IGNORE INTO uploads (key, kind, event, rendition, number, size, state)
               VALUES (?, ?, ?, ?, ?, ?, 'waiting')";
    let event = number(rendition.event.0);
    if let Some(size) = init {
        let uri = MediaUri::Init(segment.init);
        let row = params![key(epoch, rendition, uri), "init", event, rendition.rendition, segment.init, size];
        transaction.execute(put, row)?;
    }
    let uri = MediaUri::Segment(segment.msn);
    let (msn, size) = (number(segment.msn), number(segment.size));
    let row = params![key(epoch, rendition, uri), "segment", event, rendition.rendition, msn, size];
    transaction.execute(put, row)?;
    let more = "UPDATE recordings SET published = 0 WHERE event = ? AND published";
    transaction.execute(more, [event])?;
    Ok(())
}

/// What a row needs to be sent. A recording that is gone has no epoch any more, and nothing to send.
const COLUMNS: &str =
    "uploads.key, recordings.epoch, uploads.event, uploads.rendition, uploads.kind, uploads.number,
     uploads.size, uploads.attempts, uploads.retry_at,
     EXISTS (SELECT 1 FROM inits WHERE inits.event = uploads.event AND inits.rendition = uploads.rendition
             AND inits.width IS NOT NULL)";

/// A segment's initialization section that is not in the bucket yet: players need it first.
const INIT_WAITS: &str = "EXISTS (SELECT 1 FROM segments JOIN uploads AS init ON init.event = segments.event
     AND init.rendition = segments.rendition AND init.number = segments.init AND init.kind = 'init'
     AND init.state = 'waiting' WHERE segments.event = uploads.event AND segments.rendition = uploads.rendition
     AND segments.msn = uploads.number)";

impl Storage {
    /// What may be sent next: what is at the live edge, and `limit` rows of all that waits.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn claimable(&self, limit: usize) -> Result<Claimable, StorageError> {
        self.ask(move |desk| {
            let connection = &desk.connection;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let mut backlog = connection.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM uploads JOIN recordings ON recordings.event = uploads.event
                 WHERE state = 'waiting' AND kind IN ('init', 'segment')
                 AND (kind = 'init' OR NOT {INIT_WAITS})
                 ORDER BY uploads.event, uploads.number, kind LIMIT ?"
            ))?;
            let backlog = backlog.query_map([limit], upload_of)?.filter_map(sound).collect();
            Ok(Claimable { edge: edge(connection)?, backlog })
        })
        .await
    }

    /// An object is in the bucket. Says whether its rendition's live playlist there gets longer by it; `None` when it
    /// was deleted meanwhile.
    ///
    /// # Errors
    /// [`StorageError`]; then it is as if it had not been sent.
    pub async fn uploaded(&self, upload: &Upload) -> Result<Option<bool>, StorageError> {
        let (key, rendition, uri) = (upload.key.clone(), upload.rendition, upload.uri);
        self.ask(move |desk| {
            let transaction = desk.connection.transaction()?;
            let done = "UPDATE uploads SET state = 'done', attempts = 0, retry_at = 0
                        WHERE key = ? AND state = 'waiting'";
            if transaction.prepare_cached(done)?.execute([&key])? == 0 {
                let known = "SELECT EXISTS (SELECT 1 FROM uploads WHERE key = ? AND state = 'done')";
                let known = transaction.query_row(known, [&key], |row| row.get::<_, bool>(0))?;
                return Ok(known.then_some(false));
            }
            let listed =
                matches!(uri, MediaUri::Segment(_)) && bucket::advance_list(&transaction, rendition)?;
            transaction.commit()?;
            // Nobody may listen.
            let _ = desk.acknowledged.send(Acknowledged::Uploaded { key });
            Ok(Some(listed))
        })
        .await
    }

    /// The storage refused this one object; it is tried again then.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn upload_refused(&self, key: String, retry_at: i64) -> Result<(), StorageError> {
        self.ask(move |desk| {
            let later = "UPDATE uploads SET attempts = attempts + 1, retry_at = ? WHERE key = ?";
            desk.connection.execute(later, params![retry_at, key])?;
            Ok(())
        })
        .await
    }

    /// A file that should be sent is not there any more, or is another one: it is not waited for, and no playlist
    /// names it. Segments that need an initialization section which was lost are lost with it. Says how many objects
    /// that are; none when it was not waited for.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn upload_lost(&self, upload: &Upload) -> Result<usize, StorageError> {
        let (key, rendition, uri) = (upload.key.clone(), upload.rendition, upload.uri);
        self.ask(move |desk| {
            let transaction = desk.connection.transaction()?;
            let gone = "DELETE FROM uploads WHERE key = ? AND state = 'waiting'";
            let mut lost = transaction.execute(gone, [&key])?;
            if let MediaUri::Init(init) = uri
                && lost > 0
            {
                let with_it = "DELETE FROM uploads WHERE event = ?1 AND rendition = ?2 AND kind = 'segment'
                               AND state = 'waiting' AND number IN (SELECT msn FROM segments WHERE event = ?1
                               AND rendition = ?2 AND init = ?3)";
                let of = params![number(rendition.event.0), rendition.rendition, init];
                lost += transaction.execute(with_it, of)?;
            }
            bucket::advance_list(&transaction, rendition)?;
            transaction.commit()?;
            Ok(lost)
        })
        .await
    }

    /// What waits, all together.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn backlog(&self) -> Result<Backlog, StorageError> {
        self.ask(|desk| {
            let mut query = desk.connection.prepare_cached(
                "SELECT count(*), coalesce(sum(uploads.size), 0), coalesce(sum(segments.duration), 0)
                 FROM uploads LEFT JOIN segments ON uploads.kind = 'segment' AND segments.event = uploads.event
                 AND segments.rendition = uploads.rendition AND segments.msn = uploads.number
                 WHERE uploads.state = 'waiting' GROUP BY uploads.rendition",
            )?;
            let mut backlog = Backlog::default();
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                backlog.objects += unsigned(row.get(0)?);
                backlog.bytes += unsigned(row.get(1)?);
                backlog.length = backlog.length.max(MediaTime::from_ticks(row.get(2)?));
            }
            Ok(backlog)
        })
        .await
    }

    /// What the bucket has of an event.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn sent(&self, event: EventId) -> Result<Sent, StorageError> {
        self.ask(move |desk| {
            let query =
                "SELECT count(*), coalesce(sum(size), 0) FROM uploads WHERE event = ? AND state = 'done'";
            let sent = desk.connection.query_row(query, [number(event.0)], |row| {
                Ok(Sent { objects: unsigned(row.get(0)?), bytes: unsigned(row.get(1)?) })
            });
            Ok(sent?)
        })
        .await
    }
}

/// The newest segments of the newest event, in order; where one's initialization section waits, that before it.
fn edge(connection: &Connection) -> rusqlite::Result<Vec<Upload>> {
    let newest = "SELECT max(event) FROM uploads WHERE state IN ('waiting', 'done')";
    let Some(event) = connection.query_row(newest, [], |row| row.get::<_, Option<i64>>(0))? else {
        return Ok(Vec::new());
    };
    let mut renditions =
        connection.prepare_cached("SELECT DISTINCT rendition FROM inits WHERE event = ? ORDER BY 1")?;
    let renditions: Vec<u8> = renditions.query_map([event], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut segments = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM uploads JOIN recordings ON recordings.event = uploads.event
         WHERE uploads.event = ?1 AND uploads.rendition = ?2 AND kind = 'segment' AND state = 'waiting'
         AND uploads.number > (SELECT max(msn) FROM segments WHERE event = ?1 AND rendition = ?2) - ?3
         ORDER BY uploads.number"
    ))?;
    let mut inits = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM segments JOIN uploads ON uploads.event = segments.event
         AND uploads.rendition = segments.rendition AND uploads.number = segments.init AND uploads.kind = 'init'
         JOIN recordings ON recordings.event = uploads.event WHERE uploads.state = 'waiting'
         AND segments.event = ? AND segments.rendition = ? AND segments.msn = ?"
    ))?;
    let lag = i64::try_from(MAX_LAG).unwrap_or(i64::MAX);
    let mut edge: Vec<Upload> = Vec::new();
    for rendition in renditions {
        for segment in segments.query_map(params![event, rendition, lag], upload_of)?.filter_map(sound) {
            let MediaUri::Segment(msn) = segment.uri else { continue };
            let init = inits.query_row(params![event, rendition, number(msn)], upload_of).optional()?;
            match init {
                Some(init) if edge.iter().any(|other| other.key == init.key) => {}
                Some(init) => edge.push(init),
                None => edge.push(segment),
            }
        }
    }
    // All renditions go on together.
    edge.sort_by_key(|upload| match upload.uri {
        MediaUri::Segment(msn) => Some(msn),
        _ => None,
    });
    Ok(edge)
}

/// A row that cannot be read is damage, and no reason to keep the others back.
fn sound(row: rusqlite::Result<Upload>) -> Option<Upload> {
    row.inspect_err(|error| log::debug!(error:% = error; "a row of the cloud's queue cannot be read")).ok()
}

fn upload_of(row: &Row<'_>) -> rusqlite::Result<Upload> {
    let kind: String = row.get(4)?;
    let file = unsigned(row.get(5)?);
    let uri = match kind.as_str() {
        "init" => MediaUri::Init(u32::try_from(file).unwrap_or(u32::MAX)),
        _ => MediaUri::Segment(file),
    };
    Ok(Upload {
        key: row.get(0)?,
        epoch: super::recording::epoch_of(row.get(1)?)?,
        rendition: RenditionId { event: EventId(unsigned(row.get(2)?)), rendition: row.get(3)? },
        uri,
        size: unsigned(row.get(6)?),
        attempts: row.get(7)?,
        retry_at: row.get(8)?,
        picture: row.get(9)?,
    })
}

#[cfg(test)]
#[path = "upload_tests.rs"]
pub(super) mod tests;
