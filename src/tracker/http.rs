//! The tracker over HTTP: queries of BEP 3, 23 and 48 in, bencode out, with BEP 7's `peers6`.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::announce::{Counts, Event, NativeAnnounce, NativeReply};
use super::message::event;
use crate::bittorrent::bencode::Value::{self, Bytes, Dictionary, Integer, List};
use crate::bittorrent::{InfoHash, PeerId};

/// Swarms that one scrape may name (what BEP 15 has).
pub const MAX_SCRAPED: usize = 74;

/// The query is none of an announcement or scrape; the text is the client's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// Missing, or not 20 bytes.
    #[error("info_hash is 20 bytes, percent-encoded")]
    InfoHash,
    /// Missing, or not 20 bytes.
    #[error("peer_id is 20 bytes, percent-encoded")]
    PeerId,
    /// Missing, or no port.
    #[error("port is a number from 1 to 65535")]
    Port,
    /// A number that is none.
    #[error("uploaded, downloaded, left and numwant are whole numbers")]
    Number,
    /// The same name twice.
    #[error("a name stands there twice")]
    Twice,
    /// [`MAX_SCRAPED`].
    #[error("one scrape may name at most {MAX_SCRAPED} swarms")]
    TooMany,
    /// A scrape of everything.
    #[error("name the info_hash that you want to know of")]
    Everything,
    /// `%` without two hexadecimal digits.
    #[error("the query is not percent-encoded")]
    Encoding,
}

/// An announcement, and how its reply is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Query {
    /// The announcement.
    pub announce: NativeAnnounce,
    /// BEP 23: addresses as strings of six bytes.
    pub compact: bool,
    /// Without names of peers, where they would stand.
    pub no_peer_id: bool,
}

/// Reads an announcement; `asker` is where the request came from.
///
/// # Errors
/// [`QueryError`] when it is none.
pub fn read_announce(query: &str, asker: IpAddr) -> Result<Query, QueryError> {
    let (mut info_hash, mut peer_id, mut port, mut left, mut numwant) = (None, None, None, None, None);
    let (mut why, mut compact, mut no_peer_id) = (Event::Update, true, false);
    for (name, value) in fields(query) {
        let twice = match name {
            "info_hash" => {
                let hash = InfoHash::from_bytes(&decode(value)?).ok_or(QueryError::InfoHash)?;
                info_hash.replace(hash).is_some()
            }
            "peer_id" => {
                let id = PeerId::from_bytes(&decode(value)?).ok_or(QueryError::PeerId)?;
                peer_id.replace(id).is_some()
            }
            "port" => {
                let number = value.parse::<u16>().ok().filter(|port| *port != 0);
                port.replace(number.ok_or(QueryError::Port)?).is_some()
            }
            "left" => left.replace(number(value)?).is_some(),
            "uploaded" | "downloaded" => {
                number(value)?;
                false
            }
            "numwant" => numwant.replace(number(value)?).is_some(),
            "event" => {
                why = event(value);
                false
            }
            "compact" => {
                compact = value != "0";
                false
            }
            "no_peer_id" => {
                no_peer_id = value == "1";
                false
            }
            // `ip`, `ipv4` and `ipv6` among the others.
            _ => false,
        };
        if twice {
            return Err(QueryError::Twice);
        }
    }
    let announce = NativeAnnounce {
        info_hash: info_hash.ok_or(QueryError::InfoHash)?,
        peer_id: peer_id.ok_or(QueryError::PeerId)?,
        event: why,
        complete: left == Some(0),
        numwant: numwant.and_then(|number| usize::try_from(number).ok()),
        address: SocketAddr::new(asker, port.ok_or(QueryError::Port)?),
    };
    Ok(Query { announce, compact, no_peer_id })
}

/// Reads a scrape.
///
/// # Errors
/// [`QueryError`] when it is none.
pub fn read_scrape(query: &str) -> Result<Vec<InfoHash>, QueryError> {
    let mut hashes = Vec::new();
    for (_, value) in fields(query).filter(|(name, _)| *name == "info_hash") {
        if hashes.len() >= MAX_SCRAPED {
            return Err(QueryError::TooMany);
        }
        hashes.push(InfoHash::from_bytes(&decode(value)?).ok_or(QueryError::InfoHash)?);
    }
    if hashes.is_empty() { Err(QueryError::Everything) } else { Ok(hashes) }
}

fn fields(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query.split('&').map(|field| field.split_once('=').unwrap_or((field, "")))
}

/// A number; some clients say -1 where they mean that they do not know.
fn number(text: &str) -> Result<i64, QueryError> {
    // Larger ones than any file are as large as can be.
    match text.parse::<i128>() {
        Ok(number) => Ok(i64::try_from(number).unwrap_or(i64::MAX)),
        Err(_) => Err(QueryError::Number),
    }
}

