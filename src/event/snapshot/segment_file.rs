//! The file `{event}-{msn}.segment`: a segment's start and its parts, as far as they were published.

use std::sync::Arc;

use bytes::{Buf, Bytes};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::moment::Moment;
use super::numbers_file::MAX_NUMBER;
use super::record::{self, MAGIC};
use crate::stream::{Init, Part, Segment};
use crate::time::MediaTime;

/// Where the number of published records stands, and its complement, by which a damaged one is known; the first
/// record is behind them.
pub const COUNT_AT: u64 = MAGIC.len() as u64;
const RECORDS_AT: usize = MAGIC.len() + 8;

/// All bits of a count.
const COMPLEMENT: usize = u32::MAX as usize;

/// The number of published records, as it stands in a file.
pub fn count(records: u32) -> [u8; 8] {
    let mut bytes = [0; 8];
    bytes[..4].copy_from_slice(&records.to_le_bytes());
    bytes[4..].copy_from_slice(&(!records).to_le_bytes());
    bytes
}

/// The end of the year 9999, beyond which a date has no four digits for its year.
const MAX_DATE: i64 = 253_402_300_799_999;
/// No position of a timeline is beyond; what is added to it does not overflow.
const MAX_POSITION: i64 = 1 << 54;
/// Longer is no part.
const MAX_DURATION: i64 = MediaTime::from_millis(60_000).ticks();

/// One record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Entry {
    /// The first one.
    Segment(SegmentHead),
    /// A part; its body is the part's bytes, and the picture where it does not stand in them.
    Part(PartHead),
    /// Nothing more comes.
    Seal,
}

/// How a segment starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentHead {
    /// Its Media Sequence Number.
    pub msn: u64,
    /// The number of its initialization section.
    pub init: u32,
    /// Whether EXT-X-DISCONTINUITY stands before it.
    pub discontinuity: bool,
    /// The event's discontinuities before it.
    pub discontinuities: u64,
    /// Its start in ticks.
    pub start: i64,
    /// Its date.
    pub date: i64,
}

/// What is known of a part, and of the timeline after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartHead {
    /// Ticks.
    pub duration: i64,
    /// See [`Part`].
    pub independent: bool,
    /// It closes its segment.
    pub last: bool,
    /// Of the part's bytes.
    pub sha256: [u8; 32],
    /// The part's bytes; what is left of the body is the picture.
    pub size: u32,
    /// CRC of what is left of the body.
    pub rest: u32,
    /// State after it.
    pub after: After,
    /// The last picture in it that decoding can start at.
    pub picture: Option<PictureHead>,
}

/// Where the event stands after a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct After {
    /// The next fragment's number.
    pub fragment: u32,
    /// Where the pictures go on, ticks.
    pub video: Option<i64>,
    /// Where the sound goes on, samples.
    pub audio: Option<i64>,
    /// When the newest real unit arrived.
    pub arrival: Moment,
    /// The first segment that the playlist named when the part came.
    pub first_listed: u64,
}

/// Where a picture stands in the record's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureHead {
    /// Its first byte.
    pub at: u32,
    /// Its bytes.
    pub length: u32,
    /// Its composition offset, ticks.
    pub composition: i64,
}

/// A file's content.
#[derive(Clone, Debug, PartialEq)]
pub struct Content {
    /// The first record.
    pub head: SegmentHead,
    /// Its published parts.
    pub parts: Vec<Part>,
    /// Nothing more comes.
    pub sealed: bool,
    /// Where the event stood after the last part.
    pub after: After,
    /// The last picture that decoding can start at, and its composition offset.
    pub picture: Option<(Bytes, MediaTime)>,
    /// The file's bytes up to the last published record.
    pub length: u64,
    /// Published records.
    pub count: u32,
}

/// What is wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// Nothing of it was ever published.
    Unpublished,
    /// Something that was published is not there any more.
    Damaged,
}

