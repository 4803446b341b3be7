//! A cursor on one rendition: every sealed segment once and in order, for who keeps or shares them.
//!
//! A reader that is too slow for the window gets a gap, never the event's patience.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::hub::{Hub, LiveRendition};
use crate::stream::{RenditionId, Segment, Window};

/// What a cursor meets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Met {
    /// A sealed segment.
    Segment {
        /// The segment.
        segment: Arc<Segment>,
        /// The Media Sequence Number of the first segment that is still in the window.
        oldest: u64,
    },
    /// Segments that left the window before they were read.
    Gap {
        /// The first one's Media Sequence Number.
        from: u64,
        /// The first one that is there again.
        to: u64,
    },
    /// The event is over; nothing follows.
    Ended,
}

/// A cursor. It starts with the oldest segment of the window.
#[derive(Clone, Debug)]
pub struct Subscriber {
    window: watch::Receiver<Arc<Window>>,
    rendition: RenditionId,
    next: Option<u64>,
    ended: bool,
}

impl Subscriber {
    /// A cursor on this rendition.
    pub fn new(live: &LiveRendition) -> Self {
        Subscriber { window: live.window.clone(), rendition: live.rendition.id, next: None, ended: false }
    }

    /// One that goes on with the segment `msn`.
    pub fn starting_at(live: &LiveRendition, msn: u64) -> Self {
        Subscriber { next: Some(msn), ..Subscriber::new(live) }
    }

    /// The rendition.
    pub fn rendition(&self) -> RenditionId {
        self.rendition
    }

    /// What comes next; `None` once the playlist is no longer owed. Cancel-safe.
    pub async fn next(&mut self) -> Option<Met> {
        loop {
            let window = Arc::clone(&self.window.borrow_and_update());
            if let Some(met) = self.step(&window) {
                return Some(met);
            }
            // The publisher is dropped when the event's playlist is no longer owed.
            self.window.changed().await.ok()?;
        }
    }

    fn step(&mut self, window: &Window) -> Option<Met> {
        let oldest = window.retained().next()?.msn;
        let next = *self.next.get_or_insert(oldest);
        if next < oldest {
            self.next = Some(oldest);
            return Some(Met::Gap { from: next, to: oldest });
        }
        if let Some(segment) = window.segment(next).filter(|segment| segment.sealed) {
            self.next = Some(next + 1);
            return Some(Met::Segment { segment: Arc::clone(segment), oldest });
        }
        if window.ended() && !std::mem::replace(&mut self.ended, true) {
            return Some(Met::Ended);
        }
        None
    }
}

/// Starts `follow` for each rendition that comes, once, until `stop`; then waits for all of them.
pub async fn each_rendition<F>(hub: &Hub, stop: &CancellationToken, follow: impl Fn(LiveRendition) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut broadcasts = hub.watch();
    let mut known: Vec<RenditionId> = Vec::new();
    let tasks = TaskTracker::new();
    loop {
        let broadcast = Arc::clone(&broadcasts.borrow_and_update());
        for live in broadcast.renditions.iter().filter(|live| !known.contains(&live.rendition.id)) {
            tasks.spawn(follow(live.clone()));
        }
        known = broadcast.renditions.iter().map(|live| live.rendition.id).collect();
        tokio::select! {
            () = stop.cancelled() => break,
            changed = broadcasts.changed() => if changed.is_err() { break },
        }
    }
    tasks.close();
    tasks.wait().await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::Publisher;
    use crate::stream::{EventId, Geometry, Init, Part, Rendition, SegmentStart, WindowLimits};
    use crate::time::MediaTime;
    use bytes::Bytes;

    const ID: RenditionId = RenditionId { event: EventId(1), rendition: 0 };
    const SECOND: MediaTime = MediaTime::from_millis(1_000);

    /// A window that keeps ten seconds in all.
    fn publisher() -> (Publisher, LiveRendition) {
        let geometry = Geometry { part_target: SECOND, target_duration: 1 };
        let short = MediaTime::from_millis(5_000);
        let limits =
            WindowLimits { listed: short, served: short, retained: short * 2, ..WindowLimits::default() };
        let publisher = Publisher::new(Window::new(ID, geometry, limits, 7));
        let window = publisher.subscribe();
        let rendition = Rendition {
            id: ID,
            codecs: String::new(),
            resolution: None,
            frame_rate: None,
            bandwidth: 0,
            average_bandwidth: 0,
        };
        (publisher, LiveRendition { rendition, window })
    }

    fn push(publisher: &mut Publisher) {
        let bytes = Bytes::from_static(b"init");
        let init = Arc::new(Init { number: 0, bytes, codecs: String::new(), resolution: None });
        let start = SegmentStart { init, discontinuity: false, start: MediaTime::ZERO, date: 0 };
        let part =
            Part { duration: SECOND, independent: true, bytes: Bytes::from_static(b"x"), sha256: [0; 32] };
        publisher.push(Some(start), part, true).unwrap();
    }

    async fn numbers(subscriber: &mut Subscriber, count: usize) -> Vec<u64> {
        let mut seen = Vec::new();
        while seen.len() < count {
            match subscriber.next().await.unwrap() {
                Met::Segment { segment, .. } => seen.push(segment.msn),
                other => panic!("{other:?}"),
            }
        }
        seen
    }

    #[tokio::test]
    async fn each_sealed_segment_comes_once_and_then_the_end() {
        let (mut publisher, live) = publisher();
        let mut subscriber = Subscriber::new(&live);
        drop(live);
        (0..3).for_each(|_| push(&mut publisher));
        assert_eq!(numbers(&mut subscriber, 3).await, [7, 8, 9]);
        push(&mut publisher);
        publisher.end();
        assert_eq!(numbers(&mut subscriber, 1).await, [10]);
        assert_eq!(subscriber.next().await, Some(Met::Ended));
        drop(publisher);
        assert_eq!(subscriber.next().await, None);
    }

    #[tokio::test]
    async fn whoever_is_too_slow_hears_what_is_missing_and_goes_on() {
        let (mut publisher, live) = publisher();
        let mut subscriber = Subscriber::new(&live);
        push(&mut publisher);
        assert_eq!(numbers(&mut subscriber, 1).await, [7]);
        (0..30).for_each(|_| push(&mut publisher));
        let Some(Met::Gap { from: 8, to }) = subscriber.next().await else { panic!("no gap") };
        assert_eq!(numbers(&mut subscriber, 2).await, [to, to + 1]);
    }

    #[tokio::test]
    async fn one_that_goes_on_somewhere_skips_what_was_before() {
        let (mut publisher, live) = publisher();
        (0..3).for_each(|_| push(&mut publisher));
        assert_eq!(numbers(&mut Subscriber::starting_at(&live, 9), 1).await, [9]);
    }
}
