//! How far behind Chromium plays, and whether it stalls.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::film::SMALL;
use super::process::Process;
use super::report::{Row, Section, percentiles};
use super::servers::Server;

/// The browser's start and its first picture, beside the minute that counts.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Deserialize)]
struct Seen {
    /// Seconds behind the clock, ten times a second.
    latencies: Vec<f64>,
    stalls: u32,
    version: String,
}

pub async fn measure(window: Duration) -> Section {
    let server = Server::venuebox();
    let _publisher = server.publish(SMALL);
    tokio::time::sleep(Duration::from_secs(9)).await;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bench/browser/latency.mjs");
    let mut node = Command::new("node");
    node.arg(script).arg(format!("http://{}{}", server.http, server.entrance));
    node.arg(window.as_secs().to_string());
    let mut process = Process::start(&mut node);
    let deadline = Instant::now() + window + PATIENCE;
    while process.is_running() {
        assert!(Instant::now() < deadline, "the browser does not end");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    // Its last line may still be on its way through the pipe.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let said = process.said();
    let seen = said.lines().find_map(|line| serde_json::from_str::<Seen>(line).ok());
    let seen = seen.unwrap_or_else(|| panic!("the browser has measured nothing; it said:\n{said}"));
    let latencies = percentiles(&seen.latencies);
    let row = |what: &str, share: f64, goal| Row {
        what: format!("latency in Chromium, {what}"),
        unit: "s",
        ours: latencies.at(share),
        peer: None,
        ratio: None,
        goal,
    };
    Section {
        rows: vec![row("p50", 0.5, "2.0 s"), row("p95", 0.95, "2.5 s")],
        notes: vec![format!(
            "Latency: {} with hls.js, {} s, {} stalls; from a picture's arrival at the box \
             (EXT-X-PROGRAM-DATE-TIME) to its showing, on one machine's clock.",
            seen.version,
            window.as_secs(),
            seen.stalls
        )],
    }
}
