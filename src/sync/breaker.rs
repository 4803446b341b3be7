//! Whether the storage is asked at all: after a failure nobody asks for a while, then one request alone tries.
//!
//! Pure: callers pass monotonic time since a moment of their own, and chance.

use std::time::Duration;

/// The first pause. A connection that just broke is often there again a moment later.
const FIRST: Duration = Duration::from_secs(1);

/// The longest pause where time may help. The live edge is back in the bucket so long after the storage is.
const LONGEST: Duration = Duration::from_secs(30);

/// The longest pause where somebody has to do something: a key, a bucket, a right. Its set-up starts anew when it is
/// changed here; this is for what is changed at the storage.
const LONGEST_LASTING: Duration = Duration::from_secs(60);

/// A pause that grows with each failure, up to `longest`, and is spread by `chance` (0 to 1) so that boxes which lost
/// the same storage do not come back at the same moment.
pub(super) fn backoff(failures: u32, longest: Duration, chance: f64) -> Duration {
    let doubled = FIRST.saturating_mul(1 << failures.saturating_sub(1).min(16));
    doubled.min(longest).mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0)
}

/// A request that was let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pass {
    round: u32,
    probe: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Closed,
    Open { until: Duration, probing: bool },
}

/// One for an endpoint.
#[derive(Debug)]
pub(super) struct Breaker {
    state: State,
    failures: u32,
    /// Grows whenever it opens: what was sent before says nothing new.
    round: u32,
}

impl Breaker {
    pub fn new() -> Self {
        Breaker { state: State::Closed, failures: 0, round: 0 }
    }

    /// A request may be made now.
    pub fn lets_through(&self, now: Duration) -> bool {
        match self.state {
            State::Closed => true,
            State::Open { until, probing } => !probing && now >= until,
        }
    }

    /// A request is made.
    pub fn enter(&mut self) -> Pass {
        let probe = match &mut self.state {
            State::Closed => false,
            State::Open { probing, .. } => {
                *probing = true;
                true
            }
        };
        Pass { round: self.round, probe }
    }

    /// It was made since the last failure.
    pub fn is_news(&self, pass: Pass) -> bool {
        pass.round == self.round
    }

    /// It was answered as hoped.
    pub fn worked(&mut self, pass: Pass) {
        if self.is_news(pass) {
            self.state = State::Closed;
            self.failures = 0;
        }
    }

    /// It ended without saying anything about the storage.
    pub fn left(&mut self, pass: Pass) {
        let round = self.round;
        if let State::Open { probing, .. } = &mut self.state
            && pass.probe
            && round == pass.round
        {
            *probing = false;
        }
    }

    /// It failed. `asked` is how long the storage wants to be left alone.
    pub fn failed(&mut self, pass: Pass, now: Duration, asked: Option<Duration>, lasting: bool, chance: f64) {
        let asked = now + asked.unwrap_or_default();
        match &mut self.state {
            // One outage is one failure, however many requests were on their way.
            State::Open { until, .. } if pass.round != self.round => *until = asked.max(*until),
            _ => {
                self.failures = self.failures.saturating_add(1);
                let longest = if lasting { LONGEST_LASTING } else { LONGEST };
                let until = asked.max(now + backoff(self.failures, longest, chance));
                self.state = State::Open { until, probing: false };
                self.round = self.round.wrapping_add(1);
            }
        }
    }

    /// When the next request may try, while none may.
    pub fn tries_at(&self) -> Option<Duration> {
        match self.state {
            State::Open { until, probing: false } => Some(until),
            _ => None,
        }
    }

    /// Failures since it last worked.
    pub fn failures(&self) -> u32 {
        self.failures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn one_request_tries_alone_and_what_it_learns_counts() {
        let mut breaker = Breaker::new();
        let (first, second) = (breaker.enter(), breaker.enter());
        breaker.failed(first, at(0), None, false, 1.0);
        breaker.failed(second, at(0), None, false, 1.0);
        assert_eq!((breaker.failures(), breaker.tries_at()), (1, Some(at(1))));
        assert!(!breaker.lets_through(Duration::from_millis(999)));
        assert!(breaker.lets_through(at(1)));
        let probe = breaker.enter();
        assert!(!breaker.lets_through(at(60)), "one at a time");
        breaker.failed(probe, at(6), None, false, 1.0);
        assert_eq!((breaker.failures(), breaker.tries_at()), (2, Some(at(8))));
        let probe = breaker.enter();
        breaker.worked(probe);
        assert!(breaker.lets_through(at(8)) && breaker.failures() == 0);
    }

    #[test]
    fn a_try_that_never_reached_the_storage_leaves_room_for_the_next() {
        let mut breaker = Breaker::new();
        let pass = breaker.enter();
        breaker.failed(pass, at(0), None, false, 1.0);
        let probe = breaker.enter();
        breaker.left(probe);
        assert!(breaker.lets_through(at(1)));
    }

    #[test]
    fn pauses_double_up_to_half_a_minute_and_the_storage_may_ask_for_more() {
        let mut breaker = Breaker::new();
        let mut now = at(0);
        for expected in [1, 2, 4, 8, 16, 30, 30] {
            let pass = breaker.enter();
            breaker.failed(pass, now, None, false, 1.0);
            assert_eq!(breaker.tries_at(), Some(now + at(expected)));
            now += at(expected);
        }
        let pass = breaker.enter();
        breaker.failed(pass, now, Some(at(120)), false, 1.0);
        assert_eq!(breaker.tries_at(), Some(now + at(120)));
        assert_eq!(backoff(3, LONGEST, 0.0), at(2));
        assert_eq!(backoff(u32::MAX, LONGEST_LASTING, 1.0), at(60));
    }

    #[test]
    fn what_was_sent_before_it_opened_does_not_close_it() {
        let mut breaker = Breaker::new();
        let (first, slow) = (breaker.enter(), breaker.enter());
        breaker.failed(first, at(0), Some(at(9)), false, 1.0);
        breaker.worked(slow);
        assert_eq!(breaker.tries_at(), Some(at(9)));
    }
}