/// What a file's bytes say. Parts keep them in memory; nothing is copied.
pub fn decode(bytes: &Bytes) -> Result<Content, Unusable> {
    let damaged = Unusable::Damaged;
    // A file has its name only once its first record is whole, so a shorter one was cut.
    if !bytes.starts_with(&MAGIC) {
        return Err(damaged);
    }
    let count = record::number(bytes, MAGIC.len()).ok_or(damaged)?;
    let complement = record::number(bytes, MAGIC.len() + 4).ok_or(damaged)?;
    if count ^ complement != COMPLEMENT {
        return Err(damaged);
    }
    if count == 0 {
        return Err(Unusable::Unpublished);
    }
    let mut rest = bytes.clone();
    rest.advance(RECORDS_AT);
    let Some((Entry::Segment(head), _)) = record::next(&mut rest) else { return Err(damaged) };
    let sane = head.msn <= MAX_NUMBER
        && head.discontinuities <= MAX_NUMBER
        && within(&[head.start])
        && (0..=MAX_DATE).contains(&head.date);
    if !sane {
        return Err(damaged);
    }
    let (mut parts, mut sealed, mut after, mut picture) = (Vec::new(), false, None, None);
    for _ in 1..count {
        match record::next::<Entry>(&mut rest).ok_or(damaged)? {
            (Entry::Part(part), body) if !sealed => {
                after = Some(part.after);
                sealed = part.last;
                picture = part.picture(&body).ok_or(damaged)?.or(picture);
                parts.push(part.part(&body).ok_or(damaged)?);
            }
            (Entry::Seal, _) => sealed = true,
            _ => return Err(damaged),
        }
    }
    let after = after.ok_or(damaged)?;
    let length = u64::try_from(bytes.len() - rest.len()).map_err(|_| damaged)?;
    let count = u32::try_from(count).map_err(|_| damaged)?;
    Ok(Content { head, parts, sealed, after, picture, length, count })
}

fn within(positions: &[i64]) -> bool {
    positions.iter().all(|position| (-MAX_POSITION..=MAX_POSITION).contains(position))
}

impl PartHead {
    fn part(&self, body: &Bytes) -> Option<Part> {
        let size = usize::try_from(self.size).ok()?;
        let ends = [self.after.video.unwrap_or_default(), self.after.audio.unwrap_or_default()];
        if size > body.len() || !(1..=MAX_DURATION).contains(&self.duration) || !within(&ends) {
            return None;
        }
        let bytes = body.slice(..size);
        let whole = Sha256::digest(&bytes)[..] == self.sha256 && crc32fast::hash(&body[size..]) == self.rest;
        (whole || cfg!(fuzzing)).then_some(Part {
            duration: MediaTime::from_ticks(self.duration),
            independent: self.independent,
            bytes,
            sha256: self.sha256,
        })
    }

    /// `None` when it should be in the body and is not.
    #[expect(clippy::option_option, reason = "a part may have none")]
    fn picture(&self, body: &Bytes) -> Option<Option<(Bytes, MediaTime)>> {
        let Some(picture) = self.picture else { return Some(None) };
        let at = usize::try_from(picture.at).ok()?;
        let end = at.checked_add(usize::try_from(picture.length).ok()?)?;
        if end > body.len() || !(-MAX_DURATION..=MAX_DURATION).contains(&picture.composition) {
            return None;
        }
        Some(Some((body.slice(at..end), MediaTime::from_ticks(picture.composition))))
    }
}

impl Content {
    /// The segment, described by `init`.
    pub fn segment(&self, init: Arc<Init>) -> Segment {
        Segment {
            msn: self.head.msn,
            init,
            discontinuity: self.head.discontinuity,
            start: MediaTime::from_ticks(self.head.start),
            date: self.head.date,
            parts: self.parts.clone(),
            sealed: self.sealed,
        }
    }

    /// Where its last part ends.
    pub fn end(&self) -> MediaTime {
        let start = MediaTime::from_ticks(self.head.start);
        self.parts.iter().fold(start, |end, part| end + part.duration)
    }
}
