//! The STUN port: a browser learns its own address from it, so that viewers find each other where multicast is
//! filtered.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::pace::Pace;
use crate::rendezvous::Rendezvous;
use crate::stun;

/// Answers a second, in all and to one address. A page asks twice for each of up to 16 connections, a thousand pages
/// within a minute. Threat: the box as an amplifier in forged names.
const MAX_ANSWERS: u32 = 5_000;
const MAX_ANSWERS_PER_ADDRESS: u32 = 500;

/// Longer requests are cut, and so refused.
const MAX_REQUEST: usize = 1_500;

/// After a failed receive the port rests, so that it does not spin.
const REST: Duration = Duration::from_millis(50);

/// How many were told their address since the start; clones read the same count.
#[derive(Clone, Debug, Default)]
pub struct StunCount(Arc<AtomicU64>);

impl StunCount {
    /// The count.
    pub fn answers(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The bound port.
#[derive(Debug)]
pub struct StunResponder {
    socket: UdpSocket,
    rendezvous: Rendezvous,
    count: StunCount,
}

impl StunResponder {
    /// A responder on a bound socket; whom it answers is the meeting point's rule.
    pub fn new(socket: UdpSocket, rendezvous: Rendezvous) -> Self {
        StunResponder { socket, rendezvous, count: StunCount::default() }
    }

    /// How many it answers.
    pub fn count(&self) -> StunCount {
        self.count.clone()
    }

    /// The bound address.
    ///
    /// # Errors
    /// What the system says.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Answers until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        let mut buffer = vec![0; MAX_REQUEST];
        let mut pace = Pace::new(MAX_ANSWERS, MAX_ANSWERS_PER_ADDRESS, Instant::now());
        loop {
            let received = tokio::select! {
                () = stop.cancelled() => return,
                received = self.socket.recv_from(&mut buffer) => received,
            };
            let (length, from) = match received {
                Ok(received) => received,
                Err(error) => {
                    log::debug!(error:% = error; "the STUN port could not receive");
                    tokio::time::sleep(REST).await;
                    continue;
                }
            };
            let asker = SocketAddr::new(from.ip().to_canonical(), from.port());
            if !self.rendezvous.admits(asker.ip()) || !pace.admits(asker.ip(), Instant::now()) {
                continue;
            }
            match stun::answer(&buffer[..length], asker) {
                Ok(reply) => {
                    self.count.0.fetch_add(1, Ordering::Relaxed);
                    if let Err(error) = self.socket.send_to(&reply, from).await {
                        log::trace!(error:% = error; "the STUN port could not answer");
                    }
                }
                Err(reason) => log::trace!(reason:% = reason, address:% = asker; "no answer"),
            }
        }
    }
}
