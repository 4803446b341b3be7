//! Updates of the system by the admin API, and the file that tells the system of an event. The test plays the system;
//! the image's test has the real one.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::rig::{Operator, PASSWORD, PATIENCE, Publisher, Response, System, VenueBox};

const FILE: (&str, &str) = ("content-type", "application/octet-stream");

/// A bundle as far as the program looks into one.
fn bundle() -> Vec<u8> {
    let mut bundle = b"hsqs".to_vec();
    bundle.resize(3 << 20, 7);
    bundle
}

fn upload(operator: &Operator, query: &str, bytes: &[u8]) -> Response {
    operator.send("PUT", &format!("updates/bundle{query}"), &[FILE], bytes)
}

fn refused(answer: &Response, status: u16, words: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert!(answer.json()["error"].as_str().unwrap().contains(words), "{}", answer.text());
}

fn state(operator: &Operator) -> Value {
    operator.read("updates")["system"]["progress"].clone()
}

#[test]
fn a_machine_whose_system_has_its_own_updates_says_so() {
    let venuebox = VenueBox::start();
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    let said = operator.read("updates");
    assert_eq!((&said["system"], &said["onAir"]), (&Value::Null, &json!(false)));
    refused(&upload(&operator, "", &bundle()), 404, "come with its system");
    refused(&operator.post("updates/restart", &json!({})), 404, "come with its system");
    assert!(!venuebox.data().join("update").exists());
}

#[test]
fn a_bundle_is_kept_whole_installed_and_started() {
    let venuebox = VenueBox::start();
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    let system = System::of(&venuebox);
    let said = operator.read("updates");
    assert_eq!(said["system"]["slots"]["other"], json!({"slot": "B", "version": "1.2.2", "good": true}));
    assert_eq!(said["system"]["progress"], json!({"state": "idle"}));
    assert!(said["largest"].as_u64().unwrap() >= 1 << 30);

    let answer = upload(&operator, "", &bundle());
    assert_eq!(answer.status, 202, "{}", answer.text());
    assert_eq!(std::fs::read(system.bundle()).unwrap(), bundle());
    assert_eq!(state(&operator)["state"], "asked");
    assert_eq!(system.takes("request"), json!({"force": false}));
    assert_eq!(state(&operator)["state"], "asked");
    system.status(&json!({"state": "installing", "percent": 40}));
    assert_eq!(state(&operator), json!({"state": "installing", "percent": 40}));
    refused(&upload(&operator, "", &bundle()), 409, "wait until it is done");
    refused(&operator.post("updates/restart", &json!({})), 409, "wait until it is done");
    system.status(&json!({"state": "installed", "version": "1.2.4"}));
    assert_eq!(state(&operator), json!({"state": "installed", "version": "1.2.4"}));
    assert_eq!(operator.post("updates/restart", &json!({})).status, 202);
    assert_eq!(system.takes("restart"), json!({"force": false}));
    assert_eq!(state(&operator)["state"], "restarting");
    let log = operator.read("journal").to_string();
    assert!(log.contains("An update was uploaded") && log.contains("is restarted from its page"), "{log}");
}

