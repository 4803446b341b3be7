//! The table of swarms: an announcement in, a reply and offers to hand on out.
//!
//! ```text
//!             announce                    announce, offers for it, answers of it
//!  (nobody) ───────────▶ in the swarm ◀──────────────────────────────┐
//!      ▲                      │  └────────────────────────────────────┘
//!      └──── stopped, socket closed, silent for two intervals
//! ```
//! Pages speak WebRTC and are introduced to pages by offers; native clients listen on a port and are told of each
//! other's addresses. Both count as one swarm. The box's own seeder is in every swarm that it seeds.
//!
//! `now` is the time since an instant of the caller's, `random` anything that a stranger cannot foresee.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::announce::{
    Census, Counts, Event, NativeAnnounce, NativePeer, NativeReply, Refusal, SocketId, Target, WebAnnounce,
};
use super::config::Config;
use super::id::OfferId;
use super::ring::{Place, keyed, place};
use super::subnet::{Subnet, own_address};
use super::swarm::{Asker, Expected, Native, Swarm, WebPeer, choose};
use crate::access::Prefix;
use crate::bittorrent::{InfoHash, PeerId};

/// Offers that a page has been handed and may answer. Threat: memory; the oldest is forgotten.
const MAX_EXPECTED: usize = 256;

/// How long an answer is waited for.
const ANSWER_TIME: Duration = Duration::from_secs(60);

/// The box's own seeder.
#[derive(Clone, Copy, Debug)]
struct Seeder {
    peer_id: PeerId,
    port: u16,
}

/// All swarms.
#[derive(Debug)]
pub struct Swarms {
    config: Config,
    secret: [u8; 16],
    links: Vec<Prefix>,
    swarms: HashMap<InfoHash, Swarm>,
    sockets: HashMap<SocketId, HashSet<(InfoHash, Place)>>,
    natives: HashMap<IpAddr, usize>,
    seeder: Option<Seeder>,
    web_peers: usize,
    native_peers: usize,
    seeded: usize,
}

impl Swarms {
    /// No swarms. The secret keeps strangers from choosing their places; it is random per start.
    pub fn new(config: Config, secret: [u8; 16]) -> Self {
        Swarms {
            config,
            secret,
            links: Vec::new(),
            swarms: HashMap::new(),
            sockets: HashMap::new(),
            natives: HashMap::new(),
            seeder: None,
            web_peers: 0,
            native_peers: 0,
            seeded: 0,
        }
    }

    /// What is set.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The operator has set something; what is there already stays.
    pub fn set_config(&mut self, config: Config) {
        self.config = config;
    }

    /// The box's own addresses, and what stands on the same links.
    pub fn set_links(&mut self, links: Vec<Prefix>) {
        self.links = links;
    }

    /// The box's own seeder and its TCP port.
    pub fn set_seeder(&mut self, peer_id: PeerId, port: u16) {
        self.seeder = Some(Seeder { peer_id, port });
    }

    /// The seeder's name, while there is one.
    pub fn seeder(&self) -> Option<PeerId> {
        self.seeder.map(|seeder| seeder.peer_id)
    }

    /// The seeder has that torrent, or has it no more. What is seeded counts against no limit.
    pub fn seed(&mut self, info_hash: InfoHash, seeds: bool) {
        if seeds {
            let swarm = self.swarms.entry(info_hash).or_default();
            self.seeded += usize::from(!swarm.seeded);
            swarm.seeded = true;
        } else if let Some(swarm) = self.swarms.get_mut(&info_hash).filter(|swarm| swarm.seeded) {
            swarm.seeded = false;
            self.seeded -= 1;
            self.forget_if_empty(info_hash);
        }
    }

