//! What is sent next, and when: pure, so that half an hour's outage is tested in a millisecond.
//!
//! Callers pass monotonic time since a moment of their own. The wall clock is nowhere in here: it may jump by an hour
//! when the box reaches a time server.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::breaker::{Breaker, Pass, backoff};

/// At once, of each kind. The live edge and its playlists never wait for a place behind the backlog; six of the
/// backlog keep a fast uplink full while others wait for the disk or an answer.
const PLAYLISTS: usize = 4;
const EDGE: usize = 4;
const BACKLOG: usize = 6;
/// While an event is on air: what the system holds of the backlog is before the live edge on a slow uplink.
const BACKLOG_ON_AIR: usize = 2;
const REMOVALS: usize = 2;

/// All of them together.
pub(super) const PLACES: usize = PLAYLISTS + EDGE + BACKLOG + REMOVALS;

/// R2 takes one write a second of the same key.
const SAME_KEY: Duration = Duration::from_secs(1);

/// The longest pause for an object that the storage refuses.
const LONGEST_REFUSED: Duration = Duration::from_secs(600);

/// So many different objects refused in a row say that it is not the objects. Threat: a thousand requests that are
/// refused, one for each object of the backlog.
const REFUSED_IN_A_ROW: u32 = 4;

/// What something to be sent is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Lane {
    /// A playlist: what it names is there.
    Playlist,
    /// One of the newest segments of the newest event.
    Edge,
    /// Anything older.
    Backlog,
    /// Something to delete.
    Removal,
}

/// What waits, in the order in which it is to be sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Waiting {
    pub playlists: Vec<String>,
    pub edge: Vec<String>,
    pub backlog: Vec<String>,
    pub removals: Vec<String>,
}

/// A key that is being worked on: nobody else is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    pub lane: Lane,
    pub key: String,
    pass: Pass,
}

/// How a claim ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// As it should.
    Worked,
    /// Before anything was sent.
    Unsent,
    /// The storage refused this one object.
    Refused,
    /// The storage asks for less.
    Slow(Option<Duration>),
    /// The storage does not do its part.
    Failed {
        /// Until somebody does something.
        lasting: bool,
    },
}

#[derive(Clone, Copy, Debug)]
struct Delay {
    until: Duration,
    attempts: u32,
}

/// One for a bucket.
#[derive(Debug)]
pub(super) struct Scheduler {
    paused: bool,
    on_air: bool,
    breaker: Breaker,
    /// Requests at once that the storage bears: halved when it complains, and grown again one by one.
    width: usize,
    since_grown: usize,
    refused: u32,
    claimed: HashMap<Lane, usize>,
    keys: HashSet<String>,
    delayed: HashMap<String, Delay>,
    /// When keys that may be written again were last.
    written: HashMap<String, Duration>,
    /// Nothing is sent before.
    settled: Duration,
}

impl Scheduler {
    pub fn new() -> Self {
        Scheduler {
            paused: false,
            on_air: false,
            breaker: Breaker::new(),
            width: PLACES,
            since_grown: 0,
            refused: 0,
            claimed: HashMap::new(),
            keys: HashSet::new(),
            delayed: HashMap::new(),
            written: HashMap::new(),
            settled: Duration::ZERO,
        }
    }

    /// One that knows nothing of what was written before `now`, by a program that was killed or with another key: any
    /// key may have been, a moment ago.
    pub fn after_another(now: Duration) -> Self {
        Scheduler { settled: now + SAME_KEY, ..Scheduler::new() }
    }

    /// Nothing new is sent while it is paused.
    pub fn pause(&mut self, paused: bool) {
        self.paused = paused;
    }

    /// An event is on air: its live edge is to find the uplink free.
    pub fn on_air(&mut self, on_air: bool) {
        self.on_air = on_air;
    }

    /// An object was refused before a restart. The wall clock may have jumped since; no pause is longer than any.
    pub fn remember(&mut self, now: Duration, key: &str, attempts: u32, pause: Duration) {
        if !self.delayed.contains_key(key) {
            let until = now + pause.min(LONGEST_REFUSED);
            self.delayed.insert(key.to_owned(), Delay { until, attempts });
        }
    }

    /// Rows that have to be looked at so that some are left to choose from.
    pub fn appetite(&self) -> usize {
        BACKLOG + EDGE + self.keys.len() + self.delayed.len()
    }

