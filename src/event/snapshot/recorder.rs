//! Writing the snapshot. A failure is said once, and what was recorded of the event is removed: half a record would be
//! worse than none, because numbers that it does not know would be given out twice. Live goes on.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, IoSlice, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::time::Duration;

use bytes::Bytes;

use super::event_file::{self, Configured, EventHead};
use super::files::Files;
use super::found::{Kept, NUMBERS, event_name, segment_name};
use super::moment::Moment;
use super::numbers_file;
use super::record::{MAGIC, frame};
use super::segment_file::{After, COUNT_AT, Entry, PartHead, PictureHead, SegmentHead, count};
use crate::event::opening::Measured;
use crate::live::Rank;
use crate::stream::{Epoch, EventId, Numbers, Part, Sample, Samples, SegmentStart};
use crate::time::MediaTime;

/// The box's snapshot: where events are recorded.
#[derive(Debug)]
pub struct Snapshot {
    place: Option<(Files, Epoch)>,
    /// The instant that the event task counts from.
    origin: Moment,
    failed: bool,
}

impl Snapshot {
    /// A snapshot in a folder that was read, for a box of this epoch.
    pub fn new(files: Files, epoch: Epoch) -> Self {
        Snapshot { place: Some((files, epoch)), origin: Moment::now(), failed: false }
    }

    /// None is kept.
    pub fn none() -> Self {
        Snapshot { place: None, origin: Moment::now(), failed: false }
    }

    /// Instants are counted from `origin` on.
    pub fn count_from(&mut self, origin: Moment) {
        self.origin = origin;
    }

    /// The instant `since` the origin.
    pub fn moment(&self, since: Duration) -> Moment {
        self.origin.after(since)
    }

    /// Writes down where the numbers go on after all that is recorded by event.
    pub fn numbers(&mut self, numbers: Numbers) {
        let Some((files, epoch)) = &self.place else { return };
        let written =
            encoded(numbers_file::encode(epoch, numbers)).and_then(|bytes| files.replace(NUMBERS, &bytes));
        if let Err(error) = written {
            // Old numbers would be given out again.
            let _ = files.remove(NUMBERS);
            if !std::mem::replace(&mut self.failed, true) {
                cannot(&error);
            }
        }
    }

    /// The record of an event that begins.
    pub fn begin(&self, event: EventId, measured: Measured, rank: Option<Rank>) -> EventRecord {
        let Some((files, epoch)) = self.place.clone() else { return EventRecord { desk: None } };
        let head = EventHead { epoch, event, measured, rank, configured: Vec::new(), ended: None };
        let mut record = EventRecord { desk: Some(Desk::new(files, self.origin, head)) };
        record.attempt(|desk| desk.write_head());
        record
    }

    /// The record of an event that goes on.
    pub fn go_on(&self, kept: &Kept) -> EventRecord {
        let Some((files, _)) = self.place.clone() else { return EventRecord { desk: None } };
        let mut desk = Desk::new(files, self.origin, kept.head.clone());
        desk.segments = kept.segments.iter().map(|segment| segment.msn).collect();
        let last = kept.segments.last();
        desk.discontinuities = kept.discontinuities
            + kept.segments.iter().map(|segment| u64::from(segment.discontinuity)).sum::<u64>();
        let open = last.filter(|last| !last.sealed).map(|last| last.msn);
        let mut record = EventRecord { desk: Some(desk) };
        record.attempt(|desk| open.map_or(Ok(()), |msn| desk.reopen(msn, kept.written)));
        record
    }
}

fn cannot(error: &io::Error) {
    log::warn!(
        error:% = error;
        "the event cannot be kept for a restart; it goes on. Free some of the runtime folder's memory"
    );
}

fn encoded<T>(bytes: Option<T>) -> io::Result<T> {
    bytes.ok_or_else(|| io::Error::other("it does not fit into a record"))
}

/// What a part's samples say, before they become its bytes.
#[derive(Debug)]
pub struct Trace {
    /// Where the pictures go on after it, ticks.
    pub video: Option<i64>,
    /// Where the sound goes on, samples.
    pub audio: Option<i64>,
    /// See [`NewPart::picture`].
    pub picture: Option<(Bytes, usize, MediaTime)>,
}

