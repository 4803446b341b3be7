//! What trackers are set by.

use std::time::Duration;

/// What an operator may set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// How often clients announce. Default 120 s, as WebTorrent's trackers have it: pages come and go.
    pub interval: Duration,
    /// Native clients are told not to announce more often. Default 30 s.
    pub min_interval: Duration,
    /// Offers handed on for one announcement. Default 10, what WebTorrent's clients send at the most.
    pub max_offers: usize,
    /// Addresses in a reply to a client that names no number. Default 50 (BEP 3).
    pub numwant: usize,
    /// Addresses in a reply at the most. Default 100. Threat: a reply outgrows a datagram.
    pub max_numwant: usize,
    /// Swarms at once. Default 2,000. Threat: a client that makes up info hashes.
    pub max_swarms: usize,
    /// Peers of one swarm. Default 5,000. Threat: a client that makes up peer ids.
    pub max_peers_per_swarm: usize,
    /// Peers in all. Default 20,000, some 10 MB.
    pub max_peers: usize,
    /// Swarms that one WebSocket may be in. Default 256: each segment of a live stream can be a torrent.
    pub max_swarms_per_socket: usize,
    /// Peers that native clients of one address may be. Default 2,000: a venue may be behind one (NAT).
    pub max_native_per_address: usize,
    /// Whether public addresses are served as well. Default no.
    pub open_to_public: bool,
    /// Whether public addresses on the box's own links are served. Default yes: some venues hand out such. On a
    /// server those neighbours are strangers.
    pub open_to_links: bool,
    /// The longest message of a WebSocket, bytes. Default 64 KiB: ten offers of Chromium's are 20. Threat: memory.
    pub max_message: usize,
    /// Messages a second of one WebSocket, with ten seconds' worth at once. Default 50. Threat: a page that does
    /// nothing but send.
    pub messages_per_second: u32,
    /// A WebSocket that is silent for so long, pings unanswered, is closed. Default 90 s.
    pub idle_timeout: Duration,
    /// WebSockets at once. Default 6,000. Threat: one phone opens sockets until memory is gone.
    pub max_sockets: usize,
    /// WebSockets of one address. Default 3,000: a venue may be behind one (NAT).
    pub max_sockets_per_address: usize,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            interval: Duration::from_secs(120),
            min_interval: Duration::from_secs(30),
            max_offers: 10,
            numwant: 50,
            max_numwant: 100,
            max_swarms: 2_000,
            max_peers_per_swarm: 5_000,
            max_peers: 20_000,
            max_swarms_per_socket: 256,
            max_native_per_address: 2_000,
            open_to_public: false,
            open_to_links: true,
            max_message: 64 << 10,
            messages_per_second: 50,
            idle_timeout: Duration::from_secs(90),
            max_sockets: 6_000,
            max_sockets_per_address: 3_000,
        }
    }
}
