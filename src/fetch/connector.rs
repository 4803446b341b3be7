//! Connections to checked addresses: a name is resolved, each of its addresses checked, and exactly the checked one
//! connected to, so that a name which resolves to something else a moment later (DNS rebinding) gains nothing.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::Uri;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tower::Service;

use crate::access::{Forbidden, Outgoing};

/// One address must answer by then; the next one is tried.
const CONNECT: Duration = Duration::from_secs(4);

/// Addresses of one name that are tried. Threat: a name with hundreds of them.
const MAX_ADDRESSES: usize = 4;

/// Connects where the rule allows it.
#[derive(Clone, Debug)]
pub(super) struct Connector {
    rule: Outgoing,
}

impl Connector {
    pub fn new(rule: Outgoing) -> Self {
        Connector { rule }
    }

    async fn connect(self, uri: Uri) -> io::Result<TokioIo<TcpStream>> {
        let host = uri.host().map(|host| host.trim_matches(['[', ']'])).unwrap_or_default();
        let secure = uri.scheme_str() == Some("https");
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let addresses: Vec<SocketAddr> = match host.parse::<IpAddr>() {
            Ok(address) => vec![SocketAddr::new(address, port)],
            Err(_) => lookup_host((host, port)).await?.take(MAX_ADDRESSES).collect(),
        };
        let mut last = io::Error::other("its name has no address");
        // The rule knows an IPv6 host as URLs write it.
        let written = uri.host().unwrap_or_default();
        for address in addresses {
            let connected = match self.rule.check_address(written, port, address.ip()) {
                Ok(()) => timeout(CONNECT, TcpStream::connect(address)).await,
                Err(forbidden) => Ok(Err(forbidden_error(forbidden))),
            };
            match connected {
                Ok(Ok(socket)) => {
                    let _ = socket.set_nodelay(true);
                    return Ok(TokioIo::new(socket));
                }
                Ok(Err(error)) => last = error,
                Err(_) => last = io::ErrorKind::TimedOut.into(),
            }
        }
        Err(last)
    }
}

fn forbidden_error(forbidden: Forbidden) -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, forbidden)
}

impl Service<Uri> for Connector {
    type Response = TokioIo<TcpStream>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(self.clone().connect(uri))
    }
}