    /// What is sent next; it is claimed until it [ended](Self::ended).
    pub fn choose(&mut self, now: Duration, waiting: &Waiting) -> Option<Claim> {
        self.written.retain(|_, written| now < *written + SAME_KEY);
        let full = self.keys.len() >= self.width;
        if self.paused || full || now < self.settled || !self.breaker.lets_through(now) {
            return None;
        }
        let backlog = if self.on_air { BACKLOG_ON_AIR } else { BACKLOG };
        let lanes = [
            (Lane::Playlist, PLAYLISTS, &waiting.playlists),
            (Lane::Edge, EDGE, &waiting.edge),
            (Lane::Removal, REMOVALS, &waiting.removals),
            (Lane::Backlog, backlog, &waiting.backlog),
        ];
        let (lane, key) = lanes.into_iter().find_map(|(lane, places, keys)| {
            let taken = self.claimed.get(&lane).copied().unwrap_or_default();
            let free = taken < places;
            free.then(|| keys.iter().find(|key| self.may(now, key)))?.map(|key| (lane, key.clone()))
        })?;
        *self.claimed.entry(lane).or_default() += 1;
        self.keys.insert(key.clone());
        Some(Claim { lane, key, pass: self.breaker.enter() })
    }

    fn may(&self, now: Duration, key: &str) -> bool {
        !self.keys.contains(key)
            && !self.written.contains_key(key)
            && self.delayed.get(key).is_none_or(|delay| now >= delay.until)
    }

    /// A claim ended. Says how long its object is left alone, if the storage refused it.
    pub fn ended(&mut self, now: Duration, claim: &Claim, ending: Ending, chance: f64) -> Option<Duration> {
        let Claim { lane, key, pass } = claim;
        if let Some(taken) = self.claimed.get_mut(lane) {
            *taken = taken.saturating_sub(1);
        }
        self.keys.remove(key);
        // What worked is sent once, unless it is a playlist; what failed may have arrived all the same, and is sent again.
        let again = *lane == Lane::Playlist || ending != Ending::Worked;
        if again && ending != Ending::Unsent {
            self.written.insert(key.clone(), now);
        }
        match ending {
            Ending::Unsent => self.breaker.left(*pass),
            Ending::Worked => {
                self.breaker.worked(*pass);
                self.delayed.remove(key);
                self.refused = 0;
                self.since_grown += 1;
                if self.since_grown >= self.width && self.width < PLACES {
                    self.width += 1;
                    self.since_grown = 0;
                }
            }
            Ending::Slow(asked) => {
                // One storm halves it once, however many requests it hit.
                if self.breaker.is_news(*pass) {
                    self.width = (self.width / 2).max(1);
                    self.since_grown = 0;
                }
                self.breaker.failed(*pass, now, asked, false, chance);
            }
            Ending::Failed { lasting } => self.breaker.failed(*pass, now, None, lasting, chance),
            Ending::Refused => {
                self.refused = self.refused.saturating_add(1);
                if self.refused >= REFUSED_IN_A_ROW {
                    self.breaker.failed(*pass, now, None, true, chance);
                } else {
                    // It answered.
                    self.breaker.worked(*pass);
                }
                let attempts = self.delayed.get(key).map_or(0, |delay| delay.attempts).saturating_add(1);
                let pause = backoff(attempts.saturating_add(1), LONGEST_REFUSED, chance);
                self.delayed.insert(key.clone(), Delay { until: now + pause, attempts });
                return Some(pause);
            }
        }
        None
    }

    /// When to choose again, if nothing else happens before.
    pub fn wakes_at(&self, now: Duration, waiting: &Waiting) -> Option<Duration> {
        if self.paused {
            return None;
        }
        let Waiting { playlists, edge, backlog, removals } = waiting;
        let keys = [playlists, edge, backlog, removals].into_iter().flatten();
        let free = keys.filter(|key| !self.keys.contains(*key)).map(|key| {
            let written = self.written.get(key).map(|written| *written + SAME_KEY);
            let delayed = self.delayed.get(key).map(|delay| delay.until);
            written.max(delayed).unwrap_or_default().max(self.settled)
        });
        let soonest = free.min()?;
        match self.breaker.tries_at() {
            Some(tries) => Some(tries.max(soonest)),
            // What could be chosen now only waits for a place, and somebody's end makes one.
            None => (soonest > now).then_some(soonest),
        }
    }

    /// Failures in a row, and how long nobody tries.
    pub fn trouble(&self, now: Duration) -> (u32, Option<Duration>) {
        (self.breaker.failures(), self.breaker.tries_at().map(|until| until.saturating_sub(now)))
    }

    /// Something is being sent.
    pub fn is_busy(&self) -> bool {
        !self.keys.is_empty()
    }
}

#[cfg(test)]
#[path = "scheduler_tests.rs"]
mod tests;
