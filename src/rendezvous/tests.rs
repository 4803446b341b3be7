use std::net::IpAddr;

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::*;
use crate::bittorrent::{InfoHash, PeerId};
use crate::tracker::Config;

const HASH: InfoHash = InfoHash([b'h'; 20]);

fn open() -> (Rendezvous, DropGuard) {
    let (_, settings) = watch::channel(Config::default());
    let (rendezvous, desk) = Rendezvous::new(settings, [1; 16]);
    let stop = CancellationToken::new();
    tokio::spawn(desk.run(stop.clone()));
    (rendezvous, stop.drop_guard())
}

fn here() -> IpAddr {
    IpAddr::from([10, 0, 0, 1])
}

fn announce(name: char, offers: usize) -> Bytes {
    let offers: Vec<Value> = (0..offers)
        .map(|index| json!({"offer_id": format!("{index:020}"), "offer": {"type": "offer", "sdp": "v=0"}}))
        .collect();
    let peer_id = name.to_string().repeat(20);
    let text =
        json!({"action": "announce", "info_hash": "h".repeat(20), "peer_id": peer_id, "offers": offers});
    Bytes::from(text.to_string())
}

async fn hear(socket: &mut Socket) -> Value {
    match socket.next().await.unwrap() {
        Outgoing::Text(text) => serde_json::from_str(&text).unwrap(),
        Outgoing::Close => Value::Null,
    }
}

#[tokio::test]
async fn an_offer_comes_to_the_other_page_and_its_answer_back() {
    let (rendezvous, _stop) = open();
    let (mut alice, mut bob) =
        (rendezvous.open(here()).await.unwrap(), rendezvous.open(here()).await.unwrap());
    alice.say(announce('a', 0)).await;
    assert_eq!(hear(&mut alice).await["incomplete"], 1);
    bob.say(announce('b', 1)).await;
    let offered = hear(&mut alice).await;
    assert_eq!((&offered["peer_id"], &offered["offer"]["sdp"]), (&json!("b".repeat(20)), &json!("v=0")));
    let answer = json!({"action": "announce", "info_hash": "h".repeat(20), "peer_id": "a".repeat(20),
        "to_peer_id": offered["peer_id"], "offer_id": offered["offer_id"], "answer": {"type": "answer", "sdp": "v=1"}});
    alice.say(Bytes::from(answer.to_string())).await;
    assert_eq!(hear(&mut bob).await["interval"], 120);
    assert_eq!(hear(&mut bob).await["answer"]["sdp"], "v=1");
}

#[tokio::test]
async fn the_seeder_is_offered_what_it_seeds_and_its_answer_is_handed_on() {
    let (rendezvous, _stop) = open();
    let mut door = rendezvous.register_seeder(PeerId([b's'; 20]), 6881).await.unwrap();
    door.seed(vec![HASH]);
    let mut page = rendezvous.open(here()).await.unwrap();
    // The table has heard of the seeds once they count.
    while rendezvous.scrape(vec![HASH]).await.unwrap()[0].complete == 0 {}
    page.say(announce('a', 2)).await;
    assert_eq!(hear(&mut page).await["complete"], 1);
    let offer = door.next().await.unwrap();
    assert_eq!((offer.info_hash, offer.from, offer.sdp.as_str()), (HASH, here(), "v=0"));
    offer.reply.answer(String::from("v=2")).await;
    let answered = hear(&mut page).await;
    assert_eq!((&answered["answer"]["sdp"], &answered["peer_id"]), (&json!("v=2"), &json!("s".repeat(20))));
    door.seed(Vec::new());
    while rendezvous.scrape(vec![HASH]).await.unwrap()[0].complete == 1 {}
}

#[tokio::test]
async fn whoever_does_not_speak_the_language_is_told_so_and_closed() {
    let (rendezvous, _stop) = open();
    let mut socket = rendezvous.open(here()).await.unwrap();
    socket.say(Bytes::from_static(b"GET / HTTP/1.1")).await;
    assert!(hear(&mut socket).await["failure reason"].as_str().unwrap().contains("not a tracker message"));
    assert_eq!(socket.next().await, Some(Outgoing::Close));
}

#[tokio::test]
async fn a_socket_that_never_reads_costs_its_outbox_and_no_more() {
    let (rendezvous, _stop) = open();
    let (deaf, mut other) = (rendezvous.open(here()).await.unwrap(), rendezvous.open(here()).await.unwrap());
    for _ in 0..500 {
        deaf.say(announce('a', 0)).await;
    }
    other.say(announce('b', 1)).await;
    assert_eq!(hear(&mut other).await["incomplete"], 2);
    let mut counters = rendezvous.counters();
    let counters = *counters.wait_for(|counters| counters.announces == 501).await.unwrap();
    assert_eq!((counters.lost, counters.pages, counters.sockets), (500 - 64 + 1, 2, 2));
}

#[tokio::test]
async fn peers_of_a_dropped_socket_leave() {
    let (rendezvous, _stop) = open();
    let socket = rendezvous.open(here()).await.unwrap();
    socket.say(announce('a', 0)).await;
    drop(socket);
    assert_eq!(rendezvous.scrape(vec![HASH]).await.unwrap()[0].incomplete, 0);
}

#[tokio::test]
async fn public_addresses_are_served_on_the_boxs_own_links_or_when_the_operator_says_so() {
    let (settings, watched) = watch::channel(Config::default());
    let (rendezvous, _desk) = Rendezvous::new(watched, [1; 16]);
    let public = IpAddr::from([203, 0, 113, 7]);
    assert!(rendezvous.admits(here()) && !rendezvous.admits(public));
    let link = crate::access::Prefix { address: IpAddr::from([203, 0, 113, 1]), length: 24 };
    rendezvous.set_links(vec![link]);
    assert!(rendezvous.admits(public) && !rendezvous.admits(IpAddr::from([198, 51, 100, 1])));
    settings.send_modify(|config| config.open_to_links = false);
    assert!(rendezvous.admits(here()) && !rendezvous.admits(public), "a neighbour of a server");
    settings.send_modify(|config| config.open_to_public = true);
    assert!(rendezvous.admits(IpAddr::from([198, 51, 100, 1])));
}
