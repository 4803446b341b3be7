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
                 minutes is {:.0}, what is kept as MPEG-TS for the last three bundles {:.0}.",
                self.since.elapsed().as_secs(),
                SMALL.name(),
                mebibytes(resident as f64),
                mebibytes(own as f64),
                mebibytes(window),
                mebibytes(torrents)
            )],
        }
    }

    /// Bytes of MPEG-TS that the bundles hold together: they overlap, and share what they have in common.
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
        let bundles: Vec<_> = all.iter().filter(|torrent| torrent["kind"] == "bundle").collect();
        let number = |torrent: &Value, name: &str| torrent[name].as_u64().unwrap();
        let newest = bundles.last().expect("nothing is seeded");
        let (first, last) = (number(newest, "firstSegment"), number(newest, "lastSegment"));
        let oldest = bundles.iter().map(|bundle| number(bundle, "firstSegment")).min().unwrap_or(first);
        let each = number(newest, "length") as f64 / (last + 1 - first) as f64;
        (each * (last + 1 - oldest) as f64) as u64
    }
}
