use std::collections::{BTreeMap, BTreeSet};

use super::*;

const fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn keys(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| String::from(*key)).collect()
}

/// All that may be sent now.
fn all(scheduler: &mut Scheduler, now: Duration, waiting: &Waiting) -> Vec<Claim> {
    std::iter::from_fn(|| scheduler.choose(now, waiting)).collect()
}

fn names(claims: &[Claim]) -> Vec<&str> {
    claims.iter().map(|claim| claim.key.as_str()).collect()
}

#[test]
fn playlists_go_first_then_the_live_edge_then_what_is_to_go_then_the_oldest() {
    let mut scheduler = Scheduler::new();
    let waiting = Waiting {
        playlists: keys(&["p"]),
        edge: keys(&["8", "9"]),
        backlog: keys(&["1", "2", "8", "9"]),
        removals: keys(&["x"]),
    };
    let claims = all(&mut scheduler, at(0), &waiting);
    assert_eq!(names(&claims), ["p", "8", "9", "x", "1", "2"]);
    assert_eq!(claims[4].lane, Lane::Backlog);
    assert_eq!(scheduler.wakes_at(at(0), &waiting), None);
}

#[test]
fn a_long_backlog_leaves_places_for_the_live_edge() {
    let mut scheduler = Scheduler::new();
    let backlog: Vec<String> = (0..100).map(|number| number.to_string()).collect();
    let waiting = Waiting { backlog, ..Waiting::default() };
    assert_eq!(all(&mut scheduler, at(0), &waiting).len(), BACKLOG);
    let waiting = Waiting { edge: keys(&["100"]), playlists: keys(&["p"]), ..waiting };
    assert_eq!(names(&all(&mut scheduler, at(0), &waiting)), ["p", "100"]);
    let mut on_air = Scheduler::new();
    on_air.on_air(true);
    assert_eq!(names(&all(&mut on_air, at(0), &waiting)), ["p", "100", "0", "1"]);
}

#[test]
fn what_failed_is_not_sent_again_within_a_second_even_where_another_try_is_due() {
    let mut scheduler = Scheduler::new();
    let waiting = Waiting { edge: keys(&["8"]), ..Waiting::default() };
    let claim = scheduler.choose(at(0), &waiting).unwrap();
    scheduler.ended(at(0), &claim, Ending::Failed { lasting: false }, 0.0);
    assert_eq!(scheduler.trouble(at(0)).1, Some(ms(500)));
    assert_eq!(scheduler.choose(ms(500), &waiting), None);
    assert_eq!(scheduler.wakes_at(ms(500), &waiting), Some(at(1)));
    assert!(scheduler.choose(at(1), &waiting).is_some());
}

#[test]
fn whoever_begins_anew_waits_a_second() {
    let mut scheduler = Scheduler::after_another(at(0));
    let waiting = Waiting { playlists: keys(&["p"]), edge: keys(&["8"]), ..Waiting::default() };
    assert_eq!(scheduler.choose(ms(999), &waiting), None);
    assert_eq!(scheduler.wakes_at(ms(999), &waiting), Some(at(1)));
    assert_eq!(names(&all(&mut scheduler, at(1), &waiting)), ["p", "8"]);
}

#[test]
fn a_playlist_is_written_once_a_second_and_then_as_the_newest() {
    let mut scheduler = Scheduler::new();
    let waiting = Waiting { playlists: keys(&["p"]), ..Waiting::default() };
    let first = scheduler.choose(at(0), &waiting).unwrap();
    assert_eq!(scheduler.choose(at(5), &waiting), None, "it is being written");
    scheduler.ended(at(5), &first, Ending::Worked, 0.5);
    assert_eq!(scheduler.choose(ms(5_999), &waiting), None);
    assert_eq!(scheduler.wakes_at(ms(5_100), &waiting), Some(at(6)));
    let second = scheduler.choose(at(6), &waiting).unwrap();
    scheduler.ended(at(6), &second, Ending::Unsent, 0.5);
    assert!(scheduler.choose(at(6), &waiting).is_some(), "nothing was written");
}

