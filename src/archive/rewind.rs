//! How far back viewers may go in what is on air: the segments before the live window's that are on the disk.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::stream::{KeptSegment, RenditionId, Window};
use crate::time::MediaTime;

/// What viewers may go back to, of every rendition; clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Rewind(Arc<Mutex<HashMap<RenditionId, Reel>>>);

#[derive(Debug, Default)]
struct Reel {
    /// On the disk, oldest first.
    segments: VecDeque<KeptSegment>,
    /// How far back the playlist goes; `None`: not beyond the window.
    length: Option<MediaTime>,
    /// The first number that a playlist may name. It only grows: EXT-X-MEDIA-SEQUENCE must not go back (RFC 8216bis
    /// 4.4.3.2), also when somebody allows more than before.
    floor: u64,
}

impl Rewind {
    /// The segments that the playlist names before those of the window, oldest first, without a hole.
    pub fn past(&self, window: &Window) -> Vec<KeptSegment> {
        self.lock().get(&window.id()).map(|reel| reel.past(window)).unwrap_or_default()
    }

    /// Whether viewers may be given a segment that left the window's playlist.
    pub fn holds(&self, rendition: RenditionId, msn: u64) -> bool {
        self.lock().get(&rendition).is_some_and(|reel| reel.length.is_some() && msn >= reel.floor)
    }

    /// The first segment that a playlist may still name, or named until a moment ago; whatever is older may go.
    pub(super) fn needed_from(&self, rendition: RenditionId, grace: MediaTime) -> Option<u64> {
        let reels = self.lock();
        let reel = reels.get(&rendition)?;
        let mut left = reel.length? + grace;
        let kept = reel.segments.iter().rev().take_while(|segment| {
            left -= segment.duration;
            left >= MediaTime::ZERO
        });
        kept.last().map(|segment| segment.msn)
    }

    /// Sets how far back viewers may go from here on.
    pub(super) fn allow(&self, window: &Window, length: Option<MediaTime>) {
        let mut reels = self.lock();
        let reel = reels.entry(window.id()).or_default();
        if reel.length != length {
            let first = reel.past(window).first().map_or(window.first_listed(), |segment| segment.msn);
            reel.floor = reel.floor.max(first);
            reel.length = length;
        }
    }

    /// Goes on where an earlier run of the program was: its segments are on the disk.
    pub(super) fn go_on(
        &self,
        rendition: RenditionId,
        length: Option<MediaTime>,
        segments: Vec<KeptSegment>,
    ) {
        self.lock().insert(rendition, Reel { segments: segments.into(), length, floor: 0 });
    }

    /// Another segment is on the disk.
    pub(super) fn kept(&self, rendition: RenditionId, segment: KeptSegment) {
        self.lock().entry(rendition).or_default().segments.push_back(segment);
    }

    /// These are on the disk no more.
    pub(super) fn gone(&self, rendition: RenditionId, before: u64) {
        if let Some(reel) = self.lock().get_mut(&rendition) {
            while reel.segments.front().is_some_and(|segment| segment.msn < before) {
                reel.segments.pop_front();
            }
        }
    }

