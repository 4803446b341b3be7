//! Whoever comes to the tracker with bad manners is told so or closed, and nobody else notices.

use std::net::{SocketAddr, UdpSocket};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::rig::{PATIENCE, VenueBox, get_with};

struct Client(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Client {
    async fn connect(venuebox: &VenueBox) -> Self {
        Client(connect_async(format!("ws://{}/announce", venuebox.http)).await.unwrap().0)
    }

    async fn says(&mut self, text: impl Into<String>) {
        self.0.send(Message::text(text.into())).await.unwrap();
    }

    /// The next message; none when the box has closed the socket.
    async fn hears(&mut self) -> Option<Value> {
        loop {
            match timeout(PATIENCE, self.0.next()).await.expect("neither a message nor an end") {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }
}

fn announce(name: &str, offers: usize) -> String {
    let offers: Vec<Value> = (0..offers)
        .map(|index| json!({"offer_id": format!("{index:020}"), "offer": {"type": "offer", "sdp": "v=0"}}))
        .collect();
    let (info_hash, peer_id) = ("h".repeat(20), name.repeat(20));
    json!({"action": "announce", "info_hash": info_hash, "peer_id": peer_id, "offers": offers}).to_string()
}

#[tokio::test]
async fn what_is_no_message_ends_with_a_sentence_and_a_closed_socket() {
    let venuebox = VenueBox::start();
    let wrong = [
        "GET / HTTP/1.1",
        r#"{"action":"announce","info_hash":"short","peer_id":"aaaaaaaaaaaaaaaaaaaa"}"#,
        r#"{"action":"announce","info_hash":"hhhhhhhhhhhhhhhhhhhh","peer_id":"aaaaaaaaaaaaaaaaaaaaa"}"#,
        r#"{"action":"announce","info_hash":"hhhhhhhhhhhhhhhhhhhĀ","peer_id":"aaaaaaaaaaaaaaaaaaaa"}"#,
    ];
    for text in wrong {
        let mut client = Client::connect(&venuebox).await;
        client.says(text).await;
        let told = client.hears().await.unwrap();
        assert!(
            told["failure reason"].as_str().unwrap().starts_with("this is not a tracker message"),
            "{told}"
        );
        assert_eq!(client.hears().await, None);
    }
    let mut client = Client::connect(&venuebox).await;
    client.0.send(Message::binary(vec![0; 100])).await.unwrap();
    assert_eq!(client.hears().await, None);
}

#[tokio::test]
async fn who_names_no_swarm_learns_of_none() {
    let venuebox = VenueBox::start();
    let mut client = Client::connect(&venuebox).await;
    client.says(announce("w", 0)).await;
    assert_eq!(client.hears().await.unwrap()["incomplete"], 1);
    client.says(r#"{"action":"scrape"}"#).await;
    assert_eq!(client.hears().await.unwrap()["files"], json!({}));
    let everything = venuebox.get("/scrape").text();
    assert!(everything.contains("failure reason"), "{everything}");
}

#[tokio::test]
async fn a_megabyte_and_ten_thousand_offers_close_their_own_socket_alone() {
    let venuebox = VenueBox::start();
    let mut witness = Client::connect(&venuebox).await;
    witness.says(announce("w", 0)).await;
    assert_eq!(witness.hears().await.unwrap()["incomplete"], 1);
    for text in ["x".repeat(1 << 20), announce("a", 10_000)] {
        let mut client = Client::connect(&venuebox).await;
        // The box may close before all of it is written.
        let _ = client.0.send(Message::text(text)).await;
        assert_eq!(client.hears().await, None);
    }
    // As many offers as fit a message: one peer gets one of them.
    let mut client = Client::connect(&venuebox).await;
    client.says(announce("b", 400)).await;
    assert_eq!(client.hears().await.unwrap()["incomplete"], 2);
    assert_eq!(witness.hears().await.unwrap()["offer_id"], "0".repeat(20));
    witness.says(announce("w", 0)).await;
    assert_eq!(witness.hears().await.unwrap()["incomplete"], 2);
}

#[tokio::test]
async fn a_flood_of_messages_closes_its_socket() {
    let venuebox = VenueBox::start();
    let mut client = Client::connect(&venuebox).await;
    for _ in 0..2_000 {
        if client.0.feed(Message::text(announce("a", 0))).await.is_err() {
            break;
        }
    }
    let _ = client.0.flush().await;
    let mut told = 0;
    while client.hears().await.is_some() {
        told += 1;
    }
    assert!(told < 1_500, "{told} of 2,000 were answered");
}

#[tokio::test]
async fn a_client_that_never_reads_is_left_behind_and_the_others_meet() {
    let venuebox = VenueBox::start();
    let mut deaf = Client::connect(&venuebox).await;
    let mut offering = Client::connect(&venuebox).await;
    deaf.says(announce("d", 0)).await;
    offering.says(announce("o", 0)).await;
    offering.hears().await.unwrap();
    let sdp = "x".repeat(12_000);
    for round in 0..400 {
        let offer = json!({"action": "announce", "info_hash": "h".repeat(20), "peer_id": "o".repeat(20),
            "offers": [{"offer_id": format!("{round:020}"), "offer": {"type": "offer", "sdp": sdp}}]});
        offering.says(offer.to_string()).await;
        assert!(offering.hears().await.is_some());
    }
    let mut other = Client::connect(&venuebox).await;
    other.says(announce("t", 2)).await;
    assert_eq!(other.hears().await.unwrap()["action"], "announce");
    // An offer comes to the one who reads.
    assert_eq!(offering.hears().await.unwrap()["peer_id"], "t".repeat(20));
}

#[test]
fn wrong_queries_get_a_reason_and_a_claimed_address_is_ignored() {
    let venuebox = VenueBox::start();
    let query = |rest: &str| {
        let answer =
            venuebox.get(&format!("/announce?info_hash={}&peer_id={}{rest}", "h".repeat(20), "p".repeat(20)));
        assert_eq!(answer.status, 200);
        String::from_utf8_lossy(&answer.body).into_owned()
    };
    assert!(query("").contains("14:failure reason32:port is a number from 1 to 65535"));
    assert!(query("&port=7&ip=8.8.8.8&left=1").contains("10:incompletei1e"));
    let other = venuebox.get(&format!(
        "/announce?info_hash={}&peer_id={}&port=8&left=1&compact=0",
        "h".repeat(20),
        "q".repeat(20)
    ));
    assert!(String::from_utf8_lossy(&other.body).contains("2:ip9:127.0.0.1"));
    assert!(venuebox.get("/scrape").text().contains("failure reason"));
    let upgrade = [("connection", "upgrade"), ("upgrade", "h2c")];
    assert_eq!(get_with(&venuebox.url("/"), &upgrade).status, 200, "another upgrade is no tracker's");
}

fn exchange(socket: &UdpSocket, to: SocketAddr, request: &[u8]) -> Vec<u8> {
    socket.send_to(request, to).unwrap();
    let mut reply = [0; 2_048];
    let (length, _) = socket.recv_from(&mut reply).unwrap();
    reply[..length].to_vec()
}

#[test]
fn forged_connection_ids_join_no_swarm_and_get_no_more_than_they_sent() {
    let venuebox = VenueBox::start();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let connect = [&0x0417_2710_1980_u64.to_be_bytes()[..], &[0, 0, 0, 0], b"abcd"].concat();
    let connected = exchange(&socket, venuebox.tracker, &connect);
    assert_eq!((connected.len(), &connected[..8]), (16, &b"\0\0\0\0abcd"[..]));
    let announce = |connection: &[u8]| {
        let mut request = [connection, b"\0\0\0\x01abcd"].concat();
        request.extend([b'h'; 20]);
        request.extend([b'p'; 20]);
        request.extend([0, 0, 0, 0, 0, 0, 0, 0].repeat(3));
        request.extend([0, 0, 0, 2, 8, 8, 8, 8, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x1a, 0xe1]);
        request
    };
    for forged in 0..200_u64 {
        let request = announce(&forged.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
        let reply = exchange(&socket, venuebox.tracker, &request);
        assert!(reply[..4] == [0, 0, 0, 3] && reply.len() <= request.len());
    }
    let scrape = |connection: &[u8]| [connection, b"\0\0\0\x02abcd", &[b'h'; 20]].concat();
    let counts = exchange(&socket, venuebox.tracker, &scrape(&connected[8..]));
    assert_eq!(counts[8..], [0; 12], "nobody has joined");
    let reply = exchange(&socket, venuebox.tracker, &announce(&connected[8..]));
    assert_eq!((&reply[..8], &reply[12..20]), (&b"\0\0\0\x01abcd"[..], &[0, 0, 0, 0, 0, 0, 0, 1][..]));
    // What is no request is not answered, and the port lives on.
    socket.send_to(&[0xff; 1_400], venuebox.tracker).unwrap();
    socket.send_to(&[], venuebox.tracker).unwrap();
    assert_eq!(exchange(&socket, venuebox.tracker, &connect)[..8], *b"\0\0\0\0abcd");
}
