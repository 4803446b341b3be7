//! What a start finds: the numbers, the event that goes on, and the one before it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use bytes::Bytes;

use super::event_file::{self, Configured, EventHead};
use super::files::Files;
use super::numbers_file;
use super::segment_file::{self, After, Content, Unusable};
use crate::stream::{Configuration, Epoch, EventId, Init, Numbers, Segment};
use crate::time::MediaTime;

/// The file of the numbers.
pub const NUMBERS: &str = "numbers";

/// `numbers` and an event's file are smaller. Threat: something else under their names.
const MAX_SMALL: u64 = 2 << 20;

/// Tracks end within this of their parts.
const MAX_SKEW: MediaTime = MediaTime::from_millis(60_000);

/// An event's own file.
pub fn event_name(event: EventId) -> String {
    format!("{event}.event")
}

/// The file of one of its segments.
pub fn segment_name(event: EventId, msn: u64) -> String {
    format!("{event}-{msn}.segment")
}

/// What a file's name says; exactly the names that are written are known.
fn parse(name: &str) -> Option<(EventId, Option<u64>)> {
    let found = if let Some(stem) = name.strip_suffix(".segment") {
        let (event, msn) = stem.split_once('-')?;
        (EventId(event.parse().ok()?), Some(msn.parse().ok()?))
    } else {
        (EventId(name.strip_suffix(".event")?.parse().ok()?), None)
    };
    let written = match found {
        (event, Some(msn)) => segment_name(event, msn),
        (event, None) => event_name(event),
    };
    (written == name).then_some(found)
}

/// A snapshot's content.
#[derive(Debug, Default)]
pub struct Found {
    /// The epoch of all URLs and the numbers after the newest ones, if anything could be read.
    pub identity: Option<(Epoch, Numbers)>,
    /// The event that goes on.
    pub resumed: Option<Kept>,
    /// The last one that was over, for as long as its playlist is owed.
    pub past: Option<Kept>,
}

/// The picture to hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Its access unit.
    pub data: Bytes,
    /// Presentation time − decode time.
    pub composition: MediaTime,
}

/// An event as it was kept.
#[derive(Debug)]
pub struct Kept {
    /// What is fixed for it.
    pub head: EventHead,
    /// Its newest segments, without a hole; the last one may be open.
    pub segments: Vec<Segment>,
    /// Its discontinuities before the first of them.
    pub discontinuities: u64,
    /// Where it stood after its last part.
    pub after: After,
    /// Where its last part ends.
    pub end: MediaTime,
    /// What its last segment is.
    pub configuration: Configuration,
    /// The last picture that decoding can start at.
    pub picture: Option<Picture>,
    /// Published records and bytes of the last segment's file.
    pub written: (u32, u64),
}

impl Kept {
    /// The numbers after its own.
    fn numbers(&self) -> Numbers {
        let msn = self.segments.last().map_or(0, |segment| segment.msn + 1);
        Numbers { event: EventId(self.head.event.0 + 1), msn, fragment: self.after.fragment.max(1) }
    }
}

/// Reads a snapshot, at most `limit` bytes of media. Files that no event needs any more are removed.
///
/// Damaged is what does not hold all that it says was published. An event whose newest segment is damaged does not go
/// on, and one with a damaged segment in its past goes on with what is behind it: what was published is never made
/// again under the same name.
pub fn read(files: &Files, limit: usize) -> Found {
    let names = files.names().unwrap_or_else(|error| {
        log::warn!(error:% = error; "the snapshot cannot be read; a new event begins with the next encoder");
        Vec::new()
    });
    let numbers = small(files, NUMBERS).and_then(|bytes| numbers_file::decode(&bytes));
    let mut events: BTreeMap<EventId, Vec<u64>> = BTreeMap::new();
    for (event, msn) in names.iter().filter_map(|name| parse(name)) {
        events.entry(event).or_default().extend(msn);
    }
    let mut budget = limit;
    let mut kept: Vec<Kept> = Vec::new();
    // The newest goes on; the one before it is owed while there is room.
    for (event, segments) in events.iter_mut().rev().take(2) {
        segments.sort_unstable();
        let found = small(files, &event_name(*event)).and_then(|bytes| event_file::decode(&bytes));
        let found = found.filter(|head| head.event == *event);
        kept.extend(found.and_then(|head| keep(files, head, segments, &mut budget)));
    }
    let epoch = numbers.as_ref().map(|(epoch, _)| epoch.clone());
    let epoch = epoch.or_else(|| kept.first().map(|kept| kept.head.epoch.clone()));
    kept.retain(|kept| Some(&kept.head.epoch) == epoch.as_ref());
    let mut after = numbers.map_or(Numbers::first(), |(_, numbers)| numbers);
    after = kept.iter().map(Kept::numbers).fold(after, Numbers::max);
    for (event, segments) in &events {
        let msn = segments.last().map_or(0, |msn| msn.saturating_add(1));
        let named = Numbers { event: EventId(event.0.saturating_add(1)), msn, fragment: 1 };
        if named.event.0 <= numbers_file::MAX_NUMBER && named.msn <= numbers_file::MAX_NUMBER {
            after = after.max(named);
        }
    }
    let running = kept.first().is_some_and(|kept| kept.head.ended.is_none());
    let mut kept = kept.into_iter();
    let resumed = if running { kept.next() } else { None };
    let past = kept.next().filter(|kept| kept.head.ended.is_some());
    let found = Found { identity: epoch.map(|epoch| (epoch, after)), resumed, past };
    sweep(files, &names, &found);
    found
}

