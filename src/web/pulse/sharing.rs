//! What goes on between the box and its peers, as the dashboard shows it.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::Face;
use super::rate::Rate;
use super::reach::{Signs, way};
use super::state::{Sharing, Switch};
use crate::rendezvous::Counters;
use crate::seeder::Traffic;

/// What peers do is looked at over so long: they announce themselves every two minutes.
const LOOK_BACK: Duration = Duration::from_secs(300);

/// How often it is remembered what was.
const STEP: Duration = Duration::from_secs(10);

/// Bytes to peers are averaged over so long: they go out in pieces.
const SPAN: Duration = Duration::from_secs(4);

/// What is counted at one moment.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counted {
    pub counters: Counters,
    pub traffic: Traffic,
    pub stun: u64,
    pub torrents: usize,
}

/// What has to be remembered from one look to the next.
#[derive(Debug)]
pub(super) struct SharingGauge {
    rate: Rate,
    /// Since something is seeded, at most so long ago.
    earlier: VecDeque<(Instant, Counted)>,
}

impl Default for SharingGauge {
    fn default() -> Self {
        SharingGauge { rate: Rate::new(SPAN), earlier: VecDeque::new() }
    }
}

impl SharingGauge {
    /// Takes a reading. It is about sharing as the box's own server is at `stun_port`.
    pub fn see(&mut self, now: Instant, counted: &Counted, face: &Face, stun_port: u16) -> Sharing {
        let Counted { counters, traffic, torrents, .. } = *counted;
        let rate = self.rate.per_second(now, traffic.uploaded).map_or(0, |bytes| bytes * 8);
        let signs = self.signs(now, counted);
        let alone = torrents > 0 && traffic.peers == 0;
        Sharing {
            switch: match (face.seeds, face.password) {
                (false, _) => Switch::Off,
                (true, true) => Switch::Password,
                (true, false) => Switch::On,
            },
            torrents,
            swarms: counters.swarms,
            pages: counters.pages,
            programs: counters.programs,
            connected: traffic.peers,
            rate,
            total: traffic.uploaded,
            stun_port,
            way: alone.then(|| way(&signs, stun_port)).flatten(),
        }
    }

    /// What happened since something is seeded, or in the last minutes.
    fn signs(&mut self, now: Instant, counted: &Counted) -> Signs {
        if counted.torrents == 0 {
            self.earlier.clear();
            return Signs::default();
        }
        if self.earlier.back().is_none_or(|(at, _)| now.saturating_duration_since(*at) >= STEP) {
            self.earlier.push_back((now, *counted));
        }
        while self.earlier.get(1).is_some_and(|(at, _)| now.saturating_duration_since(*at) >= LOOK_BACK) {
            self.earlier.pop_front();
        }
        let before = self.earlier.front().map_or(*counted, |(_, before)| *before);
        let (tracker, was) = (counted.counters, before.counters);
        let (seeder, had) = (counted.traffic, before.traffic);
        Signs {
            sockets: u64::try_from(tracker.sockets).unwrap_or(u64::MAX),
            announces: tracker.announces.saturating_sub(was.announces),
            strangers: tracker.strangers.saturating_sub(was.strangers),
            addresses: counted.stun.saturating_sub(before.stun),
            offers: tracker.offers.saturating_sub(was.offers),
            answers: tracker.answers.saturating_sub(was.answers),
            introduced: tracker.introduced.saturating_sub(was.introduced),
            opened: (seeder.channels + seeder.greeted).saturating_sub(had.channels + had.greeted),
            mistaken: seeder.strangers.saturating_sub(had.strangers),
            sent: seeder.uploaded.saturating_sub(had.uploaded),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn face(seeds: bool, password: bool) -> Face {
        Face { seeds, password, ..Face::default() }
    }

    #[test]
    fn what_was_long_ago_or_before_anything_was_seeded_is_no_sign() {
        let (mut gauge, start, face) = (SharingGauge::default(), Instant::now(), face(true, false));
        let introduced = |introduced, torrents| Counted {
            counters: Counters { introduced, ..Counters::default() },
            torrents,
            ..Counted::default()
        };
        let mut passed = |seconds, counted: Counted| {
            let sharing = gauge.see(start + Duration::from_secs(seconds), &counted, &face, 3478);
            sharing.way.map(|way| way.steps.iter().filter(|step| step.passed).count())
        };
        assert_eq!(passed(0, introduced(1, 0)), None, "nothing is seeded, so nothing is wrong");
        assert_eq!(passed(1, introduced(1, 1)), Some(0));
        assert_eq!(passed(2, introduced(2, 1)), Some(3));
        for seconds in (10..400).step_by(5) {
            passed(seconds, introduced(2, 1));
        }
        assert_eq!(passed(400, introduced(2, 1)), Some(0));
    }

    #[test]
    fn somebody_who_is_connected_leaves_nothing_to_explain() {
        let (mut gauge, face) = (SharingGauge::default(), face(true, false));
        let traffic = Traffic { peers: 1, ..Traffic::default() };
        let counted = Counted { traffic, torrents: 1, ..Counted::default() };
        assert_eq!(gauge.see(Instant::now(), &counted, &face, 3478).way, None);
    }

    #[test]
    fn the_switch_that_is_off_is_the_first_reason() {
        let switch = |face| SharingGauge::default().see(Instant::now(), &Counted::default(), &face, 0).switch;
        assert_eq!(switch(face(true, false)), Switch::On);
        assert_eq!(switch(face(true, true)), Switch::Password);
        assert_eq!(switch(face(false, true)), Switch::Off);
    }
}
