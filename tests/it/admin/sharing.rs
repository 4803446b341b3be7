//! Sharing: its settings, its switch, and the viewers' password that outranks it.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio_tungstenite::connect_async;

use crate::rig::{Operator, PASSWORD, PATIENCE, Publisher, VenueBox, bytes, get_with, greeting, request};

/// Torrents come and go as segments are sealed and settings are told on; the list has no news to wait for.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// A box on air, its operator, and one of its torrents.
struct Venue {
    venuebox: VenueBox,
    operator: Operator,
    seeder: SocketAddr,
    bundle: String,
    _publisher: Publisher,
}

impl Venue {
    fn start() -> Self {
        let venuebox = VenueBox::start();
        let operator = Operator::sign_in(venuebox.http, PASSWORD);
        let publisher = Publisher::test_card(&venuebox);
        let list = until(&venuebox, |list| newest(list, "bundle").is_some());
        let port = u16::try_from(list["port"].as_u64().unwrap()).unwrap();
        let bundle = newest(&list, "bundle").unwrap();
        let seeder = SocketAddr::from(([127, 0, 0, 1], port));
        Venue { venuebox, operator, seeder, bundle, _publisher: publisher }
    }

    fn set(&self, section: &str, field: &str, value: Value) {
        let answer = self.operator.change(section, |whole| whole[field] = value);
        assert_eq!(answer.status, 200, "{}", answer.text());
    }

    /// A peer that asks for the torrent by its info hash.
    fn peer(&self) -> TcpStream {
        let mut stream = TcpStream::connect(self.seeder).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        // Whoever is not served may be closed before all of it is sent.
        let _ = stream.write_all(&greeting(&bytes(&self.bundle)));
        stream
    }

    /// How many that swarm has, as the tracker tells a client that nobody here wrote.
    fn seeders(&self) -> u64 {
        let mut scrape = self.venuebox.get(&format!("/scrape?info_hash={}", escaped(&self.bundle))).body;
        let at =
            scrape.windows(9).position(|window| window == b"8:complet").map(|at| at + b"8:completei".len());
        let Some(at) = at else { return 0 };
        let digits: Vec<u8> = scrape.drain(at..).take_while(u8::is_ascii_digit).collect();
        String::from_utf8(digits).unwrap().parse().unwrap()
    }
}

fn escaped(hash: &str) -> String {
    hash.as_bytes().chunks(2).map(|pair| format!("%{}", std::str::from_utf8(pair).unwrap())).collect()
}

fn newest(list: &Value, kind: &str) -> Option<String> {
    let mut all = list["torrents"].as_array()?.iter().filter(|torrent| torrent["kind"] == kind);
    Some(all.next_back()?["infoHash"].as_str()?.to_owned())
}

fn list_with(venuebox: &VenueBox, headers: &[(&str, &str)]) -> Value {
    get_with(&venuebox.url("/torrents.json"), headers).json()
}

fn until(venuebox: &VenueBox, wanted: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let list = list_with(venuebox, &[]);
        if wanted(&list) {
            return list;
        }
        assert!(Instant::now() < deadline, "{list}");
        std::thread::park_timeout(LOOK_AGAIN);
    }
}

fn is_empty(list: &Value) -> bool {
    list["torrents"].as_array().unwrap().is_empty()
}

/// Everything that a connection still says until the other side closes it.
fn rest(mut stream: TcpStream) -> Vec<u8> {
    let mut said = Vec::new();
    match stream.read_to_end(&mut said) {
        Ok(_) => {}
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{error}"),
    }
    said
}

/// The box's half of the handshake.
fn greeted(stream: &mut TcpStream) {
    let mut answer = [0; 68];
    stream.read_exact(&mut answer).unwrap();
    assert!(answer.starts_with(b"\x13BitTorrent protocol"));
}

