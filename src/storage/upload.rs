//! The queue of what goes to the cloud, and what lies there: an outbox, written with what it is about.
//!
//! A key stands below the bucket's prefix; one that begins with a slash stands below the bucket itself.

use rusqlite::{OptionalExtension, Transaction, params};

use super::recording::number;
use crate::hls::MediaUri;
use crate::stream::{Epoch, KeptSegment, RenditionId};

/// The key of a rendition's file: the bucket mirrors the tree of `/hls`.
pub fn key(epoch: &Epoch, rendition: RenditionId, uri: MediaUri) -> String {
    format!("{epoch}/{rendition}/{uri}")
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
    Ok(())
}
