//! The event outlives the program: kill -9, SIGTERM, and a start in mid-event, on sockets that the test holds.

use std::os::unix::net::UnixDatagram;
use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::rig::{
    Clip, HeldSockets, MediaPlaylist, PATIENCE, Process, Publisher, Recorder, VenueBox, clip_by, free_ports,
    get, get_with, imageio_ffmpeg, tracks,
};

/// A start in mid-event answers so soon.
const ANSWERS_WITHIN: Duration = Duration::from_secs(2);

/// A box on air whose test card comes back by itself, and its media playlist.
pub async fn on_air() -> (VenueBox, Publisher, String) {
    let venuebox = VenueBox::start_held(&[]);
    let publisher = Publisher::test_card(&venuebox);
    let url = venuebox.media_playlist_url().await;
    (venuebox, publisher, url)
}

/// A box that was killed after its encoder and is there again, what it listed before, and all that it served.
async fn killed_with_its_encoder(
    publish: impl FnOnce(&str) -> Publisher,
) -> (VenueBox, MediaPlaylist, Recorder) {
    let mut venuebox = VenueBox::start_held(&[]);
    let mut publisher = publish(&venuebox.ingest());
    let url = venuebox.media_playlist_url().await;
    let before = MediaPlaylist::after(&url, 1);
    let mut recorder = Recorder::default();
    recorder.fetch(&before);
    publisher.0.kill();
    venuebox.kill_and_start();
    (venuebox, before, recorder)
}

/// The event went on from `before` to `after` as if nothing had been.
pub fn assert_went_on(before: &MediaPlaylist, after: &MediaPlaylist) {
    assert!(after.media_sequence <= before.next_msn(), "too long a test");
    assert!(after.next_msn() > before.next_msn(), "{}", after.text);
    assert_eq!(after.text.matches("#EXT-X-MAP").count(), 1, "{}", after.text);
    assert_eq!(before.target_duration, after.target_duration);
    assert!((before.part_target - after.part_target).abs() < 1e-6);
    let seen = tracks(&after.assert_unbroken_from(after.media_sequence));
    assert!(!seen.video.is_empty() && !seen.audio.is_empty());
}

#[tokio::test]
async fn an_event_goes_on_after_a_kill_in_the_middle_of_a_part() {
    let (mut venuebox, _publisher, url) = on_air().await;
    MediaPlaylist::after(&url, 2);
    // Right behind a part: the next one is half made, and asked for already, when the kill comes.
    let before = MediaPlaylist::after_part(&url, |hint| !hint.ends_with(".0.m4s"));
    let hint = before.hint.clone().unwrap();
    let mut recorder = Recorder::default();
    recorder.fetch(&before);
    venuebox.process.kill();
    let killed = Instant::now();
    venuebox.start_again();
    let first = MediaPlaylist::fetch(&url);
    assert!(killed.elapsed() < ANSWERS_WITHIN, "{:?}", killed.elapsed());
    assert_eq!(first.media_sequence, before.media_sequence);
    let promised = get(&first.resolve(&hint));
    assert_eq!(promised.status, 200, "the part that was hinted has bytes");
    recorder.note(&first.resolve(&hint), &promised.body);
    venuebox.live().await.until(|state| state.is_live()).await;
    let after = MediaPlaylist::after(&url, 2);
    assert_went_on(&before, &after);
    recorder.finds_all(&after);
}

#[tokio::test]
async fn an_event_goes_on_after_a_kill_between_two_segments() {
    let (mut venuebox, _publisher, url) = on_air().await;
    let before = MediaPlaylist::after_part(&url, |hint| hint.ends_with(".0.m4s"));
    let hint = before.hint.clone().unwrap();
    let mut recorder = Recorder::default();
    recorder.fetch(&before);
    venuebox.kill_and_start();
    let promised = get(&before.resolve(&hint));
    assert_eq!(promised.status, 200, "the part that was hinted has bytes");
    recorder.note(&before.resolve(&hint), &promised.body);
    let after = MediaPlaylist::after(&url, 3);
    assert_went_on(&before, &after);
    recorder.finds_all(&after);
}

#[tokio::test]
async fn the_picture_is_held_until_the_encoder_is_back() {
    let (mut venuebox, before, mut recorder) = killed_with_its_encoder(Publisher::ffmpeg).await;
    let url = before.url.clone();
    venuebox.live().await.until(|state| state.is_holding()).await;
    let held = MediaPlaylist::after(&url, 3);
    recorder.fetch(&held);
    // Killed while it holds, it holds on.
    venuebox.kill_and_start();
    let held_on = MediaPlaylist::after(&url, 2);
    assert_went_on(&held, &held_on);
    let _again = Publisher::ffmpeg(&venuebox.ingest());
    venuebox.live().await.until(|state| state.is_live()).await;
    let after = MediaPlaylist::after(&url, 2);
    assert_went_on(&held_on, &after);
    recorder.finds_all(&after);
}

