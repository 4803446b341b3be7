//! The tracker's UDP port (BEP 15).

use std::io;
use std::net::SocketAddr;

use tokio::net::UdpSocket;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::udp_port::{Limits, UdpPort};
use crate::rendezvous::Rendezvous;
use crate::tracker::Refusal;
use crate::tracker::udp::{self, ConnectionIds, Dropped, Request, SECRET_TIME};

/// A thousand clients announce ten times a second together; 74 info hashes have 1,496 bytes.
const LIMITS: Limits = Limits { answers: 10_000, answers_per_address: 1_000, request: 2_048 };

/// The bound port.
#[derive(Debug)]
pub struct UdpTracker {
    port: UdpPort,
    rendezvous: Rendezvous,
    ids: ConnectionIds,
}

impl UdpTracker {
    /// A tracker on a bound socket; both secrets are random.
    pub fn new(socket: UdpSocket, rendezvous: Rendezvous, secrets: [[u8; 16]; 2]) -> Self {
        let [current, previous] = secrets;
        let port = UdpPort::new(socket, rendezvous.clone(), LIMITS);
        UdpTracker { port, rendezvous, ids: ConnectionIds::new(current, previous) }
    }

    /// The bound address.
    ///
    /// # Errors
    /// What the system says.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.port.local_addr()
    }

    /// Answers until `stop`.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut secrets = tokio::time::interval_at(Instant::now() + SECRET_TIME, SECRET_TIME);
        loop {
            let (datagram, asker) = tokio::select! {
                () = stop.cancelled() => return,
                _ = secrets.tick() => {
                    self.change_secret();
                    continue;
                }
                request = self.port.next() => request,
            };
            let request = self.ids.read(datagram, asker.address);
            if let Some(reply) = self.reply(request, asker.address).await {
                self.port.answer(asker, &reply).await;
            }
        }
    }

    async fn reply(&self, request: Request, asker: SocketAddr) -> Option<Vec<u8>> {
        match request {
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
