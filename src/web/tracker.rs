//! The tracker over HTTP: WebTorrent's WebSocket at `/announce` and, for clients set so, at `/`; native clients' GET
//! at `/announce` and `/scrape`.
//!
//! Open to every page of this network, whatever its origin: pages elsewhere embed players that meet here. Nothing
//! is told here that needs a password. Where the box has a public URL, whoever comes by it is not of this network,
//! also when a proxy on this machine or beside it brings them.

use std::net::IpAddr;
use std::time::Duration;

use axum::Extension;
use axum::body::Body;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::SinkExt;
use tokio::time::{Instant, timeout};

use super::error::WebError;
use super::{App, Peer, assets};
use crate::access::Names;
use crate::rendezvous::{Outgoing, Rendezvous, Socket};
use crate::tracker::http::{announced, failure, read_announce, read_scrape, scraped};
use crate::tracker::{Config, Refusal};
use crate::turnstile::{Place, Turnstile};

/// What a WebSocket reads at once. A thousand pages hold a thousand of these; a longer message grows its own.
const READ_BUFFER: usize = 1 << 10;

/// What is gathered before it is written, for the same reason.
const WRITE_BUFFER: usize = 1 << 10;

/// What waits in one WebSocket to be written at the most. Threat: memory, behind a client that never reads.
const MAX_WRITE_BUFFER: usize = 128 << 10;

/// A client that does not take a message for so long has left.
const SEND_TIMEOUT: Duration = Duration::from_secs(10);

/// Seconds' worth of messages that may come at once: a page with many torrents announces them all when it opens.
const BURST: u32 = 10;

/// The tracker's part of the routes' state.
#[derive(Debug)]
pub struct Tracker {
    rendezvous: Rendezvous,
    turnstile: Turnstile,
}

impl Tracker {
    /// The doors of that meeting point.
    pub fn new(rendezvous: Rendezvous) -> Self {
        let Config { max_sockets, max_sockets_per_address, .. } = rendezvous.settings();
        Tracker { rendezvous, turnstile: Turnstile::new(max_sockets, max_sockets_per_address) }
    }
}

type Upgrade = Result<WebSocketUpgrade, WebSocketUpgradeRejection>;

/// `GET /announce`, either way.
pub async fn announce(
    State(app): State<App>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    upgrade: Upgrade,
) -> Result<Response, WebError> {
    if let Ok(upgrade) = upgrade {
        return connect(app, peer, &headers, upgrade);
    }
    if !admits(&app, peer, &headers) {
        return Ok(bencoded(failure(&Refusal::Public)));
    }
    let rendezvous = &app.0.tracker.rendezvous;
    let query = match read_announce(&query.unwrap_or_default(), peer.address) {
        Ok(query) => query,
        Err(error) => return Ok(bencoded(failure(&error))),
    };
    let Config { interval, min_interval, .. } = rendezvous.settings();
    Ok(bencoded(match rendezvous.announce(query.announce).await {
        Ok(reply) => announced(&query, interval, min_interval, &reply),
        Err(refusal) => failure(&refusal),
    }))
}

/// `GET /scrape`.
pub async fn scrape(
    State(app): State<App>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    if !admits(&app, peer, &headers) {
        return bencoded(failure(&Refusal::Public));
    }
    let rendezvous = &app.0.tracker.rendezvous;
    let swarms = match read_scrape(&query.unwrap_or_default()) {
        Ok(swarms) => swarms,
        Err(error) => return bencoded(failure(&error)),
    };
    bencoded(match rendezvous.scrape(swarms.clone()).await {
        Ok(counts) => {
            let files: Vec<_> = swarms.into_iter().zip(counts).collect();
            scraped(rendezvous.settings().min_interval, &files)
        }
        Err(refusal) => failure(&refusal),
    })
}

/// `GET /`: the page, or the tracker when it is a WebSocket that asks.
pub async fn entrance(
    State(app): State<App>,
    Extension(peer): Extension<Peer>,
    upgrade: Upgrade,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    match upgrade {
        Ok(upgrade) => connect(app, peer, &headers, upgrade),
        Err(_) => assets::serve(State(app), method, uri, headers).await,
    }
}

