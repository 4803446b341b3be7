//! Untuned players and our own page outlive an encoder that goes and comes back. All play at once.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::rig::{Browser, Clip, Clock, MediaPlaylist, PATIENCE, Player, Publisher, Tab, Turn, VenueBox};

/// A player is alive if its clock has moved so far, seconds, …
const MOVED: f64 = 5.0;
/// … so soon after the encoder's return.
const WITHIN: Duration = Duration::from_secs(30);
/// VLC plays on for so long, seconds, before it comes to where a discontinuity would kill it.
const VLC_WATCHED: f64 = 25.0;

/// Who dies of another picture size, whatever a server does: research on their newest versions.
const NEEDS_ITS_SIZE: [&str; 2] = ["VLC", "shaka"];

/// Everyone in front of one stream.
struct Audience {
    ours: Tab,
    tabs: Vec<Tab>,
    players: Vec<Player>,
    _browser: Browser,
}

impl Audience {
    /// All of them, once each has played for a while.
    fn gather(venuebox: &VenueBox, url: &str) -> Self {
        // Shaka 5.2.12 with low latency probes an open segment, which has no URI yet, where fewer are listed, and
        // throws.
        MediaPlaylist::after(url, 3);
        let playlist = venuebox.url("/hls/stream.m3u8");
        let browser = Browser::start();
        let ours = browser.page(&venuebox.url("/"));
        let kinds = ["hlsjs", "hlsjs-plain", "shaka", "shaka-plain", "native"];
        let tabs = kinds.map(|kind| browser.player(kind, &playlist)).into();
        let players: [fn(&str) -> Player; 5] =
            [Player::mpv, Player::ffmpeg, Player::vlc, Player::playbin, Player::playbin3];
        let players = players.map(|player| player(&playlist)).into();
        let audience = Audience { ours, tabs, players, _browser: browser };
        audience.move_on(&[]);
        audience.tell("starting");
        audience
    }

    fn clocks(&self) -> impl Iterator<Item = &Clock> {
        let tabs = self.tabs.iter().map(|tab| &tab.clock);
        std::iter::once(&self.ours.clock).chain(tabs).chain(self.players.iter().map(|player| &player.clock))
    }

    /// Waits until the clock of each has moved on, but for those who may die.
    fn move_on(&self, but: &[&str]) {
        let deadline = Instant::now() + WITHIN;
        let living = || self.clocks().filter(|clock| !but.contains(&clock.name));
        let starts: Vec<f64> = living().map(|clock| clock.time().unwrap_or(0.0)).collect();
        for (clock, start) in living().zip(starts) {
            clock.passes(start + MOVED, deadline);
        }
    }

    /// VLC, of all, is watched for longer.
    fn watch_vlc(&self) {
        let vlc = self.clocks().find(|clock| clock.name == "VLC").unwrap();
        vlc.passes(vlc.time().unwrap() + VLC_WATCHED, Instant::now() + WITHIN + WITHIN);
    }

    /// Says how long each stood still since this was said last; how much is too much is not for a test to decide.
    fn tell(&self, when: &str) {
        for clock in self.clocks() {
            eprintln!("standing still while {when}: {:12} {:5.1} s", clock.name, clock.take_standstill());
        }
    }
}

/// Waits until so much more of a held event has been published, seconds.
fn hold_for(url: &str, seconds: f64) {
    let (mut next, mut held) = (MediaPlaylist::fetch(url).next_msn(), 0.0);
    while held < seconds {
        let playlist = MediaPlaylist::after(url, 1);
        let new = playlist.sealed().filter(|segment| segment.msn >= next);
        held += new.map(|segment| segment.duration).sum::<f64>();
        next = playlist.next_msn();
    }
}

fn is_long() -> bool {
    std::env::var("VENUEBOX_TEST_LONG").is_ok_and(|long| !long.is_empty())
}

/// The publisher is killed and comes back with the same settings.
async fn killed_for(seconds: f64) {
    let _machine = Turn::alone();
    let venuebox = VenueBox::start();
    let mut publisher = Publisher::ffmpeg(&venuebox.ingest());
    let url = venuebox.media_playlist_url().await;
    let audience = Audience::gather(&venuebox, &url);
    let mut live = venuebox.live().await;

    publisher.0.kill();
    live.until(|state| state.is_holding()).await;
    hold_for(&url, seconds);
    audience.tell("the encoder is away");
    // Nobody read the old socket for so long that the box has given it up.
    let mut live = venuebox.live().await;
    let _again = Publisher::ffmpeg(&venuebox.ingest());
    live.until(|state| state.is_live()).await;
    audience.move_on(&[]);
    audience.watch_vlc();
    audience.tell("it is back");
    assert!(!MediaPlaylist::fetch(&url).text.contains("#EXT-X-DISCONTINUITY\n"));
}

#[tokio::test]
async fn players_outlive_an_encoder_that_was_killed_for_30_seconds() {
    killed_for(30.0).await;
}

#[tokio::test]
async fn players_outlive_an_encoder_that_was_killed_for_5_seconds() {
    if is_long() {
        killed_for(5.0).await;
    }
}

#[tokio::test]
async fn players_outlive_an_encoder_that_was_killed_for_90_seconds() {
    if is_long() {
        killed_for(90.0).await;
    }
}

