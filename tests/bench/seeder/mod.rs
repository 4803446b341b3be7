//! The seeder: bytes per second of its own thread's processor time, over TCP beside libtorrent, and over WebRTC beside
//! what the `webrtc` crate itself does between two of its own.
//!
//! One peer fetches the same torrent of random bytes round and round; it is the same for all, on a thread of its own.

mod channel;
mod leecher;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use nix::unistd::gettid;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use venuebox::bittorrent::InfoHash;
use venuebox::live::{Broadcast, Hub, LiveRendition, Phase, Publisher};
use venuebox::rendezvous::Rendezvous;
use venuebox::seeder::{Doors, Screening, Seeder, Settings};
use venuebox::stream::{
    Epoch, EventId, Geometry, Init, Part, Rendition, RenditionId, SegmentStart, Window, WindowLimits,
};
use venuebox::time::MediaTime;
use venuebox::tracker::Config;

use super::cpu::Processes;
use super::process::Process;
use super::report::{Row, Section};
use leecher::Leecher;

/// What is fetched: more than any cache of the processor.
const PART: usize = 1 << 20;
const PARTS: usize = 128;
const PATIENCE: Duration = Duration::from_secs(30);

/// Measures each transport for `window`.
pub async fn measure(window: Duration) -> Section {
    let measured = tokio::task::spawn_blocking(move || {
        let ours = Running::start();
        let tcp = over_tcp(ours.tcp, ours.info_hash, window, || ours.cpu());
        let libtorrent = beside_libtorrent(window);
        let webrtc = channel::fetch(&ours, window);
        let crates_own = channel::loopback(window);
        (tcp, libtorrent, webrtc, crates_own)
    });
    let (tcp, libtorrent, webrtc, crates_own) = measured.await.unwrap();
    let row = |what: &str, ours: f64, peer: Option<(String, f64)>, goal| Row {
        what: what.to_owned(),
        unit: "MB per CPU second",
        ours,
        ratio: peer.as_ref().map(|(_, peer)| ours / peer),
        peer,
        goal,
    };
    let libtorrent = libtorrent.map(|rate| (String::from("libtorrent"), rate));
    Section {
        rows: vec![
            row("seeding over TCP", tcp, libtorrent, "≥ 1"),
            row("seeding over WebRTC", webrtc, Some((String::from("webrtc alone"), crates_own)), "≥ 0.8"),
        ],
        notes: vec![String::from(
            "Seeding: one peer on the loopback; processor time of the sending side alone.",
        )],
    }
}

/// The seeder on a thread of its own.
pub struct Running {
    pub tcp: SocketAddr,
    pub info_hash: InfoHash,
    pub doors: Doors,
    thread: i32,
    stop: CancellationToken,
}

