//! The tracker over UDP (BEP 15).
//!
//! ```text
//!  connect ──▶ connection id, which only whoever hears at that address can know
//!  announce, scrape with the id ──▶ the table's reply
//! ```
//! The id is a keyed hash of the address under a secret that changes: nothing is kept per client, and a forged
//! source address gets at most as many bytes as were sent in its name.

use std::hash::Hasher;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use siphasher::sip::SipHasher24;

use super::announce::{Counts, Event, NativeAnnounce, NativeReply};
use crate::bittorrent::{InfoHash, PeerId};

/// How long a secret makes new ids; its ids are good for as long again. BEP 15 wants two minutes.
pub const SECRET_TIME: Duration = Duration::from_secs(120);

/// The longest reply, which crosses every LAN and tunnel unbroken.
pub const MAX_REPLY: usize = 1_200;

/// Swarms in one scrape (BEP 15: "up to about 74").
pub const MAX_SCRAPED: usize = 74;

const PROTOCOL: u64 = 0x0417_2710_1980;
const CONNECT: u32 = 0;
const ANNOUNCE: u32 = 1;
const SCRAPE: u32 = 2;
const ERROR: u32 = 3;

/// Makes and knows connection ids.
#[derive(Debug)]
pub struct ConnectionIds {
    current: [u8; 16],
    previous: [u8; 16],
}

/// What a datagram asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// This goes back at once.
    Reply(Vec<u8>),
    /// A client announces itself.
    Announce(Transaction, NativeAnnounce),
    /// It wants to know how large swarms are.
    Scrape(Transaction, Vec<InfoHash>),
    /// Nobody is answered.
    Drop(Dropped),
}

/// What a client knows its reply by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transaction(pub u32);

/// Why a datagram is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dropped {
    /// Not a request of BEP 15.
    Malformed,
    /// A connection id that this address was not given; the reply would be larger than the datagram.
    Forged,
}

impl ConnectionIds {
    /// Ids under two random secrets.
    pub fn new(current: [u8; 16], previous: [u8; 16]) -> Self {
        ConnectionIds { current, previous }
    }

    /// A new secret takes over; to be called every [`SECRET_TIME`].
    pub fn rotate(&mut self, secret: [u8; 16]) {
        self.previous = std::mem::replace(&mut self.current, secret);
    }

    /// Reads a datagram that came from `from`, a canonical address.
    pub fn read(&self, datagram: &[u8], from: SocketAddr) -> Request {
        let mut input = Reader(datagram);
        let head = (|| Some((input.u64()?, input.u32()?, input.u32()?)))();
        let Some((connection, action, transaction)) = head else { return Request::Drop(Dropped::Malformed) };
        if action == CONNECT {
            if connection != PROTOCOL {
                return Request::Drop(Dropped::Malformed);
            }
            let mut reply = header(CONNECT, Transaction(transaction));
            reply.extend(id(self.current, from.ip()).to_be_bytes());
            return Request::Reply(reply);
        }
        let transaction = Transaction(transaction);
        let known = [self.current, self.previous].iter().any(|secret| id(*secret, from.ip()) == connection);
        if !known {
            // A client from before a restart learns at once that it has to connect again.
            let reply = error(transaction, &"connect first");
            let fits = matches!(action, ANNOUNCE | SCRAPE) && reply.len() <= datagram.len();
            return if fits { Request::Reply(reply) } else { Request::Drop(Dropped::Forged) };
        }
        let request = match action {
            ANNOUNCE => announce(&mut input, from).map(|announce| Request::Announce(transaction, announce)),
            SCRAPE => scrape(&mut input).map(|hashes| Request::Scrape(transaction, hashes)),
            _ => return Request::Reply(error(transaction, &"this action is unknown")),
        };
        request.unwrap_or_else(|| Request::Reply(error(transaction, &"the request is malformed")))
    }
}

fn id(secret: [u8; 16], address: IpAddr) -> u64 {
    let mut hasher = SipHasher24::new_with_key(&secret);
    match address {
        IpAddr::V4(v4) => hasher.write(&v4.octets()),
        IpAddr::V6(v6) => hasher.write(&v6.octets()),
    }
    hasher.finish()
}

fn announce(input: &mut Reader<'_>, from: SocketAddr) -> Option<NativeAnnounce> {
    let (info_hash, peer_id) = (InfoHash(input.take()?), PeerId(input.take()?));
    let (_downloaded, left, _uploaded) = (input.u64()?, input.u64()?, input.u64()?);
    let event = match input.u32()? {
        1 => Event::Completed,
        2 => Event::Started,
        3 => Event::Stopped,
        _ => Event::Update,
    };
    let (_address, _key) = (input.u32()?, input.u32()?);
    let numwant = i32::from_be_bytes(input.take()?);
    let port = u16::from_be_bytes(input.take()?);
    // What follows are options (BEP 41), which this tracker has no use for.
    (port != 0).then_some(NativeAnnounce {
        info_hash,
        peer_id,
        event,
        complete: left == 0,
        numwant: usize::try_from(numwant).ok(),
        address: SocketAddr::new(from.ip(), port),
    })
}

fn scrape(input: &mut Reader<'_>) -> Option<Vec<InfoHash>> {
    let mut hashes = Vec::new();
    while let Some(hash) = input.take() {
        hashes.push(InfoHash(hash));
    }
    (input.0.is_empty() && (1..=MAX_SCRAPED).contains(&hashes.len())).then_some(hashes)
}

/// The reply to an announcement: peers of the asker's own family, as that is all that its format has place for.
pub fn announced(
    transaction: Transaction,
    asker: IpAddr,
    interval: Duration,
    reply: &NativeReply,
) -> Vec<u8> {
    let mut out = header(ANNOUNCE, transaction);
    put(&mut out, u32::try_from(interval.as_secs()).unwrap_or(u32::MAX));
    put(&mut out, reply.counts.incomplete);
    put(&mut out, reply.counts.complete);
    for peer in &reply.peers {
        let port = peer.address.port().to_be_bytes();
        let entry: Vec<u8> = match (asker, peer.address.ip()) {
            (IpAddr::V4(_), IpAddr::V4(ip)) => ip.octets().into_iter().chain(port).collect(),
            (IpAddr::V6(_), IpAddr::V6(ip)) => ip.octets().into_iter().chain(port).collect(),
            _ => continue,
        };
        if out.len() + entry.len() > MAX_REPLY {
            break;
        }
        out.extend(entry);
    }
    out
}

/// The reply to a scrape.
pub fn scraped(transaction: Transaction, counts: &[Counts]) -> Vec<u8> {
    let mut out = header(SCRAPE, transaction);
    for counts in counts {
        put(&mut out, counts.complete);
        put(&mut out, counts.downloaded);
        put(&mut out, counts.incomplete);
    }
    out
}

/// Why a request was not taken.
pub fn error(transaction: Transaction, reason: &dyn std::fmt::Display) -> Vec<u8> {
    let mut out = header(ERROR, transaction);
    out.extend(reason.to_string().into_bytes());
    out
}

fn header(action: u32, Transaction(transaction): Transaction) -> Vec<u8> {
    let mut out = Vec::with_capacity(64);
    put(&mut out, action);
    put(&mut out, transaction);
    out
}

fn put(out: &mut Vec<u8>, number: u32) {
    out.extend(number.to_be_bytes());
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_be_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.take().map(u64::from_be_bytes)
    }
}

#[cfg(test)]
#[path = "udp_tests.rs"]
mod tests;