fn decode(text: &str) -> Result<Vec<u8>, QueryError> {
    let mut bytes = Vec::with_capacity(20);
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let byte = match byte {
            b'%' => {
                let mut digit = || {
                    let digit = rest.next().and_then(|digit| char::from(digit).to_digit(16));
                    digit.and_then(|digit| u8::try_from(digit).ok()).ok_or(QueryError::Encoding)
                };
                (digit()? << 4) | digit()?
            }
            b'+' => b' ',
            byte => byte,
        };
        // No name is longer, and what is too long anyway is not kept.
        if bytes.len() > 20 {
            return Ok(bytes);
        }
        bytes.push(byte);
    }
    Ok(bytes)
}

/// The reply to an announcement.
pub fn announced(query: &Query, interval: Duration, min_interval: Duration, reply: &NativeReply) -> Vec<u8> {
    let mut entries = numbers(reply.counts).to_vec();
    entries.extend([(&b"interval"[..], seconds(interval)), (b"min interval", seconds(min_interval))]);
    let (v4, v6) = compact(reply);
    let addresses: Vec<String> = reply.peers.iter().map(|peer| peer.address.ip().to_string()).collect();
    if query.compact {
        entries.push((b"peers", Bytes(&v4)));
        entries.extend((!v6.is_empty()).then_some((&b"peers6"[..], Bytes(&v6))));
    } else {
        let peers = reply.peers.iter().zip(&addresses).map(|(peer, address)| {
            let mut entries = vec![(&b"ip"[..], Bytes(address.as_bytes()))];
            entries.extend((!query.no_peer_id).then_some((&b"peer id"[..], Bytes(&peer.peer_id.0))));
            entries.push((b"port", Integer(peer.address.port().into())));
            Dictionary(entries)
        });
        entries.push((b"peers", List(peers.collect())));
    }
    Dictionary(entries).to_bytes()
}

/// Counts as both replies have them.
fn numbers(counts: Counts) -> [(&'static [u8], Value<'static>); 3] {
    let Counts { complete, incomplete, downloaded } = counts;
    let [complete, downloaded, incomplete] =
        [complete, downloaded, incomplete].map(|count| Integer(count.into()));
    [(b"complete", complete), (b"downloaded", downloaded), (b"incomplete", incomplete)]
}

fn compact(reply: &NativeReply) -> (Vec<u8>, Vec<u8>) {
    let (mut v4, mut v6) = (Vec::new(), Vec::new());
    for peer in &reply.peers {
        let port = peer.address.port().to_be_bytes();
        match peer.address.ip() {
            IpAddr::V4(ip) => v4.extend(ip.octets().into_iter().chain(port)),
            IpAddr::V6(ip) => v6.extend(ip.octets().into_iter().chain(port)),
        }
    }
    (v4, v6)
}

/// The reply to a scrape (BEP 48).
pub fn scraped(min_interval: Duration, files: &[(InfoHash, Counts)]) -> Vec<u8> {
    let mut files = files.to_vec();
    // Keys are sorted, and stand there once.
    files.sort_by_key(|(hash, _)| *hash);
    files.dedup_by_key(|(hash, _)| *hash);
    let files = files.iter().map(|(hash, counts)| (&hash.0[..], Dictionary(numbers(*counts).to_vec())));
    let flags = vec![(&b"min_request_interval"[..], seconds(min_interval))];
    let entries = vec![(&b"files"[..], Dictionary(files.collect())), (b"flags", Dictionary(flags))];
    Dictionary(entries).to_bytes()
}

/// Why a query was not taken.
pub fn failure(reason: &dyn std::fmt::Display) -> Vec<u8> {
    let reason = reason.to_string();
    Dictionary(vec![(b"failure reason", Bytes(reason.as_bytes()))]).to_bytes()
}

