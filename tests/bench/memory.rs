//! What the box keeps in memory once its window and its torrents are full. Runs beside the other measurements.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::cpu::Memory;
use super::film::SMALL;
use super::http::Connection;
use super::process::Process;
use super::report::{Row, Section};
use super::servers::Server;

/// The window holds five minutes, and the last three bundles begin two minutes before it; after this long both are
/// full.
const FULL: Duration = Duration::from_secs(440);

/// What the window keeps (its limits are in `WindowLimits`).
const RETAINED: f64 = 300.0;
const CAP: f64 = 256.0 * 1024.0 * 1024.0;

/// A quarter of the memory of the smallest machine that is meant, 4 GiB, is for media.
const SHARE: &str = "1024 MiB";

/// A box that has been on air since.
pub struct Filling {
    server: Server,
    since: Instant,
    _publisher: Process,
}

impl Filling {
    pub fn start() -> Self {
        let server = Server::venuebox();
        let publisher = server.publish(SMALL);
        Filling { server, since: Instant::now(), _publisher: publisher }
    }

    #[expect(clippy::cast_precision_loss, reason = "bytes")]
    pub async fn measure(self) -> Section {
        tokio::time::sleep(FULL.saturating_sub(self.since.elapsed())).await;
        let Memory { resident, own, peak } = self.server.processes().memory();
        let window = (SMALL.rate * 1e6 / 8.0 * RETAINED).min(CAP);
        let torrents = self.torrents().await as f64;
        let mebibytes = |bytes: f64| bytes / f64::from(1 << 20);
        let row = |what: &str, bytes: f64, goal: &'static str| Row {
            what: what.to_owned(),
            unit: "MiB",
            ours: mebibytes(bytes),
            peer: None,
            ratio: None,
            goal,
        };
        Section {
            rows: vec![
                row(
                    "resident memory beside a full window and its torrents",
                    resident as f64 - window - torrents,
                    "60 MiB",
                ),
                row("peak of resident memory, seeding", peak as f64, SHARE),
            ],
            notes: vec![format!(
                "Memory: after {} s on air at {} {:.0} MiB are resident, {:.0} of them not a file's; the window of five \
                 minutes is {:.0}, what is kept for torrents beside it {:.0}.",
                self.since.elapsed().as_secs(),
                SMALL.name(),
                mebibytes(resident as f64),
                mebibytes(own as f64),
                mebibytes(window),
                mebibytes(torrents)
            )],
        }
    }

    /// Bytes that are kept for torrents beside the window: everything as MPEG-TS since the oldest bundle began, and
    /// what that bundle's folder still has of what left the window.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "bytes"
    )]
    async fn torrents(&self) -> u64 {
        let (mut connection, mut list) = (Connection::open(self.server.http).await.unwrap(), Vec::new());
        connection.get("/torrents.json", Some(&mut list)).await.unwrap();
        let list: Value = serde_json::from_slice(&list).unwrap();
        let all = list["torrents"].as_array().unwrap();
        let of = |kind: &str| -> Vec<[u64; 3]> {
            let these = all.iter().filter(|torrent| torrent["kind"] == kind);
            let numbers = |torrent: &Value| {
                ["firstSegment", "lastSegment", "length"].map(|name| torrent[name].as_u64().unwrap())
            };
            these.map(numbers).collect()
        };
        let (bundles, folders, segments) = (of("bundle"), of("folder"), of("segment"));
        let each = |torrents: &[[u64; 3]]| {
            let [first, last, length] = torrents.last().expect("nothing is seeded");
            *length as f64 / (last + 1 - first) as f64
        };
        let oldest = bundles.iter().map(|[first, ..]| *first).min().unwrap_or_default();
        let (window, newest) = (
            segments.first().map_or(0, |[first, ..]| *first),
            segments.last().map_or(0, |[_, last, _]| *last),
        );
        let transport_stream = each(&bundles) * (newest + 1).saturating_sub(oldest) as f64;
        let beyond_the_window = each(&folders) * window.saturating_sub(oldest) as f64;
        (transport_stream + beyond_the_window) as u64
    }
}
