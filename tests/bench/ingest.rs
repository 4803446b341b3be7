//! Ingest and packaging without a viewer: the box and nginx-rtmp take the same film in the same minute.

use std::time::Duration;

use super::film::{LARGE, SMALL};
use super::report::{Row, Section};
use super::servers::Server;

/// From the first packet to the first count: codec headers, the event's opening.
const WARM_UP: Duration = Duration::from_secs(6);

pub async fn measure(minute: Duration) -> Section {
    let mut section = Section::default();
    for film in [SMALL, LARGE] {
        let (ours, peer) = (Server::venuebox(), Server::nginx());
        let publishers = [ours.publish(film), peer.publish(film)];
        tokio::time::sleep(WARM_UP).await;
        let processes = [ours.processes(), peer.processes()];
        let before = processes.clone().map(|server| server.cpu());
        tokio::time::sleep(minute).await;
        let used = [0, 1].map(|index| processes[index].cpu() - before[index]);
        let [ours, theirs] = used.map(|used| used.as_secs_f64() * 60.0 / minute.as_secs_f64());
        drop(publishers);
        section.rows.push(Row {
            what: format!("CPU of ingest, packaging and torrents, {}", film.name()),
            unit: "s a minute",
            ours,
            peer: Some((peer.name.clone(), theirs)),
            ratio: Some(ours / theirs),
            goal: "1.0",
        });
    }
    section.notes.push(String::from(
        "Ingest: both take the same film at the same time, for a minute; nginx-rtmp writes MPEG-TS segments of 2 s, \
         the box parts of a third of a second and their hashes.",
    ));
    section
}
