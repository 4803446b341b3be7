//! How often one address is answered.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use tokio::time::Instant;

/// What is counted together.
const WINDOW: Duration = Duration::from_secs(1);

/// Counts answers in windows of one second. The table holds at most as many addresses as are answered in one.
#[derive(Debug)]
pub struct Pace {
    total: u32,
    per_address: u32,
    since: Instant,
    answered: u32,
    addresses: HashMap<IpAddr, u32>,
}

impl Pace {
    /// At most `total` answers a second, of them `per_address` to one.
    pub fn new(total: u32, per_address: u32, now: Instant) -> Self {
        Pace { total, per_address, since: now, answered: 0, addresses: HashMap::new() }
    }

    /// Whether that address is answered now.
    pub fn admits(&mut self, address: IpAddr, now: Instant) -> bool {
        if now.duration_since(self.since) >= WINDOW {
            (self.since, self.answered) = (now, 0);
            self.addresses.clear();
        }
        let own = self.addresses.get(&address).copied().unwrap_or_default();
        if self.answered >= self.total || own >= self.per_address {
            return false;
        }
        self.answered += 1;
        self.addresses.insert(address, own + 1);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_cannot_take_every_answer_and_a_second_later_all_is_forgotten() {
        let now = Instant::now();
        let mut pace = Pace::new(3, 2, now);
        let address = |last| IpAddr::from([192, 0, 2, last]);
        assert_eq!(
            [1, 1, 1, 2, 3].map(|last| pace.admits(address(last), now)),
            [true, true, false, true, false]
        );
        assert!(pace.admits(address(1), now + WINDOW) && pace.addresses.len() == 1);
    }
}