#[tokio::test]
async fn an_encoder_that_comes_back_with_another_picture_size_gets_a_discontinuity() {
    let (mut venuebox, before, mut recorder) = killed_with_its_encoder(Publisher::ffmpeg).await;
    let url = before.url.clone();
    let _again =
        Publisher::ffmpeg_with(&venuebox.ingest(), Clip { width: 480, height: 270, ..Clip::default() });
    venuebox.live().await.until(|state| state.is_live()).await;
    let after = MediaPlaylist::after(&url, 2);
    let seam = after.segments.iter().position(|segment| segment.discontinuity).expect("no discontinuity");
    assert_ne!(after.segments[seam - 1].init, after.segments[seam].init);
    recorder.fetch(&after);
    // A start knows both.
    venuebox.kill_and_start();
    let again = MediaPlaylist::after(&url, 1);
    assert_eq!(again.text.matches("#EXT-X-DISCONTINUITY\n").count(), 1, "{}", again.text);
    assert_eq!(again.discontinuity_sequence, after.discontinuity_sequence);
    recorder.finds_all(&again);
}

#[tokio::test]
async fn an_event_goes_on_after_a_stop_and_a_start() {
    let (mut venuebox, _publisher, url) = on_air().await;
    let mut recorder = Recorder::default();
    recorder.fetch(&MediaPlaylist::after(&url, 1));
    let viewers = || venuebox.get("/api/status").json()["viewerCount"].as_u64().unwrap();
    let others = viewers();
    let before = MediaPlaylist::after_part(&url, |hint| !hint.ends_with(".0.m4s"));
    let hinted = before.resolve(before.hint.as_ref().unwrap());
    let waiting = std::thread::spawn({
        let hinted = hinted.clone();
        move || get_with(&hinted, &[("user-agent", "who waits for the hinted part")])
    });
    // The box counts a player when it takes its request: a stop before would find nobody waiting.
    let deadline = Instant::now() + PATIENCE;
    while viewers() == others {
        assert!(Instant::now() < deadline, "the request never came");
    }
    venuebox.process.signal(Signal::SIGTERM);
    let promised = waiting.join().unwrap();
    assert_eq!(promised.status, 200, "the part that was hinted has bytes before the end");
    recorder.note(&hinted, &promised.body);
    assert!(venuebox.process.wait(PATIENCE).success());
    venuebox.start_again();
    venuebox.live().await.until(|state| state.is_live()).await;
    let after = MediaPlaylist::after(&url, 2);
    assert!(!after.ended);
    assert_went_on(&before, &after);
    recorder.finds_all(&after);
}

#[tokio::test]
async fn the_grace_goes_on_with_what_is_left() {
    let mut venuebox = VenueBox::start_held(&["--grace", "12"]);
    let mut publisher = Publisher::ffmpeg(&venuebox.ingest());
    let url = venuebox.media_playlist_url().await;
    publisher.0.kill();
    let mut live = venuebox.live().await;
    live.until(|state| state.is_holding()).await;
    MediaPlaylist::after(&url, 2);
    venuebox.kill_and_start();
    let mut live = venuebox.live().await;
    let left = live.until(|state| state.is_holding()).await.seconds_left.unwrap();
    assert!(left <= 9, "{left} s are left");
    live.until(|state| state.is_ended()).await;
    let ended = MediaPlaylist::fetch(&url);
    assert!(ended.ended);
    // A playlist that is over is owed for a while, whatever becomes of the program.
    venuebox.kill_and_start();
    assert_eq!(MediaPlaylist::fetch(&url).text, ended.text);
    let mut recorder = Recorder::default();
    recorder.fetch(&ended);
    let _again = Publisher::ffmpeg(&venuebox.ingest());
    let other = venuebox.media_playlist_url().await;
    assert_ne!(other, url);
    assert!(MediaPlaylist::fetch(&other).media_sequence >= ended.next_msn(), "numbers go on");
}

#[tokio::test]
async fn a_second_event_is_kept_beside_the_one_that_is_over() {
    let mut venuebox = VenueBox::start_held(&["--grace", "3"]);
    let mut publisher = Publisher::ffmpeg(&venuebox.ingest());
    let first = venuebox.media_playlist_url().await;
    publisher.0.kill();
    venuebox.live().await.until(|state| state.is_ended()).await;
    let ended = MediaPlaylist::fetch(&first);
    let _again = Publisher::ffmpeg(&venuebox.ingest());
    let second = venuebox.media_playlist_url().await;
    let before = MediaPlaylist::after(&second, 1);
    venuebox.process.kill();
    venuebox.start_again();
    let after = MediaPlaylist::after(&second, 1);
    assert!(after.next_msn() > before.next_msn());
    assert_eq!(MediaPlaylist::fetch(&first).text, ended.text);
}

/// The program is killed with its encoder, which comes back with the same film.
async fn assert_codecs_are_kept(film: Clip) {
    let ffmpeg = imageio_ffmpeg();
    let file = clip_by(&ffmpeg, film);
    let publish = |ingest: &str| Publisher::copying(&ffmpeg, ingest, &file);
    let (venuebox, before, mut recorder) = killed_with_its_encoder(publish).await;
    let url = before.url;
    recorder.fetch(&MediaPlaylist::after(&url, 2));
    let _again = publish(&venuebox.ingest());
    venuebox.live().await.until(|state| state.is_live()).await;
    let after = MediaPlaylist::after(&url, 2);
    recorder.finds_all(&after);
    after.assert_unbroken_from(after.media_sequence);
}

