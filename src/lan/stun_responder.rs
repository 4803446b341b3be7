//! The STUN port: a browser learns its own address from it, so that viewers find each other where multicast is
//! filtered.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::net::UdpSocket;
use tokio_util::sync::CancellationToken;

use super::udp_port::{Limits, UdpPort};
use crate::rendezvous::Rendezvous;
use crate::stun;

/// A page asks twice for each of up to 16 connections, a thousand pages within a minute.
const LIMITS: Limits = Limits { answers: 5_000, answers_per_address: 500, request: 1_500 };

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
    port: UdpPort,
    count: StunCount,
}

impl StunResponder {
    /// A responder on a bound socket; whom it answers is the meeting point's rule.
    pub fn new(socket: UdpSocket, rendezvous: Rendezvous) -> Self {
        StunResponder { port: UdpPort::new(socket, rendezvous, LIMITS), count: StunCount::default() }
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
        self.port.local_addr()
    }

    /// Answers until `stop`.
    pub async fn run(mut self, stop: CancellationToken) {
        while let Some((request, asker)) = stop.run_until_cancelled(self.port.next()).await {
            match stun::answer(request, asker.address) {
                Ok(reply) => {
                    self.count.0.fetch_add(1, Ordering::Relaxed);
                    self.port.answer(asker, &reply).await;
                }
                Err(reason) => log::trace!(reason:% = reason, address:% = asker.address; "no answer"),
            }
        }
    }
}
