//! Serving to a crowd: processor time of the server by what it served, its ingest taken off.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::film::SMALL;
use super::report::{Row, Section, median};
use super::servers::Server;
use super::viewers::{Crowd, Play};

/// From the start of a publisher to the first crowd: enough segments for any playlist.
const FILL: Duration = Duration::from_secs(9);

/// Between the last player's first media and the count.
const SETTLE: Duration = Duration::from_secs(4);

/// What one crowd cost.
#[derive(Clone, Copy, Debug)]
struct Cost {
    per_gigabyte: f64,
    /// Thousandths of a core.
    per_viewer: f64,
    bytes_per_viewer: f64,
}

/// A server on air, and what its ingest alone costs in a second.
struct OnAir {
    server: Server,
    idle: f64,
    _publisher: super::process::Process,
}

impl OnAir {
    async fn new(server: Server, window: Duration) -> Self {
        let publisher = server.publish(SMALL);
        tokio::time::sleep(FILL).await;
        let processes = server.processes();
        let before = processes.cpu();
        tokio::time::sleep(window / 2).await;
        let idle = (processes.cpu() - before).as_secs_f64() / (window / 2).as_secs_f64();
        OnAir { server, idle, _publisher: publisher }
    }

    #[expect(clippy::cast_precision_loss, reason = "bytes of a minute")]
    async fn cost(&self, viewers: u32, window: Duration, play: impl Fn(usize) -> Play) -> Cost {
        let count = usize::try_from(viewers).unwrap();
        let within = Duration::from_secs(2).max(Duration::from_millis(2) * viewers);
        let crowd = Crowd::enter(self.server.http, self.server.entrance, count, within, play, None);
        crowd.until_playing().await;
        tokio::time::sleep(SETTLE).await;
        let processes = self.server.processes();
        let bytes = || crowd.tally.bytes.load(Ordering::Relaxed);
        let (cpu, before, refused) = (processes.cpu(), bytes(), crowd.tally.refused.load(Ordering::Relaxed));
        tokio::time::sleep(window).await;
        let used = (processes.cpu() - cpu).as_secs_f64() - self.idle * window.as_secs_f64();
        let bytes = (bytes() - before) as f64;
        let refused = crowd.tally.refused.load(Ordering::Relaxed) - refused;
        let lost = crowd.tally.lost.load(Ordering::Relaxed);
        if refused > 0 || lost > 0 {
            println!("   {}: {refused} answers were refused, {lost} players lost", self.server.name);
            println!("{}", self.server.said());
        }
        let seconds = window.as_secs_f64();
        Cost {
            per_gigabyte: used / (bytes / 1e9),
            per_viewer: used / seconds / f64::from(viewers) * 1e3,
            bytes_per_viewer: bytes / seconds / f64::from(viewers),
        }
    }
}

/// Plain HLS beside nginx.
pub async fn plain(crowds: &[u32], window: Duration, pairs: usize) -> Section {
    let mut section = Section::default();
    let ours = OnAir::new(Server::venuebox(), window).await;
    let peer = OnAir::new(Server::nginx(), window).await;
    for viewers in crowds {
        let (mut a, mut b) = (Vec::new(), Vec::new());
        for _ in 0..pairs {
            b.push(peer.cost(*viewers, window, |_| Play::Plain).await);
            a.push(ours.cost(*viewers, window, |_| Play::Plain).await);
            tell(&a, &b);
        }
        let figure = |costs: &[Cost]| median(&costs.iter().map(|cost| cost.per_gigabyte).collect::<Vec<_>>());
        let ratios: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a.per_gigabyte / b.per_gigabyte).collect();
        section.rows.push(Row {
            what: format!("CPU of plain HLS to {viewers} viewers"),
            unit: "s per GB",
            ours: figure(&a),
            peer: Some((String::from("nginx"), figure(&b))),
            ratio: Some(median(&ratios)),
            goal: "1.1 (0.9 of nginx's bytes per second of CPU)",
        });
    }
    section.notes.push(format!(
        "Plain HLS: keep-alive, {} Mbit/s, segments of 2 s, each server's own ingest taken off; medians of {pairs} \
         pairs. nginx sends MPEG-TS from memory by sendfile, with one worker and no access log.",
        SMALL.rate
    ));
    section
}

/// Low-latency HLS beside MediaMTX, where there is one.
pub async fn low_latency(crowds: &[u32], window: Duration, pairs: usize) -> Section {
    let mut section = Section::default();
    let ours = OnAir::new(Server::venuebox(), window).await;
    let peer = match Server::mediamtx() {
        Some(server) => Some(OnAir::new(server, window).await),
        None => None,
    };
    // Half of them as hls.js does it, half as Apple's players do.
    let play = |number: usize| if number.is_multiple_of(2) { Play::Listed } else { Play::Hinted };
    for viewers in crowds {
        let (mut a, mut b) = (Vec::new(), Vec::new());
        for _ in 0..pairs {
            if let Some(peer) = &peer {
                b.push(peer.cost(*viewers, window, play).await);
            }
            a.push(ours.cost(*viewers, window, play).await);
            tell(&a, &b);
        }
        let figure = |costs: &[Cost]| median(&costs.iter().map(|cost| cost.per_viewer).collect::<Vec<_>>());
        let ratios: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a.per_viewer / b.per_viewer).collect();
        section.rows.push(Row {
            what: format!("CPU of low-latency HLS to {viewers} viewers"),
            unit: "‰ of a core per viewer",
            ours: figure(&a),
            peer: peer.as_ref().map(|peer| (peer.server.name.clone(), figure(&b))),
            ratio: (!ratios.is_empty()).then(|| median(&ratios)),
            goal: "0.5",
        });
    }
    section.notes.push(format!(
        "Low-latency HLS: {} Mbit/s, three parts a second, each viewer with blocking reloads, delta updates and \
         gzip; half of them ask for the hinted part ahead. Ingest taken off; medians of {pairs} pairs.",
        SMALL.rate
    ));
    section
}

fn tell(ours: &[Cost], peer: &[Cost]) {
    for (name, cost) in [("venuebox", ours.last()), ("peer", peer.last())] {
        let Some(cost) = cost else { continue };
        println!(
            "   {name}: {:.4} s per GB, {:.4} ‰ of a core per viewer, {:.2} Mbit/s each",
            cost.per_gigabyte,
            cost.per_viewer,
            cost.bytes_per_viewer * 8e-6
        );
    }
}
