//! Who may upload at once: a number of slots, and turns when more want one.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// After so long a connection gives its slot to one that waits; BEP 3 speaks of ten seconds, three rounds of it let a
/// bundle through at a usual rate.
const TURN: Duration = Duration::from_secs(30);

/// A connection, by the number that the caller gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place(pub u64);

/// What a connection has to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whom.
    pub place: Place,
    /// Whether it has a slot now.
    pub slot: bool,
}

/// Gives slots to whoever is interested, in the order they came, and around when they are scarce.
#[derive(Debug)]
pub struct Choker {
    slots: usize,
    /// Who has a slot since when, the longest first.
    holders: VecDeque<(Place, Instant)>,
    waiting: VecDeque<Place>,
}

impl Choker {
    /// A choker with so many slots.
    pub fn new(slots: usize) -> Self {
        Choker { slots, holders: VecDeque::new(), waiting: VecDeque::new() }
    }

    /// A connection wants a slot.
    pub fn ask(&mut self, place: Place, now: Instant) -> Vec<Decision> {
        if self.holders.iter().any(|(holder, _)| *holder == place) || self.waiting.contains(&place) {
            return Vec::new();
        }
        self.waiting.push_back(place);
        self.fill(now)
    }

    /// A connection needs none any more, or is gone.
    pub fn leave(&mut self, place: Place, now: Instant) -> Vec<Decision> {
        self.waiting.retain(|waiting| *waiting != place);
        self.holders.retain(|(holder, _)| *holder != place);
        self.fill(now)
    }

    /// Lets those who waited long have their turn.
    pub fn tick(&mut self, now: Instant) -> Vec<Decision> {
        let mut decisions = Vec::new();
        let mut turns = self.waiting.len();
        while turns > 0 && self.holders.front().is_some_and(|(_, since)| now - *since >= TURN) {
            turns -= 1;
            if let Some((place, _)) = self.holders.pop_front() {
                self.waiting.push_back(place);
                decisions.push(Decision { place, slot: false });
                decisions.extend(self.fill(now));
            }
        }
        decisions
    }

    /// Whoever holds a slot now.
    pub fn holders(&self) -> usize {
        self.holders.len()
    }

    fn fill(&mut self, now: Instant) -> Vec<Decision> {
        let mut decisions = Vec::new();
        while self.holders.len() < self.slots {
            let Some(place) = self.waiting.pop_front() else { break };
            self.holders.push_back((place, now));
            decisions.push(Decision { place, slot: true });
        }
        decisions
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(decisions: &[Decision]) -> Vec<(u64, bool)> {
        decisions.iter().map(|decision| (decision.place.0, decision.slot)).collect()
    }

    #[test]
    fn slots_go_to_who_came_first_and_on_to_who_waits() {
        let (mut choker, now) = (Choker::new(2), Instant::now());
        assert_eq!(told(&choker.ask(Place(1), now)), [(1, true)]);
        assert_eq!(told(&choker.ask(Place(2), now)), [(2, true)]);
        assert_eq!(told(&choker.ask(Place(3), now)), []);
        assert_eq!(told(&choker.ask(Place(3), now)), []);
        assert_eq!(told(&choker.leave(Place(1), now)), [(3, true)]);
        assert_eq!(told(&choker.leave(Place(9), now)), []);
    }

    #[test]
    fn a_slot_goes_round_when_others_wait_and_stays_when_none_does() {
        let (mut choker, now) = (Choker::new(1), Instant::now());
        choker.ask(Place(1), now);
        assert_eq!(told(&choker.tick(now + TURN * 2)), []);
        choker.ask(Place(2), now + TURN * 2);
        let at = now + TURN * 2;
        assert_eq!(told(&choker.tick(at)), [(1, false), (2, true)]);
        assert_eq!(told(&choker.tick(at + TURN / 2)), []);
        assert_eq!(told(&choker.tick(at + TURN)), [(2, false), (1, true)]);
    }

    proptest! {
        #[test]
        fn never_more_than_the_slots_are_held_and_none_is_left_while_somebody_waits(
            steps in prop::collection::vec((0_u8..3, 0_u64..6), 0..60),
        ) {
            let (mut choker, mut now) = (Choker::new(2), Instant::now());
            for (step, place) in steps {
                now += Duration::from_secs(11);
                match step {
                    0 => choker.ask(Place(place), now),
                    1 => choker.leave(Place(place), now),
                    _ => choker.tick(now),
                };
                prop_assert!(choker.holders() <= 2);
                prop_assert!(choker.waiting.is_empty() || choker.holders() == 2);
            }
        }
    }
}
