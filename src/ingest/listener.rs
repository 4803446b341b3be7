//! The RTMP listener: accepts, counts and bounds connections.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::connection::Connection;
use super::stream_key::KeyRing;
use crate::journal::Journal;
use crate::live::Hub;
use crate::rtmp::handshake::RANDOM;
use crate::turnstile::Turnstile;

/// Connections at once. Threat: a phone in the audience opens sockets until none are left; a venue has a
/// handful of encoders.
const MAX_CONNECTIONS: usize = 64;

/// Connections at once from one address. Encoders behind one NAT are few; a phone is one address.
const MAX_PER_ADDRESS: usize = 8;

/// After a failed accept (no file descriptors left) the listener rests, so that it does not spin.
const ACCEPT_REST: Duration = Duration::from_millis(100);

/// What the listener needs to know.
#[derive(Clone, Debug)]
pub struct Config {
    /// The keys that may publish.
    pub keys: KeyRing,
    /// Where the operator reads who was refused.
    pub journal: Journal,
}

/// The bound RTMP port.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    config: Config,
    hub: Hub,
}

impl Listener {
    /// A listener on a bound socket whose encoders feed `hub`.
    pub fn new(socket: TcpListener, config: Config, hub: Hub) -> Self {
        Listener { socket, config, hub }
    }

    /// The bound address.
    ///
    /// # Errors
    /// What the system says.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Accepts until `stop`, then waits for the connections to close.
    pub async fn run(self, stop: CancellationToken) {
        let turnstile = Turnstile::new(MAX_CONNECTIONS, MAX_PER_ADDRESS);
        let tasks = TaskTracker::new();
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => break,
                accepted = self.socket.accept() => accepted,
            };
            let (socket, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    log::warn!(error:% = error; "an RTMP connection could not be accepted");
                    tokio::time::sleep(ACCEPT_REST).await;
                    continue;
                }
            };
            let address = peer.ip().to_canonical();
            let Some(place) = turnstile.enter(address) else {
                log::debug!(address:% = address; "an RTMP connection above the limit was closed");
                continue;
            };
            let mut random = [0; RANDOM];
            // The handshake's filler needs to differ, not to be secret; zeros would do as well.
            let _ = getrandom::fill(&mut random);
            let connection = Connection::new(socket, address, random, self.config.clone(), self.hub.clone());
            let stop = stop.clone();
            tasks.spawn(async move {
                connection.run(stop).await;
                drop(place);
            });
        }
        tasks.close();
        tasks.wait().await;
    }
}
