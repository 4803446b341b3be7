//! The ports and the name that the box has on its own network beside HTTP and RTMP.

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::chance::random;
use super::config::{RunConfig, reachable};
use super::ports::{bind_udp, receive};
use super::sockets::Sockets;
use super::supervisor::Crew;
use super::telemetry::tell;
use crate::journal::{Journal, Note};
use crate::lan::{
    Advertisement, Interfaces, LocalDiscovery, Mdns, Ports, StunCount, StunResponder, UdpTracker,
};
use crate::rendezvous::Rendezvous;

/// The name before anybody else has it.
const HOST: &str = "venuebox";

/// What is bound, and not yet running.
#[derive(Debug)]
pub struct Lan {
    stun: StunResponder,
    udp_tracker: UdpTracker,
    interfaces: Interfaces,
    discovery: LocalDiscovery,
    /// What the box is called, once that is settled.
    name: watch::Sender<Option<String>>,
}

impl Lan {
    /// Takes or binds both ports, in the runtime that serves viewers.
    pub fn bind(config: &RunConfig, sockets: &mut Sockets, rendezvous: &Rendezvous) -> anyhow::Result<Self> {
        let stun = receive(sockets, "stun", || bind_udp(config.stun, "STUN", "--stun"))?;
        let tracker =
            receive(sockets, "tracker-udp", || bind_udp(config.tracker_udp, "UDP tracker", "--tracker-udp"))?;
        Ok(Lan {
            stun: StunResponder::new(stun, rendezvous.clone()),
            udp_tracker: UdpTracker::new(tracker, rendezvous.clone(), [random()?, random()?]),
            interfaces: Interfaces::new(rendezvous.clone()),
            discovery: LocalDiscovery::new(rendezvous, random()?),
            name: watch::Sender::new(None),
        })
    }

    /// The UDP tracker's port.
    pub fn tracker_port(&self) -> anyhow::Result<u16> {
        Ok(self.udp_tracker.local_addr()?.port())
    }

    /// What the box is called on its network, such as `venuebox.local`; `None` before that is settled, and without
    /// multicast.
    pub fn name(&self) -> watch::Receiver<Option<String>> {
        self.name.subscribe()
    }

    /// How many STUN answers, and at which port.
    pub fn stun(&self) -> anyhow::Result<(StunCount, u16)> {
        Ok((self.stun.count(), self.stun.local_addr()?.port()))
    }

    /// Starts all of it. The operator reads in the journal of a name that somebody else has.
    pub fn spawn(self, crew: &mut Crew, ports: Ports, journal: Journal) -> anyhow::Result<()> {
        let (stun, tracker) = (self.stun.local_addr()?, self.udp_tracker.local_addr()?);
        crew.spawn("STUN", |stop| async move { self.stun.run(stop).await });
        crew.spawn("UDP tracker", |stop| async move { self.udp_tracker.run(stop).await });
        crew.spawn("interfaces", |stop| async move { self.interfaces.run(stop).await });
        crew.spawn("local discovery", |stop| async move { self.discovery.run(stop).await });
        tell(&format!("tracker  udp://{}/announce", reachable(tracker)));
        tell(&format!("stun     stun:{}", reachable(stun)));
        if !crate::lan::is_loopback_only(ports.http) {
            let advertisement = Advertisement { host: HOST.into(), title: HOST.into(), ports };
            // A box without multicast is found by its address.
            let name = self.name.subscribe();
            match Mdns::new(&advertisement, self.name) {
                Ok(mdns) => {
                    crew.spawn("multicast DNS", |stop| async move {
                        if let Err(error) = mdns.run(stop.clone()).await {
                            log::warn!("{error}");
                            stop.cancelled().await;
                        }
                    });
                    crew.spawn("name", |stop| async move { watch_name(name, &journal, &stop).await });
                }
                Err(error) => log::warn!("{error}"),
            }
        }
        Ok(())
    }
}

/// Tells the operator when the box goes by another name than theirs, until `stop`.
async fn watch_name(mut name: watch::Receiver<Option<String>>, journal: &Journal, stop: &CancellationToken) {
    let own = format!("{HOST}.local");
    while let Some(Ok(())) = stop.run_until_cancelled(name.changed()).await {
        let other = name.borrow_and_update().clone().filter(|name| *name != own);
        if let Some(name) = other {
            journal.note(Note::NameTaken { name });
        }
    }
    stop.cancelled().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_operator_is_told_of_a_name_that_somebody_else_has_and_of_none_that_is_ours() {
        let (journal, stop) = (Journal::new(), CancellationToken::new());
        let mut news = journal.news();
        let (name, told) = watch::channel(None);
        let watching = async {
            for heard in ["venuebox.local", "venuebox-2.local"] {
                name.send_replace(Some(heard.to_owned()));
                tokio::task::yield_now().await;
            }
            let first = news.recv().await.unwrap();
            assert!(first.more.unwrap().contains("venuebox-2.local"));
            stop.cancel();
        };
        tokio::join!(watching, watch_name(told, &journal, &stop));
    }
}