/// Failures too are 200: clients read the reason from the body (BEP 3).
fn bencoded(body: Vec<u8>) -> Response {
    let mut response = Body::from(body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=iso-8859-1"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Whether the tracker serves whoever asks.
fn admits(app: &App, peer: Peer, headers: &HeaderMap) -> bool {
    let rendezvous = &app.0.tracker.rendezvous;
    let by_proxy = || app.desk().public_url.is_some() && is_brought(peer.address, headers, &app.desk().names);
    rendezvous.admits(peer.address) && (rendezvous.settings().open_to_public || !by_proxy())
}

/// Whether a proxy brought the request: it comes from this machine, says so, or asks for the public name.
fn is_brought(address: IpAddr, headers: &HeaderMap, names: &Names) -> bool {
    let says_so = ["forwarded", "x-forwarded-for", "via"].iter().any(|name| headers.contains_key(*name));
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    address.is_loopback() || says_so || host.is_none_or(|host| names.is_public(host))
}

fn connect(
    app: App,
    peer: Peer,
    headers: &HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, WebError> {
    if !admits(&app, peer, headers) {
        return Err(WebError::NotForThePublic);
    }
    let tracker = &app.0.tracker;
    let settings = tracker.rendezvous.settings();
    let (total, per_address) = (settings.max_sockets, settings.max_sockets_per_address);
    let place = tracker.turnstile.enter_up_to(total, per_address, peer.address).ok_or(WebError::Full)?;
    let upgrade = upgrade
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_write_buffer_size(MAX_WRITE_BUFFER)
        .max_message_size(settings.max_message)
        .max_frame_size(settings.max_message);
    Ok(upgrade.on_upgrade(move |socket| serve(app, peer.address, Limits::of(&settings), socket, place)))
}

/// What one WebSocket may do.
#[derive(Clone, Copy)]
struct Limits {
    idle: Duration,
    per_second: u32,
}

impl Limits {
    fn of(settings: &Config) -> Self {
        Limits { idle: settings.idle_timeout, per_second: settings.messages_per_second }
    }
}

async fn serve(app: App, address: IpAddr, limits: Limits, mut socket: WebSocket, _place: Place) {
    let Some(mut desk) = app.0.tracker.rendezvous.open(address).await else { return };
    let stopping = &app.0.stopping;
    let rendezvous = &app.0.tracker.rendezvous;
    let mut changes = rendezvous.changes();
    let mut ping = tokio::time::interval(limits.idle / 3);
    ping.reset();
    let mut heard = Instant::now();
    let mut budget = Budget::new(limits.per_second, heard);
    let (code, reason) = loop {
        tokio::select! {
            () = stopping.cancelled() => break (close_code::RESTART, "restart"),
            Ok(()) = changes.changed() => {
                if !rendezvous.admits(address) {
                    break (close_code::POLICY, "closed to public addresses");
                }
            }
            said = socket.recv() => {
                let Some(Ok(said)) = said else { return };
                heard = Instant::now();
                if !budget.spend(heard) {
                    break (close_code::POLICY, "too many messages");
                }
                match said {
                    Message::Text(text) => {
                        if !desk.say(Bytes::from(text)).await {
                            break (close_code::RESTART, "restart");
                        }
                    }
                    Message::Binary(_) => break (close_code::UNSUPPORTED, "tracker messages are text"),
                    Message::Close(_) => return,
                    Message::Ping(_) | Message::Pong(_) => {}
                }
            }
            told = desk.next() => match told {
                Some(Outgoing::Text(text)) => {
                    if !pass_on(&mut socket, &mut desk, text).await {
                        return;
                    }
                }
                Some(Outgoing::Close) => break (close_code::POLICY, "not a tracker message"),
                None => break (close_code::RESTART, "restart"),
            },
            _ = ping.tick() => {
                if heard.elapsed() >= limits.idle || !tell(&mut socket, Message::Ping(Bytes::new())).await {
                    return;
                }
            }
        }
    };
    let frame = CloseFrame { code, reason: Utf8Bytes::from_static(reason) };
    tell(&mut socket, Message::Close(Some(frame))).await;
}

/// Writes a message and whatever else waits already, in one go. False when the socket is done for.
async fn pass_on(socket: &mut WebSocket, desk: &mut Socket, first: String) -> bool {
    let writing = async {
        socket.feed(Message::Text(Utf8Bytes::from(first))).await.ok()?;
        loop {
            match desk.take() {
                Some(Outgoing::Text(text)) => {
                    socket.feed(Message::Text(Utf8Bytes::from(text))).await.ok()?;
                }
                Some(Outgoing::Close) => {
                    let reason = Utf8Bytes::from_static("not a tracker message");
                    let frame = CloseFrame { code: close_code::POLICY, reason };
                    socket.send(Message::Close(Some(frame))).await.ok()?;
                    return None;
                }
                None => return socket.flush().await.ok(),
            }
        }
    };
    matches!(timeout(SEND_TIMEOUT, writing).await, Ok(Some(())))
}

async fn tell(socket: &mut WebSocket, message: Message) -> bool {
    matches!(timeout(SEND_TIMEOUT, socket.send(message)).await, Ok(Ok(())))
}

/// Messages that a client may still send; it fills up as time passes.
struct Budget {
    per_second: f64,
    left: f64,
    at: Instant,
}

impl Budget {
    fn new(per_second: u32, now: Instant) -> Self {
        let per_second = f64::from(per_second);
        Budget { per_second, left: per_second * f64::from(BURST), at: now }
    }

    fn spend(&mut self, now: Instant) -> bool {
        let earned = now.duration_since(self.at).as_secs_f64() * self.per_second;
        self.left = (self.left + earned).min(self.per_second * f64::from(BURST)) - 1.0;
        self.at = now;
        self.left >= 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_a_proxy_brings_is_not_of_this_network() {
        let names = Names::new(Some("hall"), Some("https://stream.example.org"));
        let brought = |address: &str, pairs: &[(&'static str, &str)]| {
            let pairs = pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
            is_brought(address.parse().unwrap(), &pairs.collect::<HeaderMap>(), &names)
        };
        assert!(!brought("10.0.4.7", &[("host", "10.0.4.2")]));
        assert!(brought("127.0.0.1", &[("host", "127.0.0.1:8080")]));
        assert!(brought("10.0.4.3", &[("host", "10.0.4.2"), ("x-forwarded-for", "203.0.113.9")]));
        assert!(brought("10.0.4.3", &[("host", "Stream.example.org:443")]));
        assert!(brought("10.0.4.3", &[]));
    }

    #[test]
    fn a_burst_is_taken_and_a_flood_is_not() {
        let now = Instant::now();
        let mut budget = Budget::new(5, now);
        assert_eq!((0..60).filter(|_| budget.spend(now)).count(), 50);
        let mut budget = Budget::new(5, now);
        let mut later = (1..=1_000).map(|step| now + Duration::from_millis(200) * step);
        assert!(later.all(|now| budget.spend(now)), "five a second may come for ever");
    }
}