impl Trace {
    /// Of these samples.
    pub fn of(samples: &Samples) -> Self {
        let end = |samples: &[Sample]| samples.last().map(|last| last.dts + last.duration);
        let size = |samples: &[Sample]| samples.iter().map(|sample| sample.data.len()).sum::<usize>();
        let key = samples.video.iter().rposition(|sample| sample.random_access);
        let picture = key.and_then(|key| Some((samples.video.get(key)?, samples.video.get(key..)?)));
        Trace {
            video: end(&samples.video),
            audio: end(&samples.audio),
            // libavformat writes one track behind the other, pictures first.
            picture: picture.map(|(key, rest)| {
                let before_end = size(rest) + size(&samples.audio);
                (key.data.clone(), before_end, MediaTime::from_ticks(key.composition))
            }),
        }
    }
}

/// What is to be recorded of a part.
#[derive(Debug)]
pub struct NewPart<'a> {
    /// It opens the segment of this number.
    pub start: Option<(u64, &'a SegmentStart)>,
    /// The part.
    pub part: &'a Part,
    /// It closes its segment.
    pub last: bool,
    /// The newest picture in it that decoding can start at: its bytes, how far before the part's end they should
    /// stand, its composition offset.
    pub picture: Option<(Bytes, usize, MediaTime)>,
    /// The next fragment's number.
    pub fragment: u32,
    /// Where the tracks go on.
    pub ends: (Option<i64>, Option<i64>),
    /// When the newest real unit arrived, by the event task's clock.
    pub arrival: Duration,
    /// The first segment that the playlist names.
    pub first_listed: u64,
}

/// One event's record.
#[derive(Debug)]
pub struct EventRecord {
    /// `None` once it failed, or where none is kept.
    desk: Option<Desk>,
}

impl EventRecord {
    fn attempt(&mut self, work: impl FnOnce(&mut Desk) -> io::Result<()>) {
        if let Some(mut desk) = self.desk.take() {
            match work(&mut desk) {
                Ok(()) => self.desk = Some(desk),
                Err(error) => {
                    cannot(&error);
                    desk.remove();
                }
            }
        }
    }

    /// A new configuration; `needed` are the initialization sections that the window still has segments of.
    pub fn configured(&mut self, configured: Configured, needed: impl Fn(u32) -> bool) {
        self.attempt(|desk| {
            desk.head.configured.retain(|configured| needed(configured.init.number));
            desk.head.configured.push(configured);
            desk.write_head()
        });
    }

    /// Another encoder feeds the event.
    pub fn ranked(&mut self, rank: Option<Rank>) {
        self.attempt(|desk| {
            if desk.head.rank == rank {
                return Ok(());
            }
            desk.head.rank = rank;
            desk.write_head()
        });
    }

    /// A part, before it is published.
    pub fn part(&mut self, new: NewPart<'_>) {
        self.attempt(|desk| desk.part(new));
    }

    /// The open segment gets no more parts.
    pub fn seal(&mut self) {
        self.attempt(|desk| match &mut desk.open {
            None => Ok(()),
            Some(open) => {
                let record = encoded(frame(&Entry::Seal, 0))?;
                open.append(&[&record])?;
                desk.open = None;
                Ok(())
            }
        });
    }

    /// Nobody is owed segments before `msn` any more.
    pub fn let_go_before(&mut self, msn: u64) {
        self.attempt(|desk| {
            while desk.segments.front().is_some_and(|first| *first < msn) {
                let first = desk.segments.pop_front().unwrap_or_default();
                desk.files.remove(&segment_name(desk.head.event, first))?;
            }
            Ok(())
        });
    }

    /// The event is over.
    pub fn end(&mut self) {
        self.attempt(|desk| {
            desk.head.ended = Some(Moment::now());
            desk.write_head()
        });
    }

    /// Nobody is owed any of it.
    pub fn forget(&mut self) {
        if let Some(desk) = self.desk.take() {
            desk.remove();
        }
    }
}

/// The files of one event.
#[derive(Debug)]
struct Desk {
    files: Files,
    origin: Moment,
    head: EventHead,
    open: Option<OpenSegment>,
    /// Segments that have a file.
    segments: VecDeque<u64>,
    discontinuities: u64,
}

/// A segment's file that grows.
#[derive(Debug)]
struct OpenSegment {
    file: File,
    count: u32,
}

impl OpenSegment {
    /// Writes records and then counts them: what is not counted was not published.
    fn append(&mut self, pieces: &[&[u8]]) -> io::Result<()> {
        self.write(pieces)?;
        self.count += 1;
        self.write_count()
    }

