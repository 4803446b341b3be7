//! The box on its own network, seen from another machine by programs that nobody here wrote.

use std::fs::File;
use std::process::Stdio;
use std::thread;

use nix::sched::{CloneFlags, setns};
use nix::sys::signal::Signal;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use venuebox::bittorrent::{InfoHash, PeerId};
use venuebox::lan::LocalDiscovery;
use venuebox::rendezvous::Rendezvous;
use venuebox::tracker;

use crate::rig::{Browser, PATIENCE, Process, VenueBox, cabled, python};
use crate::sharing_page::sign_in;

const PYTHON: &str = "/usr/bin/python3";
const SERVICES: [&str; 3] = ["_http._tcp.local.", "_rtmp._tcp.local.", "_bittorrent-tracker._tcp.local."];

fn hear(process: &Process, wanted: impl Fn(&Value) -> bool) -> Value {
    process.line(PATIENCE, |line| serde_json::from_str(line).ok().filter(&wanted))
}

#[test]
fn another_machine_finds_the_box_by_name_follows_its_addresses_and_hears_its_goodbye() {
    let Some([box_host, other]) = cabled() else { return };
    let arguments = [&["10.77.0.2"], &SERVICES[..]].concat();
    let browser = python(other.command(PYTHON), "zeroconf-browse.py", &arguments);
    hear(&browser, |line| line["ready"] == true);
    let mut venuebox = VenueBox::start_in(&box_host, "[::]:0");
    let (http, rtmp) = (venuebox.http.port(), venuebox.rtmp.port());
    let texts = ["/", "/live", "/announce"];
    let mut found = Vec::new();
    for _ in SERVICES {
        let service = hear(&browser, |line| line["state"] == "Added");
        let index = SERVICES.iter().position(|kind| service["type"] == *kind).unwrap();
        assert_eq!(service["server"], "venuebox.local.");
        assert_eq!(service["port"], json!([http, rtmp, http][index]));
        assert_eq!(service["texts"]["path"], texts[index]);
        assert!(service["addresses"].as_array().unwrap().contains(&json!("10.77.0.1")), "{service}");
        found.push(index);
    }
    found.sort_unstable();
    assert_eq!(found, [0, 1, 2]);
    box_host.run(&["ip", "address", "add", "169.254.77.1/16", "dev", "cable"]);
    hear(&browser, |line| {
        line["addresses"].as_array().is_some_and(|all| all.contains(&json!("169.254.77.1")))
    });
    venuebox.process.signal(Signal::SIGTERM);
    venuebox.process.wait(PATIENCE);
    for _ in SERVICES {
        hear(&browser, |line| line["state"] == "Removed");
    }
}

#[test]
fn a_second_box_takes_the_next_name_and_says_so() {
    let Some([first_host, second_host]) = cabled() else { return };
    let first = VenueBox::start_in(&first_host, "[::]:0");
    let browser = python(second_host.command(PYTHON), "zeroconf-browse.py", &["10.77.0.2", SERVICES[0]]);
    hear(&browser, |line| line["state"] == "Added" && line["server"] == "venuebox.local.");
    let second = VenueBox::start_in(&second_host, "[::]:0");
    second.process.line(PATIENCE, |line| line.contains("venuebox-2.local").then_some(()));
    hear(&browser, |line| line["state"] == "Added" && line["server"] == "venuebox-2.local.");
    drop(first);
    // Its operator reads it where the addresses are, as long as it goes by that name.
    let chromium = Browser::start_in(&second_host);
    let tab = chromium.operator(&second.url("/admin"));
    sign_in(&tab);
    tab.until_it_says("Another device on this network has the box's name.");
    tab.follow("Network");
    tab.until_it_says(&format!("http://venuebox-2.local:{}/", second.http.port()));
    tab.until_it_says("rtmp://venuebox-2.local:");
}

#[test]
fn libtorrent_on_another_machine_hears_what_the_box_seeds() {
    let Some([box_host, other]) = cabled() else { return };
    let name = "ab".repeat(20);
    let listener = python(other.command(PYTHON), "lsd-listen.py", &["10.77.0.2", &name]);
    hear(&listener, |line| line["ready"] == true);
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    let namespace = File::open(box_host.namespace()).unwrap();
    let seeder = thread::spawn(move || {
        setns(namespace, CloneFlags::CLONE_NEWNET).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (_, settings) = watch::channel(tracker::Config::default());
            let (rendezvous, desk) = Rendezvous::new(settings, [1; 16]);
            let discovery = LocalDiscovery::new(&rendezvous, [1; 4]);
            let desk = tokio::spawn(desk.run(stopped.clone()));
            let door = rendezvous.register_seeder(PeerId([1; 20]), 6_881).await.unwrap();
            door.seed(vec![InfoHash([0xab; 20])]);
            discovery.run(stopped).await;
            desk.await.unwrap();
        });
    });
    let heard = hear(&listener, |line| line["peer"].is_string());
    assert!(heard["peer"].as_str().unwrap().contains("10.77.0.1:6881"), "{heard}");
    stop.cancel();
    seeder.join().unwrap();
}

#[test]
fn whoever_comes_from_a_public_address_is_turned_away() {
    let Some([box_host, other]) = cabled() else { return };
    let venuebox = VenueBox::start_in(&box_host, "10.77.0.1:0");
    // Not on the box's link: the packets come as if through a router.
    other.run(&["ip", "address", "add", "203.0.113.7/32", "dev", "cable"]);
    let ask = |from: &str, path: &str, more: &[&str]| {
        let mut command = other.command("curl");
        command.args(["--silent", "--max-time", "20", "--include", "--interface", from]).args(more);
        String::from_utf8_lossy(&command.arg(venuebox.url(path)).output().unwrap().stdout).into_owned()
    };
    let announce = format!("/announce?info_hash={}&peer_id={}&port=7", "h".repeat(20), "p".repeat(20));
    let upgrade = [
        "--http1.1",
        "-HConnection: upgrade",
        "-HUpgrade: websocket",
        "-HSec-WebSocket-Version: 13",
        "-HSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    ];
    assert!(ask("10.77.0.2", &announce, &[]).contains("incomplete"));
    assert!(ask("203.0.113.7", &announce, &[]).contains("this tracker serves its own network"));
    assert!(ask("203.0.113.7", "/announce", &upgrade).starts_with("HTTP/1.1 403 "));
    assert!(ask("203.0.113.7", "/", &[]).starts_with("HTTP/1.1 200 "), "the page is for everybody");
    let list = ask("10.77.0.2", "/torrents.json", &[]);
    let list: Value = serde_json::from_str(list.split_once("\r\n\r\n").unwrap().1).unwrap();
    let seeder = format!("telnet://10.77.0.1:{}", list["port"]);
    let is_closed = |from: &str| {
        let mut command = other.command("curl");
        command.args(["--silent", "--no-buffer", "--max-time", "2", "--interface", from, &seeder]);
        let mut peer = command.stdin(Stdio::piped()).spawn().unwrap();
        // It says nothing, and the box waits for it longer than curl does.
        let silent = peer.stdin.take();
        let code = peer.wait().unwrap().code();
        drop(silent);
        code != Some(28)
    };
    assert!(!is_closed("10.77.0.2") && is_closed("203.0.113.7"));
}
