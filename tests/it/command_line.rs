//! The program as an operator meets it in a terminal.

use std::process::{Command, Output};

use nix::sys::signal::Signal;

use crate::rig::{PATIENCE, Publisher, VenueBox, free_ports};

fn venuebox(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_venuebox"));
    command.args(arguments).env_remove("VENUEBOX_STREAM_KEY").output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn an_unknown_flag_is_an_error_that_names_it() {
    let output = venuebox(&["run", "--colour"]);
    assert!(!output.status.success());
    assert!(text(&output.stderr).contains("--colour"));
}

#[test]
fn every_flag_of_the_contract_is_accepted_and_secrets_print_as_stars() {
    let flags = "run --print-config --data d --runtime r --http 127.0.0.1:1 --rtmp 127.0.0.1:2 --stun 127.0.0.1:3 \
                 --tracker-udp 127.0.0.1:4 --bittorrent 127.0.0.1:5 --public-url https://a.example \
                 --pull http://b.example/x.m3u8 --stream-key hidden-one --admin-password hidden-two --mesh peers \
                 --r2-endpoint http://c.example --r2-account-id account --r2-jurisdiction eu --r2-bucket bucket \
                 --r2-access-key-id hidden-three --r2-secret-access-key hidden-four \
                 --r2-public-url https://d.example --r2-prefix live/";
    let output = venuebox(&flags.split_whitespace().collect::<Vec<_>>());
    assert!(output.status.success(), "{}", text(&output.stderr));
    let printed = text(&output.stdout);
    assert!(printed.contains("***") && printed.contains("d.example"));
    assert!(!printed.contains("hidden"), "{printed}");
}

#[test]
fn a_value_with_which_a_box_does_not_start_is_found_before_it_is_used() {
    for (flag, value) in [("--admin-password", "short"), ("--public-url", "stream.example.org")] {
        let output = venuebox(&["run", "--print-config", flag, value]);
        assert!(!output.status.success() && text(&output.stderr).contains(flag), "{}", text(&output.stderr));
    }
    assert!(venuebox(&["run", "--print-config", "--public-url", "https://a.example"]).status.success());
}

#[test]
fn a_port_that_is_taken_says_which_and_what_to_do() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folders = tempfile::tempdir().unwrap();
    let data = folders.path().to_str().unwrap();
    let output =
        venuebox(&["run", "--data", data, "--runtime", data, "--http", "127.0.0.1:0", "--rtmp", &address]);
    assert!(!output.status.success());
    let said = text(&output.stderr);
    assert!(said.contains("RTMP port") && said.contains("--rtmp"), "{said}");
}

#[tokio::test]
async fn status_prints_what_the_box_says_of_itself() {
    let venuebox_ = VenueBox::start();
    let http = venuebox_.http.to_string();
    assert!(text(&venuebox(&["status", "--http", &http]).stdout).contains("on air        no"));
    let _publisher = Publisher::ffmpeg(&venuebox_.ingest());
    venuebox_.media_playlist_url().await;
    assert!(text(&venuebox(&["status", "--http", &http]).stdout).contains("on air        yes"));
    let status: serde_json::Value = serde_json::from_str(&venuebox_.get("/api/status").text()).unwrap();
    let mut names: Vec<&String> = status.as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(
        names,
        [
            "cloud",
            "lastConnectTime",
            "lastDisconnectTime",
            "online",
            "serverTime",
            "streamTitle",
            "versionNumber",
            "viewerCount"
        ]
    );
    assert_eq!(status["online"], true);
}

#[test]
fn status_without_a_box_says_so() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let output = venuebox(&["status", "--http", &free.to_string()]);
    assert!(!output.status.success());
    assert!(text(&output.stderr).contains("is it running?"));
}

#[test]
fn check_finds_nothing_wrong_on_this_machine() {
    let folders = tempfile::tempdir().unwrap();
    let data = folders.path().to_str().unwrap();
    let mut arguments = vec!["check", "--data", data];
    for word in free_ports() {
        arguments.push(word);
    }
    let output = venuebox(&arguments);
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    assert_eq!(text(&output.stdout).matches("ok ").count(), 7);
}

#[test]
fn it_stops_within_five_seconds_of_being_asked() {
    let mut venuebox = VenueBox::start();
    assert_eq!(venuebox.get("/healthz").status, 200);
    let asked = std::time::Instant::now();
    venuebox.process.signal(Signal::SIGTERM);
    assert!(venuebox.process.wait(PATIENCE).success());
    assert!(asked.elapsed() < std::time::Duration::from_secs(5));
}

#[test]
fn a_test_card_without_a_box_says_where_it_looked() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = format!("rtmp://{free}/live");
    let output = venuebox(&["testcard", "--server", &server, "--stream-key", "x"]);
    assert!(!output.status.success());
    assert!(text(&output.stderr).contains(&free.to_string()));
}
