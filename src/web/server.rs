//! The HTTP server: accepts, counts and bounds connections, and hands requests to the routes.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use super::rope::Answer;
use super::{App, Peer};
use crate::journal::Egress;
use crate::turnstile::Turnstile;

/// Connections at once. A thousand viewers hold two or three each; memory is 30 KB a connection. Threat: a
/// phone opens sockets until descriptors or memory are gone.
const MAX_CONNECTIONS: usize = 12_000;

/// Connections at once from one address: a whole venue may be behind one, and one phone is one.
const MAX_PER_ADDRESS: usize = 6_000;

/// A request's head has to arrive in this time. Threat: a sender that drips one byte a minute into each of a
/// thousand sockets.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);

/// The largest request head. Ours are below 1 KB; cookies of other sites on the same name make some longer.
const MAX_HEAD: usize = 16 << 10;

/// After a failed accept (no file descriptors left) the listener rests, so that it does not spin.
const ACCEPT_REST: Duration = Duration::from_millis(50);

/// How long an answer that is being written may take once the program stops.
const DRAIN: Duration = Duration::from_secs(2);

/// The bound HTTP port.
#[derive(Debug)]
pub struct Server {
    socket: TcpListener,
    app: App,
    egress: Egress,
}

impl Server {
    /// A server on a bound socket, which counts what it sends in `egress`.
    pub fn new(socket: TcpListener, app: App, egress: Egress) -> Self {
        Server { socket, app, egress }
    }

    /// The bound address.
    ///
    /// # Errors
    /// What the system says.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Serves until `stop`, then finishes what is being answered.
    pub async fn run(self, stop: CancellationToken) {
        let router = self.app.router();
        let turnstile = Turnstile::new(MAX_CONNECTIONS, MAX_PER_ADDRESS);
        let tasks = TaskTracker::new();
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT).max_buf_size(MAX_HEAD);
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => break,
                accepted = self.socket.accept() => accepted,
            };
            let (socket, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    log::debug!(error:% = error; "an HTTP connection could not be accepted");
                    tokio::time::sleep(ACCEPT_REST).await;
                    continue;
                }
            };
            let address = peer.ip().to_canonical();
            let Some(place) = turnstile.enter(address) else {
                log::debug!(address:% = address; "an HTTP connection above the limit was closed");
                continue;
            };
            // A connection that was reset at once has no address of ours any more, and nobody to answer.
            let Ok(local) = socket.local_addr() else { continue };
            let peer = Peer { address, local: local.ip().to_canonical() };
            self.app.desk().came_from(address);
            prepare(&socket);
            let (router, egress) = (router.clone(), self.egress.clone());
            let service = service_fn(move |mut request: hyper::Request<Incoming>| {
                request.extensions_mut().insert(peer);
                let (router, egress) = (router.clone(), egress.clone());
                async move { Ok::<_, Infallible>(answer(router, request, &egress).await) }
            });
            let connection = builder.serve_connection(TokioIo::new(socket), service).with_upgrades();
            let stop = stop.clone();
            tasks.spawn(async move {
                let mut connection = std::pin::pin!(connection);
                let ended = tokio::select! {
                    ended = connection.as_mut() => ended,
                    () = stop.cancelled() => {
                        connection.as_mut().graceful_shutdown();
                        match tokio::time::timeout(DRAIN, connection).await {
                            Ok(ended) => ended,
                            Err(_) => Ok(()),
                        }
                    }
                };
                if let Err(error) = ended {
                    // Phones leave in the middle of everything; that is no news.
                    log::trace!(error:% = error; "an HTTP connection ended");
                }
                drop(place);
            });
        }
        tasks.close();
        tasks.wait().await;
    }
}

async fn answer(
    router: axum::Router,
    request: hyper::Request<Incoming>,
    egress: &Egress,
) -> hyper::Response<Answer> {
    match router.oneshot(request.map(Body::new)).await {
        Ok(response) => Answer::to(response, egress),
        Err(never) => match never {},
    }
}

/// Parts are small and due now: nothing waits to be sent with what comes later.
fn prepare(socket: &TcpStream) {
    if let Err(error) = socket.set_nodelay(true) {
        log::trace!(error:% = error; "TCP_NODELAY could not be set");
    }
}
