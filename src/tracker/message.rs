//! WebTorrent's JSON: what pages say over a WebSocket, and what they are told.
//!
//! Names are strings of 20 characters, each one byte. Offers and answers are session descriptions that the box
//! hands on unread: it checks that they are JSON and how long they are.

use std::borrow::Cow;
use std::fmt::{self, Write};
use std::time::Duration;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::announce::{Counts, Event};
use super::id::{OfferId, latin1, write_latin1};
use crate::bittorrent::{InfoHash, PeerId};

/// Offers that are read of one announcement; those behind are ignored. Threat: 10,000 offers in one message.
pub const MAX_OFFERS: usize = 32;

/// Swarms that one scrape may name. Threat: a reply as long as the table.
pub const MAX_SCRAPED: usize = 74;

/// The longest session description. Chromium's has 1 KB, with many candidates 4 KB. Threat: the box as a courier
/// of anything.
pub const MAX_DESCRIPTION: usize = 16 << 10;

/// Not a message of WebTorrent's; the text is the client's.
#[derive(Debug, thiserror::Error)]
pub enum MessageError {
    /// Not JSON, or of another shape.
    #[error("this is not a tracker message: {0}")]
    Json(#[from] serde_json::Error),
    /// Neither announce nor scrape.
    #[error("the action is \"announce\" or \"scrape\"")]
    Action,
    /// An announcement without a name.
    #[error("an announcement has an info_hash and a peer_id")]
    Nameless,
    /// An answer without an offer or a receiver.
    #[error("an answer has an offer_id and a to_peer_id")]
    Unaddressed,
    /// [`MAX_DESCRIPTION`].
    #[error("a session description has at most {MAX_DESCRIPTION} bytes")]
    TooLong,
}

/// What a page says.
#[derive(Debug)]
pub enum Message<'a> {
    /// It is there, and has offers.
    Announce(Announce<'a>),
    /// It answers somebody's offer.
    Answer(Answer<'a>),
    /// It wants to know how large those swarms are. Whoever names none is told of none: a swarm's name is all that it
    /// takes to be given its content.
    Scrape(Vec<InfoHash>),
}

/// A page's announcement.
#[derive(Debug)]
pub struct Announce<'a> {
    /// Which swarm.
    pub info_hash: InfoHash,
    /// Who.
    pub peer_id: PeerId,
    /// Why.
    pub event: Event,
    /// Whether it has all.
    pub complete: bool,
    /// To how many its offers may go.
    pub numwant: Option<usize>,
    /// Its offers' names.
    pub offer_ids: Vec<OfferId>,
    /// Its offers, in the same order.
    pub offers: Vec<&'a RawValue>,
    /// Offers that were not read.
    pub surplus: usize,
}

/// An answer to an offer.
#[derive(Debug)]
pub struct Answer<'a> {
    /// Which swarm.
    pub info_hash: InfoHash,
    /// Who answers.
    pub peer_id: PeerId,
    /// Who offered.
    pub to_peer_id: PeerId,
    /// What.
    pub offer_id: OfferId,
    /// The answer.
    pub answer: &'a RawValue,
}

#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow, default)]
    action: Cow<'a, str>,
    #[serde(default)]
    info_hash: Hashes,
    #[serde(default)]
    peer_id: Option<Name>,
    #[serde(default)]
    to_peer_id: Option<Name>,
    #[serde(default)]
    offer_id: Option<Name>,
    #[serde(borrow, default)]
    event: Option<Cow<'a, str>>,
    /// JavaScript's Infinity is JSON's null.
    #[serde(default)]
    left: Option<f64>,
    #[serde(default)]
    numwant: Option<f64>,
    #[serde(borrow, default)]
    offers: Option<Offers<'a>>,
    #[serde(borrow, default)]
    answer: Option<&'a RawValue>,
}

