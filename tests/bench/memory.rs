//! What the box keeps in memory once its window is full. Runs beside the other measurements.

use std::time::{Duration, Instant};

use super::film::SMALL;
use super::process::Process;
use super::report::{Row, Section};
use super::servers::Server;

/// The window holds five minutes; after this long it is full.
const FULL: Duration = Duration::from_secs(370);

/// What the window keeps (its limits are in `WindowLimits`).
const RETAINED: f64 = 300.0;
const CAP: f64 = 256.0 * 1024.0 * 1024.0;

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
        let (resident, own) = self.server.processes().memory();
        let window = (SMALL.rate * 1e6 / 8.0 * RETAINED).min(CAP);
        let mebibytes = |bytes: f64| bytes / f64::from(1 << 20);
        Section {
            rows: vec![Row {
                what: format!("resident memory beside a full window of {}", SMALL.name()),
                unit: "MiB",
                ours: mebibytes(resident as f64 - window),
                peer: None,
                ratio: None,
                goal: "60 MiB",
            }],
            notes: vec![format!(
                "Memory: after {} s on air {:.0} MiB are resident, {:.0} of them not a file's; the window of five \
                 minutes is {:.0}.",
                self.since.elapsed().as_secs(),
                mebibytes(resident as f64),
                mebibytes(own as f64),
                mebibytes(window)
            )],
        }
    }
}
