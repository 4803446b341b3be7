//! What the operator sees of sharing, in a real browser: the card, the try from this device, the settings.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::json;

use crate::admin_page::{assert_inside, inspect};
use crate::rig::{
    Browser, Operator, PASSWORD, PATIENCE, Publisher, Tab, Turn, VenueBox, bytes, cabled, greeting,
};

pub fn sign_in(tab: &Tab) {
    tab.until_it_says("Sign in");
    tab.fill("Password", PASSWORD);
    tab.click("Sign in");
}

/// A program that is connected for what is seeded, and asks for nothing.
fn peer(venuebox: &VenueBox) -> TcpStream {
    let list = venuebox.get("/torrents.json").json();
    let port = u16::try_from(list["port"].as_u64().unwrap()).unwrap();
    let hash = list["torrents"].as_array().unwrap().last().unwrap()["infoHash"].as_str().unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(&greeting(&bytes(hash))).unwrap();
    stream.read_exact(&mut [0; 68]).unwrap();
    stream
}

/// What a page does that knows a torrent and may open no connection.
const SILENT_PAGE: &str = "(async () => { const { torrents } = await (await fetch('/torrents.json')).json(); \
                           const bytes = torrents[0].infoHash.match(/../g).map((pair) => parseInt(pair, 16)); \
                           const socket = new WebSocket(`ws://${location.host}/announce`); \
                           window.silent = socket; socket.onopen = () => socket.send(JSON.stringify({ \
                           action: 'announce', info_hash: String.fromCharCode(...bytes), \
                           peer_id: '-XX0000-abcdefghijkl', left: 1, offers: [] })); })()";

/// Clicks the tick box that is called so.
pub fn tick(tab: &Tab, label: &str) {
    let labels = "[...document.querySelectorAll('.tick label')]";
    tab.evaluate(&format!("{labels}.find(({{ textContent }}) => textContent === '{label}').click()"));
}

#[tokio::test]
async fn an_operator_sees_what_devices_share_tries_it_from_the_page_and_switches_it_off() {
    let _machine = Turn::alone();
    let venuebox = VenueBox::start();
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    let browser = Browser::start();
    let tab = browser.operator(&venuebox.url("/admin"));
    sign_in(&tab);
    tab.until_it_says("What happened");
    assert!(!tab.says("Sharing among devices"), "a card with nothing to say");

    // On air: nobody shares, and how far anybody came is told.
    let _publisher = Publisher::ffmpeg(&venuebox.ingest());
    tab.until_it_says("No device has asked to share");
    inspect(&tab, "sharing-nobody");

    // One that asks and offers no connection has stopped on its way.
    tab.evaluate(SILENT_PAGE);
    tab.until_it_says("stops here");
    tab.until_it_says("Let UDP port");
    inspect(&tab, "sharing-stopped");
    tab.evaluate("window.silent.close()");

    // This very browser comes all the way, and its coming shows.
    tab.click("Try from this device");
    tab.until_it_says("All five steps passed");
    assert_eq!(tab.evaluate("document.querySelectorAll('.try .step-passed').length"), 5);
    tab.evaluate("scrollTo(0, 0)");
    inspect(&tab, "sharing-try");
    tab.click("Close");
    tab.until_it_says("Somebody connected, took nothing and left.");
    tab.evaluate("scrollTo(0, 0)");
    inspect(&tab, "sharing-tried");

    // Where it stops, it says what that means.
    tab.evaluate("window.webrtc = RTCPeerConnection, window.RTCPeerConnection = undefined, null");
    tab.click("Try from this device");
    tab.until_it_says("This browser opens no connections");
    tab.until_it_says("it stopped at “Learn its own address”");
    tab.evaluate("scrollTo(0, 0)");
    inspect(&tab, "sharing-try-failed");
    tab.evaluate("window.RTCPeerConnection = window.webrtc, null");
    tab.click("Try again");
    tab.until_it_says("All five steps passed");
    tab.press("Escape");
    tab.until("document.querySelector('dialog') === null");
    tab.evaluate("document.querySelector('.details summary').click(); scrollTo(0, 0)");
    inspect(&tab, "sharing-details");

    // Whoever stays connected leaves nothing to explain.
    let connected = peer(&venuebox);
    tab.until("!document.body.innerText.includes('No device is connected to this box')");
    inspect(&tab, "sharing-connected");
    drop(connected);

    // It fits a phone, and a phone can try.
    let phone = browser.page_of(&venuebox.url("/admin"), 360, 740);
    let fits = "document.documentElement.scrollWidth <= 360 && innerWidth === 360";
    sign_in(&phone);
    phone.until_it_says("Try from this device");
    assert_eq!(phone.evaluate(fits), true);
    phone.click("Try from this device");
    phone.until_it_says("All five steps passed");
    assert_eq!(phone.evaluate(fits), true);
    phone.click("Close");
    phone.follow("Settings");
    phone.until_it_says("Share what is on air");
    phone.evaluate("document.querySelector('.details summary').click()");
    phone.until_it_says("Longest message");
    tick(&phone, "Introduce devices from the internet too");
    phone.until_it_says("unless the box is meant to be public");
    assert_eq!(phone.evaluate(fits), true);
    assert_eq!(phone.complaints(), [""; 0]);

    // A wrong number is told at its field, wherever that is hidden.
    tab.follow("Settings");
    tab.until_it_says("Share what is on air");
    inspect(&tab, "settings-sharing");
    tab.evaluate("document.querySelector('.details summary').click()");
    tab.fill("Longest message", "5");
    tab.evaluate("document.querySelector('.details summary').click()");
    tab.fill("Upload limit · optional", "100");
    tab.press("Enter");
    tab.until_it_says("Between 32 and 256 kilobytes");
    let wrong = "document.querySelector('[aria-invalid=true]').labels[0].textContent";
    assert_eq!(tab.evaluate(wrong), "Longest message");
    tab.evaluate("scrollTo(0, 0)");
    inspect(&tab, "settings-sharing-wrong");
    tick(&tab, "Introduce devices from the internet too");
    tab.until_it_says("unless the box is meant to be public");
    inspect(&tab, "settings-sharing-advanced");
    tick(&tab, "Introduce devices from the internet too");
    tab.fill("Longest message", "128");

    tick(&tab, "Share what is on air");
    tab.press("Enter");
    tab.until_it_says("Saved.");
    let set = operator.read("settings")["sharing"]["value"].clone();
    assert_eq!((&set["seed"], &set["uploadLimit"]), (&json!(false), &json!(100)));
    assert_eq!(set["tracker"]["messageKilobytes"], json!(128));
    tab.follow("Live");
    tab.until_it_says("You switched it off");
    assert!(!tab.says("Try from this device"));
    inspect(&tab, "sharing-off");

    // Back on, and nothing is shared while viewers need a password.
    assert_eq!(operator.change("sharing", |sharing| sharing["seed"] = json!(true)).status, 200);
    tab.until_it_says("Try from this device");
    assert_eq!(operator.change("viewers", |viewers| viewers["password"] = json!("doors open")).status, 200);
    tab.until_it_says("It is off because viewers need a password");
    inspect(&tab, "sharing-password");

    // The number that was wrong.
    let refusals = tab.complaints();
    assert!(refusals.len() == 1 && refusals[0].contains("422"), "{refusals:#?}");
    assert_inside(&tab, &venuebox);
}