/// Reads a message.
///
/// # Errors
/// [`MessageError`] when it is none.
pub fn read(text: &str) -> Result<Message<'_>, MessageError> {
    let fields: Fields<'_> = serde_json::from_str(text)?;
    match &*fields.action {
        "scrape" => return Ok(Message::Scrape(fields.info_hash.0)),
        "announce" => {}
        _ => return Err(MessageError::Action),
    }
    let [info_hash] = fields.info_hash.0[..] else { return Err(MessageError::Nameless) };
    let Some(Name(peer_id)) = fields.peer_id else { return Err(MessageError::Nameless) };
    let peer_id = PeerId(peer_id);
    if let Some(answer) = fields.answer.filter(|answer| answer.get() != "null") {
        let (Some(Name(to)), Some(Name(offer))) = (fields.to_peer_id, fields.offer_id) else {
            return Err(MessageError::Unaddressed);
        };
        check(answer)?;
        let (to_peer_id, offer_id) = (PeerId(to), OfferId(offer));
        return Ok(Message::Answer(Answer { info_hash, peer_id, to_peer_id, offer_id, answer }));
    }
    let Offers { ids, offers, surplus } = fields.offers.unwrap_or_default();
    offers.iter().try_for_each(|offer| check(offer))?;
    Ok(Message::Announce(Announce {
        info_hash,
        peer_id,
        event: event(fields.event.as_deref().unwrap_or_default()),
        complete: fields.left == Some(0.0),
        numwant: fields.numwant.and_then(count),
        offer_ids: ids,
        offers,
        surplus,
    }))
}

/// BEP 3's event; unknown ones are none.
pub(super) fn event(name: &str) -> Event {
    match name {
        "started" => Event::Started,
        "completed" => Event::Completed,
        "stopped" => Event::Stopped,
        _ => Event::Update,
    }
}

fn check(description: &RawValue) -> Result<(), MessageError> {
    if description.get().len() > MAX_DESCRIPTION { Err(MessageError::TooLong) } else { Ok(()) }
}

/// A number of peers; -1 and other nonsense is none.
fn count(number: f64) -> Option<usize> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 0 and 1000")]
    (number >= 0.0).then(|| number.min(1_000.0) as usize)
}

struct Name([u8; 20]);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Name;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string of 20 characters, each one byte")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Name, E> {
                let id = latin1(text).ok_or_else(|| E::invalid_length(text.len(), &self))?;
                Ok(Name(id))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// One name, a list of them, or none.
#[derive(Default)]
struct Hashes(Vec<InfoHash>);

impl<'de> Deserialize<'de> for Hashes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMany;
        impl<'de> Visitor<'de> for OneOrMany {
            type Value = Hashes;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an info hash or a list of them, each a string of 20 characters")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Hashes, E> {
                let hash = latin1(text).map(InfoHash).ok_or_else(|| E::invalid_length(text.len(), &self))?;
                Ok(Hashes(vec![hash]))
            }
            fn visit_unit<E>(self) -> Result<Hashes, E> {
                Ok(Hashes::default())
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Hashes, A::Error> {
                let mut hashes = Vec::new();
                while let Some(Name(hash)) = list.next_element()? {
                    if hashes.len() >= MAX_SCRAPED {
                        return Err(A::Error::invalid_length(hashes.len() + 1, &self));
                    }
                    hashes.push(InfoHash(hash));
                }
                Ok(Hashes(hashes))
            }
        }
        deserializer.deserialize_any(OneOrMany)
    }
}

#[derive(Default)]
struct Offers<'a> {
    ids: Vec<OfferId>,
    offers: Vec<&'a RawValue>,
    surplus: usize,
}

