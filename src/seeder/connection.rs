//! One connection from its handshake to its end: the uploader's bytes over a transport, in its turn and at the rate
//! that is allowed.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use tokio_util::sync::CancellationToken;

use super::catalogue::Seed;
use super::exchange::Exchange;
use super::transport::Transport;
use crate::bittorrent::{Delivery, Dropped, Handshake, InfoHash, Uploader, WireError};

/// A handshake arrives in this time. Threat: sockets that are opened and say nothing hold every place.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// What is sent is taken by the system in this time. Threat: a peer that asks and never reads; it costs its socket's
/// buffer and one batch, and its slot for so long.
const WRITE: Duration = Duration::from_secs(20);

/// A peer that is to go gets this long to hear of it.
const FAREWELL: Duration = Duration::from_secs(1);

/// Bytes that are handed to the system at once: enough that a write's cost does not show, little enough that a
/// cancel comes in time.
const BATCH: usize = 128 << 10;

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
pub enum Ended {
    /// The network, or the other side went.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The peer broke a rule, or was done.
    #[error("{0}")]
    Dropped(#[from] Dropped),
    /// Nothing of that name is seeded.
    #[error("{0} is not seeded here")]
    Unknown(InfoHash),
    /// It said nothing, or took nothing.
    #[error("it was too slow")]
    Slow,
    /// The torrent is no longer seeded, or the box stops.
    #[error("the torrent is past its time")]
    Evicted,
}

impl Ended {
    /// Whether the peer broke a limit.
    pub fn is_abuse(&self) -> bool {
        match self {
            Ended::Dropped(dropped) => {
                !matches!(dropped, Dropped::Complete | Dropped::NoInterest | Dropped::Silent)
            }
            Ended::Slow => true,
            Ended::Io(_) | Ended::Unknown(_) | Ended::Evicted => false,
        }
    }
}

/// Counts a peer of a seed for as long as it lives.
struct Counted(Arc<Seed>);

impl Counted {
    fn new(seed: Arc<Seed>) -> Self {
        seed.peers.fetch_add(1, Ordering::Relaxed);
        Counted(seed)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.peers.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Serves one peer until it is done or has to go.
pub async fn serve(
    mut transport: impl Transport,
    exchange: Arc<Exchange>,
    stop: CancellationToken,
) -> Result<(), Ended> {
    let mut buffer = BytesMut::new();
    let greeted = tokio::time::timeout(HANDSHAKE, greet(&mut transport, &mut buffer));
    let theirs = greeted.await.map_err(|_| Ended::Slow)??;
    let seed = exchange.seed_for_peer(theirs.info_hash).ok_or(Ended::Unknown(theirs.info_hash))?;
    let seed = Counted::new(seed);
    let content = Arc::clone(&seed.0.content);
    let uploader = Uploader::new(content, &theirs, exchange.peer_id, Instant::now());
    let mut connection = Connection { transport, uploader, exchange, seed, next: Instant::now() };
    let ended = connection.run(&buffer, stop).await;
    connection.transport.close().await;
    ended
}

async fn greet(transport: &mut impl Transport, buffer: &mut BytesMut) -> Result<Handshake, Ended> {
    loop {
        if transport.read(buffer).await? == 0 {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        if let Some(handshake) = Handshake::read(buffer).map_err(|error: WireError| Dropped::from(error))? {
            return Ok(handshake);
        }
    }
}

struct Connection<T> {
    transport: T,
    uploader: Uploader,
    exchange: Arc<Exchange>,
    seed: Counted,
    /// When the rate cap allows the next batch.
    next: Instant,
}

impl<T: Transport> Connection<T> {
    async fn run(&mut self, first: &[u8], stop: CancellationToken) -> Result<(), Ended> {
        let mut seat = self.exchange.sit_down();
        let mut wants = false;
        let mut buffer = BytesMut::new();
        let evicted = self.seed.0.evicted.clone();
        self.uploader.receive(first, Instant::now())?;
        loop {
            if self.uploader.interested() != wants {
                wants = !wants;
                seat.want(wants);
            }
            if seat.has_slot() {
                self.uploader.unchoke();
            } else {
                self.uploader.choke();
            }
            self.flush(WRITE).await?;
            let tick = self.uploader.deadline();
            tokio::select! {
                biased;
                () = stop.cancelled() => return self.farewell().await,
                () = evicted.cancelled() => return self.farewell().await,
                () = seat.changed() => {}
                read = self.transport.read(&mut buffer) => {
                    if read? == 0 {
                        return Ok(());
                    }
                    self.uploader.receive(&buffer.split(), Instant::now())?;
                }
                () = tokio::time::sleep_until(self.next.into()), if self.uploader.has_delivery() => {
                    self.deliver().await?;
                }
                () = tokio::time::sleep_until(tick.into()) => self.uploader.tick(Instant::now())?,
            }
        }
    }

    async fn deliver(&mut self) -> Result<(), Ended> {
        let (mut deliveries, mut size) = (Vec::new(), 0);
        let now = Instant::now();
        while size < BATCH {
            let Some(delivery) = self.uploader.next_delivery(now) else { break };
            size += delivery.size();
            deliveries.push(delivery);
        }
        self.next = now + self.exchange.send(&self.seed.0, size);
        if deliveries.iter().any(|delivery| delivery.stored.is_some()) {
            // A disk answers when it likes; the other peers do not wait for it.
            let read = tokio::task::spawn_blocking(move || deliveries.into_iter().map(fill).collect());
            let read: io::Result<Vec<Delivery>> = read.await.map_err(io::Error::other)?;
            deliveries = read?;
        }
        let mut batch = VecDeque::new();
        for delivery in deliveries {
            batch.push_back(delivery.head);
            batch.extend(delivery.data);
        }
        self.write(batch, WRITE).await
    }

    async fn flush(&mut self, patience: Duration) -> Result<(), Ended> {
        let outbox = self.uploader.take_outbox(Instant::now());
        if outbox.is_empty() { Ok(()) } else { self.write(VecDeque::from([outbox]), patience).await }
    }

    async fn write(&mut self, chunks: VecDeque<Bytes>, patience: Duration) -> Result<(), Ended> {
        let written = tokio::time::timeout(patience, self.transport.write(chunks)).await;
        Ok(written.map_err(|_| Ended::Slow)??)
    }

    /// BEP 6: a peer that is to go is choked, and what it asked for is refused, so that it asks another at once.
    async fn farewell(&mut self) -> Result<(), Ended> {
        self.uploader.choke();
        self.flush(FAREWELL).await?;
        Err(Ended::Evicted)
    }
}

/// Reads what of a delivery lies elsewhere.
fn fill(mut delivery: Delivery) -> io::Result<Delivery> {
    if let Some(stretch) = delivery.stored.take() {
        delivery.data = stretch.read()?;
    }
    Ok(delivery)
}

#[cfg(test)]
#[path = "connection_tests.rs"]
mod tests;
