//! What a window lists, serves, keeps and lets go.

use super::*;
use crate::stream::EventId;
use bytes::Bytes;

fn window(limits: WindowLimits) -> Window {
    let geometry = Geometry { part_target: MediaTime::from_millis(500), target_duration: 2 };
    Window::new(RenditionId { event: EventId(1), rendition: 0 }, geometry, limits, 10)
}

fn part(size: usize) -> Part {
    Part {
        duration: MediaTime::from_millis(500),
        independent: true,
        bytes: Bytes::from(vec![0; size]),
        sha256: [0; 32],
    }
}

fn start(discontinuity: bool) -> SegmentStart {
    let init = Init { number: 0, bytes: Bytes::new(), codecs: String::new(), resolution: None };
    SegmentStart { init: Arc::new(init), discontinuity, start: MediaTime::ZERO, date: 0 }
}

fn push_segment(window: &mut Window, size: usize, discontinuity: bool) {
    for index in 0..4 {
        let start = (index == 0).then(|| start(discontinuity));
        assert!(window.push(start, part(size), index == 3).is_some());
    }
}

#[test]
fn the_next_place_is_in_the_open_segment_until_it_is_sealed() {
    let mut window = window(WindowLimits::default());
    assert_eq!(window.next(), Position { msn: 10, part: 0 });
    window.push(Some(start(false)), part(1), false);
    assert_eq!(window.next(), Position { msn: 10, part: 1 });
    window.push(None, part(1), true);
    assert_eq!(window.next(), Position { msn: 11, part: 0 });
}

#[test]
fn a_part_without_an_open_segment_or_a_segment_within_one_is_refused() {
    let mut window = window(WindowLimits::default());
    assert_eq!(window.push(None, part(1), false), None);
    window.push(Some(start(false)), part(1), false);
    assert_eq!(window.push(Some(start(false)), part(1), false), None);
    window.end();
    assert_eq!(window.push(Some(start(false)), part(1), false), None);
}

#[test]
fn sixty_seconds_are_listed_sixty_more_served_and_five_minutes_kept() {
    let mut window = window(WindowLimits::default());
    for _ in 0..200 {
        push_segment(&mut window, 10, false);
    }
    assert_eq!(window.listed().len(), 30);
    assert_eq!(window.retained().len(), 150);
    let first_listed = window.listed().next().unwrap().msn;
    assert!(matches!(window.served(first_listed), Lookup::Found(_)));
    assert!(matches!(window.served(first_listed - 30), Lookup::Found(_)));
    assert!(matches!(window.served(first_listed - 31), Lookup::Gone));
    assert!(window.segment(first_listed - 31).is_some());
    assert!(matches!(window.served(window.next().msn), Lookup::Ahead));
}

#[test]
fn the_memory_cap_takes_the_past_first_and_never_the_last_six_segments() {
    let mut window = window(WindowLimits { memory: 4_000, ..WindowLimits::default() });
    for _ in 0..100 {
        push_segment(&mut window, 100, false);
    }
    assert!(window.bytes() <= 4_000);
    assert_eq!(window.listed().len(), window.retained().len());
    for _ in 0..20 {
        push_segment(&mut window, 1_000, false);
    }
    assert_eq!(window.retained().len(), LEAST_SEGMENTS);
    assert_eq!(window.bytes(), LEAST_SEGMENTS * 4_000);
}

#[test]
fn a_discontinuity_is_counted_once_its_segment_left_the_playlist() {
    let mut window = window(WindowLimits::default());
    push_segment(&mut window, 1, false);
    push_segment(&mut window, 1, true);
    for _ in 0..29 {
        push_segment(&mut window, 1, false);
    }
    assert!(window.listed().next().unwrap().discontinuity);
    assert_eq!(window.discontinuity_sequence(), 0);
    push_segment(&mut window, 1, false);
    assert_eq!(window.discontinuity_sequence(), 1);
}

#[test]
fn a_part_of_a_sealed_segment_that_never_was_is_gone_and_the_next_one_is_ahead() {
    let mut window = window(WindowLimits::default());
    push_segment(&mut window, 1, false);
    assert_eq!(window.served_part(Position { msn: 10, part: 4 }), Lookup::Gone);
    assert_eq!(window.served_part(Position { msn: 11, part: 0 }), Lookup::Ahead);
    assert!(matches!(window.served_part(Position { msn: 10, part: 3 }), Lookup::Found(_)));
}

#[test]
fn a_window_that_goes_on_lists_and_serves_what_the_one_before_it_did() {
    let mut window = window(WindowLimits::default());
    for number in 0..75 {
        push_segment(&mut window, 1, number % 10 == 0);
    }
    window.push(Some(start(false)), part(1), false);
    let first = window.first_owed();
    assert!(matches!(window.served(first), Lookup::Found(_)));
    assert!(!matches!(window.served(first - 1), Lookup::Found(_)));
    let owed = || window.retained().filter(|segment| segment.msn >= first);
    let gone = window.retained().filter(|segment| segment.msn < first && segment.discontinuity).count();
    let past = Past {
        segments: owed().map(|segment| Segment::clone(segment)).collect(),
        discontinuities: u64::try_from(gone).unwrap(),
        first_listed: window.first_listed(),
    };
    let again = Window::go_on(window.id(), window.geometry(), WindowLimits::default(), past);
    assert_eq!(again.next(), window.next());
    assert_eq!(again.next_msn(), window.next_msn());
    assert!(again.listed().eq(window.listed()));
    assert_eq!(again.discontinuity_sequence(), window.discontinuity_sequence());
    assert_eq!(again.first_owed(), first);
    assert_eq!(again.bytes(), owed().map(|segment| segment.size()).sum::<usize>());
}