#[test]
fn a_try_says_where_the_network_stops_it() {
    let Some([box_host, other]) = cabled() else { return };
    let venuebox = VenueBox::start_in(&box_host, "10.77.0.1:0");
    let _publisher = Publisher::test_card_in(&box_host, &venuebox);
    let browser = Browser::start_in(&other);
    let tab = browser.operator(&venuebox.url("/admin"));
    sign_in(&tab);
    tab.until_it_says("No device has asked to share");
    let stun = venuebox.stun.port().to_string();
    let rule = |change: &str, preference: &str, what: &[&str]| {
        let words = ["ip", "rule", change, "preference", preference, "ipproto", "udp"];
        box_host.run(&[&words[..], what].concat());
    };

    // A network that lets nothing but STUN through between the two.
    rule("add", "10", &["sport", &stun, "lookup", "main"]);
    rule("add", "20", &["blackhole"]);
    tab.click("Try from this device");
    tab.until_it_says("the Wi-Fi keeps devices apart. Switch its client isolation off");
    tab.until_it_says("it stopped at “Open a connection”");
    assert!(tab.says("Here it is 10.77.0.2."));
    tab.evaluate("scrollTo(0, 0)");
    inspect(&tab, "sharing-try-isolated");
    tab.click("Close");
    tab.until_it_says("Devices reach this box, but no connection opens");
    inspect(&tab, "sharing-isolated");

    // One that lets everything through but STUN.
    rule("del", "20", &["blackhole"]);
    rule("del", "10", &["sport", &stun, "lookup", "main"]);
    rule("add", "10", &["sport", &stun, "blackhole"]);
    tab.click("Try from this device");
    tab.until_it_says(&format!("Let UDP port {stun} through to it"));
    tab.until_it_says("all the same");
    tab.evaluate("scrollTo(0, 0)");
    inspect(&tab, "sharing-try-no-stun");

    rule("del", "10", &["sport", &stun, "blackhole"]);
    tab.click("Try again");
    tab.until_it_says("All five steps passed");
}
