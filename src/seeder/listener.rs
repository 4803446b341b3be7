//! The TCP door, 6881.

use std::sync::Arc;
use std::time::Duration;

use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::connection::serve;
use super::exchange::Exchange;
use crate::rendezvous::Rendezvous;

/// After a failed accept (no file descriptors left) the listener rests, so that it does not spin.
const ACCEPT_REST: Duration = Duration::from_millis(50);

/// What the system may hold for a peer that does not read. Threat: 256 sockets that grew to megabytes each.
const SEND_BUFFER: usize = 512 << 10;

/// Accepts peers whom the tracker would serve too, until `stop`.
pub async fn listen(
    socket: TcpListener,
    exchange: Arc<Exchange>,
    rendezvous: Rendezvous,
    stop: CancellationToken,
) {
    let tasks = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = socket.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                log::debug!(error:% = error; "a peer could not be accepted");
                tokio::time::sleep(ACCEPT_REST).await;
                continue;
            }
        };
        let address = peer.ip().to_canonical();
        // A box with a public address would upload to whoever has learned an info hash.
        if !rendezvous.admits(address) {
            log::debug!(address:% = address; "a peer from outside the network was sent away");
            continue;
        }
        let Some(place) = exchange.turnstile.enter(address) else {
            log::debug!(address:% = address; "a peer above the limit was sent away");
            continue;
        };
        prepare(&stream);
        let (exchange, stop) = (Arc::clone(&exchange), stop.clone());
        tasks.spawn(async move {
            if let Err(ended) = serve(stream, Arc::clone(&exchange), stop).await {
                if ended.is_abuse() {
                    exchange.note_dropped();
                }
                log::debug!(address:% = address; "a peer was let go: {ended}");
            }
            drop(place);
        });
    }
    tasks.close();
    tasks.wait().await;
}

fn prepare(stream: &TcpStream) {
    let set = stream.set_nodelay(true).and_then(|()| SockRef::from(stream).set_send_buffer_size(SEND_BUFFER));
    if let Err(error) = set {
        log::trace!(error:% = error; "a peer's socket could not be set up");
    }
}
