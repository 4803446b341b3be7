//! Clients that nobody here wrote: npm's bittorrent-tracker, and Python's for the LAN.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command};

use serde_json::{Value, json};

use super::PATIENCE;
use super::process::Process;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tracker-clients")
}

/// Debian's Python with a script of the tests; packages of a virtual environment are not looked for.
pub fn python(mut command: Command, script: &str, arguments: &[&str]) -> Process {
    command.arg("-u").arg(folder().join(script)).args(arguments);
    Process::start(&mut command)
}

/// npm's bittorrent-tracker.
pub struct TrackerClient {
    process: Process,
    input: ChildStdin,
}

impl TrackerClient {
    /// A client with a name of one byte, at one tracker.
    pub fn start(name: u8, announce: &str, port: u16) -> Self {
        TrackerClient::with(
            json!({"peerId": format!("{name:02x}").repeat(20), "announce": announce, "port": port}),
        )
    }

    /// One that has all of the torrent.
    pub fn seeding(name: u8, announce: &str, port: u16) -> Self {
        TrackerClient::with(json!({
            "peerId": format!("{name:02x}").repeat(20), "announce": announce, "port": port, "left": 0
        }))
    }

    fn with(mut what: Value) -> Self {
        what["infoHash"] = json!("ff".repeat(20));
        let mut command = Command::new("node");
        command.arg(folder().join("client.mjs")).arg(what.to_string());
        let mut process = Process::conversing(&mut command, |_| {});
        let input = process.take_input();
        let mut client = TrackerClient { process, input };
        client.hear("ready");
        client.says("start");
        client
    }

    /// `update`, `complete`, `stop` or `scrape`.
    pub fn says(&mut self, what: &str) {
        writeln!(self.input, "{what}").unwrap();
    }

    /// The next event of that kind.
    pub fn hear(&self, event: &str) -> Value {
        self.process.line(PATIENCE, |line| {
            let heard: Value = serde_json::from_str(line).ok()?;
            (heard["event"] == event).then_some(heard)
        })
    }
}
