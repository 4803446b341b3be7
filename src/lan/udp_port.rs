//! A UDP port at which everybody is answered whom the meeting point admits, and no more often than is fair.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::time::Instant;

use super::pace::Pace;
use crate::rendezvous::Rendezvous;

/// After a failed receive the port rests, so that it does not spin.
const REST: Duration = Duration::from_millis(50);

/// What is answered at the most.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Answers a second, in all. Threat: the box as an amplifier, flooded in forged names.
    pub answers: u32,
    /// Of those to one address, behind which a whole venue may be.
    pub answers_per_address: u32,
    /// The longest request, bytes; longer ones are cut, and so refused.
    pub request: usize,
}

/// Who asked.
#[derive(Clone, Copy, Debug)]
pub struct Asker {
    /// In the form that addresses have everywhere in the box.
    pub address: SocketAddr,
    from: SocketAddr,
}

/// The bound port.
#[derive(Debug)]
pub struct UdpPort {
    socket: UdpSocket,
    rendezvous: Rendezvous,
    pace: Pace,
    buffer: Vec<u8>,
}

impl UdpPort {
    /// A port on a bound socket; whom it answers is the meeting point's rule.
    pub fn new(socket: UdpSocket, rendezvous: Rendezvous, limits: Limits) -> Self {
        let pace = Pace::new(limits.answers, limits.answers_per_address, Instant::now());
        UdpPort { socket, rendezvous, pace, buffer: vec![0; limits.request] }
    }

    /// The bound address.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// The next request of somebody who is to be answered. Nothing is lost where this is given up.
    pub async fn next(&mut self) -> (&[u8], Asker) {
        let (length, asker) = loop {
            let (length, from) = match self.socket.recv_from(&mut self.buffer).await {
                Ok(received) => received,
                Err(error) => {
                    log::debug!(error:% = error; "a UDP port could not receive");
                    tokio::time::sleep(REST).await;
                    continue;
                }
            };
            let address = SocketAddr::new(from.ip().to_canonical(), from.port());
            if self.rendezvous.admits(address.ip()) && self.pace.admits(address.ip(), Instant::now()) {
                break (length, Asker { address, from });
            }
        };
        (&self.buffer[..length], asker)
    }

    /// Answers. Whatever becomes of a datagram, whoever asked asks again.
    pub async fn answer(&self, asker: Asker, reply: &[u8]) {
        if let Err(error) = self.socket.send_to(reply, asker.from).await {
            log::trace!(error:% = error; "a UDP port could not answer");
        }
    }
}
