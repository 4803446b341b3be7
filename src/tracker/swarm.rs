//! One swarm: its peers of both kinds, and who of them is introduced to whom.

use super::announce::{Event, NativePeer, SocketId};
use super::ring::{Place, Ring};
use super::subnet::Subnet;
use crate::bittorrent::PeerId;

/// Peers that are looked at for one reply. Threat: a swarm of seeders asks for leechers and walks the whole ring.
const MAX_LOOKED_AT: usize = 256;

#[derive(Debug)]
pub struct WebPeer {
    pub peer_id: PeerId,
    pub socket: SocketId,
    pub complete: bool,
    /// Seconds on the caller's clock.
    pub until: u32,
    pub expected: Vec<Expected>,
}

/// An offer that a peer was handed.
#[derive(Debug)]
pub struct Expected {
    pub offer: u64,
    pub from: Place,
    pub until: u32,
}

#[derive(Debug)]
pub struct Native {
    pub peer: NativePeer,
    pub complete: bool,
    pub until: u32,
}

#[derive(Debug, Default)]
pub struct Swarm {
    pub web: Ring<WebPeer>,
    pub native: Ring<Native>,
    pub complete: u32,
    pub downloaded: u32,
    pub seeded: bool,
}

impl Swarm {
    pub fn is_empty(&self) -> bool {
        !self.seeded && self.web.len() + self.native.len() == 0
    }

    /// Counts a peer that comes, or that has become whole.
    pub fn note(&mut self, was: Option<bool>, is: bool, event: Event) {
        self.complete -= u32::from(was == Some(true));
        self.complete += u32::from(is);
        if event == Event::Completed && was != Some(true) {
            self.downloaded = self.downloaded.saturating_add(1);
        }
    }
}

/// What a choice has to know of a peer.
pub trait Candidate {
    fn is_complete(&self) -> bool;
    fn peer_id(&self) -> PeerId;
}

impl Candidate for WebPeer {
    fn is_complete(&self) -> bool {
        self.complete
    }
    fn peer_id(&self) -> PeerId {
        self.peer_id
    }
}

impl Candidate for Native {
    fn is_complete(&self) -> bool {
        self.complete
    }
    fn peer_id(&self) -> PeerId {
        self.peer.peer_id
    }
}

/// Who wants to be introduced.
#[derive(Clone, Copy, Debug)]
pub struct Asker {
    pub place: Place,
    pub peer_id: PeerId,
    pub subnet: Subnet,
    pub complete: bool,
}

/// Whom a peer is introduced to: its neighbours, the seeder (`None`), the rest. Whoever has all meets only those
/// who have not, and nobody himself at his other address.
pub fn choose<P: Candidate>(
    ring: &Ring<P>,
    asker: Asker,
    random: u64,
    wanted: usize,
    seeder: bool,
) -> Vec<Option<Place>> {
    let useful = |(place, peer): &(Place, &P)| {
        *place != asker.place && peer.peer_id() != asker.peer_id && !(asker.complete && peer.is_complete())
    };
    let near = ring.near(asker.subnet, random).take(MAX_LOOKED_AT).filter(useful);
    let far = ring.far(asker.subnet, random).take(MAX_LOOKED_AT).filter(useful);
    let seeder = seeder.then_some(None);
    near.map(|(place, _)| Some(place))
        .chain(seeder)
        .chain(far.map(|(place, _)| Some(place)))
        .take(wanted)
        .collect()
}