#[test]
fn what_is_no_bundle_too_large_or_not_all_there_leaves_nothing() {
    let venuebox = VenueBox::start();
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    let system = System::of(&venuebox);
    refused(&upload(&operator, "", &[0x37; 2 << 20]), 415, ".raucb");
    refused(&upload(&operator, "", b""), 400, "broke off");
    refused(&upload(&operator, "?force=perhaps", &bundle()), 400, "true or false");
    refused(
        &operator.send("PUT", "updates/bundle", &[("content-type", "text/plain")], &bundle()),
        415,
        "Send this as",
    );

    let head = |length: &str| {
        format!(
            "PUT /api/admin/updates/bundle HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\nContent-Type: application/octet-stream\r\n\
             Expect: 100-continue\r\n{length}\r\n\r\n",
            venuebox.http,
            operator.cookie()
        )
    };
    // What is refused before it is sent is not asked for.
    for (length, status) in [("Content-Length: 99999999999", "413"), ("Transfer-Encoding: chunked", "411")] {
        let mut socket = TcpStream::connect(venuebox.http).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        socket.write_all(head(length).as_bytes()).unwrap();
        let mut answer = [0; 12];
        socket.read_exact(&mut answer).unwrap();
        assert_eq!(String::from_utf8_lossy(&answer), format!("HTTP/1.1 {status}"));
    }
    let mut socket = TcpStream::connect(venuebox.http).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket.write_all(head("Content-Length: 4000000").as_bytes()).unwrap();
    let mut go_on = [0; 12];
    socket.read_exact(&mut go_on).unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100");
    socket.write_all(&bundle()).unwrap();
    refused(&upload(&operator, "", &bundle()), 409, "wait until it is done");
    drop(socket);
    // The place is free as soon as the box has noticed.
    let deadline = Instant::now() + PATIENCE;
    while upload(&operator, "", &bundle()).status != 202 {
        assert!(Instant::now() < deadline, "an upload that broke off keeps its place");
    }
    system.takes("request");
    assert_eq!(system.stored(), ["bundle.raucb"]);
}

#[test]
fn only_who_may_change_settings_installs_and_restarts() {
    let venuebox = VenueBox::start();
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    let system = System::of(&venuebox);
    for (scopes, status) in [(json!(["read", "control"]), 403), (json!(["settings"]), 202)] {
        let made = operator.post("tokens", &json!({"name": "Script", "scopes": scopes})).json();
        let script = Operator::with_token(venuebox.http, made["token"].as_str().unwrap());
        assert_eq!(upload(&script, "", &bundle()).status, status);
        assert_eq!(system.is_asked("request"), status == 202);
    }
}

/// Waits until the system is told whether an event is on; viewers may know a moment before.
fn until_told(on_air: &Path, wanted: bool) {
    let deadline = Instant::now() + PATIENCE;
    while on_air.exists() != wanted {
        assert!(Instant::now() < deadline, "the system is not told that an event is on: {wanted}");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

#[tokio::test]
async fn nothing_is_installed_or_restarted_during_an_event_unless_somebody_insists() {
    let mut venuebox = VenueBox::start_held(&[]);
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    let system = System::of(&venuebox);
    let on_air = venuebox.runtime().join("on-air");
    assert!(!on_air.exists());
    let mut publisher = Publisher::ffmpeg(&venuebox.ingest());
    venuebox.live().await.until(|state| state.is_live()).await;
    until_told(&on_air, true);
    refused(&upload(&operator, "", &bundle()), 409, "on air");
    refused(&operator.post("updates/restart", &json!({})), 409, "on air");
    assert_eq!((system.stored(), system.is_asked("restart")), (vec![], false));
    assert_eq!(operator.read("updates")["onAir"], true);

    // The event outlives its encoder and the program, and so does the file.
    publisher.0.kill();
    venuebox.live().await.until(|state| state.is_holding()).await;
    assert!(on_air.exists());
    venuebox.process.kill();
    assert!(on_air.exists());
    venuebox.start_again();
    venuebox.live().await.until(|state| state.is_holding()).await;
    assert!(on_air.exists());
    assert_eq!(upload(&operator, "?force=true", &bundle()).status, 202);
    assert_eq!(system.takes("request"), json!({"force": true}));
    system.status(&json!({"state": "installed", "version": null}));
    assert_eq!(operator.post("updates/restart?force=true", &json!({})).status, 202);
    assert_eq!(system.takes("restart"), json!({"force": true}));

    assert_eq!(operator.post("event/end", &json!({})).status, 204);
    venuebox.live().await.until(|state| !state.is_live() && !state.is_holding()).await;
    until_told(&on_air, false);
    // What a power cut would have taken with it does not stop the next update.
    venuebox.start_again_after(|_| std::fs::write(&on_air, "left").unwrap());
    until_told(&on_air, false);
}
