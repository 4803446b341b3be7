//! The live window: the segments of one rendition that can be fetched now.
//!
//! ```text
//!   msn   …  ╭─ retained (cursors, rewind) ─╮╭── served ──╮╭────── listed ──────╮
//!            │ 5 minutes, or what the memory ││ 60 s more  ││ 60 s; the last may │
//!            │ cap leaves                    ││ then 404   ││ be open            │
//! ```
//!
//! Every change gives the window a new version; readers hold immutable copies, so copying must stay cheap: a
//! segment is shared, and only the open one is ever rewritten.

use std::collections::VecDeque;
use std::sync::Arc;

use super::{Init, Part, RenditionId, Segment};
use crate::time::MediaTime;

/// However large the segments are, so many stay: below it untuned players die after a short outage
/// (players.md), which is worse than memory above the cap.
const LEAST_SEGMENTS: usize = 6;

/// What is fixed for an event before its first playlist (RFC 8216bis 4.4.3.1 and 4.4.3.7: a player may rely on
/// both, and Apple's dies when the second changes).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// PART-TARGET, a whole number of milliseconds.
    pub part_target: MediaTime,
    /// EXT-X-TARGETDURATION in seconds.
    pub target_duration: u32,
}

/// How much of the past a window keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowLimits {
    /// Media that the playlist names.
    pub listed: MediaTime,
    /// Media that is still served after it left the playlist.
    pub served: MediaTime,
    /// Media that is kept in all.
    pub retained: MediaTime,
    /// Bytes that all of it may take. Threat: an encoder at 100 Mbit/s fills a small machine's memory.
    pub memory: usize,
}

impl Default for WindowLimits {
    /// The lengths of the design; 256 MiB, five minutes of 7 Mbit/s.
    fn default() -> Self {
        WindowLimits {
            listed: MediaTime::from_millis(60_000),
            served: MediaTime::from_millis(60_000),
            retained: MediaTime::from_millis(300_000),
            memory: 256 << 20,
        }
    }
}

/// A part's place: its segment's Media Sequence Number and its index in there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Media Sequence Number.
    pub msn: u64,
    /// Index within the segment, from 0.
    pub part: usize,
}

/// What a window answers when it is asked for a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup<T> {
    /// Here it is.
    Found(T),
    /// Not made yet.
    Ahead,
    /// Past its time, or a number that never was.
    Gone,
}

/// Where a new segment starts: what [`Window::push`] needs to open one.
#[derive(Clone, Debug)]
pub struct SegmentStart {
    /// What describes its samples.
    pub init: Arc<Init>,
    /// Whether EXT-X-DISCONTINUITY stands before it.
    pub discontinuity: bool,
    /// Where it starts on the timeline.
    pub start: MediaTime,
    /// EXT-X-PROGRAM-DATE-TIME in milliseconds since 1970.
    pub date: i64,
}

/// What a window published before the program was started again.
#[derive(Debug)]
pub struct Past {
    /// Segments without a hole, oldest first; the last one may be open.
    pub segments: Vec<Segment>,
    /// Discontinuities before the first of them.
    pub discontinuities: u64,
    /// The first one that the playlist named.
    pub first_listed: u64,
}

/// The segments of one rendition that can be fetched now, oldest first.
#[derive(Clone, Debug)]
pub struct Window {
    id: RenditionId,
    geometry: Geometry,
    limits: WindowLimits,
    segments: VecDeque<Arc<Segment>>,
    /// Index of the first segment that the playlist names; the ones before were named once.
    listed: usize,
    /// EXT-X-DISCONTINUITY-SEQUENCE of the first listed segment.
    discontinuity_sequence: u64,
    next_msn: u64,
    bytes: usize,
    version: u64,
    ended: bool,
}

impl Window {
    /// An empty window whose first segment will be `first_msn`.
    pub fn new(id: RenditionId, geometry: Geometry, limits: WindowLimits, first_msn: u64) -> Self {
        Window {
            id,
            geometry,
            limits,
            segments: VecDeque::new(),
            listed: 0,
            discontinuity_sequence: 0,
            next_msn: first_msn,
            bytes: 0,
            version: 0,
            ended: false,
        }
    }

