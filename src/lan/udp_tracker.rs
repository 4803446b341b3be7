//! The tracker's UDP port (BEP 15).

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::pace::Pace;
use crate::rendezvous::Rendezvous;
use crate::tracker::Refusal;
use crate::tracker::udp::{self, ConnectionIds, Dropped, Request, SECRET_TIME};

/// Answers a second, in all and to one address. A thousand clients announce ten times a second together; a venue
/// may be behind one address. Threat: a flood in forged names.
const MAX_ANSWERS: u32 = 10_000;
const MAX_ANSWERS_PER_ADDRESS: u32 = 1_000;

/// The longest request: 74 info hashes have 1,496 bytes.
const MAX_REQUEST: usize = 2_048;

/// After a failed receive the port rests, so that it does not spin.
const REST: Duration = Duration::from_millis(50);

/// The bound port.
#[derive(Debug)]
pub struct UdpTracker {
    socket: UdpSocket,
    rendezvous: Rendezvous,
    ids: ConnectionIds,
}

impl UdpTracker {
    /// A tracker on a bound socket; both secrets are random.
    pub fn new(socket: UdpSocket, rendezvous: Rendezvous, secrets: [[u8; 16]; 2]) -> Self {
        let [current, previous] = secrets;
        UdpTracker { socket, rendezvous, ids: ConnectionIds::new(current, previous) }
    }

    /// The bound address.
    ///
    /// # Errors
    /// What the system says.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Answers until `stop`.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut buffer = vec![0; MAX_REQUEST];
        let mut pace = Pace::new(MAX_ANSWERS, MAX_ANSWERS_PER_ADDRESS, Instant::now());
        let mut secrets = tokio::time::interval_at(Instant::now() + SECRET_TIME, SECRET_TIME);
        loop {
            let received = tokio::select! {
                () = stop.cancelled() => return,
                _ = secrets.tick() => {
                    self.change_secret();
                    continue;
                }
                received = self.socket.recv_from(&mut buffer) => received,
            };
            let (length, from) = match received {
                Ok(received) => received,
                Err(error) => {
                    log::debug!(error:% = error; "the UDP tracker could not receive");
                    tokio::time::sleep(REST).await;
                    continue;
                }
            };
            let asker = SocketAddr::new(from.ip().to_canonical(), from.port());
            if !self.rendezvous.admits(asker.ip()) || !pace.admits(asker.ip(), Instant::now()) {
                continue;
            }
            let Some(reply) = self.reply(&buffer[..length], asker).await else { continue };
            if let Err(error) = self.socket.send_to(&reply, from).await {
                log::trace!(error:% = error; "the UDP tracker could not answer");
            }
        }
    }

    async fn reply(&self, datagram: &[u8], asker: SocketAddr) -> Option<Vec<u8>> {
        match self.ids.read(datagram, asker) {
            Request::Reply(reply) => Some(reply),
            Request::Announce(transaction, announce) => match self.rendezvous.announce(announce).await {
                Ok(reply) => {
                    let interval = self.rendezvous.settings().interval;
                    Some(udp::announced(transaction, asker.ip(), interval, &reply))
                }
                Err(Refusal::Stopping) => None,
                Err(refusal) => Some(udp::error(transaction, &refusal)),
            },
            Request::Scrape(transaction, swarms) => {
                let counts = self.rendezvous.scrape(swarms).await.ok()?;
                Some(udp::scraped(transaction, &counts))
            }
            Request::Drop(Dropped::Malformed | Dropped::Forged) => None,
        }
    }

    fn change_secret(&mut self) {
        let mut secret = [0; 16];
        match getrandom::fill(&mut secret) {
            Ok(()) => self.ids.rotate(secret),
            // The one that is there was random, too.
            Err(error) => log::warn!(error:% = error; "the system has no randomness"),
        }
    }
}
