//! What all connections share: the upload slots, the rate cap, the catalogue and the count of what was sent.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::catalogue::{Catalogue, Seed};
use super::settings::Settings;
use crate::bittorrent::{Choker, Decision, InfoHash, PeerId, Place, RateLimit};
use crate::turnstile::Turnstile;

/// How often it is looked whether somebody's turn is over.
const TURNS: Duration = Duration::from_secs(5);

/// What goes on between the box and its peers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Connections.
    pub peers: usize,
    /// Those that are uploaded to now.
    pub slots: usize,
    /// Bytes sent since the start.
    pub uploaded: u64,
    /// Connections that were closed because their peer broke a limit.
    pub dropped: u64,
    /// Data channels that were opened, since the start.
    pub channels: u64,
    /// Handshakes for something seeded, over either.
    pub greeted: u64,
    /// Handshakes that named what is not seeded, while something is.
    pub strangers: u64,
}

/// The shared state.
#[derive(Debug)]
pub struct Exchange {
    catalogue: watch::Receiver<Arc<Catalogue>>,
    /// Our name in swarms.
    pub peer_id: PeerId,
    /// Places for TCP connections.
    pub turnstile: Turnstile,
    slots: Mutex<Slots>,
    rate: Mutex<Option<RateLimit>>,
    uploaded: AtomicU64,
    dropped: AtomicU64,
    channels: AtomicU64,
    greeted: AtomicU64,
    strangers: AtomicU64,
}

#[derive(Debug)]
struct Slots {
    choker: Choker,
    next: u64,
    seats: HashMap<u64, watch::Sender<bool>>,
}

/// A connection's seat: where it asks for a slot and hears of it. It is given back when it is dropped.
#[derive(Debug)]
pub struct Seat {
    exchange: Arc<Exchange>,
    place: Place,
    slot: watch::Receiver<bool>,
}

impl Exchange {
    /// An exchange with no connection.
    pub fn new(settings: &Settings, catalogue: watch::Receiver<Arc<Catalogue>>, peer_id: PeerId) -> Self {
        let slots = Slots { choker: Choker::new(settings.slots), next: 0, seats: HashMap::new() };
        Exchange {
            catalogue,
            peer_id,
            turnstile: Turnstile::new(settings.connections, settings.connections_per_address),
            slots: Mutex::new(slots),
            rate: Mutex::new(settings.rate.map(|rate| RateLimit::new(rate, Instant::now()))),
            uploaded: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            channels: AtomicU64::new(0),
            greeted: AtomicU64::new(0),
            strangers: AtomicU64::new(0),
        }
    }

    /// The seed of this name.
    pub fn seed(&self, info_hash: InfoHash) -> Option<Arc<Seed>> {
        self.catalogue.borrow().get(info_hash).cloned()
    }

    /// The seed of this name, for a peer that has shaken hands for it; whether there is one is counted.
    pub fn seed_for_peer(&self, info_hash: InfoHash) -> Option<Arc<Seed>> {
        let seed = self.seed(info_hash);
        if seed.is_some() {
            self.greeted.fetch_add(1, Ordering::Relaxed);
        } else if self.catalogue.borrow().seeds().next().is_some() {
            self.strangers.fetch_add(1, Ordering::Relaxed);
        }
        seed
    }

    /// Counts a data channel that was opened.
    pub fn note_channel(&self) {
        self.channels.fetch_add(1, Ordering::Relaxed);
    }

    /// A new connection's seat.
    pub fn sit_down(self: &Arc<Self>) -> Seat {
        let (sender, slot) = watch::channel(false);
        let mut slots = self.slots();
        let place = slots.next;
        slots.next += 1;
        slots.seats.insert(place, sender);
        drop(slots);
        Seat { exchange: Arc::clone(self), place: Place(place), slot }
    }

    /// Counts bytes that are being sent; the next ones should wait so long.
    pub fn send(&self, seed: &Seed, bytes: usize) -> Duration {
        let count = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.uploaded.fetch_add(count, Ordering::Relaxed);
        seed.uploaded.fetch_add(count, Ordering::Relaxed);
        let mut rate = self.rate.lock().unwrap_or_else(PoisonError::into_inner);
        rate.as_mut().map_or(Duration::ZERO, |rate| rate.take(bytes, Instant::now()))
    }

    /// From now on all uploads together take so many bytes a second.
    pub fn set_rate(&self, rate: Option<u64>) {
        let limit = rate.map(|rate| RateLimit::new(rate, Instant::now()));
        *self.rate.lock().unwrap_or_else(PoisonError::into_inner) = limit;
    }

    /// Counts a peer that broke a limit.
    pub fn note_dropped(&self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }

    /// What goes on.
    pub fn traffic(&self) -> Traffic {
        let slots = self.slots();
        Traffic {
            peers: slots.seats.len(),
            slots: slots.choker.holders(),
            uploaded: self.uploaded.load(Ordering::Relaxed),
            dropped: self.dropped.load(Ordering::Relaxed),
            channels: self.channels.load(Ordering::Relaxed),
            greeted: self.greeted.load(Ordering::Relaxed),
            strangers: self.strangers.load(Ordering::Relaxed),
        }
    }

    /// Lets those who wait have their turn, until `stop`.
    pub async fn take_turns(&self, stop: CancellationToken) {
        let mut clock = tokio::time::interval(TURNS);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = clock.tick() => {}
            }
            let mut slots = self.slots();
            let decisions = slots.choker.tick(Instant::now());
            slots.tell(&decisions);
        }
    }

    fn slots(&self) -> MutexGuard<'_, Slots> {
        // Nothing in here can panic half-way.
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slots {
    fn tell(&self, decisions: &[Decision]) {
        for decision in decisions {
            if let Some(seat) = self.seats.get(&decision.place.0) {
                seat.send_replace(decision.slot);
            }
        }
    }
}

impl Seat {
    /// Asks for a slot, or gives it back.
    pub fn want(&self, wants: bool) {
        let mut slots = self.exchange.slots();
        let now = Instant::now();
        let decisions =
            if wants { slots.choker.ask(self.place, now) } else { slots.choker.leave(self.place, now) };
        slots.tell(&decisions);
        if let (false, Some(seat)) = (wants, slots.seats.get(&self.place.0)) {
            seat.send_replace(false);
        }
    }

    /// Whether it has a slot now.
    pub fn has_slot(&mut self) -> bool {
        *self.slot.borrow_and_update()
    }

    /// Waits until that changes. Cancel-safe.
    pub async fn changed(&mut self) {
        // Its sender is kept for as long as the seat.
        let _ = self.slot.changed().await;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut slots = self.exchange.slots();
        slots.seats.remove(&self.place.0);
        let decisions = slots.choker.leave(self.place, Instant::now());
        slots.tell(&decisions);
    }
}
