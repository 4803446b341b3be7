//! Whoever comes to the seeder with bad manners is let go, over TCP and over WebRTC, and the next peer is served.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpSocket;
use tokio::time::timeout;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;

use crate::rig::{Browser, PATIENCE, bytes, greeting};
use crate::seeder::{Listed, Venue, assert_byte_identical, fetched, folder, list, script};

/// A string of JavaScript's or of WebTorrent's, of which a character is a byte.
fn characters(bytes: &[u8]) -> Value {
    bytes.iter().copied().map(char::from).collect::<String>().into()
}

/// Requests for a piece that is not there, more than one may make.
fn beyond() -> Vec<u8> {
    [&13_u32.to_be_bytes()[..], &[6], &u32::MAX.to_be_bytes(), &[0; 4], &[0, 0, 64, 0]].concat().repeat(20)
}

fn serves_the_next(venue: &Venue, bundle: &Listed) {
    let folder = folder();
    let mut command = Command::new("/usr/bin/python3");
    command.arg(script("libtorrent-fetch.py")).arg(format!("magnet:?xt=urn:btih:{}", bundle.info_hash));
    command.arg(folder.path()).arg(venue.seeder().to_string());
    assert_byte_identical(venue, bundle, &fetched(&mut command, &folder.path().join("live.ts")));
}

#[test]
fn strangers_on_the_port_are_let_go_and_the_next_peer_is_served() {
    let venue = Venue::start();
    let bundle = venue.newest("bundle");
    let hash = bytes(&bundle.info_hash);
    let closes = |bytes: &[u8]| {
        let mut stream = TcpStream::connect(venue.seeder()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        // It may be closed before all of it is sent.
        let _ = stream.write_all(bytes);
        let mut rest = Vec::new();
        match stream.read_to_end(&mut rest) {
            Ok(_) => {}
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{error}"),
        }
    };
    closes(b"GET / HTTP/1.1\r\n\r\n");
    closes(&greeting(&[7; 20]));
    closes(&[greeting(&hash), vec![255; 4]].concat());
    closes(&[greeting(&hash), vec![0, 0, 0, 2, 6, 0]].concat());
    closes(&[greeting(&hash), beyond()].concat());
    // A bencode bomb as the extension handshake.
    let bomb = [&30_002_u32.to_be_bytes()[..], &[20, 0], &[b'l'; 30_000]].concat();
    closes(&[greeting(&hash), bomb].concat());
    let dropped = list(&venue.venuebox)["dropped"].as_u64().unwrap();
    assert!(dropped >= 4, "{dropped}");
    serves_the_next(&venue, &bundle);
}

/// In a page: says something to the seeder over a data channel of a swarm's, and waits until the box closes it.
const STRANGER: &str = r#"
window.stranger = async (tracker, swarm, words) => {
  const note = (text) => document.body.append(`${text}; `);
  const peer = new RTCPeerConnection();
  const channel = peer.createDataChannel("stranger");
  const closed = new Promise((resolve) => { channel.onclose = resolve; });
  channel.onopen = () => {
    note("open");
    for (const said of words) channel.send(Uint8Array.from(said, (letter) => letter.charCodeAt(0)));
  };
  const gathered = new Promise((resolve) => {
    peer.onicecandidate = ({ candidate }) => candidate || resolve();
  });
  await peer.setLocalDescription();
  await gathered;
  const socket = new WebSocket(tracker);
  socket.onopen = () => socket.send(JSON.stringify({
    action: "announce", info_hash: swarm, peer_id: "-XX0000-abcdefghijkl", numwant: 1, left: 1,
    offers: [{ offer_id: "an offer of 20 bytes", offer: peer.localDescription }],
  }));
  socket.onmessage = ({ data }) => {
    note(data);
    const { answer } = JSON.parse(data);
    if (answer) peer.setRemoteDescription(answer);
  };
  await closed;
  socket.close();
  peer.close();
  window.let_go += 1;
};
window.let_go = 0;
"#;

#[test]
fn strangers_on_a_data_channel_are_let_go_and_the_next_peer_is_served() {
    let venue = Venue::start();
    let bundle = venue.newest("bundle");
    let hash = bytes(&bundle.info_hash);
    let browser = Browser::start();
    let page = browser.page(&venue.venuebox.url("/healthz"));
    page.evaluate(STRANGER);
    let (tracker, swarm) = (json!(format!("ws://{}/announce", venue.venuebox.http)), characters(&hash));
    let conversations = [
        vec![b"GET / HTTP/1.1\r\n\r\n".to_vec()],
        vec![greeting(&[7; 20])],
        vec![greeting(&hash), vec![255; 4]],
        vec![greeting(&hash), beyond()],
        vec![vec![0; 60_000]; 20],
    ];
    for (index, words) in conversations.iter().enumerate() {
        let words: Vec<Value> = words.iter().map(|said| characters(said)).collect();
        page.evaluate(&format!("void window.stranger({tracker}, {swarm}, {})", json!(words)));
        page.until(&format!("window.let_go > {index}"));
    }
    let dropped = list(&venue.venuebox)["dropped"].as_u64().unwrap();
    assert!(dropped >= 3, "{dropped}");
    serves_the_next(&venue, &bundle);
}

/// What a page offers, with nobody behind it.
const OFFER: &str = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n\
    m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\n\
    a=candidate:1 1 udp 2113937151 127.0.0.2 9 typ host\r\na=ice-ufrag:abcd\r\n\
    a=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=fingerprint:sha-256 \
    00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1F\r\n\
    a=setup:actpass\r\na=mid:0\r\na=sctp-port:5000\r\n";

/// How many WebRTC connections one address may have; it is offered more.
const PLACES_OF_ONE_ADDRESS: usize = 32;

#[tokio::test]
async fn offers_that_nobody_follows_up_leave_places_for_the_others() {
    let venue = Venue::start();
    let segment = venue.newest("segment");
    let socket = TcpSocket::new_v4().unwrap();
    // Another phone than the one that is served in the end.
    socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let stream = socket.connect(venue.venuebox.http).await.unwrap();
    let url = format!("ws://{}/announce", venue.venuebox.http);
    let (mut socket, _) = client_async(url, stream).await.unwrap();
    let mut answered = 0;
    for round in 0..100 {
        let announce = json!({
            "action": "announce", "info_hash": characters(&bytes(&segment.info_hash)), "left": 1, "numwant": 1,
            "peer_id": "-XX0000-abcdefghijkl",
            "offers": [{"offer_id": format!("{round:020}"), "offer": {"type": "offer", "sdp": OFFER}}],
        });
        socket.send(Message::text(announce.to_string())).await.unwrap();
    }
    while answered < PLACES_OF_ONE_ADDRESS {
        let told = timeout(PATIENCE, socket.next()).await.expect("the seeder answers no offers").unwrap();
        let Message::Text(told) = told.unwrap() else { continue };
        let told: Value = serde_json::from_str(&told).unwrap();
        answered += usize::from(told["answer"].is_object());
    }
    let folder = folder();
    let file = folder.path().join("fetched.m4s");
    let mut command = Command::new("node");
    command.arg(script("webtorrent-fetch.mjs")).arg(&segment.magnet).arg(&file);
    assert_eq!(fetched(&mut command, &file).len(), segment.length);
}
