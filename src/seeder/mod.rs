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
//! Finished recordings come in as files on a disk (`Screening`); the same thread hashes them when it has nothing else to
//! do.
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
mod shift;
mod socket_buffers;
mod transport;
mod vault;
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
pub use vault::{Film, Hashed};
pub use webrtc::Offer;

/// Offers that wait for their answer to be started. Threat: a page makes them faster than connections are set up;
/// what does not fit is not answered, as by any peer that has enough.
const MAX_OFFERS: usize = 32;

/// The service; [`Seeder::run`] is its task.
#[derive(Debug)]
pub struct Seeder {
    hub: Hub,
    settings: watch::Receiver<Settings>,
    socket: TcpListener,
    offers: mpsc::Receiver<Offer>,
    exchange: Arc<Exchange>,
    publish: watch::Sender<Arc<Catalogue>>,
    screening: Screening,
}

/// The seeder's ends of what concerns recordings.
#[derive(Clone, Debug)]
pub struct Screening {
    /// Those that are seeded, now and whenever it changes.
    pub films: watch::Receiver<Arc<[Film]>>,
    /// Where it tells what it hashed.
    pub hashed: mpsc::Sender<Hashed>,
}

impl Screening {
    /// Of a seeder that never has recordings.
    pub fn none() -> Self {
        Screening { films: watch::channel(Arc::from([])).1, hashed: mpsc::channel(1).0 }
    }
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
    /// A seeder of what is on air, on a bound socket. `tracker_udp` is the UDP tracker's port, for torrents and
    /// magnets, if there is one.
    ///
    /// # Errors
    /// When the socket has no address.
    pub fn new(
        settings: watch::Receiver<Settings>,
        hub: Hub,
        socket: TcpListener,
        tracker_udp: Option<u16>,
        screening: Screening,
        random: [u8; 12],
    ) -> io::Result<(Self, Doors)> {
        let peer_id = PeerId::from_random(random);
        let (publish, catalogue) = watch::channel(Arc::new(Catalogue::default()));
        let exchange = Arc::new(Exchange::new(&settings.borrow(), catalogue.clone(), peer_id));
        let (sender, offers) = mpsc::channel(MAX_OFFERS);
        let port = socket.local_addr()?.port();
        let torrents = Torrents::new(catalogue, Arc::clone(&exchange), port, tracker_udp);
        let doors = Doors { torrents, offers: sender, peer_id };
        Ok((Seeder { hub, settings, socket, offers, exchange, publish, screening }, doors))
    }

    /// Seeds while it is set to, to whom the meeting point serves, until `stop`; then every peer is choked and its
    /// connection closed.
    pub async fn run(self, rendezvous: Rendezvous, stop: CancellationToken) {
        let Seeder { hub, settings, socket, offers, exchange, publish, screening } = self;
        let places = settings.borrow().clone();
        tokio::join!(
            shift::work(hub, settings.clone(), publish, screening, stop.clone()),
            shift::keep_rate(settings, &exchange, stop.clone()),
            listener::listen(socket, Arc::clone(&exchange), rendezvous, stop.clone()),
            webrtc::answer(offers, Arc::clone(&exchange), &places, stop.clone()),
            exchange.take_turns(stop.clone()),
        );
    }
}