impl<'de: 'a, 'a> Deserialize<'de> for Offers<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Offer<'a> {
            #[serde(borrow)]
            offer: &'a RawValue,
            offer_id: Name,
        }
        struct List<'a>(std::marker::PhantomData<&'a ()>);
        impl<'de: 'a, 'a> Visitor<'de> for List<'a> {
            type Value = Offers<'a>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of offers")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Offers<'a>, A::Error> {
                let mut all = Offers::default();
                while all.ids.len() < MAX_OFFERS {
                    let Some(Offer { offer, offer_id }) = list.next_element()? else { return Ok(all) };
                    all.ids.push(OfferId(offer_id.0));
                    all.offers.push(offer);
                }
                while list.next_element::<IgnoredAny>()?.is_some() {
                    all.surplus += 1;
                }
                Ok(all)
            }
        }
        deserializer.deserialize_seq(List(std::marker::PhantomData))
    }
}

/// The reply to an announcement.
pub fn announced(info_hash: InfoHash, interval: Duration, counts: Counts) -> String {
    let mut text = String::with_capacity(160);
    text.push_str(r#"{"action":"announce","info_hash":"#);
    write_latin1(&info_hash.0, &mut text);
    let Counts { complete, incomplete, .. } = counts;
    let interval = interval.as_secs();
    // Writing into a String cannot fail.
    let _ = write!(text, r#","interval":{interval},"complete":{complete},"incomplete":{incomplete}}}"#);
    text
}

/// Somebody's offer, for the one it is handed to.
pub fn offer(info_hash: InfoHash, from: PeerId, offer_id: OfferId, offer: &RawValue) -> String {
    relayed(info_hash, from, offer_id, ("offer", offer.get()))
}

/// Somebody's answer, for the one who offered.
pub fn answer(info_hash: InfoHash, from: PeerId, offer_id: OfferId, answer: &RawValue) -> String {
    relayed(info_hash, from, offer_id, ("answer", answer.get()))
}

/// The answer of somebody who speaks SDP alone.
pub fn answer_sdp(info_hash: InfoHash, from: PeerId, offer_id: OfferId, sdp: &str) -> String {
    let description = serde_json::json!({"type": "answer", "sdp": sdp}).to_string();
    relayed(info_hash, from, offer_id, ("answer", &description))
}

fn relayed(info_hash: InfoHash, from: PeerId, offer_id: OfferId, (kind, what): (&str, &str)) -> String {
    let mut text = String::with_capacity(192 + what.len());
    text.push_str(r#"{"action":"announce","info_hash":"#);
    write_latin1(&info_hash.0, &mut text);
    text.push_str(r#","peer_id":"#);
    write_latin1(&from.0, &mut text);
    text.push_str(r#","offer_id":"#);
    write_latin1(&offer_id.0, &mut text);
    let _ = write!(text, r#","{kind}":{what}}}"#);
    text
}

/// The reply to a scrape.
pub fn scraped(interval: Duration, files: &[(InfoHash, Counts)]) -> String {
    let mut text = String::from(r#"{"action":"scrape","files":{"#);
    for (index, (info_hash, counts)) in files.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        write_latin1(&info_hash.0, &mut text);
        let Counts { complete, incomplete, downloaded } = counts;
        let _ =
            write!(text, r#":{{"complete":{complete},"incomplete":{incomplete},"downloaded":{downloaded}}}"#);
    }
    let _ = write!(text, r#"}},"flags":{{"min_request_interval":{}}}}}"#, interval.as_secs());
    text
}

/// Why something was not taken.
pub fn failure(reason: &dyn fmt::Display, info_hash: Option<InfoHash>) -> String {
    let reason = serde_json::Value::from(reason.to_string());
    let mut text = format!(r#"{{"action":"announce","failure reason":{reason}"#);
    if let Some(info_hash) = info_hash {
        text.push_str(r#","info_hash":"#);
        write_latin1(&info_hash.0, &mut text);
    }
    text.push('}');
    text
}

/// The SDP of an offer, for whoever speaks SDP alone.
pub fn sdp(offer: &RawValue) -> Option<String> {
    #[derive(Deserialize)]
    struct Description {
        r#type: String,
        sdp: String,
    }
    let description: Description = serde_json::from_str(offer.get()).ok()?;
    (description.r#type == "offer").then_some(description.sdp)
}

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
