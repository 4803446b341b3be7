//! Everybody's handle on the meeting point.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot, watch};

use super::desk::Desk;
use super::seeder::{MAX_OFFERS, Offer, SeederDoor};
use super::socket::{OUTBOX, Outgoing, Socket};
use crate::access::{Prefix, is_private};
use crate::bittorrent::{InfoHash, PeerId};
use crate::tracker::{Config, Counts, NativeAnnounce, NativeReply, OfferId, Refusal, SocketId};

/// Messages that wait for the desk. Threat: memory; whoever writes waits.
const MAILBOX: usize = 1_024;

/// What the dashboard shows, at most a second old.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Swarms with a peer or a seeder in them.
    pub swarms: usize,
    /// Pages that are in swarms, each counted once.
    pub pages: usize,
    /// Addresses of native clients in swarms.
    pub programs: usize,
    /// Open WebSockets.
    pub sockets: usize,
    /// Announcements that were taken, since the start.
    pub announces: u64,
    /// Offers that were handed on.
    pub offers: u64,
    /// Answers that were handed on.
    pub answers: u64,
    /// Those of either kind that were introduced to the box's own seeder.
    pub introduced: u64,
    /// Announcements for what the box does not seed, while it seeds something.
    pub strangers: u64,
    /// What was refused: no place, no such offer, no message.
    pub refused: u64,
    /// What was lost because its receiver did not read.
    pub lost: u64,
}

/// What the box's own seeder has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seeded {
    /// Its TCP port; 0 while there is none.
    pub port: u16,
    /// Its torrents.
    pub torrents: Arc<[InfoHash]>,
}

/// What is written to the desk.
#[derive(Debug)]
pub(super) enum Letter {
    Opened(SocketId, IpAddr, mpsc::Sender<Outgoing>),
    Closed(SocketId),
    Said(SocketId, Bytes),
    Native(NativeAnnounce, oneshot::Sender<Result<NativeReply, Refusal>>),
    Scrape(Vec<InfoHash>, oneshot::Sender<Vec<Counts>>),
    Seeder(PeerId, mpsc::Sender<Offer>),
    Answer(SocketId, InfoHash, OfferId, String),
}

/// The handle; clones are cheap.
#[derive(Clone, Debug)]
pub struct Rendezvous {
    pub(super) mailbox: mpsc::Sender<Letter>,
    pub(super) seeded: watch::Sender<Seeded>,
    links: watch::Sender<Arc<[Prefix]>>,
    settings: watch::Receiver<Config>,
    counters: watch::Receiver<Counters>,
    next_socket: Arc<AtomicU64>,
}

impl Rendezvous {
    /// A handle, and the desk whose [`Desk::run`] answers it. The secret is random per start.
    pub fn new(settings: watch::Receiver<Config>, secret: [u8; 16]) -> (Self, Desk) {
        let (mailbox, letters) = mpsc::channel(MAILBOX);
        let (counts, counters) = watch::channel(Counters::default());
        let (seeded, links) = (watch::Sender::new(Seeded::default()), watch::Sender::new(Arc::from([])));
        let news = (seeded.subscribe(), links.subscribe());
        let desk = Desk::new((letters, mailbox.downgrade()), settings.clone(), news, counts, secret);
        let next_socket = Arc::new(AtomicU64::new(0));
        (Rendezvous { mailbox, seeded, links, settings, counters, next_socket }, desk)
    }

    /// What the operator has set.
    pub fn settings(&self) -> Config {
        self.settings.borrow().clone()
    }

    /// Told whenever the operator sets something.
    pub fn changes(&self) -> watch::Receiver<Config> {
        self.settings.clone()
    }

    /// Whether that address is served at all: private, on a link of the box, or everybody.
    pub fn admits(&self, address: IpAddr) -> bool {
        let settings = self.settings.borrow();
        let on_link = || self.links.borrow().iter().any(|link| link.holds(address));
        is_private(address) || settings.open_to_public || (settings.open_to_links && on_link())
    }

    /// The box's addresses have changed.
    pub fn set_links(&self, links: Vec<Prefix>) {
        self.links.send_if_modified(|known| {
            let changed = **known != *links;
            if changed {
                *known = links.into();
            }
            changed
        });
    }

    /// The box's addresses, now and whenever they change.
    pub fn links(&self) -> watch::Receiver<Arc<[Prefix]>> {
        self.links.subscribe()
    }

    /// What the dashboard shows.
    pub fn counters(&self) -> watch::Receiver<Counters> {
        self.counters.clone()
    }

    /// What the box seeds, now and whenever it changes.
    pub fn seeded(&self) -> watch::Receiver<Seeded> {
        self.seeded.subscribe()
    }

    /// A WebSocket from that address, or none when the program stops.
    pub async fn open(&self, address: IpAddr) -> Option<Socket> {
        let id = SocketId(self.next_socket.fetch_add(1, Ordering::Relaxed));
        let (sender, outbox) = mpsc::channel(OUTBOX);
        self.mailbox.send(Letter::Opened(id, address, sender)).await.ok()?;
        Some(Socket::new(id, self.mailbox.clone(), outbox))
    }

    /// A native client announces itself.
    ///
    /// # Errors
    /// [`Refusal`] when there is no place for it.
    pub async fn announce(&self, announce: NativeAnnounce) -> Result<NativeReply, Refusal> {
        let (reply, answer) = oneshot::channel();
        self.mailbox.send(Letter::Native(announce, reply)).await.map_err(|_| Refusal::Stopping)?;
        answer.await.unwrap_or(Err(Refusal::Stopping))
    }

    /// How large those swarms are, in their order.
    ///
    /// # Errors
    /// [`Refusal`] when the program stops.
    pub async fn scrape(&self, swarms: Vec<InfoHash>) -> Result<Vec<Counts>, Refusal> {
        let (reply, answer) = oneshot::channel();
        self.mailbox.send(Letter::Scrape(swarms, reply)).await.map_err(|_| Refusal::Stopping)?;
        answer.await.map_err(|_| Refusal::Stopping)
    }

    /// The seeder's door: offers of pages for what it seeds come to it. `port` is where it listens for native
    /// clients. None when the program stops; a second seeder takes the first one's place.
    pub async fn register_seeder(&self, peer_id: PeerId, port: u16) -> Option<SeederDoor> {
        let (sender, offers) = mpsc::channel(MAX_OFFERS);
        self.mailbox.send(Letter::Seeder(peer_id, sender)).await.ok()?;
        self.seeded.send_modify(|seeded| *seeded = Seeded { port, torrents: Arc::from([]) });
        Some(SeederDoor::new(offers, self.seeded.clone()))
    }
}