    /// A window that goes on with what one before it published. It lists what that one listed, or less.
    pub fn go_on(id: RenditionId, geometry: Geometry, limits: WindowLimits, past: Past) -> Self {
        let first_msn = past.segments.last().map_or(0, |last| last.msn + 1);
        let mut window = Window::new(id, geometry, limits, first_msn);
        window.bytes = past.segments.iter().map(Segment::size).sum();
        window.segments = past.segments.into_iter().map(Arc::new).collect();
        window.discontinuity_sequence = past.discontinuities;
        while window.segments.get(window.listed).is_some_and(|segment| segment.msn < past.first_listed)
            && window.listed + 1 < window.segments.len()
        {
            window.unlist_first();
        }
        window.expire();
        window.version = 1;
        window
    }

    /// Adds a part: to a new segment when `start` is given (the one before must be sealed), else to the open
    /// one. `last` seals its segment. Returns where it went; nothing is added to a window that has ended, and
    /// a part that does not fit (no open segment, or one still open) is refused.
    pub fn push(&mut self, start: Option<SegmentStart>, part: Part, last: bool) -> Option<Position> {
        let open = self.segments.back().is_some_and(|segment| !segment.sealed);
        if self.ended || open == start.is_some() {
            return None;
        }
        let size = part.bytes.len();
        match start {
            Some(start) => {
                self.segments.push_back(Arc::new(Segment {
                    msn: self.next_msn,
                    init: start.init,
                    discontinuity: start.discontinuity,
                    start: start.start,
                    date: start.date,
                    parts: vec![part],
                    sealed: last,
                }));
                self.next_msn += 1;
            }
            None => {
                let segment = Arc::make_mut(self.segments.back_mut()?);
                segment.parts.push(part);
                segment.sealed = last;
            }
        }
        self.bytes += size;
        self.version += 1;
        self.expire();
        self.edge()
    }

    /// Seals the open segment, if there is one: nothing more will come into it.
    pub fn seal(&mut self) {
        if let Some(segment) = self.segments.back_mut()
            && !segment.sealed
        {
            Arc::make_mut(segment).sealed = true;
            self.version += 1;
        }
    }

    /// Ends the window: EXT-X-ENDLIST.
    pub fn end(&mut self) {
        self.seal();
        if !self.ended {
            self.ended = true;
            self.version += 1;
        }
    }

    fn expire(&mut self) {
        let mut listed_time = self.duration_from(self.listed);
        while let Some(first) = self.segments.get(self.listed) {
            let rest = listed_time - first.duration();
            let too_many_bytes = self.listed == 0 && self.bytes > self.limits.memory;
            if self.segments.len() - self.listed <= LEAST_SEGMENTS
                || (rest < self.limits.listed && !too_many_bytes)
            {
                break;
            }
            self.unlist_first();
            listed_time = rest;
            if too_many_bytes {
                self.drop_first();
            }
        }
        let mut kept = self.duration_from(0);
        while self.listed > 0 {
            let first = self.segments.front().map_or(MediaTime::ZERO, |segment| segment.duration());
            if kept - first < self.limits.retained && self.bytes <= self.limits.memory {
                break;
            }
            self.drop_first();
            kept -= first;
        }
    }

    fn unlist_first(&mut self) {
        self.listed += 1;
        // RFC 8216bis 4.4.3.3: it counts the tags that left the playlist, and a tag stands before its segment;
        // the count is of those at or before the first listed one's own.
        if self.segments.get(self.listed - 1).is_some_and(|gone| gone.discontinuity) {
            self.discontinuity_sequence += 1;
        }
    }

    fn drop_first(&mut self) {
        if let Some(gone) = self.segments.pop_front() {
            self.bytes -= gone.size();
            self.listed = self.listed.saturating_sub(1);
        }
    }

    fn duration_from(&self, index: usize) -> MediaTime {
        self.segments.iter().skip(index).fold(MediaTime::ZERO, |sum, segment| sum + segment.duration())
    }

