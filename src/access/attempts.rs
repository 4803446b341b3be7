//! Attempts at a password or a code: a growing delay for each address, and a smaller one for everybody.
//!
//! An attempt counts as failed from its beginning, so a burst gains nothing; one that succeeds takes that back. An
//! address is an IPv4 address, or an IPv6 /64: a network hands out a whole one to each of its guests.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::{Duration, Instant};

/// Attempts of an address that wait for nothing: people mistype.
const FREE: u32 = 4;

/// The longest delay of an address.
const LONGEST: Duration = Duration::from_secs(300);

/// Attempts of everybody that wait for nothing.
const FREE_IN_ALL: u32 = 30;

/// The longest delay for strangers while a crowd tries. Threat: a guesser with a thousand addresses. Short, because
/// the operator waits with them.
const LONGEST_IN_ALL: Duration = Duration::from_secs(4);

/// Failures are forgotten after this time without one.
const FORGOTTEN: Duration = Duration::from_secs(1_800);

/// Addresses that are remembered. Threat: a guesser with more addresses than memory; beyond it strangers share one
/// count.
const MAX_ADDRESSES: usize = 2_048;

/// Addresses that had the right password: they do not wait for strangers.
const MAX_KNOWN: usize = 64;

/// The failures of an address, or of all.
#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    last: Instant,
}

impl Failures {
    /// When the next attempt may begin.
    fn open_at(self, free: u32, longest: Duration) -> Instant {
        let Some(over) = self.count.checked_sub(free) else { return self.last };
        // 1, 2, 4, 8 … seconds.
        let delay = Duration::from_secs(1_u64 << over.min(20)).min(longest);
        self.last + delay
    }

    fn forgotten(self, now: Instant) -> bool {
        now.saturating_duration_since(self.last) >= FORGOTTEN
    }

    fn after(before: Option<Failures>, now: Instant) -> Failures {
        let count = before.filter(|failures| !failures.forgotten(now)).map_or(0, |failures| failures.count);
        Failures { count: count.saturating_add(1), last: now }
    }
}

/// Remembers attempts; see the module.
#[derive(Debug, Default)]
pub struct Attempts {
    addresses: HashMap<IpAddr, Failures>,
    /// Who found no place in `addresses`.
    others: Option<Failures>,
    all: Option<Failures>,
    known: Vec<IpAddr>,
}

impl Attempts {
    /// Begins an attempt.
    ///
    /// # Errors
    /// How long this address has to wait; nothing is counted then.
    pub fn begin(&mut self, from: IpAddr, now: Instant) -> Result<(), Duration> {
        let from = counted_as(from);
        if self.addresses.len() >= MAX_ADDRESSES && !self.addresses.contains_key(&from) {
            self.addresses.retain(|_, failures| !failures.forgotten(now));
        }
        let own = self.addresses.get(&from).copied();
        let room = own.is_some() || self.addresses.len() < MAX_ADDRESSES;
        let own = if room { own } else { self.others };
        let open = |failures: Option<Failures>, free, longest| {
            failures.filter(|failures| !failures.forgotten(now)).map_or(now, |f| f.open_at(free, longest))
        };
        let mut from_when = open(own, FREE, LONGEST);
        if !self.known.contains(&from) {
            from_when = from_when.max(open(self.all, FREE_IN_ALL, LONGEST_IN_ALL));
        }
        let wait = from_when.saturating_duration_since(now);
        if !wait.is_zero() {
            return Err(wait);
        }
        let counted = Failures::after(own, now);
        if room {
            self.addresses.insert(from, counted);
        } else {
            self.others = Some(counted);
        }
        self.all = Some(Failures::after(self.all, now));
        Ok(())
    }

    /// The attempt had the right word.
    pub fn succeeded(&mut self, from: IpAddr) {
        let from = counted_as(from);
        self.addresses.remove(&from);
        if let Some(all) = &mut self.all {
            all.count = all.count.saturating_sub(1);
        }
        if !self.known.contains(&from) {
            if self.known.len() >= MAX_KNOWN {
                self.known.remove(0);
            }
            self.known.push(from);
        }
    }
}

fn counted_as(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from(u128::from(v6) & (u128::MAX << 64))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(number: u32) -> IpAddr {
        IpAddr::V4((0x0a00_0000 + number).into())
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn an_address_waits_longer_with_every_failure_and_no_other_waits_with_it() {
        let (mut attempts, mut now) = (Attempts::default(), Instant::now());
        for _ in 0..FREE {
            assert_eq!(attempts.begin(address(1), now), Ok(()));
        }
        for delay in [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300] {
            assert_eq!(attempts.begin(address(1), now), Err(seconds(delay)));
            assert_eq!(
                attempts.begin(address(1), now + seconds(delay) - Duration::from_millis(1)),
                Err(Duration::from_millis(1))
            );
            now += seconds(delay);
            assert_eq!(attempts.begin(address(1), now), Ok(()));
        }
        assert_eq!(attempts.begin(address(2), now), Ok(()));
    }

    #[test]
    fn asking_too_early_makes_nothing_longer() {
        let (mut attempts, now) = (Attempts::default(), Instant::now());
        for _ in 0..FREE {
            assert_eq!(attempts.begin(address(1), now), Ok(()));
        }
        for _ in 0..100 {
            assert_eq!(attempts.begin(address(1), now), Err(seconds(1)));
        }
        assert_eq!(attempts.begin(address(1), now + seconds(1)), Ok(()));
    }

    #[test]
    fn the_right_word_takes_the_delay_away() {
        let (mut attempts, now) = (Attempts::default(), Instant::now());
        for _ in 0..100 {
            assert_eq!(attempts.begin(address(1), now), Ok(()));
            attempts.succeeded(address(1));
        }
    }

    #[test]
    fn a_crowd_of_guessers_is_slowed_down_and_the_operator_is_not() {
        let (mut attempts, now) = (Attempts::default(), Instant::now());
        attempts.begin(address(0), now).unwrap();
        attempts.succeeded(address(0));
        let taken = (1..=1_000).filter(|number| attempts.begin(address(*number), now).is_ok()).count();
        assert_eq!(taken, 30);
        assert!(attempts.begin(address(2_000), now).unwrap_err() <= LONGEST_IN_ALL);
        assert_eq!(attempts.begin(address(0), now), Ok(()));
    }

    #[test]
    fn failures_are_forgotten() {
        let (mut attempts, now) = (Attempts::default(), Instant::now());
        while attempts.begin(address(1), now).is_ok() {}
        for _ in 0..FREE {
            assert_eq!(attempts.begin(address(1), now + FORGOTTEN), Ok(()));
        }
    }

    #[test]
    fn a_network_of_the_next_protocol_is_one_address() {
        let (mut attempts, now) = (Attempts::default(), Instant::now());
        let neighbour = |number: u128| IpAddr::V6((0xfd00_u128 << 112 | number).into());
        for number in 0..u128::from(FREE) {
            assert_eq!(attempts.begin(neighbour(number), now), Ok(()));
        }
        assert!(attempts.begin(neighbour(99), now).is_err());
        assert!(attempts.begin(neighbour(1 << 64), now).is_ok());
    }

    #[test]
    fn memory_is_bounded_and_strangers_share_what_is_left() {
        let (mut attempts, mut now) = (Attempts::default(), Instant::now());
        let many = u32::try_from(MAX_ADDRESSES).unwrap() + 100;
        for number in 0..many {
            now += LONGEST_IN_ALL;
            let _ = attempts.begin(address(number), now);
        }
        assert!(attempts.addresses.len() <= MAX_ADDRESSES);
    }
}