fn seconds(time: Duration) -> Value<'static> {
    Integer(i64::try_from(time.as_secs()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::super::announce::NativePeer;
    use super::*;
    use proptest::prelude::*;

    const HASH: &str = "info_hash=%124Vx%9A%BC%DE%F1%23Eg%89%AB%CD%EF%124Vx%9A";

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn read(rest: &str) -> Result<Query, QueryError> {
        read_announce(&format!("{HASH}&peer_id=-TR2940-0123456789ab&port=6881{rest}"), ip("10.0.0.7"))
    }

    #[test]
    fn an_announcement_of_bep_3_is_read() {
        let query = read("&uploaded=0&downloaded=0&left=0&compact=1&event=started&numwant=80&key=x").unwrap();
        let announce = query.announce;
        assert_eq!(announce.info_hash.to_string(), "123456789abcdef123456789abcdef123456789a");
        assert_eq!(announce.peer_id.0, *b"-TR2940-0123456789ab");
        assert_eq!((announce.event, announce.complete, announce.numwant), (Event::Started, true, Some(80)));
        assert!(query.compact);
        assert!(
            !read("&left=18446744073709551615").unwrap().announce.complete,
            "libtorrent does not know yet"
        );
        assert_eq!(read("&numwant=-1").unwrap().announce.numwant, None);
    }

    #[test]
    fn an_address_that_is_claimed_is_not_used() {
        let query = read("&ip=8.8.8.8&ipv4=8.8.8.8:1&ipv6=%5B2001%3A%3A1%5D%3A1").unwrap();
        assert_eq!(query.announce.address, SocketAddr::new(ip("10.0.0.7"), 6881));
    }

    #[test]
    fn wrong_queries_are_told_what_is_wrong() {
        let asker = ip("10.0.0.7");
        assert_eq!(read_announce("", asker), Err(QueryError::InfoHash));
        assert_eq!(read_announce("info_hash=short", asker), Err(QueryError::InfoHash));
        assert_eq!(
            read_announce(&format!("info_hash={}", "a".repeat(9_000)), asker),
            Err(QueryError::InfoHash)
        );
        assert_eq!(read_announce("info_hash=%zz", asker), Err(QueryError::Encoding));
        assert_eq!(read_announce(&format!("{HASH}&peer_id=x"), asker), Err(QueryError::PeerId));
        assert_eq!(read_announce(&format!("{HASH}&peer_id={:020}", 0), asker), Err(QueryError::Port));
        assert_eq!(read("&port=70000"), Err(QueryError::Port));
        assert_eq!(read("&port=1"), Err(QueryError::Twice));
        assert_eq!(read("&left=all"), Err(QueryError::Number));
        assert_eq!(read_scrape("compact=1"), Err(QueryError::Everything));
        assert_eq!(read_scrape(&vec![HASH; MAX_SCRAPED + 1].join("&")), Err(QueryError::TooMany));
        assert_eq!(read_scrape(&[HASH; 2].join("&")).map(|hashes| hashes.len()), Ok(2));
        assert_eq!(
            failure(&QueryError::PeerId),
            b"d14:failure reason36:peer_id is 20 bytes, percent-encodede"
        );
    }

    #[test]
    fn replies_are_sorted_bencode() {
        let peers = ["10.0.0.1:6881", "[fd00::1]:6882"]
            .map(|address| NativePeer { peer_id: PeerId([b'p'; 20]), address: address.parse().unwrap() });
        let counts = Counts { complete: 1, incomplete: 1, downloaded: 0 };
        let reply = NativeReply { counts, peers: peers.to_vec() };
        let times = (Duration::from_secs(120), Duration::from_secs(30));
        let mut compact =
            b"d8:completei1e10:downloadedi0e10:incompletei1e8:intervali120e12:min intervali30e".to_vec();
        let head = compact.len();
        compact
            .extend(b"5:peers6:\x0a\0\0\x01\x1a\xe16:peers618:\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x1a\xe2e");
        assert_eq!(announced(&read("").unwrap(), times.0, times.1, &reply), compact);
        let lists = announced(&read("&compact=0").unwrap(), times.0, times.1, &reply);
        assert_eq!(
            String::from_utf8_lossy(&lists[head..]),
            "5:peersld2:ip8:10.0.0.17:peer id20:pppppppppppppppppppp4:porti6881ee\
             d2:ip7:fd00::17:peer id20:pppppppppppppppppppp4:porti6882eeee"
        );
        let files = [(InfoHash([b'b'; 20]), counts), (InfoHash([b'a'; 20]), counts)];
        let told = String::from_utf8(scraped(times.1, &files)).unwrap();
        let file = "d8:completei1e10:downloadedi0e10:incompletei1ee";
        let (a, b) = ("a".repeat(20), "b".repeat(20));
        assert_eq!(told, format!("d5:filesd20:{a}{file}20:{b}{file}e5:flagsd20:min_request_intervali30eee"));
    }

    proptest! {
        #[test]
        fn any_twenty_bytes_survive_percent_encoding(bytes: [u8; 20]) {
            let encoded: String = bytes.iter().map(|byte| format!("%{byte:02X}")).collect();
            prop_assert_eq!(read_scrape(&format!("info_hash={encoded}")), Ok(vec![InfoHash(bytes)]));
        }

        #[test]
        fn nothing_that_comes_breaks_the_reader(query: String) {
            let _ = read_announce(&query, ip("::1"));
            let _ = read_scrape(&query);
        }
    }
}
