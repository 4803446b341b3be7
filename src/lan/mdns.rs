//! The box's name on its network (RFC 6762, 6763): `venuebox.local`, and what it serves there.
//!
//! ```text
//!  probing ──▶ announced ──▶ goodbye
//!     └─ somebody has the name: venuebox-2.local, and so on
//! ```
//! The daemon of `mdns-sd` has a thread of its own, as multicast sockets of every interface are polled in it. It
//! follows the addresses of the box by itself, link-local ones among them.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use mdns_sd::{DaemonEvent, IfKind, ServiceDaemon, ServiceInfo};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// How often the daemon looks for new addresses, seconds.
const LOOK: u32 = 3;

/// How long goodbyes may take.
const GOODBYE: Duration = Duration::from_millis(500);

/// The name cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("the box cannot be found as {name} on this network: {cause}")]
pub struct MdnsError {
    name: String,
    cause: mdns_sd::Error,
}

/// Where the box's services are bound.
#[derive(Clone, Copy, Debug)]
pub struct Ports {
    /// Pages, and the tracker beside them.
    pub http: SocketAddr,
    /// Encoders.
    pub rtmp: SocketAddr,
}

/// What is advertised.
#[derive(Clone, Debug)]
pub struct Advertisement {
    /// The host's name without `.local`, such as `venuebox`.
    pub host: String,
    /// What people read in lists of services, such as `venuebox`.
    pub title: String,
    /// Where the services are.
    pub ports: Ports,
}

/// The advertised name.
pub struct Mdns {
    daemon: ServiceDaemon,
    services: Vec<ServiceInfo>,
    name: watch::Sender<Option<String>>,
}

impl fmt::Debug for Mdns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mdns").field("services", &self.services).finish_non_exhaustive()
    }
}

impl Mdns {
    /// Prepares the daemon; nothing is said before [`Mdns::run`]. The name in use, such as `venuebox.local`, is told
    /// through the `watch`: nothing, while it is not known.
    ///
    /// # Errors
    /// [`MdnsError`] when the system has no multicast for us.
    pub fn new(
        advertisement: &Advertisement,
        name: watch::Sender<Option<String>>,
    ) -> Result<Self, MdnsError> {
        let host = format!("{}.local.", advertisement.host);
        let failed = |cause| MdnsError { name: shown(&host), cause };
        let daemon = ServiceDaemon::new().map_err(failed)?;
        let configured = || {
            daemon.disable_interface(vec![IfKind::LoopbackV4, IfKind::LoopbackV6])?;
            daemon.set_ip_check_interval(LOOK)?;
            // `_bittorrent-tracker` (BEP 22) is longer than the 15 bytes of RFC 6763.
            daemon.set_service_name_len_max(30)
        };
        configured().map_err(failed)?;
        let Ports { http, rtmp } = advertisement.ports;
        // RFC 6763 6: a TXT record is there even where it says little.
        let kinds = [
            ("_http._tcp.local.", http, [("path", "/")]),
            ("_rtmp._tcp.local.", rtmp, [("path", "/live")]),
            ("_bittorrent-tracker._tcp.local.", http, [("path", "/announce")]),
        ];
        let mut services = Vec::new();
        for (kind, bound, texts) in kinds {
            let (title, port) = (advertisement.title.as_str(), bound.port());
            let service = match bound.ip().to_canonical() {
                ip if ip.is_loopback() => continue,
                ip if ip.is_unspecified() => {
                    let none: &[IpAddr] = &[];
                    ServiceInfo::new(kind, title, &host, none, port, &texts[..])
                        .map(ServiceInfo::enable_addr_auto)
                }
                ip => ServiceInfo::new(kind, title, &host, ip, port, &texts[..]),
            };
            services.push(service.map_err(failed)?);
        }
        Ok(Mdns { daemon, services, name })
    }

    /// Advertises until `stop`, then says goodbye.
    ///
    /// # Errors
    /// [`MdnsError`] when the daemon takes no service.
    pub async fn run(self, stop: CancellationToken) -> Result<(), MdnsError> {
        let host = self.services.first().map(|service| service.get_hostname().to_owned()).unwrap_or_default();
        let failed = |cause| MdnsError { name: shown(&host), cause };
        let events = self.daemon.monitor().map_err(failed)?;
        for service in &self.services {
            self.daemon.register(service.clone()).map_err(failed)?;
        }
        let mut in_use = host.clone();
        loop {
            let event = tokio::select! {
                () = stop.cancelled() => break,
                event = events.recv_async() => event,
            };
            match event {
                Ok(DaemonEvent::Announce(..)) => self.tell(&in_use),
                Ok(DaemonEvent::NameChange(change)) if change.original.eq_ignore_ascii_case(&in_use) => {
                    in_use = change.new_name;
                    log::warn!(name = shown(&in_use); "another device has the box's name on this network");
                    self.tell(&in_use);
                }
                Ok(DaemonEvent::NameChange(change)) => {
                    log::info!(from = change.original, to = change.new_name; "renamed");
                }
                Ok(DaemonEvent::Error(error)) => log::debug!(error:% = error; "multicast DNS"),
                Ok(_) => {}
                // The daemon is gone; live goes on without a name.
                Err(_) => {
                    log::warn!("multicast DNS has stopped; the box is found by its address alone");
                    self.name.send_replace(None);
                    stop.cancelled().await;
                    return Ok(());
                }
            }
        }
        self.say_goodbye().await;
        Ok(())
    }

    fn tell(&self, host: &str) {
        self.name.send_if_modified(|name| {
            let newer = Some(shown(host));
            let changed = *name != newer;
            *name = newer;
            changed
        });
    }

    async fn say_goodbye(&self) {
        let goodbye = async {
            for service in &self.services {
                if let Ok(done) = self.daemon.unregister(service.get_fullname()) {
                    // Its sender is dropped if the daemon is gone.
                    let _ = done.recv_async().await;
                }
            }
            if let Ok(done) = self.daemon.shutdown() {
                let _ = done.recv_async().await;
            }
        };
        if tokio::time::timeout(GOODBYE, goodbye).await.is_err() {
            log::debug!("multicast DNS took too long to say goodbye");
        }
    }
}

/// A host's name without the root's dot.
fn shown(host: &str) -> String {
    host.trim_end_matches('.').to_owned()
}