#[test]
fn nothing_is_sent_while_it_is_paused_and_what_is_on_its_way_arrives() {
    let mut scheduler = Scheduler::new();
    let waiting = Waiting { edge: keys(&["1", "2"]), removals: keys(&["x"]), ..Waiting::default() };
    let first = scheduler.choose(at(0), &waiting).unwrap();
    scheduler.pause(true);
    assert_eq!(scheduler.choose(at(1), &waiting), None);
    assert_eq!(scheduler.wakes_at(at(1), &waiting), None);
    scheduler.ended(at(2), &first, Ending::Worked, 0.5);
    scheduler.pause(false);
    assert_eq!(all(&mut scheduler, at(3), &waiting).len(), 3);
}

#[test]
fn a_refused_object_waits_longer_each_time_and_delays_no_other() {
    let mut scheduler = Scheduler::new();
    let waiting = Waiting { backlog: keys(&["bad", "good"]), ..Waiting::default() };
    let mut now = at(0);
    let mut pauses = Vec::new();
    for _ in 0..3 {
        let bad = scheduler.choose(now, &waiting).unwrap();
        assert_eq!(bad.key, "bad");
        let pause = scheduler.ended(now, &bad, Ending::Refused, 1.0).unwrap();
        let good = scheduler.choose(now, &waiting).unwrap();
        assert_eq!(good.key, "good");
        scheduler.ended(now, &good, Ending::Worked, 1.0);
        pauses.push(pause);
        now += pause;
    }
    assert_eq!(pauses, [at(2), at(4), at(8)]);
}

#[test]
fn a_storage_that_refuses_everything_is_not_asked_for_every_object() {
    let mut scheduler = Scheduler::new();
    let backlog: Vec<String> = (0..1_000).map(|number| number.to_string()).collect();
    let waiting = Waiting { backlog, ..Waiting::default() };
    let mut asked = 0;
    for second in 0..600 {
        for claim in all(&mut scheduler, at(second), &waiting) {
            asked += 1;
            scheduler.ended(at(second), &claim, Ending::Refused, 0.5);
        }
    }
    assert!(asked < 40, "{asked}");
}

#[test]
fn a_pause_that_a_jumping_clock_made_endless_is_cut() {
    let mut scheduler = Scheduler::new();
    let waiting = Waiting { backlog: keys(&["1"]), ..Waiting::default() };
    scheduler.remember(at(0), "1", 3, at(1_000_000_000));
    assert_eq!(scheduler.choose(at(0), &waiting), None);
    assert_eq!(scheduler.wakes_at(at(0), &waiting), Some(LONGEST_REFUSED));
    assert!(scheduler.choose(LONGEST_REFUSED, &waiting).is_some());
}

#[test]
fn who_complains_is_asked_half_as_often_and_then_a_little_more_each_time() {
    let mut scheduler = Scheduler::new();
    let waiting = |from: u32| Waiting {
        edge: (from..from + 4).map(|number| number.to_string()).collect(),
        backlog: (from + 4..from + 20).map(|number| number.to_string()).collect(),
        ..Waiting::default()
    };
    let claims = all(&mut scheduler, at(0), &waiting(0));
    assert_eq!(claims.len(), EDGE + BACKLOG);
    for claim in &claims {
        scheduler.ended(at(0), claim, Ending::Slow(Some(at(7))), 0.5);
    }
    assert_eq!(scheduler.choose(ms(6_999), &waiting(0)), None);
    assert_eq!(scheduler.wakes_at(at(0), &waiting(0)), Some(at(7)));
    let mut widths = Vec::new();
    for round in 0..12 {
        let claims = all(&mut scheduler, at(7), &waiting(round * 100));
        widths.push(claims.len());
        claims.iter().for_each(|claim| {
            scheduler.ended(at(7), claim, Ending::Worked, 0.5);
        });
    }
    // One tries alone; then half of all places; then more again.
    assert_eq!(widths[..2], [1, PLACES / 2]);
    assert!(widths.is_sorted() && widths[11] == EDGE + BACKLOG, "{widths:?}");
}

#[test]
fn a_storm_of_complaints_does_not_become_a_storm_of_requests() {
    let mut scheduler = Scheduler::new();
    let backlog: Vec<String> = (0..1_000).map(|number| number.to_string()).collect();
    let waiting = Waiting { backlog, ..Waiting::default() };
    let mut asked = 0;
    for tick in 0..6_000 {
        for claim in all(&mut scheduler, ms(tick * 100), &waiting) {
            asked += 1;
            scheduler.ended(ms(tick * 100), &claim, Ending::Slow(None), 0.0);
        }
    }
    // Ten minutes; half of the longest pause is 15 s.
    assert!(asked < 60, "{asked}");
}