    /// Its rendition's name.
    pub fn id(&self) -> RenditionId {
        self.id
    }

    /// What is fixed for its event.
    pub fn geometry(&self) -> Geometry {
        self.geometry
    }

    /// Counts the changes.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Whether EXT-X-ENDLIST stands at its end.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// Bytes of media it holds.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether it has no segment yet.
    pub fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// The segments that the playlist names, oldest first; the last may be open.
    pub fn listed(&self) -> impl DoubleEndedIterator<Item = &Arc<Segment>> + ExactSizeIterator {
        self.segments.range(self.listed..)
    }

    /// All segments in memory, oldest first.
    pub fn retained(&self) -> impl DoubleEndedIterator<Item = &Arc<Segment>> + ExactSizeIterator {
        self.segments.iter()
    }

    /// EXT-X-DISCONTINUITY-SEQUENCE of the first listed segment.
    pub fn discontinuity_sequence(&self) -> u64 {
        self.discontinuity_sequence
    }

    /// The newest part's place.
    pub fn edge(&self) -> Option<Position> {
        let segment = self.segments.back()?;
        Some(Position { msn: segment.msn, part: segment.parts.len().checked_sub(1)? })
    }

    /// The place that the next part will have: what EXT-X-PRELOAD-HINT promises.
    pub fn next(&self) -> Position {
        match self.segments.back() {
            Some(segment) if !segment.sealed => Position { msn: segment.msn, part: segment.parts.len() },
            _ => Position { msn: self.next_msn, part: 0 },
        }
    }

    /// The Media Sequence Number that no segment has had yet.
    pub fn next_msn(&self) -> u64 {
        self.next_msn
    }

    /// The first Media Sequence Number that the playlist names, or will.
    pub fn first_listed(&self) -> u64 {
        self.segments.get(self.listed).map_or(self.next_msn, |segment| segment.msn)
    }

    /// The first Media Sequence Number that HTTP still owes.
    pub fn first_owed(&self) -> u64 {
        let mut unlisted = MediaTime::ZERO;
        let mut first = self.first_listed();
        for segment in self.segments.range(..self.listed).rev() {
            if unlisted >= self.limits.served {
                break;
            }
            first = segment.msn;
            unlisted += segment.duration();
        }
        first
    }

    /// The segment `msn` while HTTP owes it: listed, or listed until a window ago.
    pub fn served(&self, msn: u64) -> Lookup<&Arc<Segment>> {
        if msn >= self.next_msn {
            return Lookup::Ahead;
        }
        let Some(index) = self.index(msn) else { return Lookup::Gone };
        let since = self.segments.range(index.min(self.listed)..self.listed);
        let unlisted = since.skip(1).fold(MediaTime::ZERO, |sum, segment| sum + segment.duration());
        match self.segments.get(index) {
            Some(segment) if unlisted < self.limits.served => Lookup::Found(segment),
            _ => Lookup::Gone,
        }
    }

    /// The part at `position` while HTTP owes it.
    pub fn served_part(&self, position: Position) -> Lookup<&Part> {
        match self.served(position.msn) {
            Lookup::Found(segment) => match segment.parts.get(position.part) {
                Some(part) => Lookup::Found(part),
                None if segment.sealed => Lookup::Gone,
                None => Lookup::Ahead,
            },
            Lookup::Ahead => Lookup::Ahead,
            Lookup::Gone => Lookup::Gone,
        }
    }

    /// The segment `msn` while it is in memory.
    pub fn segment(&self, msn: u64) -> Option<&Arc<Segment>> {
        self.index(msn).and_then(|index| self.segments.get(index))
    }

    fn index(&self, msn: u64) -> Option<usize> {
        let first = self.segments.front()?.msn;
        usize::try_from(msn.checked_sub(first)?).ok().filter(|index| *index < self.segments.len())
    }

    /// The initialization section `number`, while a segment in memory needs it.
    pub fn init(&self, number: u32) -> Option<&Arc<Init>> {
        self.segments.iter().rev().map(|segment| &segment.init).find(|init| init.number == number)
    }
}

#[cfg(test)]
#[path = "window_tests.rs"]
mod tests;