    /// A page announces itself. Its offers that go on are in `out`, as numbers into the announcement's.
    ///
    /// # Errors
    /// [`Refusal`] when the table has no place for it.
    pub fn announce_web(
        &mut self,
        now: Duration,
        random: u64,
        (socket, address): (SocketId, IpAddr),
        announce: &WebAnnounce<'_>,
        out: &mut Vec<(Target, usize)>,
    ) -> Result<Counts, Refusal> {
        let (info_hash, place) = (announce.info_hash, place(self.secret, announce.peer_id, address));
        if announce.event == Event::Stopped {
            // Only over its own socket.
            if self.sockets.get(&socket).is_some_and(|own| own.contains(&(info_hash, place))) {
                self.remove_web(info_hash, place);
            }
            return Ok(self.counts(info_hash));
        }
        let complete = announce.complete || announce.event == Event::Completed;
        let before = self.swarms.get(&info_hash).and_then(|swarm| swarm.web.get(place));
        let (held_by, was_complete) = before.map(|peer| (peer.socket, peer.complete)).unzip();
        if held_by != Some(socket) {
            let own = self.sockets.get(&socket).map_or(0, HashSet::len);
            if own >= self.config.max_swarms_per_socket {
                return Err(Refusal::TooManyOfSocket);
            }
        }
        if held_by.is_none() {
            self.check_room(info_hash)?;
        }
        // It came back over a new connection: the old one is broken, whether the box knows or not.
        if let Some(old) = held_by.filter(|old| *old != socket) {
            take_from(&mut self.sockets, old, (info_hash, place));
        }
        self.sockets.entry(socket).or_default().insert((info_hash, place));
        let until = seconds(now + 2 * self.config.interval);
        let subnet = Subnet::of(address, &self.links);
        let swarm = self.swarms.entry(info_hash).or_default();
        swarm.note(was_complete, complete, announce.event);
        if let Some(peer) = swarm.web.get_mut(place).filter(|_| held_by == Some(socket)) {
            (peer.complete, peer.until) = (complete, until);
        } else {
            self.web_peers += usize::from(held_by.is_none());
            let (peer_id, expected) = (announce.peer_id, Vec::new());
            swarm.web.seat(place, subnet, WebPeer { peer_id, socket, complete, until, expected });
        }
        let wanted = announce.numwant.unwrap_or(usize::MAX).min(self.config.max_offers);
        let asker = Asker { place, peer_id: announce.peer_id, subnet, complete };
        let seeder = swarm.seeded && !complete && self.seeder.is_some();
        let chosen = choose(&swarm.web, asker, random, wanted.min(announce.offers.len()), seeder);
        for (index, (target, offer)) in chosen.into_iter().zip(announce.offers).enumerate() {
            let Some(target) = target else {
                out.push((Target::Seeder, index));
                continue;
            };
            let Some(peer) = swarm.web.get_mut(target) else { continue };
            if peer.expected.len() >= MAX_EXPECTED {
                peer.expected.remove(0);
            }
            let (offer, until) = (keyed(self.secret, &offer.0, target), seconds(now + ANSWER_TIME));
            peer.expected.push(Expected { offer, from: place, until });
            out.push((Target::Socket(peer.socket), index));
        }
        Ok(self.counts(info_hash))
    }

    /// A page answers an offer that it was handed. The answer goes to the socket that is returned: the one whose
    /// offer it was.
    ///
    /// # Errors
    /// [`Refusal`] when there was no such offer, or nobody waits for its answer any more.
    pub fn answer(
        &mut self,
        now: Duration,
        (socket, address): (SocketId, IpAddr),
        info_hash: InfoHash,
        (peer_id, to): (PeerId, PeerId),
        offer_id: OfferId,
    ) -> Result<SocketId, Refusal> {
        let place = place(self.secret, peer_id, address);
        let offer = keyed(self.secret, &offer_id.0, place);
        let swarm = self.swarms.get_mut(&info_hash).ok_or(Refusal::NoSuchOffer)?;
        let own = swarm.web.get_mut(place).filter(|peer| peer.socket == socket);
        let expected = &mut own.ok_or(Refusal::NoSuchOffer)?.expected;
        let index = expected.iter().position(|expected| expected.offer == offer);
        let expected = expected.swap_remove(index.ok_or(Refusal::NoSuchOffer)?);
        if expected.until < seconds(now) {
            return Err(Refusal::NoSuchOffer);
        }
        let offered = swarm.web.get(expected.from).filter(|peer| peer.peer_id == to);
        Ok(offered.ok_or(Refusal::Left)?.socket)
    }

    /// A native client announces itself.
    ///
    /// # Errors
    /// [`Refusal`] when the table has no place for it.
    pub fn announce_native(
        &mut self,
        now: Duration,
        random: u64,
        announce: &NativeAnnounce,
    ) -> Result<NativeReply, Refusal> {
        let (info_hash, address) = (announce.info_hash, announce.address);
        let place = place(self.secret, announce.peer_id, address.ip());
        if announce.event == Event::Stopped {
            self.remove_native(info_hash, place);
            return Ok(NativeReply { counts: self.counts(info_hash), peers: Vec::new() });
        }
        let complete = announce.complete || announce.event == Event::Completed;
        let before = self.swarms.get(&info_hash).and_then(|swarm| swarm.native.get(place));
        let was_complete = before.map(|peer| peer.complete);
        if was_complete.is_none() {
            let own = self.natives.get(&address.ip()).copied().unwrap_or_default();
            if own >= self.config.max_native_per_address {
                return Err(Refusal::TooManyOfAddress);
            }
            self.check_room(info_hash)?;
            self.natives.insert(address.ip(), own + 1);
            self.native_peers += 1;
        }
        let until = seconds(now + 2 * self.config.interval);
        let subnet = Subnet::of(address.ip(), &self.links);
        let peer = NativePeer { peer_id: announce.peer_id, address };
        let swarm = self.swarms.entry(info_hash).or_default();
        swarm.note(was_complete, complete, announce.event);
        swarm.native.seat(place, subnet, Native { peer, complete, until });
        let wanted = announce.numwant.unwrap_or(self.config.numwant).min(self.config.max_numwant);
        // Also to who says that nothing is left: aria2 says so while it knows the info hash alone.
        let seeder = self.seeder.filter(|_| swarm.seeded).and_then(|seeder| {
            let address = SocketAddr::new(own_address(address.ip(), &self.links)?, seeder.port);
            (seeder.port != 0).then_some(NativePeer { peer_id: seeder.peer_id, address })
        });
        let asker = Asker { place, peer_id: announce.peer_id, subnet, complete };
        let chosen = choose(&swarm.native, asker, random, wanted, seeder.is_some());
        let peers = chosen.into_iter().filter_map(|place| match place {
            Some(place) => swarm.native.get(place).map(|native| native.peer),
            None => seeder,
        });
        let peers = peers.collect();
        Ok(NativeReply { counts: self.counts(info_hash), peers })
    }