fn small(files: &Files, name: &str) -> Option<Bytes> {
    files.read(name, MAX_SMALL).ok()
}

/// Removes what belongs to neither event: it would stand in memory for nothing.
fn sweep(files: &Files, names: &[String], found: &Found) {
    let events: Vec<&Kept> = found.resumed.iter().chain(&found.past).collect();
    for name in names {
        let Some((event, msn)) = parse(name) else { continue };
        let first = events.iter().find(|kept| kept.head.event == event).map(|kept| &kept.segments[..]);
        let kept = match (first, msn) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(segments), Some(msn)) => segments.iter().any(|segment| segment.msn == msn),
        };
        if !kept && let Err(error) = files.remove(name) {
            log::warn!(error:% = error, file:% = name; "a file of the snapshot could not be removed");
        }
    }
}

/// The event with the newest of its segments that are whole.
fn keep(files: &Files, head: EventHead, msns: &[u64], budget: &mut usize) -> Option<Kept> {
    let mut contents: Vec<Content> = Vec::new();
    for msn in msns.iter().rev() {
        let Some(content) = load(files, head.event, *msn, budget) else { continue };
        match content {
            Ok(content) => contents.push(content),
            Err(Damage) => break,
        }
        let [.., newer, older] = &contents[..] else { continue };
        if older.head.msn + 1 != newer.head.msn || !older.sealed {
            contents.pop();
            break;
        }
    }
    assemble(head, contents)
}

/// A file that should be there and whole.
struct Damage;

/// `None`: nothing of it was published.
fn load(files: &Files, event: EventId, msn: u64, budget: &mut usize) -> Option<Result<Content, Damage>> {
    let name = segment_name(event, msn);
    let limit = u64::try_from(*budget).unwrap_or(u64::MAX);
    let content = files.read(&name, limit).map_err(|_| Unusable::Damaged).and_then(|bytes| {
        *budget = budget.saturating_sub(bytes.len());
        segment_file::decode(&bytes)
    });
    match content {
        Ok(content) if content.head.msn == msn => Some(Ok(content)),
        Err(Unusable::Unpublished) => None,
        _ => {
            log::warn!(file:% = name; "a file of the snapshot is damaged or too large; it is left out");
            Some(Err(Damage))
        }
    }
}

/// From contents, newest first.
fn assemble(head: EventHead, mut contents: Vec<Content>) -> Option<Kept> {
    let inits: HashMap<u32, (Arc<Init>, &Configured)> = head
        .configured
        .iter()
        .map(|configured| (configured.init.number, (Arc::new(configured.init.clone()), configured)))
        .collect();
    let described = contents.iter().take_while(|content| inits.contains_key(&content.head.init)).count();
    contents.truncate(described);
    let newest = contents.first()?;
    let configuration = inits.get(&newest.head.init)?.1.configuration.clone();
    let end = newest.end();
    if !agrees(newest, &configuration, end) {
        return None;
    }
    let alike = contents.iter().take_while(|content| content.head.init == newest.head.init);
    let picture = alike.into_iter().find_map(|content| content.picture.clone());
    let segments = contents
        .iter()
        .rev()
        .filter_map(|content| Some(content.segment(inits.get(&content.head.init)?.0.clone())));
    let segments: Vec<Segment> = segments.collect();
    let discontinuities = contents.last()?.head.discontinuities;
    let (after, written) = (newest.after, (newest.count, newest.length));
    let picture = picture.map(|(data, composition)| Picture { data, composition });
    drop(inits);
    Some(Kept { head, segments, discontinuities, after, end, configuration, picture, written })
}

/// Both tracks end near where the parts do.
fn agrees(content: &Content, configuration: &Configuration, end: MediaTime) -> bool {
    let video = content.after.video.map(MediaTime::from_ticks);
    let audio = configuration.audio.as_ref().zip(content.after.audio);
    let audio = audio.map(|(config, samples)| MediaTime::from_units(samples, config.sample_rate));
    let near = |at: MediaTime| (at >= end - MAX_SKEW) && (at <= end + MAX_SKEW);
    [video, audio].into_iter().flatten().all(near)
}
