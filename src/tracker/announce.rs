//! The nouns of announcing: what clients say and what they are told.

use std::net::SocketAddr;

use super::id::OfferId;
use crate::bittorrent::{InfoHash, PeerId};

/// One WebSocket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SocketId(pub u64);

/// Why an announcement comes (BEP 3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Event {
    /// Its time has come.
    #[default]
    Update,
    /// The first one.
    Started,
    /// The download is whole.
    Completed,
    /// The last one.
    Stopped,
}

/// A page's announcement.
#[derive(Clone, Debug)]
pub struct WebAnnounce<'a> {
    /// Which swarm.
    pub info_hash: InfoHash,
    /// Who.
    pub peer_id: PeerId,
    /// Why.
    pub event: Event,
    /// Whether it has all of the torrent.
    pub complete: bool,
    /// To how many peers its offers may go; as many as there are offers, if it does not say.
    pub numwant: Option<usize>,
    /// Its offers.
    pub offers: &'a [OfferId],
}

/// A native client's announcement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NativeAnnounce {
    /// Which swarm.
    pub info_hash: InfoHash,
    /// Who.
    pub peer_id: PeerId,
    /// Why.
    pub event: Event,
    /// Whether it has all of the torrent.
    pub complete: bool,
    /// How many addresses it wants.
    pub numwant: Option<usize>,
    /// Where it listens.
    pub address: SocketAddr,
}

/// Where an offer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// To a page.
    Socket(SocketId),
    /// To the box's own seeder.
    Seeder,
}

/// What a swarm consists of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Peers that have all of it.
    pub complete: u32,
    /// Peers that have not.
    pub incomplete: u32,
    /// Downloads that were finished, as far as the box remembers.
    pub downloaded: u32,
}

/// A peer that a native client is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NativePeer {
    /// Its name.
    pub peer_id: PeerId,
    /// Where it listens.
    pub address: SocketAddr,
}

/// What a native client is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NativeReply {
    /// The swarm.
    pub counts: Counts,
    /// Whom to connect to: the asker's neighbours, the box, the rest.
    pub peers: Vec<NativePeer>,
}

/// Why an announcement or an answer is not taken; the text is the client's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// `Config::max_swarms`.
    #[error("this tracker has as many swarms as it can take; try again later")]
    TooManySwarms,
    /// `Config::max_peers_per_swarm` and `Config::max_peers`.
    #[error("this swarm has as many peers as this tracker can take; try again later")]
    TooManyPeers,
    /// `Config::max_swarms_per_socket`.
    #[error("one connection may not be in so many swarms")]
    TooManyOfSocket,
    /// `Config::max_native_per_address`.
    #[error("one address may not be so many peers")]
    TooManyOfAddress,
    /// Nobody has offered that, or it was too long ago.
    #[error("there is no such offer to answer")]
    NoSuchOffer,
    /// The program ends.
    #[error("this tracker is restarting; try again in a moment")]
    Stopping,
    /// Public addresses have no business here (`Config::open_to_public`(super::Config::open_to_public)).
    #[error("this tracker serves its own network")]
    Public,
    /// An answer to a peer that has left.
    #[error("whoever offered that has left")]
    Left,
}

/// How large the table is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// Swarms with a peer or a seeder in them.
    pub swarms: usize,
    /// Pages in swarms.
    pub web_peers: usize,
    /// Native clients in swarms.
    pub native_peers: usize,
    /// Swarms that the box seeds.
    pub seeded: usize,
    /// WebSockets that are in swarms: pages, in however many each is.
    pub pages: usize,
    /// Addresses of native clients.
    pub programs: usize,
}