    /// What a swarm consists of; nothing, if there is none of that name.
    pub fn counts(&self, info_hash: InfoHash) -> Counts {
        self.swarms.get(&info_hash).map_or_else(Counts::default, |swarm| {
            let peers = u32::try_from(swarm.web.len() + swarm.native.len()).unwrap_or(u32::MAX);
            Counts {
                complete: swarm.complete + u32::from(swarm.seeded),
                incomplete: peers.saturating_sub(swarm.complete),
                downloaded: swarm.downloaded,
            }
        })
    }

    /// Whether a peer is still in the swarm over that socket: an answer to its offer may go there.
    pub fn is_in(&self, info_hash: InfoHash, socket: SocketId) -> bool {
        let own = self.sockets.get(&socket);
        own.is_some_and(|own| own.iter().any(|(joined, _)| *joined == info_hash))
    }

    /// A WebSocket has closed: its peers leave.
    pub fn close(&mut self, socket: SocketId) {
        for (info_hash, place) in self.sockets.remove(&socket).unwrap_or_default() {
            self.remove_web(info_hash, place);
        }
    }

    /// Removes whoever was silent for two intervals.
    pub fn sweep(&mut self, now: Duration) {
        let now = seconds(now);
        let (sockets, natives) = (&mut self.sockets, &mut self.natives);
        for (info_hash, swarm) in &mut self.swarms {
            let complete = &mut swarm.complete;
            swarm.web.sweep(|place, peer| {
                let gone = peer.until < now;
                if gone {
                    self.web_peers -= 1;
                    *complete -= u32::from(peer.complete);
                    take_from(sockets, peer.socket, (*info_hash, place));
                }
                gone
            });
            swarm.web.each(|peer| peer.expected.retain(|expected| expected.until >= now));
            swarm.native.sweep(|_, native| {
                let gone = native.until < now;
                if gone {
                    self.native_peers -= 1;
                    *complete -= u32::from(native.complete);
                    leave(natives, native.peer.address.ip());
                }
                gone
            });
        }
        self.swarms.retain(|_, swarm| !swarm.is_empty());
    }

    /// How large the table is.
    pub fn census(&self) -> Census {
        Census {
            swarms: self.swarms.len(),
            web_peers: self.web_peers,
            native_peers: self.native_peers,
            seeded: self.seeded,
            pages: self.sockets.len(),
            programs: self.natives.len(),
        }
    }

    fn check_room(&self, info_hash: InfoHash) -> Result<(), Refusal> {
        if self.web_peers + self.native_peers >= self.config.max_peers {
            return Err(Refusal::TooManyPeers);
        }
        match self.swarms.get(&info_hash) {
            Some(swarm) if swarm.web.len() + swarm.native.len() >= self.config.max_peers_per_swarm => {
                Err(Refusal::TooManyPeers)
            }
            None if self.swarms.len() - self.seeded >= self.config.max_swarms => Err(Refusal::TooManySwarms),
            _ => Ok(()),
        }
    }

    fn remove_web(&mut self, info_hash: InfoHash, place: Place) {
        let Some(swarm) = self.swarms.get_mut(&info_hash) else { return };
        let Some(peer) = swarm.web.remove(place) else { return };
        self.web_peers -= 1;
        swarm.complete -= u32::from(peer.complete);
        take_from(&mut self.sockets, peer.socket, (info_hash, place));
        self.forget_if_empty(info_hash);
    }

    fn remove_native(&mut self, info_hash: InfoHash, place: Place) {
        let Some(swarm) = self.swarms.get_mut(&info_hash) else { return };
        let Some(native) = swarm.native.remove(place) else { return };
        self.native_peers -= 1;
        swarm.complete -= u32::from(native.complete);
        leave(&mut self.natives, native.peer.address.ip());
        self.forget_if_empty(info_hash);
    }

    fn forget_if_empty(&mut self, info_hash: InfoHash) {
        if self.swarms.get(&info_hash).is_some_and(Swarm::is_empty) {
            self.swarms.remove(&info_hash);
        }
    }
}

fn take_from(
    sockets: &mut HashMap<SocketId, HashSet<(InfoHash, Place)>>,
    socket: SocketId,
    peer: (InfoHash, Place),
) {
    if let Some(own) = sockets.get_mut(&socket) {
        own.remove(&peer);
        if own.is_empty() {
            sockets.remove(&socket);
        }
    }
}

fn leave(natives: &mut HashMap<IpAddr, usize>, address: IpAddr) {
    if let Some(count) = natives.get_mut(&address) {
        *count -= 1;
        if *count == 0 {
            natives.remove(&address);
        }
    }
}

fn seconds(time: Duration) -> u32 {
    u32::try_from(time.as_secs()).unwrap_or(u32::MAX)
}