#[test]
fn a_wrong_number_of_sharing_names_its_field() {
    let venuebox = VenueBox::start();
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    let before = operator.read("settings")["sharing"].clone();
    assert_eq!(
        before["value"],
        json!({
            "seed": true, "uploadLimit": 200, "bundleSeconds": 60, "chunkSeconds": 60,
            "tracker": {
                "announceSeconds": 120, "maxOffers": 10, "messageKilobytes": 64, "idleSeconds": 90,
                "connections": 6000, "openToPublic": false
            }
        })
    );
    let wrong = [
        ("seed", json!("yes")),
        ("uploadLimit", json!(0)),
        ("uploadLimit", json!(1.5)),
        ("bundleSeconds", json!(29)),
        ("bundleSeconds", json!(61)),
        ("chunkSeconds", json!(59)),
        ("chunkSeconds", json!(301)),
        ("chunkSeconds", json!(null)),
        ("tracker", json!(null)),
    ];
    let deeper = [
        ("announceSeconds", json!(29)),
        ("announceSeconds", json!(-1)),
        ("maxOffers", json!(0)),
        ("messageKilobytes", json!(31)),
        ("messageKilobytes", json!("64")),
        ("idleSeconds", json!(601)),
        ("connections", json!(9)),
        ("openToPublic", json!(1)),
    ];
    let refuse = |field: &str, edit: &dyn Fn(&mut Value)| {
        let refused = operator.change("sharing", |whole| edit(whole));
        assert_eq!(
            (refused.status, refused.json()["field"].as_str()),
            (422, Some(field)),
            "{}",
            refused.text()
        );
    };
    for (field, value) in wrong {
        refuse(field, &|whole| whole[field] = value.clone());
    }
    for (field, value) in deeper {
        refuse(field, &|whole| whole["tracker"][field] = value.clone());
    }
    refuse("tracker", &|whole| drop(whole["tracker"].as_object_mut().unwrap().remove("idleSeconds")));
    refuse("uploadLimit", &|whole| drop(whole.as_object_mut().unwrap().remove("uploadLimit")));
    assert_eq!(operator.read("settings")["sharing"], before);
    let unlimited = operator.change("sharing", |whole| whole["uploadLimit"] = json!(null));
    assert_eq!((unlimited.status, &unlimited.json()["value"]["uploadLimit"]), (200, &json!(null)));
}

#[tokio::test]
async fn the_switch_withdraws_every_torrent_at_once_and_seeds_anew_when_it_is_on_again() {
    let venue = Venue::start();
    let playlist = venue.venuebox.media_playlist_url().await;
    let magnets = || get_with(&format!("{playlist}?magnets=1"), &[]).text().contains("#EXT-X-MAGNET");
    assert!(magnets() && venue.seeders() == 1);
    let mut peer = venue.peer();
    greeted(&mut peer);

    venue.set("sharing", "seed", json!(false));
    // Its connection ends by itself, so it was let go.
    rest(peer);
    let list = until(&venue.venuebox, is_empty);
    assert_eq!(list["port"], json!(null));
    assert!(!magnets());
    assert_eq!(venue.venuebox.get(&format!("/torrents/{}.torrent", venue.bundle)).status, 404);
    assert_eq!(rest(venue.peer()), b"", "a torrent that was withdrawn is served");
    let deadline = Instant::now() + PATIENCE;
    while venue.seeders() > 0 {
        assert!(Instant::now() < deadline, "the box is still in the swarm");
        std::thread::park_timeout(LOOK_AGAIN);
    }

    venue.set("sharing", "seed", json!(true));
    until(&venue.venuebox, |list| newest(list, "bundle").is_some() && !list["port"].is_null());
    assert!(magnets());
}

#[test]
fn nothing_is_seeded_while_viewers_need_a_password_not_even_to_who_knows_an_info_hash() {
    let venue = Venue::start();
    let mut peer = venue.peer();
    greeted(&mut peer);
    venue.set("viewers", "password", json!("doors open"));
    rest(peer);
    assert_eq!(rest(venue.peer()), b"", "an info hash opens what the password guards");
    let entered = request(
        "POST",
        &venue.venuebox.url("/api/watch"),
        &[("content-type", "application/json")],
        json!({"password": "doors open"}).to_string().as_bytes(),
    );
    let cookie = entered.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    assert!(is_empty(&list_with(&venue.venuebox, &[("cookie", &cookie)])));
    // The switch alone does not bring it back.
    venue.set("sharing", "seed", json!(false));
    venue.set("sharing", "seed", json!(true));
    assert_eq!(rest(venue.peer()), b"");
    venue.set("viewers", "password", json!(null));
    until(&venue.venuebox, |list| newest(list, "bundle").is_some());
}

#[tokio::test]
async fn the_trackers_numbers_reach_it_without_a_restart() {
    let venuebox = VenueBox::start();
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    let changed = operator.change("sharing", |whole| {
        whole["tracker"]["announceSeconds"] = json!(77);
        whole["tracker"]["connections"] = json!(10);
    });
    assert_eq!(changed.status, 200);
    let query = format!("info_hash={}&peer_id={}&port=1", escaped(&"ff".repeat(20)), "x".repeat(20));
    let announced = || venuebox.get(&format!("/announce?{query}")).text();
    let deadline = Instant::now() + PATIENCE;
    while !announced().contains("8:intervali77e") {
        assert!(Instant::now() < deadline, "{}", announced());
        std::thread::park_timeout(LOOK_AGAIN);
    }
    // Half of the places are for one address.
    let announce = format!("ws://{}/announce", venuebox.http);
    let mut pages = Vec::new();
    for _ in 0..5 {
        pages.push(connect_async(&announce).await.unwrap());
    }
    assert!(connect_async(&announce).await.is_err(), "there are more places than were set");
}
