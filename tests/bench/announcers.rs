//! Pages at a tracker: they announce, offer, answer and count.

use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

/// Peers of one swarm.
const SWARM: usize = 50;

/// About what Chromium's session description weighs.
const SDP: usize = 900;

/// What all pages have had so far.
#[derive(Debug, Default)]
pub struct Tally {
    /// Announcements that were answered.
    pub announces: AtomicU64,
    /// Offers and answers that came through.
    pub relays: AtomicU64,
}

/// Many pages at one tracker.
pub struct Announcers {
    pub tally: Arc<Tally>,
    _pages: JoinSet<()>,
}

impl Announcers {
    /// So many pages, in swarms of fifty, each announcing again so long after it was answered, with so many offers.
    pub async fn enter(tracker: SocketAddr, count: usize, offers: usize, pause: Duration) -> Self {
        let tally = Arc::new(Tally::default());
        let mut pages = JoinSet::new();
        for number in 0..count {
            let socket = connect(tracker).await;
            let tally = Arc::clone(&tally);
            pages.spawn(async move { announce(socket, number, (offers, pause), &tally).await });
        }
        Announcers { tally, _pages: pages }
    }

    /// Announcements and relays so far.
    pub fn count(&self) -> (u64, u64) {
        (self.tally.announces.load(Ordering::Relaxed), self.tally.relays.load(Ordering::Relaxed))
    }
}

type Socket = WebSocketStream<TcpStream>;

async fn connect(tracker: SocketAddr) -> Socket {
    let stream = TcpStream::connect(tracker).await.expect("the tracker takes no connection");
    stream.set_nodelay(true).unwrap();
    client_async(format!("ws://{tracker}/announce"), stream).await.expect("no WebSocket").0
}

/// Pages of these numbers that have announced themselves once and stay.
pub async fn idle(tracker: SocketAddr, numbers: Range<usize>) -> Vec<Socket> {
    let mut all = Vec::with_capacity(numbers.len());
    for number in numbers {
        let mut socket = connect(tracker).await;
        socket.send(Message::text(announcement(number, 0, 0))).await.unwrap();
        socket.next().await.unwrap().unwrap();
        all.push(socket);
    }
    all
}

async fn announce(mut socket: Socket, number: usize, (offers, pause): (usize, Duration), tally: &Tally) {
    let mut round = 0;
    if socket.send(Message::text(announcement(number, offers, round))).await.is_err() {
        return;
    }
    // aquatic_ws replies to answers as well, which counts for nothing.
    let (mut due, mut waiting) = (None, true);
    loop {
        let message = tokio::select! {
            message = socket.next() => message,
            () = tokio::time::sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                (due, waiting) = (None, true);
                round += 1;
                if socket.send(Message::text(announcement(number, offers, round))).await.is_err() {
                    return;
                }
                continue;
            }
        };
        let Some(Ok(message)) = message else { return };
        let Message::Text(text) = message else { continue };
        let Ok(told) = serde_json::from_str::<Value>(&text) else { continue };
        let reply = if told.get("offer").is_some() {
            tally.relays.fetch_add(1, Ordering::Relaxed);
            json!({
                "action": "announce", "info_hash": told["info_hash"], "peer_id": name("peer", number),
                "to_peer_id": told["peer_id"], "offer_id": told["offer_id"],
                "answer": {"type": "answer", "sdp": "a".repeat(SDP)},
            })
            .to_string()
        } else if told.get("answer").is_some() {
            tally.relays.fetch_add(1, Ordering::Relaxed);
            continue;
        } else if waiting && told.get("interval").is_some() {
            waiting = false;
            tally.announces.fetch_add(1, Ordering::Relaxed);
            due = Some(Instant::now() + pause);
            continue;
        } else {
            continue;
        };
        if socket.send(Message::text(reply)).await.is_err() {
            return;
        }
    }
}

fn announcement(number: usize, offers: usize, round: usize) -> String {
    let sdp = "o".repeat(SDP);
    let offers: Vec<Value> = (0..offers)
        .map(|index| {
            let id = format!("{:020}", (number * 1_000_000 + round) * 16 + index);
            json!({"offer_id": id, "offer": {"type": "offer", "sdp": sdp}})
        })
        .collect();
    let mut said = json!({
        "action": "announce", "info_hash": name("swarm", number / SWARM), "peer_id": name("peer", number),
        "numwant": offers.len(), "left": 1, "offers": offers,
    });
    if round == 0 {
        said["event"] = json!("started");
    }
    said.to_string()
}

fn name(kind: &str, number: usize) -> String {
    format!("{kind}{number:0width$}", width = 20 - kind.len())
}
