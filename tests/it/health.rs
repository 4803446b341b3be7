//! `/healthz` and `venuebox health`: well when the box can serve, and in words when it cannot.

use std::process::{Command, Output};
use std::thread;
use std::time::Instant;

use serde_json::json;

use crate::rig::{Operator, PASSWORD, PATIENCE, Process, VenueBox};

fn health(http: &str, rtmp: &str, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_venuebox"));
    command.args(["health", "--http", http, "--rtmp", rtmp]).args(more);
    command
}

fn of(venuebox: &VenueBox) -> Command {
    health(&venuebox.http.to_string(), &venuebox.rtmp.to_string(), &[])
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// An address that takes connections and never answers, as a socket does whose program is gone.
fn mute() -> (std::net::TcpListener, String) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    (listener, address)
}

#[test]
fn a_box_that_runs_is_well() {
    let venuebox = VenueBox::start();
    let answer = venuebox.get("/healthz");
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")));
    assert_eq!(answer.json(), json!({"ok": true, "pages": "ok", "database": "ok"}));
    let output = of(&venuebox).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn a_box_whose_database_does_not_answer_is_not_well_and_says_so() {
    let venuebox = VenueBox::start();
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    let lock = rusqlite::Connection::open(venuebox.data().join("venuebox.db")).unwrap();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    // Each write waits five seconds for the file; together they keep the database's thread for long enough.
    let writers: Vec<_> = (0..4)
        .map(|number| {
            let operator = operator.clone();
            thread::spawn(move || {
                operator.post("keys", &json!({"name": format!("Key {number}"), "takeover": "reject"}))
            })
        })
        .collect();
    let deadline = Instant::now() + PATIENCE;
    let answer = loop {
        let answer = venuebox.get("/healthz");
        if answer.status != 200 {
            break answer;
        }
        assert!(Instant::now() < deadline, "it is well without its database");
        thread::yield_now();
    };
    assert_eq!(answer.status, 503);
    let answer = answer.json();
    assert_eq!((&answer["ok"], &answer["pages"]), (&json!(false), &json!("ok")));
    assert!(answer["database"].as_str().unwrap().contains("did not answer within 3 s"), "{answer}");
    let output = of(&venuebox).output().unwrap();
    assert!(
        !output.status.success() && said(&output).contains("did not answer within 3 s"),
        "{}",
        said(&output)
    );

    lock.execute_batch("ROLLBACK").unwrap();
    writers.into_iter().for_each(|writer| drop(writer.join().unwrap()));
    let output = of(&venuebox).args(["--wait", "60"]).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn a_port_for_encoders_at_which_nobody_answers_is_found() {
    let venuebox = VenueBox::start();
    let (_listener, address) = mute();
    let output = health(&venuebox.http.to_string(), &address, &[]).output().unwrap();
    assert!(!output.status.success());
    assert!(said(&output).contains("does not answer encoders"), "{}", said(&output));
}

#[test]
fn it_waits_for_a_box_that_starts_later_and_not_for_one_that_never_does() {
    let mut venuebox = VenueBox::start_held(&[]);
    venuebox.process.kill();
    let mut waiting = Process::start(of(&venuebox).args(["--wait", "60", "--log", "debug"]));
    waiting.says(PATIENCE, "not well yet");
    venuebox.start_again();
    assert!(waiting.wait(PATIENCE).success(), "{}", waiting.said());

    let (_listener, address) = mute();
    let output = health(&address, &address, &["--wait", "1"]).output().unwrap();
    assert!(!output.status.success() && said(&output).contains("did not answer in 5 s"), "{}", said(&output));
}
