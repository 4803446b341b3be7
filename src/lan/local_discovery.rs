//! Local service discovery (BEP 14): native clients on this network hear which torrents the box seeds.
//!
//! Announced only; whoever hears it connects to the seeder.

use std::collections::{HashMap, HashSet};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use if_addrs::{IfAddr, Interface};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::interfaces;
use crate::bittorrent::InfoHash;
use crate::rendezvous::{Rendezvous, Seeded};

const V4: (Ipv4Addr, u16) = (Ipv4Addr::new(239, 192, 152, 143), 6771);
const V6: (Ipv6Addr, u16) = (Ipv6Addr::new(0xff15, 0, 0, 0, 0, 0, 0xefc0, 0x988f), 6771);

/// A torrent is announced again after so long (BEP 14: five minutes).
const AGAIN: Duration = Duration::from_secs(300);

/// Between two announcements (BEP 14 asks for one a minute and torrent; ours share datagrams). Threat: a segment a
/// second means a multicast a second, which Wi-Fi sends at its slowest rate.
const GAP: Duration = Duration::from_secs(10);

/// Torrents in one datagram: 20 lines of 51 bytes and the head stay below the 1,400 bytes of BEP 14.
const MAX_NAMED: usize = 20;

/// Announces what the seeder has.
#[derive(Debug)]
pub struct LocalDiscovery {
    seeded: watch::Receiver<Seeded>,
    cookie: String,
}

impl LocalDiscovery {
    /// The cookie is random; by it the box would know its own announcements.
    pub fn new(rendezvous: &Rendezvous, cookie: [u8; 4]) -> Self {
        let cookie = format!("{:08x}", u32::from_be_bytes(cookie));
        LocalDiscovery { seeded: rendezvous.seeded(), cookie }
    }

    /// Announces until `stop`.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut round = Round::default();
        loop {
            let seeded = self.seeded.borrow_and_update().clone();
            let now = Instant::now();
            if seeded.port != 0 {
                let named = round.due(now, &seeded.torrents);
                if !named.is_empty() {
                    announce(seeded.port, &self.cookie, &named);
                }
            }
            tokio::select! {
                () = stop.cancelled() => return,
                // What is new waits for the gap to pass.
                Ok(()) = self.seeded.changed(), if round.may(now) => {}
                () = tokio::time::sleep(GAP) => {}
            }
        }
    }
}

/// When which torrent was announced.
#[derive(Debug, Default)]
struct Round {
    last: Option<Instant>,
    announced: HashMap<InfoHash, Instant>,
}

impl Round {
    fn may(&self, now: Instant) -> bool {
        self.last.is_none_or(|last| now.duration_since(last) >= GAP)
    }

    /// Those whose turn it is: never announced, or long ago.
    fn due(&mut self, now: Instant, torrents: &[InfoHash]) -> Vec<InfoHash> {
        if !self.may(now) {
            return Vec::new();
        }
        self.announced.retain(|torrent, at| torrents.contains(torrent) && now.duration_since(*at) < AGAIN);
        let due = torrents.iter().filter(|torrent| !self.announced.contains_key(torrent));
        let due: Vec<InfoHash> = due.take(MAX_NAMED).copied().collect();
        if !due.is_empty() {
            self.last = Some(now);
            self.announced.extend(due.iter().map(|torrent| (*torrent, now)));
        }
        due
    }
}

fn announce(port: u16, cookie: &str, torrents: &[InfoHash]) {
    let mut sixes = HashSet::new();
    for interface in interfaces::all().iter().filter(|interface| !interface.is_loopback()) {
        // An interface has several IPv6 addresses and one link.
        if interface.ip().is_ipv6() && !sixes.insert(interface.index) {
            continue;
        }
        let (group, sent) = match &interface.addr {
            IfAddr::V4(_) => (SocketAddr::from(V4), send(interface, V4.into(), port, cookie, torrents)),
            IfAddr::V6(_) => (SocketAddr::from(V6), send(interface, V6.into(), port, cookie, torrents)),
        };
        if let Err(error) = sent {
            log::debug!(error:% = error, interface = interface.name, group:% = group; "not announced");
        }
    }
}

fn send(
    interface: &Interface,
    group: SocketAddr,
    port: u16,
    cookie: &str,
    torrents: &[InfoHash],
) -> io::Result<()> {
    let socket = Socket::new(Domain::for_address(group), Type::DGRAM, Some(Protocol::UDP))?;
    match interface.ip() {
        IpAddr::V4(own) => socket.set_multicast_if_v4(&own)?,
        IpAddr::V6(_) => socket.set_multicast_if_v6(interface.index.unwrap_or_default())?,
    }
    // One datagram, which the kernel takes or refuses at once.
    socket.set_nonblocking(true)?;
    socket.send_to(message(group, port, cookie, torrents).as_bytes(), &group.into())?;
    Ok(())
}

fn message(group: SocketAddr, port: u16, cookie: &str, torrents: &[InfoHash]) -> String {
    let hashes: String = torrents.iter().map(|torrent| format!("Infohash: {torrent}\r\n")).collect();
    format!("BT-SEARCH * HTTP/1.1\r\nHost: {group}\r\nPort: {port}\r\n{hashes}cookie: {cookie}\r\n\r\n\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_announcement_is_that_of_bep_14_and_fits_a_datagram() {
        let text = message(V4.into(), 6881, "0badcafe", &[InfoHash([0xab; 20])]);
        let expected = format!(
            "BT-SEARCH * HTTP/1.1\r\nHost: 239.192.152.143:6771\r\nPort: 6881\r\nInfohash: {}\r\n\
             cookie: 0badcafe\r\n\r\n\r\n",
            "ab".repeat(20)
        );
        assert_eq!(text, expected);
        let longest = message(V6.into(), 65_535, "0badcafe", &[InfoHash([1; 20]); MAX_NAMED]);
        assert!(longest.contains("Host: [ff15::efc0:988f]:6771\r\n") && longest.len() < 1_400);
    }

    #[test]
    fn new_torrents_are_announced_together_and_old_ones_after_five_minutes() {
        let (now, torrents) = (Instant::now(), [InfoHash([1; 20]), InfoHash([2; 20]), InfoHash([3; 20])]);
        let mut round = Round::default();
        assert_eq!(round.due(now, &torrents[..2]), torrents[..2]);
        assert_eq!(round.due(now + GAP / 2, &torrents), [], "not so soon");
        assert_eq!(round.due(now + GAP, &torrents), torrents[2..]);
        assert_eq!(round.due(now + AGAIN, &torrents), torrents[..2]);
        assert_eq!(round.due(now + 2 * AGAIN, &[]), []);
        assert!(round.announced.is_empty(), "what is no longer seeded is forgotten");
    }
}