/// A box on air and a storage that can be away: time goes in steps of a tenth of a second, an upload takes as long as
/// `rate` says, a request to a storage that is away ends after five seconds.
struct World {
    scheduler: Scheduler,
    now: Duration,
    sealed: u64,
    there: BTreeSet<u64>,
    order: Vec<u64>,
    on_its_way: BTreeMap<Duration, Vec<Claim>>,
    requests: u64,
    away: bool,
}

const STEP: Duration = ms(100);

impl World {
    fn new() -> Self {
        World {
            scheduler: Scheduler::new(),
            now: Duration::ZERO,
            sealed: 0,
            there: BTreeSet::new(),
            order: Vec::new(),
            on_its_way: BTreeMap::new(),
            requests: 0,
            away: false,
        }
    }

    fn run(&mut self, length: Duration) {
        let end = self.now + length;
        while self.now < end {
            self.now += STEP;
            self.sealed = u64::try_from(self.now.as_millis()).unwrap() / 2_000;
            let due: Vec<_> = self.on_its_way.range(..=self.now).map(|(at, _)| *at).collect();
            for claim in
                due.into_iter().flat_map(|at| self.on_its_way.remove(&at).unwrap()).collect::<Vec<_>>()
            {
                let ending = if self.away { Ending::Failed { lasting: false } } else { Ending::Worked };
                self.scheduler.ended(self.now, &claim, ending, 0.0);
                if ending == Ending::Worked {
                    let number = claim.key.parse().unwrap();
                    self.there.insert(number);
                    self.order.push(number);
                }
            }
            let number = |numbers: std::ops::Range<u64>| -> Vec<String> {
                numbers
                    .filter(|number| !self.there.contains(number))
                    .map(|number| number.to_string())
                    .collect()
            };
            let edge = self.sealed.saturating_sub(3);
            let waiting = Waiting {
                edge: number(edge..self.sealed),
                backlog: number(0..self.sealed),
                ..Waiting::default()
            };
            for claim in all(&mut self.scheduler, self.now, &waiting) {
                self.requests += 1;
                let takes = if self.away { at(5) } else { ms(600) };
                self.on_its_way.entry(self.now + takes).or_default().push(claim);
            }
        }
    }

    fn waiting(&self) -> u64 {
        self.sealed - u64::try_from(self.there.len()).unwrap()
    }
}

#[test]
fn after_half_an_hour_s_outage_the_live_edge_goes_first_and_the_backlog_follows() {
    let mut world = World::new();
    world.run(at(60));
    assert!(world.waiting() <= 1, "it keeps up");
    (world.away, world.requests) = (true, 0);
    world.run(at(1_800));
    assert!(world.waiting() >= 899, "the backlog grows with the stream");
    // The pauses are at their shortest here: half of what they are at most.
    assert!(world.requests < 100, "{} requests", world.requests);
    world.away = false;
    let (edge, arrived) = (world.sealed, world.order.len());
    world.run(at(120));
    let after = &world.order[arrived..];
    assert!(after[..3].iter().all(|number| *number + 30 > edge), "the live edge first: {:?}", &after[..9]);
    assert_eq!(world.waiting().min(2), world.waiting(), "and everything after it");
    let backlog: Vec<u64> = after.iter().copied().filter(|number| *number < edge - 30).collect();
    assert!(backlog.is_sorted(), "the oldest first");
    // The live edge never waited for the backlog.
    let live: Vec<u64> = after.iter().copied().filter(|number| *number > edge + 15).collect();
    assert!(live.is_sorted() && live.len() > 40, "{live:?}");
}

#[test]
fn an_outage_at_any_moment_loses_nothing_and_sends_nothing_twice() {
    for length in [1, 7, 29, 31, 200] {
        let mut world = World::new();
        world.run(at(10));
        world.away = true;
        world.run(at(length));
        world.away = false;
        world.run(at(120));
        let all: BTreeSet<u64> = world.order.iter().copied().collect();
        assert_eq!(all.len(), world.order.len());
        assert!(world.waiting() <= 1, "{}", world.waiting());
    }
}