    /// The rendition's playlist is no longer owed.
    pub(super) fn forget(&self, rendition: RenditionId) {
        self.lock().remove(&rendition);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RenditionId, Reel>> {
        // Nothing in here can panic half-way.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reel {
    fn past(&self, window: &Window) -> Vec<KeptSegment> {
        let Some(length) = self.length else { return Vec::new() };
        let listed = window.listed().fold(MediaTime::ZERO, |sum, segment| sum + segment.duration());
        let mut left = length - listed;
        let first_listed = window.first_listed();
        let mut next = first_listed;
        let mut past = Vec::new();
        // What the disk does not have yet is in memory still.
        let in_memory = window.retained().rev().skip_while(|segment| segment.msn >= first_listed);
        let in_memory = in_memory.map(|segment| KeptSegment::of(segment));
        let oldest_in_memory = window.retained().next().map_or(first_listed, |segment| segment.msn);
        let on_disk =
            self.segments.iter().rev().skip_while(|segment| segment.msn >= oldest_in_memory).cloned();
        for segment in in_memory.chain(on_disk) {
            left -= segment.duration;
            if segment.msn + 1 != next || segment.msn < self.floor || left < MediaTime::ZERO {
                break;
            }
            next = segment.msn;
            past.push(segment);
        }
        past.reverse();
        past
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    use crate::stream::{EventId, Geometry, Init, Part, SegmentStart, WindowLimits};

    const ID: RenditionId = RenditionId { event: EventId(1), rendition: 0 };
    const SECOND: MediaTime = MediaTime::from_millis(1_000);

    /// Lists the last six seconds, and holds the last eight.
    fn window() -> Window {
        let geometry = Geometry { part_target: SECOND, target_duration: 1 };
        let limits =
            WindowLimits { listed: SECOND * 6, served: SECOND, retained: SECOND * 8, memory: 1 << 20 };
        Window::new(ID, geometry, limits, 0)
    }

    fn push(window: &mut Window, rewind: Option<&Rewind>) {
        let bytes = Bytes::from_static(b"init");
        let init = Arc::new(Init { number: 0, bytes, codecs: String::new(), resolution: None });
        let start = SegmentStart { init, discontinuity: false, start: MediaTime::ZERO, date: 0 };
        let part =
            Part { duration: SECOND, independent: true, bytes: Bytes::from_static(b"x"), sha256: [0; 32] };
        let at = window.push(Some(start), part, true).unwrap();
        if let Some(rewind) = rewind {
            rewind.kept(ID, KeptSegment::of(window.segment(at.msn).unwrap()));
        }
    }

    fn numbers(rewind: &Rewind, window: &Window) -> Vec<u64> {
        rewind.past(window).iter().map(|segment| segment.msn).collect()
    }

    #[test]
    fn the_playlist_goes_back_over_memory_and_disk_without_a_hole() {
        let (mut window, rewind) = (window(), Rewind::default());
        rewind.allow(&window, Some(SECOND * 10));
        (0..20).for_each(|_| push(&mut window, Some(&rewind)));
        assert_eq!(window.first_listed(), 14);
        assert_eq!(numbers(&rewind, &window), [10, 11, 12, 13]);
        // The disk is late: the newest two of those are in memory alone.
        let late = Rewind::default();
        late.go_on(ID, Some(SECOND * 10), rewind.past(&window)[..2].to_vec());
        assert_eq!(numbers(&late, &window), [10, 11, 12, 13]);
        // It is so late that something is missing in between.
        late.go_on(ID, Some(SECOND * 10), rewind.past(&window)[..1].to_vec());
        assert_eq!(numbers(&late, &window), [12, 13]);
    }

    #[test]
    fn whoever_allows_more_in_mid_event_allows_it_from_there_on() {
        let (mut window, rewind) = (window(), Rewind::default());
        (0..20).for_each(|_| push(&mut window, Some(&rewind)));
        assert_eq!(numbers(&rewind, &window), [0; 0]);
        rewind.allow(&window, Some(SECOND * 10));
        assert_eq!(numbers(&rewind, &window), [0; 0], "numbers do not go back");
        assert!(rewind.holds(ID, 14) && !rewind.holds(ID, 13));
        (0..2).for_each(|_| push(&mut window, Some(&rewind)));
        assert_eq!(numbers(&rewind, &window), [14, 15]);
        rewind.allow(&window, Some(SECOND * 7));
        assert_eq!(numbers(&rewind, &window), [15]);
        rewind.allow(&window, Some(SECOND * 10));
        assert_eq!(numbers(&rewind, &window), [15]);
    }

    #[test]
    fn what_no_playlist_names_any_more_is_not_needed_after_a_while() {
        let (mut window, rewind) = (window(), Rewind::default());
        rewind.allow(&window, Some(SECOND * 10));
        (0..20).for_each(|_| push(&mut window, Some(&rewind)));
        assert_eq!(rewind.needed_from(ID, SECOND * 2), Some(8));
        rewind.gone(ID, 8);
        assert_eq!(numbers(&rewind, &window), [10, 11, 12, 13]);
        rewind.forget(ID);
        assert_eq!(rewind.needed_from(ID, SECOND), None);
    }
}