#[tokio::test]
async fn hevc_is_kept() {
    let video = "-c:v libx265 -preset ultrafast -x265-params log-level=none -b:v 400k";
    assert_codecs_are_kept(Clip { width: 320, height: 180, video, audio: "-c:a aac", ..Clip::default() })
        .await;
}

#[tokio::test]
async fn av1_and_opus_are_kept() {
    let video = "-c:v libsvtav1 -preset 12 -b:v 400k";
    assert_codecs_are_kept(Clip { width: 320, height: 180, video, audio: "-c:a libopus", ..Clip::default() })
        .await;
}

#[tokio::test]
async fn sound_alone_is_kept() {
    assert_codecs_are_kept(Clip { video: "", ..Clip::default() }).await;
}

/// Kills at any moment: some hit a record that is half written.
#[tokio::test]
async fn an_event_goes_on_after_many_kills() {
    let (mut venuebox, _publisher, url) = on_air().await;
    let mut recorder = Recorder::default();
    let mut before = MediaPlaylist::fetch(&url);
    let kills = if std::env::var("VENUEBOX_TEST_LONG").is_ok_and(|long| !long.is_empty()) { 20 } else { 3 };
    for kill in 0..kills {
        let started = MediaPlaylist::after(&url, 1);
        // The fetching itself takes a different while each time.
        (0..=kill % 3).for_each(|_| recorder.fetch(&started));
        venuebox.process.kill();
        // Many short lives are what is wanted here.
        let _ = std::fs::remove_file(venuebox.snapshot().with_file_name("starts"));
        venuebox.start_again();
        let after = MediaPlaylist::after(&url, 1);
        assert!(!after.text.contains("#EXT-X-DISCONTINUITY\n"), "{}", after.text);
        recorder.fetch(&after);
        assert!(after.next_msn() > before.next_msn());
        before = after;
    }
    recorder.ask_again();
    let last = MediaPlaylist::fetch(&url);
    last.assert_unbroken_from(last.media_sequence);
}

fn run_with(sockets: &HeldSockets, folders: &tempfile::TempDir) -> Command {
    let mut command = sockets.handed_to(env!("CARGO_BIN_EXE_venuebox"));
    command.arg("run").args(free_ports());
    command.arg("--data").arg(folders.path().join("data"));
    command.arg("--runtime").arg(folders.path().join("runtime"));
    command
}

#[test]
fn a_socket_of_a_name_that_nobody_knows_is_refused_in_plain_words() {
    let folders = tempfile::tempdir().unwrap();
    let output = run_with(&HeldSockets::named(&["http", "telnet"]), &folders).output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("\"telnet\"") && said.contains("tracker-udp"), "{said}");
}

#[test]
fn every_port_may_be_a_socket_that_was_handed_over() {
    let folders = tempfile::tempdir().unwrap();
    let sockets = HeldSockets::named(&["http", "rtmp", "stun", "tracker-udp", "bittorrent"]);
    let process = Process::start(&mut run_with(&sockets, &folders));
    let told = [
        ("viewers", "http", "/"),
        ("server", "rtmp", "/live"),
        ("tracker", "tracker-udp", "/announce"),
        ("stun", "stun", ""),
    ];
    for (what, socket, path) in told {
        let address = format!("{}{path}", sockets.address(socket));
        process.line(PATIENCE, |line| (line.starts_with(what) && line.ends_with(&address)).then_some(()));
    }
    let list = get(&format!("http://{}/torrents.json", sockets.address("http"))).text();
    let port = sockets.address("bittorrent").port();
    assert!(list.contains(&format!("\"port\":{port},")), "{list}");
}

#[test]
fn the_service_manager_hears_of_the_start_and_of_the_stop() {
    let folders = tempfile::tempdir().unwrap();
    let notify = folders.path().join("notify");
    let manager = UnixDatagram::bind(&notify).unwrap();
    manager.set_read_timeout(Some(PATIENCE)).unwrap();
    let sockets = HeldSockets::named(&["http", "https", "rtmp"]);
    let mut command = run_with(&sockets, &folders);
    command.env("NOTIFY_SOCKET", &notify).env("WATCHDOG_USEC", "200000");
    let mut process = Process::start(&mut command);
    process.line(PATIENCE, |line| line.contains("kept open: https").then_some(()));
    let hears = |wanted: &str| {
        let mut buffer = [0; 256];
        loop {
            let length = manager.recv(&mut buffer).unwrap();
            if String::from_utf8_lossy(&buffer[..length]).lines().any(|line| line == wanted) {
                return;
            }
        }
    };
    hears("READY=1");
    hears("WATCHDOG=1");
    process.signal(Signal::SIGTERM);
    hears("STOPPING=1");
    assert!(process.wait(PATIENCE).success());
}
