//! The live edge in the bucket, and what an event costs that is recorded and sent: beside a box that keeps nothing
//! of the same film.

use std::path::Path;
use std::time::{Duration, Instant};

use venuebox::storage::settings::RecordingSettings;
use venuebox::storage::{Opened, Storage};

use crate::bucket::{Bucket, Put};
use crate::film::SMALL;
use crate::http::Connection;
use crate::playlist::{MediaPlaylist, resolve, text, variants};
use crate::report::{Row, Section, percentiles};
use crate::servers::Server;

/// To a storage elsewhere and back.
const ROUND_TRIP: Duration = Duration::from_millis(100);

/// An event's first segments, and the first connection to the storage.
const WARM_UP: Duration = Duration::from_secs(10);

/// What the last segments may take to arrive.
const PATIENCE: Duration = Duration::from_secs(20);

const HOUR: f64 = 3_600.0;

#[expect(clippy::cast_precision_loss, reason = "bytes")]
pub async fn measure(minute: Duration) -> Section {
    let bucket = Bucket::start(ROUND_TRIP);
    // On a disk: what is written to memory is not counted.
    let folder = tempfile::tempdir().unwrap();
    record(&folder.path().join("data")).await;
    let keeping = Server::venuebox_in(folder, &bucket.arguments());
    let plain = Server::venuebox();
    let publishers = [keeping.publish(SMALL), plain.publish(SMALL)];
    tokio::time::sleep(WARM_UP).await;
    let servers = [keeping.processes(), plain.processes()];
    let before = servers.clone().map(|server| (server.cpu(), server.written()));
    let listed = listed(&keeping, minute).await;
    let after = servers.map(|server| (server.cpu(), server.written()));
    let lags = lags(&bucket, &listed).await;
    drop(publishers);

    let hours = minute.as_secs_f64() / HOUR;
    let [cpu, without] = [0, 1].map(|index| (after[index].0 - before[index].0).as_secs_f64() / hours);
    let written = (after[0].1 - before[0].1) as f64 / 1e6 / hours;
    let media = SMALL.rate / 8.0 * HOUR;
    let lags = percentiles(&lags);
    let lag = |share, name: &str| Row {
        what: format!("from a segment on the box to one in the bucket's playlist, {name}"),
        unit: "s",
        ours: lags.at(share),
        peer: None,
        ratio: None,
        goal: "2.1 s",
    };
    let beside = |what: &str, unit, ours: f64, peer: (&str, f64)| Row {
        what: what.to_owned(),
        unit,
        ours,
        peer: Some((peer.0.to_owned(), peer.1)),
        ratio: Some(ours / peer.1),
        goal: "—",
    };
    Section {
        rows: vec![
            lag(0.5, "p50"),
            lag(0.95, "p95"),
            beside("CPU of an event that is recorded and sent", "s an hour", cpu, ("nothing kept", without)),
            beside("written to the disk", "MB an hour", written, ("the media alone", media)),
        ],
        notes: vec![format!(
            "The bucket: {:.0} ms to the storage and back, segments of 2 s, {} of them; the goal is one segment and \
             one round trip.",
            ROUND_TRIP.as_secs_f64() * 1e3,
            listed.len()
        )],
    }
}

/// Sets a fresh data folder so that events are recorded.
async fn record(data: &Path) {
    std::fs::create_dir_all(data).unwrap();
    let mut opened = Opened::open(data, "bench", [7; 12], None).unwrap();
    let storage = Storage::start(&mut opened).unwrap();
    let version = storage.settings().borrow().recording.version;
    let wanted = RecordingSettings { record: true, ..RecordingSettings::default() };
    storage.change(version, wanted).await.unwrap();
}

/// When each segment was in the box's own playlist, for this long: its Media Sequence Number and the moment.
async fn listed(server: &Server, time: Duration) -> Vec<(u64, Instant)> {
    let mut connection = Connection::open(server.http).await.unwrap();
    let mut body = Vec::new();
    let answer = connection.get(server.entrance, Some(&mut body)).await.unwrap();
    let variant = variants(&text(&body, answer.gzip)).swap_remove(0);
    let path = resolve(server.entrance, &variant);
    body.clear();
    let answer = connection.get(&path, Some(&mut body)).await.unwrap();
    let (first, _) = MediaPlaylist::read(&text(&body, answer.gzip)).next;
    let mut listed = Vec::new();
    let began = Instant::now();
    for msn in first.. {
        // Answered when the whole segment is there (RFC 8216bis, 6.2.5.2).
        connection.get(&format!("{path}?_HLS_msn={msn}"), None).await.unwrap();
        if began.elapsed() > time {
            break;
        }
        listed.push((msn, Instant::now()));
    }
    listed
}

/// How much later each of them was in the bucket's playlist, seconds.
async fn lags(bucket: &Bucket, listed: &[(u64, Instant)]) -> Vec<f64> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let puts = bucket.puts();
        let lag = |(msn, at): &(u64, Instant)| {
            let put = puts.iter().find(|put| is_listed(put, *msn))?;
            Some(put.at.saturating_duration_since(*at).as_secs_f64())
        };
        if let Some(lags) = listed.iter().map(lag).collect() {
            return lags;
        }
        assert!(Instant::now() < deadline, "not all segments came to the bucket");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Whether this is a live media playlist that names the segment, by its number on the box: the bucket's own counts
/// its own lines.
fn is_listed(put: &Put, msn: u64) -> bool {
    let name = format!("{msn}.m4s");
    let Some(playlist) = put.playlist.as_deref().filter(|_| put.key.starts_with("live/")) else {
        return false;
    };
    playlist.lines().any(|line| line.rsplit('/').next() == Some(&name))
}