impl Running {
    fn start() -> Self {
        let (sender, receiver) = sync_channel(1);
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
                let tcp = socket.local_addr().unwrap();
                let (hub, _offers, broadcast) = Hub::new(Epoch::from_random([0; 12]));
                let publisher = on_air();
                let id = publisher.window().id();
                let rendition = Rendition {
                    id,
                    codecs: String::new(),
                    resolution: None,
                    frame_rate: None,
                    bandwidth: 0,
                    average_bandwidth: 0,
                };
                let live = LiveRendition { rendition, window: publisher.subscribe() };
                broadcast.send_replace(Arc::new(Broadcast {
                    phase: Phase::Live(id.event),
                    renditions: vec![live],
                    ..Broadcast::new()
                }));
                let (_set, settings) = watch::channel(Settings { rate: None, ..Settings::default() });
                let (seeder, doors) =
                    Seeder::new(settings, hub, socket, None, Screening::none(), [1; 12]).unwrap();
                let mut catalogue = doors.torrents.watch().unwrap();
                let told = tokio::spawn(async move {
                    let found = catalogue.wait_for(|catalogue| catalogue.segment(id, 0).is_some()).await;
                    let info_hash = found.unwrap().segment(id, 0).unwrap().info_hash();
                    sender.send((tcp, info_hash, doors, gettid().as_raw())).unwrap();
                });
                let (rendezvous, _desk) = Rendezvous::new(watch::channel(Config::default()).1, [1; 16]);
                seeder.run(rendezvous, stopped).await;
                told.await.unwrap();
                drop(publisher);
            });
        });
        let (tcp, info_hash, doors, thread) = receiver.recv_timeout(PATIENCE).unwrap();
        Running { tcp, info_hash, doors, thread, stop }
    }

    /// Processor time of its thread.
    pub fn cpu(&self) -> Duration {
        thread_cpu(self.thread)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Processor time of a thread of this program.
pub fn thread_cpu(thread: i32) -> Duration {
    let text = std::fs::read_to_string(format!("/proc/self/task/{thread}/stat")).unwrap();
    let fields: Vec<&str> = text.rsplit_once(')').unwrap().1.split_whitespace().collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    Duration::from_millis(ticks * 10)
}

/// A window with one sealed segment that no decoder would take; as bytes it is as good as any.
fn on_air() -> Publisher {
    let id = RenditionId { event: EventId(1), rendition: 0 };
    let geometry = Geometry { part_target: MediaTime::from_millis(1_000), target_duration: 128 };
    let limits = WindowLimits { memory: 1 << 30, ..WindowLimits::default() };
    let mut publisher = Publisher::new(Window::new(id, geometry, limits, 0));
    let init =
        Init { number: 0, bytes: Bytes::from_static(b"none"), codecs: String::new(), resolution: None };
    let mut start =
        Some(SegmentStart { init: Arc::new(init), discontinuity: false, start: MediaTime::ZERO, date: 0 });
    for index in 0..PARTS {
        let part = Part {
            duration: MediaTime::from_millis(1_000),
            independent: true,
            bytes: noise(index),
            sha256: [0; 32],
        };
        publisher.push(start.take(), part, index + 1 == PARTS).unwrap();
    }
    publisher
}

fn noise(seed: usize) -> Bytes {
    let mut state = u64::try_from(seed).unwrap() + 1;
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()
    };
    Bytes::from(std::iter::repeat_with(next).take(PART / 8).flatten().collect::<Vec<u8>>())
}

/// Megabytes per second of processor time that `cpu` tells.
fn over_tcp(seeder: SocketAddr, info_hash: InfoHash, window: Duration, cpu: impl Fn() -> Duration) -> f64 {
    let mut stream = TcpStream::connect(seeder).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut leecher = Leecher::new(info_hash, PART * PARTS);
    stream.write_all(&leecher.start()).unwrap();
    let mut buffer = vec![0; 256 << 10];
    let mut fetch = |until: &dyn Fn(&Leecher) -> bool| {
        while !until(&leecher) {
            let read = stream.read(&mut buffer).unwrap();
            assert!(read > 0, "the seeder closed the connection");
            let answer = leecher.push(&buffer[..read]);
            stream.write_all(&answer).unwrap();
        }
        leecher.fetched()
    };
    // Buffers grow and caches fill before anything is counted.
    let before = fetch(&|leecher| leecher.fetched() > 8 << 20);
    let (start, used) = (Instant::now(), cpu());
    let after = fetch(&|_| start.elapsed() >= window);
    rate(after - before, cpu() - used)
}

#[expect(clippy::cast_precision_loss)]
pub fn rate(bytes: usize, cpu: Duration) -> f64 {
    bytes as f64 / 1e6 / cpu.as_secs_f64().max(0.01)
}

/// Debian's libtorrent with the same bytes; `None` where it is not installed.
fn beside_libtorrent(window: Duration) -> Option<f64> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("noise");
    let bytes: Vec<u8> = (0..PARTS).flat_map(noise).collect();
    std::fs::write(&file, bytes).unwrap();
    let python = Path::new("/usr/bin/python3");
    let has = Command::new(python).args(["-c", "import libtorrent"]).output();
    if !has.is_ok_and(|output| output.status.success()) {
        println!("libtorrent is not installed");
        return None;
    }
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/bench/peers/libtorrent-seed.py");
    let process = Process::start(Command::new(python).arg(script).arg(&file));
    let (port, hash) = process.line(PATIENCE, |line| {
        let (port, hash) = line.strip_prefix("seeding ")?.split_once(' ')?;
        Some((port.parse::<u16>().ok()?, hash.parse::<InfoHash>().ok()?))
    });
    let processes = Processes::of(process.id());
    Some(over_tcp(SocketAddr::from(([127, 0, 0, 1], port)), hash, window, || processes.cpu()))
}