    fn write(&mut self, pieces: &[&[u8]]) -> io::Result<()> {
        let mut slices: Vec<IoSlice<'_>> = pieces.iter().map(|piece| IoSlice::new(piece)).collect();
        let mut slices = &mut slices[..];
        IoSlice::advance_slices(&mut slices, 0);
        while !slices.is_empty() {
            match self.file.write_vectored(slices)? {
                0 => return Err(io::ErrorKind::StorageFull.into()),
                written => IoSlice::advance_slices(&mut slices, written),
            }
        }
        Ok(())
    }

    fn write_count(&self) -> io::Result<()> {
        self.file.write_all_at(&count(self.count), COUNT_AT)
    }
}

impl Desk {
    fn new(files: Files, origin: Moment, head: EventHead) -> Self {
        Desk { files, origin, head, open: None, segments: VecDeque::new(), discontinuities: 0 }
    }

    fn write_head(&self) -> io::Result<()> {
        self.files.replace(&event_name(self.head.event), &encoded(event_file::encode(&self.head))?)
    }

    /// Opens the last segment's file again, without what was not published.
    fn reopen(&mut self, msn: u64, (count, length): (u32, u64)) -> io::Result<()> {
        let mut file = self.files.open_for_writing(&segment_name(self.head.event, msn))?;
        file.set_len(length)?;
        file.seek(SeekFrom::End(0))?;
        self.open = Some(OpenSegment { file, count });
        Ok(())
    }

    fn part(&mut self, new: NewPart<'_>) -> io::Result<()> {
        let (picture, rest) = match new.picture {
            None => (None, Bytes::new()),
            Some((data, before_end, composition)) => place(&new.part.bytes, data, before_end, composition),
        };
        let (video, audio) = new.ends;
        let head = PartHead {
            duration: new.part.duration.ticks(),
            independent: new.part.independent,
            last: new.last,
            sha256: new.part.sha256,
            size: u32::try_from(new.part.bytes.len()).map_err(io::Error::other)?,
            rest: crc32fast::hash(&rest),
            after: After {
                fragment: new.fragment,
                video,
                audio,
                arrival: self.origin.after(new.arrival),
                first_listed: new.first_listed,
            },
            picture,
        };
        let record = encoded(frame(&Entry::Part(head), new.part.bytes.len() + rest.len()))?;
        match new.start {
            Some((msn, start)) => {
                let head = SegmentHead {
                    msn,
                    init: start.init.number,
                    discontinuity: start.discontinuity,
                    discontinuities: self.discontinuities,
                    start: start.start.ticks(),
                    date: start.date,
                };
                self.discontinuities += u64::from(start.discontinuity);
                let first = encoded(frame(&Entry::Segment(head), 0))?;
                let file = self.files.begin()?;
                let mut open = OpenSegment { file, count: 1 };
                // Nothing is counted until all of it is there.
                open.write(&[&MAGIC, &count(0), &first])?;
                self.files.finish(&segment_name(self.head.event, msn))?;
                self.segments.push_back(msn);
                open.append(&[&record, &new.part.bytes, &rest])?;
                self.open = Some(open);
            }
            None => {
                let open = self.open.as_mut().ok_or_else(|| io::Error::other("no segment is open"))?;
                open.append(&[&record, &new.part.bytes, &rest])?;
            }
        }
        if new.last {
            self.open = None;
        }
        Ok(())
    }

    fn remove(self) {
        // The event's own file first: without it the segments mean nothing.
        let event = self.head.event;
        let segments = self.segments.iter().map(|msn| segment_name(event, *msn));
        for name in std::iter::once(event_name(event)).chain(segments) {
            // It was said already that the folder fails.
            let _ = self.files.remove(&name);
        }
    }
}

/// Where a picture stands in a record: in the part's own bytes, where libavformat put it as it was, or behind them.
fn place(
    part: &Bytes,
    data: Bytes,
    before_end: usize,
    composition: MediaTime,
) -> (Option<PictureHead>, Bytes) {
    let inside = part.len().checked_sub(before_end);
    let inside = inside.filter(|at| part.get(*at..at + data.len()) == Some(&data[..]));
    let at = u32::try_from(inside.unwrap_or(part.len()));
    let (Ok(at), Ok(length)) = (at, u32::try_from(data.len())) else { return (None, Bytes::new()) };
    let head = PictureHead { at, length, composition: composition.ticks() };
    (Some(head), if inside.is_some() { Bytes::new() } else { data })
}
