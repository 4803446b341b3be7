//! The peers of one kind in one swarm, on a ring of keyed hashes.
//!
//! Whoever asks gets those that follow a random place on the ring: each peer is handed out as often as any other,
//! nothing is shuffled, and nobody can choose the place he stands at.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hasher;
use std::net::IpAddr;

use siphasher::sip::SipHasher13;

use super::subnet::Subnet;
use crate::bittorrent::PeerId;

/// A peer's place.
pub type Place = u64;

/// A peer is who it says from where it is: a name that was overheard takes no place from another address.
pub fn place(secret: [u8; 16], peer_id: PeerId, address: IpAddr) -> Place {
    let mut hasher = SipHasher13::new_with_key(&secret);
    hasher.write(&peer_id.0);
    match address {
        IpAddr::V4(v4) => hasher.write(&v4.octets()),
        IpAddr::V6(v6) => hasher.write(&v6.octets()),
    }
    hasher.finish()
}

/// A name that belongs to a place, in eight bytes.
pub fn keyed(secret: [u8; 16], name: &[u8], place: Place) -> u64 {
    let mut hasher = SipHasher13::new_with_key(&secret);
    hasher.write(name);
    hasher.write_u64(place);
    hasher.finish()
}

#[derive(Debug)]
pub struct Ring<P> {
    seats: BTreeMap<Place, (Subnet, P)>,
    subnets: BTreeSet<(Subnet, Place)>,
}

impl<P> Default for Ring<P> {
    fn default() -> Self {
        Ring { seats: BTreeMap::new(), subnets: BTreeSet::new() }
    }
}

impl<P> Ring<P> {
    pub fn len(&self) -> usize {
        self.seats.len()
    }

    pub fn get(&self, place: Place) -> Option<&P> {
        self.seats.get(&place).map(|(_, peer)| peer)
    }

    pub fn get_mut(&mut self, place: Place) -> Option<&mut P> {
        self.seats.get_mut(&place).map(|(_, peer)| peer)
    }

    /// Seats a peer; the box's links may have changed since it sat here before.
    pub fn seat(&mut self, place: Place, subnet: Subnet, peer: P) {
        if let Some((before, _)) = self.seats.insert(place, (subnet, peer)) {
            if before == subnet {
                return;
            }
            self.subnets.remove(&(before, place));
        }
        self.subnets.insert((subnet, place));
    }

    pub fn remove(&mut self, place: Place) -> Option<P> {
        let (subnet, peer) = self.seats.remove(&place)?;
        self.subnets.remove(&(subnet, place));
        Some(peer)
    }

    /// Removes those that `gone` says so of.
    pub fn sweep(&mut self, mut gone: impl FnMut(Place, &P) -> bool) {
        let subnets = &mut self.subnets;
        self.seats.retain(|place, (subnet, peer)| {
            let goes = gone(*place, peer);
            if goes {
                subnets.remove(&(*subnet, *place));
            }
            !goes
        });
    }

    pub fn each(&mut self, what: impl FnMut(&mut P)) {
        self.seats.values_mut().map(|(_, peer)| peer).for_each(what);
    }

    /// Those in the subnet, once around from a place.
    pub fn near(&self, subnet: Subnet, from: Place) -> impl Iterator<Item = (Place, &P)> {
        let behind = self.subnets.range((subnet, from)..=(subnet, Place::MAX));
        let around = behind.chain(self.subnets.range((subnet, Place::MIN)..(subnet, from)));
        around.filter_map(|(_, place)| self.get(*place).map(|peer| (*place, peer)))
    }

    /// Those outside the subnet, once around from a place.
    pub fn far(&self, subnet: Subnet, from: Place) -> impl Iterator<Item = (Place, &P)> {
        let around = self.seats.range(from..).chain(self.seats.range(..from));
        around.filter(move |(_, (other, _))| *other != subnet).map(|(place, (_, peer))| (*place, peer))
    }
}
