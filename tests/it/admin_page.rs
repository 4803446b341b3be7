//! The operator's evening in a real browser: claims a fresh box, sets it up, goes on air, changes things, leaves.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use serde_json::json;

use crate::rig::{self, Browser, Operator, PATIENCE, Publisher, Tab, Turn, VenueBox};

const PASSWORD: &str = "a few words in a row";

/// A page is looked at by axe-core and kept as a picture, in light, dark and on a phone.
fn inspect(tab: &Tab, name: &str) {
    assert_eq!(tab.barriers(), [""; 0], "{name}");
    tab.keep_pictures(name);
}

/// Nothing that the page loaded came from anywhere but the box.
fn assert_inside(tab: &Tab, venuebox: &VenueBox) {
    let own = [venuebox.url("/"), format!("ws://{}/", venuebox.http)];
    for url in tab.requests() {
        let inside = url.strip_prefix("blob:").unwrap_or(&url);
        assert!(own.iter().any(|own| inside.starts_with(own)), "{url} is not the box");
    }
}

fn claim(tab: &Tab, venuebox: &VenueBox) {
    tab.until_it_says("This box is yours to claim");
    inspect(tab, "claim");
    tab.fill("New password", PASSWORD);
    tab.fill("The same once more", PASSWORD);
    // A machine that was switched on a moment ago asks for none.
    if tab.says("Claim code") {
        tab.fill("Claim code", &venuebox.claim_code());
    }
    tab.click("Claim this box");
}

/// Walks through the set-up and returns the server and the key that it shows.
fn set_up(tab: &Tab, venuebox: &VenueBox) -> (String, String) {
    tab.until_it_says("What is this box called?");
    inspect(tab, "setup-name");
    tab.fill("Name", "Main hall");
    tab.click("Next");
    tab.until_it_says("Where is it?");
    inspect(tab, "setup-zone");
    tab.fill("Time zone", "Berlin");
    tab.press("Enter");
    tab.click("Next");
    tab.until_it_says("Its place in your network");
    inspect(tab, "setup-network");
    // It keeps its place over a reload.
    tab.visit(&venuebox.url("/admin"));
    tab.until_it_says("Its place in your network");
    tab.click("Next");
    tab.until_it_says("Waiting for OBS…");
    let lines = "(() => { const lines = [...document.querySelectorAll('.copy')].map((line) => \
                 [line.querySelector('.field-label').textContent, line.querySelector('.copy-text').textContent]); \
                 return lines.length > 1 && Object.fromEntries(lines); })()";
    let lines = tab.until(lines);
    let line =
        |label: &str| lines[label].as_str().unwrap_or_else(|| panic!("no {label}: {lines}")).to_owned();
    (line("Server"), line("Stream key"))
}

/// A picture larger than the box keeps.
fn stage_picture(folder: &Path) -> PathBuf {
    let path = folder.join("stage.png");
    let source = "testsrc2=size=1920x1080:rate=1";
    let arguments = ["-v", "error", "-f", "lavfi", "-i", source, "-frames:v", "1"];
    assert!(Command::new("ffmpeg").args(arguments).arg(&path).status().unwrap().success());
    path
}