#[tokio::test]
async fn players_outlive_an_encoder_that_stood_still_without_closing_for_15_seconds() {
    let _machine = Turn::alone();
    let venuebox = VenueBox::start();
    let mut publisher = Publisher::ffmpeg(&venuebox.ingest());
    let url = venuebox.media_playlist_url().await;
    let audience = Audience::gather(&venuebox, &url);
    let mut live = venuebox.live().await;

    publisher.0.signal(Signal::SIGSTOP);
    live.until(|state| state.is_holding()).await;
    hold_for(&url, 15.0);
    audience.tell("the encoder stands");
    // The box has dropped the one that said nothing: it finds its socket closed, and another takes its place.
    publisher.0.signal(Signal::SIGCONT);
    publisher.0.wait(PATIENCE);
    let _again = Publisher::ffmpeg(&venuebox.ingest());
    live.until(|state| state.is_live()).await;
    audience.move_on(&[]);
    audience.watch_vlc();
    audience.tell("it is back");
    assert!(!MediaPlaylist::fetch(&url).text.contains("#EXT-X-DISCONTINUITY\n"));
}

#[tokio::test]
async fn players_outlive_an_encoder_that_stood_still_for_6_seconds_and_goes_on_with_its_backlog() {
    let _machine = Turn::alone();
    let venuebox = VenueBox::start();
    let publisher = Publisher::ffmpeg(&venuebox.ingest());
    let url = venuebox.media_playlist_url().await;
    let audience = Audience::gather(&venuebox, &url);
    let mut live = venuebox.live().await;

    publisher.0.signal(Signal::SIGSTOP);
    live.until(|state| state.is_holding()).await;
    hold_for(&url, 5.0);
    publisher.0.signal(Signal::SIGCONT);
    live.until(|state| state.is_live()).await;
    audience.move_on(&[]);
    audience.tell("the encoder stands and goes on");
}

#[tokio::test]
async fn players_that_can_outlive_an_encoder_that_comes_back_with_another_picture_size() {
    let _machine = Turn::alone();
    let venuebox = VenueBox::start();
    let mut publisher = Publisher::ffmpeg(&venuebox.ingest());
    let url = venuebox.media_playlist_url().await;
    let audience = Audience::gather(&venuebox, &url);
    let mut live = venuebox.live().await;

    publisher.0.kill();
    live.until(|state| state.is_holding()).await;
    hold_for(&url, 5.0);
    audience.tell("the encoder is away");
    let small = Clip { width: 480, height: 270, ..Clip::default() };
    let _again = Publisher::ffmpeg_with(&venuebox.ingest(), small);
    live.until(|state| state.is_live()).await;
    audience.move_on(&NEEDS_ITS_SIZE);
    let tabs = audience.tabs.iter().filter(|tab| !NEEDS_ITS_SIZE.contains(&tab.clock.name));
    for tab in tabs.chain([&audience.ours]) {
        tab.report(|report| (report.width, report.height) == (480, 270));
    }
    // Past the seam, not only up to it.
    audience.move_on(&NEEDS_ITS_SIZE);
    audience.tell("another size is there");
}

/// The program is killed, comes back on the same sockets, and the test card with it by itself.
#[tokio::test]
async fn players_outlive_a_kill_of_the_program() {
    let _machine = Turn::alone();
    let mut venuebox = VenueBox::start_held(&[]);
    let _card = Publisher::test_card(&venuebox);
    let url = venuebox.media_playlist_url().await;
    let audience = Audience::gather(&venuebox, &url);
    venuebox.kill_and_start();
    venuebox.live().await.until(|state| state.is_live()).await;
    audience.move_on(&[]);
    audience.watch_vlc();
    audience.tell("the program is killed");
    assert!(!MediaPlaylist::fetch(&url).text.contains("#EXT-X-DISCONTINUITY\n"));
}

/// The program is killed together with its encoder, which comes back later.
#[tokio::test]
async fn players_outlive_a_kill_of_the_program_and_of_its_encoder() {
    let _machine = Turn::alone();
    let mut venuebox = VenueBox::start_held(&[]);
    let mut publisher = Publisher::ffmpeg(&venuebox.ingest());
    let url = venuebox.media_playlist_url().await;
    let audience = Audience::gather(&venuebox, &url);
    publisher.0.kill();
    venuebox.kill_and_start();
    hold_for(&url, 10.0);
    audience.tell("both are gone");
    let _again = Publisher::ffmpeg(&venuebox.ingest());
    venuebox.live().await.until(|state| state.is_live()).await;
    audience.move_on(&[]);
    audience.watch_vlc();
    audience.tell("it is back");
    assert!(!MediaPlaylist::fetch(&url).text.contains("#EXT-X-DISCONTINUITY\n"));
}

/// The program is stopped and started, as an update does it.
#[tokio::test]
async fn players_outlive_a_stop_and_a_start_of_the_program() {
    let _machine = Turn::alone();
    let mut venuebox = VenueBox::start_held(&[]);
    let _card = Publisher::test_card(&venuebox);
    let url = venuebox.media_playlist_url().await;
    let audience = Audience::gather(&venuebox, &url);
    venuebox.process.signal(Signal::SIGTERM);
    assert!(venuebox.process.wait(PATIENCE).success());
    venuebox.start_again();
    venuebox.live().await.until(|state| state.is_live()).await;
    audience.move_on(&[]);
    audience.watch_vlc();
    audience.tell("the program is stopped and started");
}
