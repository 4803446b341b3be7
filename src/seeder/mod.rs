//! The seeder: what is on air as torrents, and whoever asks gets their bytes over TCP or over WebRTC.
//!
//! Belongs here: which torrents there are and for how long, the thread that makes them, and the connections that are
//! uploaded to. Does not: the protocol (`bittorrent`), how peers find each other (`tracker`, `rendezvous`), and HTTP.
//!
//! ```text
//!  live::Hub ──▶ follower ──jobs──▶ thread "torrents": MPEG-TS, hashes, shelf ──watch──▶ Catalogue
//!                                                                                          │
//!  TCP 6881 ──▶ connection ─┐                                                              ▼
//!  offers ────▶ WebRTC ─────┴▶ bittorrent::Uploader ◀── slots, rate cap: Exchange ── info hash → content
//! ```
//!
//! Nothing here is waited for by live: the follower reads windows, and a slow peer holds up its own connection alone.

mod catalogue;
mod connection;
mod exchange;
mod folder;
mod follower;
mod interfaces;
mod listener;
mod meeting;
mod reel;
mod settings;
mod shelf;
mod socket_buffers;
mod transport;
mod webrtc;
mod workshop;

use std::io;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::bittorrent::PeerId;
use crate::live::Hub;
use crate::rendezvous::Rendezvous;
use exchange::Exchange;

pub use catalogue::{Catalogue, Kind, Seed, Torrents};
pub use exchange::Traffic;
pub use settings::Settings;
pub use webrtc::Offer;

/// Offers that wait for their answer to be started. Threat: a page makes them faster than connections are set up;
/// what does not fit is not answered, as by any peer that has enough.
const MAX_OFFERS: usize = 32;

/// The service; [`Seeder::run`] is its task.
#[derive(Debug)]
pub struct Seeder {
    hub: Hub,
    settings: Settings,
    socket: TcpListener,
    offers: mpsc::Receiver<Offer>,
    exchange: Arc<Exchange>,
    jobs: mpsc::Sender<workshop::Job>,
}

/// What others hold of the seeder.
#[derive(Clone, Debug)]
pub struct Doors {
    /// What is seeded.
    pub torrents: Torrents,
    /// Where WebRTC offers for it go.
    pub offers: mpsc::Sender<Offer>,
    /// Its name in swarms.
    pub peer_id: PeerId,
}

impl Seeder {
    /// A seeder of what is on air, on a bound socket. Its thread starts here.
    ///
    /// # Errors
    /// When the system gives no thread, or the socket has no address.
    pub fn new(
        settings: Settings,
        hub: Hub,
        socket: TcpListener,
        random: [u8; 12],
    ) -> io::Result<(Self, Doors)> {
        let peer_id = PeerId::from_random(random);
        let (publish, catalogue) = watch::channel(Arc::new(Catalogue::default()));
        let jobs = workshop::spawn(settings.clone(), publish)?;
        let exchange = Arc::new(Exchange::new(&settings, catalogue.clone(), peer_id));
        let (sender, offers) = mpsc::channel(MAX_OFFERS);
        let torrents = Torrents::new(
            catalogue,
            Arc::clone(&exchange),
            socket.local_addr()?.port(),
            settings.tracker_udp,
        );
        let doors = Doors { torrents, offers: sender, peer_id };
        Ok((Seeder { hub, settings, socket, offers, exchange, jobs }, doors))
    }

    /// Seeds to whom the meeting point serves, until `stop`; then every peer is choked and its connection closed.
    pub async fn run(self, rendezvous: Rendezvous, stop: CancellationToken) {
        let Seeder { hub, settings, socket, offers, exchange, jobs } = self;
        tokio::join!(
            follower::follow(hub, jobs, stop.clone()),
            listener::listen(socket, Arc::clone(&exchange), rendezvous, stop.clone()),
            webrtc::answer(offers, Arc::clone(&exchange), settings.webrtc_connections, stop.clone()),
            exchange.take_turns(stop.clone()),
        );
    }
}