#[tokio::test]
async fn an_operator_claims_a_fresh_box_goes_on_air_and_leaves() {
    let _machine = Turn::alone();
    let venuebox = VenueBox::start_fresh();
    let browser = Browser::start();
    let tab = browser.operator(&venuebox.url("/admin"));
    claim(&tab, &venuebox);

    let (server, key) = set_up(&tab, &venuebox);
    inspect(&tab, "setup-obs");
    assert!(server.starts_with("rtmp://") && server.ends_with("/live"), "{server}");
    let mut publisher = Publisher::ffmpeg(&venuebox.ingest_with(&key));
    tab.until_it_says("The picture is here.");
    for (title, name) in [
        ("Near or calm?", "setup-delay"),
        ("Cloud storage", "setup-cloud"),
        ("What do people read?", "setup-page"),
        ("A picture for the time before", "setup-poster"),
    ] {
        tab.click(if title == "What do people read?" { "Skip for now" } else { "Next" });
        tab.until_it_says(title);
        inspect(&tab, name);
    }
    tab.click("Skip for now");
    tab.until_it_says("Your box is ready");
    inspect(&tab, "setup-done");
    tab.click("To the dashboard");

    // On air, with the picture and the figures of the input.
    tab.until("document.title.includes('ON AIR')");
    tab.until_it_says("Before you rely on it");
    tab.until("document.querySelector('video').currentTime > 2");
    tab.until_it_says("640 × 360");
    tab.until_it_says("Keyframe");
    inspect(&tab, "live");

    // The picture for the time before is taken, and shown at once.
    tab.follow("Page");
    let folder = tempfile::tempdir().unwrap();
    tab.upload("Poster picture", &stage_picture(folder.path()));
    tab.until_it_says("The picture is on the page.");
    tab.until("document.querySelector('.poster-picture-image').naturalWidth === 1280");

    // A viewer sees the new title without doing anything.
    let viewer = browser.page(&venuebox.url("/"));
    viewer.report(|report| report.time > 0.0 && report.width > 0);
    tab.fill("Title", "Evensong");
    tab.press("Enter");
    viewer.until_it_says("Evensong");
    inspect(&tab, "page");
    viewer.clock.passes(viewer.report(|_| true).time + 1.0, Instant::now() + PATIENCE);

    // The revoked key's encoder is dropped, and the dashboard says so.
    tab.follow("Keys");
    tab.until_it_says("on air");
    inspect(&tab, "keys");
    tab.click("Revoke… Main");
    tab.until_it_says("Revoke “Main”?");
    inspect(&tab, "keys-revoke");
    tab.click("Revoke key");
    publisher.0.wait(PATIENCE);
    tab.until("document.title.includes('HOLDING')");
    viewer.until_it_says("Back in a moment");
    tab.follow("Live");
    tab.until_it_says("ends in");
    inspect(&tab, "holding");

    // The event is ended by its operator.
    tab.click("End event…");
    tab.until_it_says("End the event?");
    tab.click("End event");
    viewer.until_it_says("The event is over.");
    tab.until("!document.title.includes('HOLDING')");
    inspect(&tab, "standby");

    for (link, said) in [("Network", "Where people watch"), ("Settings", "Access for scripts")] {
        tab.follow(link);
        tab.until_it_says(said);
        inspect(&tab, &link.to_lowercase());
    }

    // The poster prints on one sheet of A4.
    tab.visit(&venuebox.url("/admin/poster"));
    tab.until_it_says("Scan to watch");
    inspect(&tab, "poster");
    let sheet = folder.path().join("poster.pdf");
    tab.print(&sheet);
    let pdf = String::from_utf8_lossy(&std::fs::read(&sheet).unwrap()).into_owned();
    assert!(pdf.starts_with("%PDF-"));
    assert!(pdf.contains("/Count 1"), "more than one page");
    assert!(
        pdf.contains("/MediaBox [0 0 594.95996 841.91998]") || pdf.contains("/MediaBox [0 0 595"),
        "not A4"
    );

    tab.visit(&venuebox.url("/admin"));
    tab.click("Sign out");
    tab.until_it_says("You are signed out.");
    inspect(&tab, "signed-out");
    tab.fill("Password", PASSWORD);
    tab.click("Sign in");
    tab.until_it_says("What happened");

    assert_eq!(tab.complaints(), [""; 0]);
    assert_eq!(viewer.complaints(), [""; 0]);
    assert_inside(&tab, &venuebox);
    assert_inside(&viewer, &venuebox);
}

/// A program that is connected for what is seeded, and asks for nothing.
fn peer(venuebox: &VenueBox) -> TcpStream {
    let list = venuebox.get("/torrents.json").json();
    let port = u16::try_from(list["port"].as_u64().unwrap()).unwrap();
    let hash = list["torrents"].as_array().unwrap().last().unwrap()["infoHash"].as_str().unwrap();
    let hash: Vec<u8> =
        (0..20).map(|at| u8::from_str_radix(&hash[at * 2..at * 2 + 2], 16).unwrap()).collect();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let greeting = [&b"\x13BitTorrent protocol\0\0\0\0\0\x10\0\x04"[..], &hash, b"-XX0000-abcdefghijkl"];
    stream.write_all(&greeting.concat()).unwrap();
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
fn tick(tab: &Tab, label: &str) {
    let labels = "[...document.querySelectorAll('.tick label')]";
    tab.evaluate(&format!("{labels}.find(({{ textContent }}) => textContent === '{label}').click()"));
}

#[tokio::test]
async fn an_operator_sees_what_devices_share_tries_it_from_the_page_and_switches_it_off() {
    let _machine = Turn::alone();
    let venuebox = VenueBox::start();
    let operator = Operator::sign_in(venuebox.http, rig::PASSWORD);
    assert_eq!(operator.change("setup", |setup| setup["done"] = json!(true)).status, 200);
    let browser = Browser::start();
    let tab = browser.operator(&venuebox.url("/admin"));
    tab.until_it_says("Sign in");
    tab.fill("Password", rig::PASSWORD);
    tab.click("Sign in");
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
    phone.until_it_says("Sign in");
    phone.fill("Password", rig::PASSWORD);
    phone.click("Sign in");
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
