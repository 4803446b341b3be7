//! The box's own addresses, followed while they change: a cable is plugged, a lease comes or goes.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use if_addrs::{IfAddr, Interface};
use tokio_util::sync::CancellationToken;

use crate::access::Prefix;
use crate::rendezvous::Rendezvous;

/// How often the system is asked. It costs a tenth of a millisecond.
pub(super) const LOOK: Duration = Duration::from_secs(3);

/// Tells the meeting point which networks the box stands in.
#[derive(Debug)]
pub struct Interfaces {
    rendezvous: Rendezvous,
}

impl Interfaces {
    /// Follows the addresses for that meeting point.
    pub fn new(rendezvous: Rendezvous) -> Self {
        Interfaces { rendezvous }
    }

    /// Looks until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        let mut look = tokio::time::interval(LOOK);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = look.tick() => self.rendezvous.set_links(links()),
            }
        }
    }
}

fn links() -> Vec<Prefix> {
    let prefix = |interface: Interface| match interface.addr {
        IfAddr::V4(v4) => Prefix { address: IpAddr::V4(v4.ip), length: v4.prefixlen.into() },
        IfAddr::V6(v6) => Prefix { address: IpAddr::V6(v6.ip), length: v6.prefixlen.into() },
    };
    all().into_iter().map(prefix).collect()
}

/// The system's list; empty, and logged, where it has none.
pub(super) fn all() -> Vec<Interface> {
    if_addrs::get_if_addrs().unwrap_or_else(|error| {
        log::warn!(error:% = error; "the system does not say which addresses this box has");
        Vec::new()
    })
}

/// Whether a bound address can be reached from this machine alone: then nobody else is told of it.
pub fn is_loopback_only(bound: SocketAddr) -> bool {
    bound.ip().to_canonical().is_loopback()
}
