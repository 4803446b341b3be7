//! A backlog that drains: the box and rclone take turns with the same files and the same server.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use venuebox::storage::{Opened, Recording, Storage};
use venuebox::stream::{EventId, KeptInit, KeptSegment, RenditionId};
use venuebox::time::MediaTime;

use crate::bucket::{ACCESS_KEY, Bucket, NAME, SECRET};
use crate::process::Process;
use crate::report::{Row, Section, median};
use crate::servers::Server;

/// Two hours in segments of four seconds at 2.5 Mbit/s, as they wait after a long outage.
const SEGMENTS: u64 = 1_800;
const SEGMENT: Duration = Duration::from_secs(4);
const SEGMENT_SIZE: usize = 1_250_000;

/// As many at once as the box sends of a backlog when nothing is on air.
const TRANSFERS: &str = "6";

/// What draining may take before the bench gives up.
const PATIENCE: Duration = Duration::from_secs(180);

/// One way of emptying the backlog.
#[derive(Clone, Copy, Debug)]
struct Drained {
    wall: f64,
    cpu: f64,
}

#[expect(clippy::cast_precision_loss, reason = "bytes")]
pub async fn measure(pairs: usize) -> Section {
    let megabytes = (SEGMENTS * SEGMENT_SIZE as u64) as f64 / 1e6;
    let (mut ours, mut peers) = (Vec::new(), Vec::new());
    for _ in 0..pairs {
        ours.push(by_the_box().await);
        peers.push(by_rclone().await);
    }
    let rate = |all: &[Drained]| median(&all.iter().map(|one| megabytes / one.wall).collect::<Vec<_>>());
    let cpu = |all: &[Drained]| median(&all.iter().map(|one| one.cpu * 1e3 / megabytes).collect::<Vec<_>>());
    let ratio = |of: fn(&Drained) -> f64| {
        let of_pairs = ours.iter().zip(&peers).map(|(ours, peer)| of(ours) / of(peer));
        Some(median(&of_pairs.collect::<Vec<_>>()))
    };
    let row = |what: &str, unit, ours, peer, ratio, goal| Row {
        what: what.to_owned(),
        unit,
        ours,
        peer: Some((String::from("rclone"), peer)),
        ratio,
        goal,
    };
    Section {
        rows: vec![
            row(
                "draining a backlog of two hours",
                "MB a second",
                rate(&ours),
                rate(&peers),
                ratio(|drained| 1.0 / drained.wall),
                "≥ 1",
            ),
            row("CPU of draining", "s per GB", cpu(&ours), cpu(&peers), ratio(|drained| drained.cpu), "—"),
        ],
        notes: vec![format!(
            "Draining: {SEGMENTS} segments, {megabytes:.0} MB, to one S3 server on the same two cores, {TRANSFERS} at \
             once; the box from its start to the whole event's playlist, rclone from its start to its end."
        )],
    }
}

/// The box is started on a full queue, and is done when the whole event's playlist is in the bucket.
async fn by_the_box() -> Drained {
    let bucket = Bucket::start(Duration::ZERO);
    let folder = tempfile::tempdir().unwrap();
    fill(&folder.path().join("data")).await;
    let began = Instant::now();
    let server = Server::venuebox_in(folder, &bucket.arguments());
    let whole = |bucket: &Bucket| {
        let puts = bucket.puts();
        let put = puts.iter().find(|put| put.key.starts_with("events/") && put.key.ends_with("/stream.m3u8"));
        put.map(|put| put.at)
    };
    let done = loop {
        if let Some(at) = whole(&bucket) {
            break at;
        }
        assert!(began.elapsed() < PATIENCE, "the queue did not drain; the box said:\n{}", server.said());
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let cpu = server.processes().cpu();
    let there = bucket.puts().iter().filter(|put| put.key.ends_with(".m4s")).count() as u64;
    assert_eq!(there, SEGMENTS);
    Drained { wall: (done - began).as_secs_f64(), cpu: cpu.as_secs_f64() }
}

async fn by_rclone() -> Drained {
    let bucket = Bucket::start(Duration::ZERO);
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    fill(&data).await;
    let mut command = Command::new("rclone");
    command.arg("copy").arg(data.join("archive")).arg(format!(":s3:{NAME}/live"));
    command.args([
        "--config",
        "",
        "--transfers",
        TRANSFERS,
        "--s3-provider",
        "Other",
        "--s3-no-check-bucket",
    ]);
    command.args(["--s3-endpoint", &bucket.endpoint(), "--s3-access-key-id", ACCESS_KEY]);
    command.args(["--s3-secret-access-key", SECRET]);
    // What this machine has set for the real AWS is not meant for this server.
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
        command.env_remove(name);
    }
    let (began, before) = (Instant::now(), of_children());
    let mut process = Process::start(&mut command);
    let status = process.wait(PATIENCE);
    let (wall, cpu) = (began.elapsed(), of_children() - before);
    assert!(status.success(), "rclone failed:\n{}", process.said());
    let there = bucket.puts().iter().filter(|put| put.key.ends_with(".m4s")).count() as u64;
    assert_eq!(there, SEGMENTS);
    Drained { wall: wall.as_secs_f64(), cpu }
}

/// Processor time of the children that have ended, seconds.
#[expect(clippy::cast_precision_loss, reason = "microseconds")]
fn of_children() -> f64 {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    (usage.user_time().num_microseconds() + usage.system_time().num_microseconds()) as f64 / 1e6
}

/// A data folder of an event that is over and of which nothing was sent.
async fn fill(data: &Path) {
    fs::create_dir_all(data).unwrap();
    let mut opened = Opened::open(data, "bench", [7; 12], None).unwrap();
    let epoch = opened.epoch.clone();
    let storage = Storage::start(&mut opened).unwrap();
    let rendition = RenditionId { event: EventId(1), rendition: 0 };
    let recording = Recording {
        event: rendition.event,
        epoch: epoch.clone(),
        title: String::from("Bench"),
        began: 1_800_000_000_000,
        ended: None,
        kept: true,
        target_duration: 4,
    };
    storage.begin_recording(recording).await.unwrap();
    let folder = data.join("archive").join(epoch.as_str()).join(rendition.to_string());
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("init-0.mp4"), [7; 700]).unwrap();
    let mut bytes = vec![0_u8; SEGMENT_SIZE];
    for msn in 0..SEGMENTS {
        // None is like another.
        bytes[..8].copy_from_slice(&msn.to_le_bytes());
        fs::write(folder.join(format!("{msn}.m4s")), &bytes).unwrap();
        let init =
            KeptInit { number: 0, codecs: "avc1.64001f".into(), resolution: Some((1_280, 720)), size: 700 };
        let at = SEGMENT * u32::try_from(msn).unwrap();
        let millis = i64::try_from(at.as_millis()).unwrap();
        let segment = KeptSegment {
            msn,
            init: 0,
            discontinuity: false,
            start: MediaTime::from_millis(millis),
            date: 1_800_000_000_000 + millis,
            duration: MediaTime::from_millis(4_000),
            size: SEGMENT_SIZE as u64,
            kept: true,
        };
        let init = (msn == 0).then_some(init);
        storage.keep_segment(rendition, init, segment, true).await.unwrap();
    }
    storage.end_recording(rendition.event, 1_800_007_200_000).await.unwrap();
}
