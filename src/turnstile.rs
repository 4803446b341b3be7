//! A turnstile: bounds how many connections a port has at once, in all and from one address.
//!
//! A thousand viewers may share one address (NAT, a proxy), so whoever sets the bounds sets the second one
//! generously; it is there so that one phone cannot take every place.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Counts the places that are taken; clones count together.
#[derive(Clone, Debug)]
pub struct Turnstile {
    total: usize,
    per_address: usize,
    taken: Arc<Mutex<Taken>>,
}

#[derive(Debug, Default)]
struct Taken {
    total: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// One connection's place; given back when it is dropped.
#[derive(Debug)]
pub struct Place {
    taken: Arc<Mutex<Taken>>,
    address: IpAddr,
}

impl Turnstile {
    /// At most `total` places, of them at most `per_address` for one address.
    pub fn new(total: usize, per_address: usize) -> Self {
        Turnstile { total, per_address, taken: Arc::default() }
    }

    /// A place for a connection from `address`, or none.
    pub fn enter(&self, address: IpAddr) -> Option<Place> {
        self.enter_up_to(self.total, self.per_address, address)
    }

    /// As [`enter`](Self::enter), with bounds that may have changed since the last one entered; nobody leaves for it.
    pub fn enter_up_to(&self, total: usize, per_address: usize, address: IpAddr) -> Option<Place> {
        // Nothing in here can panic half-way.
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let own = taken.by_address.get(&address).copied().unwrap_or_default();
        if taken.total >= total || own >= per_address {
            return None;
        }
        taken.total += 1;
        taken.by_address.insert(address, own + 1);
        drop(taken);
        Some(Place { taken: Arc::clone(&self.taken), address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.total -= 1;
        if let Some(own) = taken.by_address.get_mut(&self.address) {
            *own -= 1;
            if *own == 0 {
                taken.by_address.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    fn address(last: u8) -> IpAddr {
        IpAddr::V4(Ipv4Addr::new(192, 0, 2, last))
    }

    #[test]
    fn one_address_cannot_take_every_place() {
        let turnstile = Turnstile::new(3, 2);
        let _first = turnstile.enter(address(1)).unwrap();
        let _second = turnstile.enter(address(1)).unwrap();
        assert!(turnstile.enter(address(1)).is_none());
        let _third = turnstile.enter(address(2)).unwrap();
        assert!(turnstile.enter(address(3)).is_none());
    }

    #[test]
    fn narrower_bounds_keep_out_who_comes_and_send_nobody_away() {
        let turnstile = Turnstile::new(3, 3);
        let places = [(); 2].map(|()| turnstile.enter(address(1)).unwrap());
        assert!(turnstile.enter_up_to(2, 2, address(2)).is_none());
        assert!(turnstile.enter_up_to(3, 1, address(2)).is_some());
        drop(places);
        assert!(turnstile.enter_up_to(1, 1, address(2)).is_some());
    }

    #[test]
    fn a_place_comes_back_when_its_connection_ends_and_nothing_is_remembered() {
        let turnstile = Turnstile::new(1, 1);
        drop(turnstile.enter(address(1)));
        assert!(turnstile.enter(address(2)).is_some());
        assert!(turnstile.taken.lock().unwrap().by_address.is_empty());
    }
}
