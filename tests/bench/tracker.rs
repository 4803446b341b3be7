//! The tracker's WebSocket beside aquatic_ws: what one CPU second answers, what a page costs in memory.

use std::time::Duration;

use super::announcers::{Announcers, idle};
use super::report::{Row, Section, median};
use super::servers::Server;

/// Pages that announce as fast as they are answered.
const PAGES: usize = 1_000;
/// Pages that only stay.
const IDLE: usize = 2_000;
/// From the first announcement to the first count.
const WARM_UP: Duration = Duration::from_secs(3);
/// How often a real page announces, seconds, and with how many offers.
const INTERVAL: f64 = 120.0;
const OFFERS: usize = 10;
/// A page with so many offers waits between its announcements: each brings it ten answers and ten offers to answer,
/// and the box closes who says more than fifty things a second.
const PAUSE: Duration = Duration::from_secs(2);

/// What a server did in one window.
struct Work {
    /// Announcements and relays a CPU second.
    rate: f64,
    /// CPU seconds of one announcement with all that follows from it.
    cost: f64,
}

pub async fn measure(window: Duration, pairs: usize) -> Section {
    let mut section = Section::default();
    let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    let mut peer_name = None;
    for _ in 0..pairs {
        let own = work(&Server::venuebox(), 1, Duration::ZERO, window).await.rate;
        ours.push(own);
        let Some(peer) = Server::aquatic() else { continue };
        let other = work(&peer, 1, Duration::ZERO, window).await.rate;
        theirs.push(other);
        ratios.push(own / other);
        peer_name = Some(peer.name.clone());
    }
    section.rows.push(Row {
        what: String::from("announces and relays of the tracker"),
        unit: "a CPU second",
        ours: median(&ours),
        peer: peer_name.clone().map(|name| (name, median(&theirs))),
        ratio: peer_name.is_some().then(|| median(&ratios)),
        goal: "1.0",
    });
    let own = Server::venuebox();
    let memory = memory(&own).await;
    let peer = Server::aquatic();
    let theirs = match &peer {
        Some(peer) => Some((peer.name.clone(), self::memory(peer).await)),
        None => None,
    };
    section.rows.push(Row {
        what: String::from("memory of a WebSocket peer"),
        unit: "KiB",
        ours: memory,
        ratio: theirs.as_ref().map(|(_, theirs)| memory / theirs),
        peer: theirs,
        goal: "8 KiB",
    });
    let cost = work(&Server::venuebox(), OFFERS, PAUSE, window).await.cost;
    section.rows.push(Row {
        what: format!("announces of 1,000 viewers, {OFFERS} offers each, every {INTERVAL} s"),
        unit: "% of a core",
        ours: cost * 1_000.0 / INTERVAL * 100.0,
        peer: None,
        ratio: None,
        goal: "1 %",
    });
    section.notes.push(format!(
        "Tracker: {PAGES} pages in swarms of 50 announce with one offer of 1 KB as soon as they are answered, and \
         answer what they are offered; an announcement, an offer and an answer count one each. Memory: {IDLE} pages \
         that announced once."
    ));
    section
}

#[expect(clippy::cast_precision_loss, reason = "counts")]
async fn work(server: &Server, offers: usize, pause: Duration, window: Duration) -> Work {
    let pages = Announcers::enter(server.http, PAGES, offers, pause).await;
    tokio::time::sleep(WARM_UP).await;
    let processes = server.processes();
    let (before, cpu) = (pages.count(), processes.cpu());
    tokio::time::sleep(window).await;
    let (after, cpu) = (pages.count(), (processes.cpu() - cpu).as_secs_f64());
    let (announces, relays) = (after.0 - before.0, after.1 - before.1);
    assert!(announces > 0, "{} answers nobody: {}", server.name, server.said());
    println!("{}: {announces} announces and {relays} relays in {cpu:.2} CPU seconds", server.name);
    Work { rate: (announces + relays) as f64 / cpu, cost: cpu / announces as f64 }
}

#[expect(clippy::cast_precision_loss, reason = "bytes")]
async fn memory(server: &Server) -> f64 {
    // Whatever is allocated once is there before.
    let first = idle(server.http, 0..50).await;
    let before = server.processes().memory().own;
    let pages = idle(server.http, 50..50 + IDLE).await;
    let after = server.processes().memory().own;
    drop((first, pages));
    after.saturating_sub(before) as f64 / IDLE as f64 / 1_024.0
}
