//! A start that finds no snapshot, or one that is torn, poisoned or not its own.

use std::collections::hash_map::RandomState;
use std::fs;
use std::hash::{BuildHasher, Hasher};
use std::path::PathBuf;
use std::process::Command;

use nix::sys::signal::Signal;
use nix::unistd::geteuid;

use crate::restart::{assert_went_on, on_air};
use crate::rig::{
    Browser, Cable, MediaPlaylist, PATIENCE, Recorder, Tab, VenueBox, decode_errors, free_ports,
};

/// A new player starts on what is on air now.
async fn assert_a_new_player_starts(venuebox: &VenueBox, recorder: &mut Recorder) {
    let url = venuebox.media_playlist_url().await;
    let playlist = MediaPlaylist::after(&url, 2);
    recorder.fetch(&playlist);
    assert_eq!(decode_errors(&playlist.media_from(playlist.media_sequence)), "");
}

const VIDEO: &str = "document.querySelector('video')";

/// Waits until our page's picture has gone on for so long, seconds.
fn plays_on(page: &Tab, seconds: f64) {
    page.until(&format!("{VIDEO} && {VIDEO}.readyState > 2 && !{VIDEO}.paused"));
    let from = page.evaluate(&format!("{VIDEO}.currentTime")).as_f64().unwrap();
    page.until(&format!("{VIDEO}.currentTime > {}", from + seconds));
}

fn random(below: usize) -> usize {
    let number = RandomState::new().build_hasher().finish();
    usize::try_from(number % u64::try_from(below).unwrap()).unwrap()
}

/// The snapshot's files, in order.
fn kept_files(venuebox: &VenueBox) -> Vec<PathBuf> {
    let files = fs::read_dir(venuebox.snapshot()).unwrap();
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

/// The program is killed and something is lost before it starts again: no URL serves other bytes, a new player
/// starts, and our page goes on by itself.
async fn losing(lost: impl Fn(&VenueBox)) {
    let (mut venuebox, _publisher, url) = on_air().await;
    let browser = Browser::start();
    let page = browser.page(&venuebox.url("/"));
    plays_on(&page, 2.0);
    page.evaluate(&format!(
        "window.anew = false; {VIDEO}.addEventListener('emptied', () => {{ window.anew = true; }})"
    ));
    let mut recorder = Recorder::default();
    recorder.fetch(&MediaPlaylist::fetch(&url));
    venuebox.process.kill();
    lost(&venuebox);
    venuebox.start_again();
    assert_a_new_player_starts(&venuebox, &mut recorder).await;
    recorder.ask_again();
    page.until("window.anew");
    plays_on(&page, 3.0);
}

#[tokio::test]
async fn without_the_snapshot_no_url_serves_other_bytes_and_our_page_goes_on_by_itself() {
    losing(|venuebox| fs::remove_dir_all(venuebox.snapshot()).unwrap()).await;
}

/// The database with all that SQLite keeps beside it.
fn lose_database(venuebox: &VenueBox) {
    fs::remove_dir_all(venuebox.data()).unwrap();
    fs::create_dir(venuebox.data()).unwrap();
}

#[tokio::test]
async fn without_the_database_and_the_snapshot_no_url_serves_other_bytes_and_our_page_goes_on_by_itself() {
    losing(|venuebox| {
        fs::remove_dir_all(venuebox.snapshot()).unwrap();
        lose_database(venuebox);
    })
    .await;
}

#[tokio::test]
async fn our_page_goes_over_to_an_event_of_the_same_number_in_another_epoch_that_it_did_not_see_begin() {
    let (mut venuebox, _publisher, url) = on_air().await;
    let cable = Cable::to(venuebox.http);
    let browser = Browser::start();
    let page = browser.page(&cable.url("/"));
    plays_on(&page, 2.0);
    page.evaluate(&format!(
        "window.anew = false; {VIDEO}.addEventListener('emptied', () => {{ window.anew = true; }})"
    ));
    cable.pull();
    venuebox.process.kill();
    fs::remove_dir_all(venuebox.snapshot()).unwrap();
    lose_database(&venuebox);
    venuebox.start_again();
    let other = venuebox.media_playlist_url().await;
    assert_ne!(epoch(&other), epoch(&url));
    assert_eq!(other.split('/').nth_back(1), url.split('/').nth_back(1), "the same event's number");
    cable.plug();
    page.until("window.anew");
    plays_on(&page, 3.0);
}

#[tokio::test]
async fn without_the_database_the_event_goes_on() {
    let (mut venuebox, _publisher, url) = on_air().await;
    let before = MediaPlaylist::after(&url, 1);
    let mut recorder = Recorder::default();
    recorder.fetch(&before);
    venuebox.process.kill();
    lose_database(&venuebox);
    venuebox.start_again();
    venuebox.live().await.until(|state| state.is_live()).await;
    let after = MediaPlaylist::after(&url, 2);
    assert_went_on(&before, &after);
    recorder.finds_all(&after);
    // The new database knows the old epoch.
    venuebox.process.kill();
    fs::remove_dir_all(venuebox.snapshot()).unwrap();
    venuebox.start_again();
    assert_a_new_player_starts(&venuebox, &mut recorder).await;
    assert_eq!(epoch(&venuebox.media_playlist_url().await), epoch(&url));
}

#[tokio::test]
async fn with_the_database_alone_the_epoch_stays_and_numbers_go_on_beyond_the_lease() {
    let (mut venuebox, _publisher, url) = on_air().await;
    let before = MediaPlaylist::after(&url, 2);
    venuebox.process.kill();
    fs::remove_dir_all(venuebox.snapshot()).unwrap();
    venuebox.start_again();
    let other = venuebox.media_playlist_url().await;
    assert_ne!(other, url);
    assert_eq!(epoch(&other), epoch(&url));
    let after = MediaPlaylist::fetch(&other);
    assert!(after.media_sequence >= before.next_msn(), "{}", after.text);
}

/// The epoch of a media playlist's URL.
fn epoch(url: &str) -> &str {
    url.split("/hls/").nth(1).unwrap().split('/').next().unwrap()
}

#[tokio::test]
async fn a_snapshot_torn_anywhere_shows_no_other_bytes() {
    let (mut venuebox, _publisher, url) = on_air().await;
    let mut recorder = Recorder::default();
    recorder.fetch(&MediaPlaylist::after(&url, 2));
    for _ in 0..2 {
        venuebox.process.kill();
        let files = kept_files(&venuebox);
        let torn = &files[random(files.len())];
        let bytes = fs::read(torn).unwrap();
        let length = random(bytes.len());
        eprintln!("{} is torn at {length} of {} bytes", torn.display(), bytes.len());
        fs::write(torn, &bytes[..length]).unwrap();
        venuebox.start_again();
        assert_a_new_player_starts(&venuebox, &mut recorder).await;
        recorder.ask_again();
    }
}

#[tokio::test]
async fn a_poisoned_snapshot_breaks_nothing() {
    let (mut venuebox, _publisher, url) = on_air().await;
    let mut recorder = Recorder::default();
    recorder.fetch(&MediaPlaylist::after(&url, 2));
    let poisons: [fn(&mut Vec<u8>); 2] = [
        |bytes| (0..bytes.len()).for_each(|at| bytes[at] = u8::try_from(random(256)).unwrap()),
        // Every length that a record can claim, and another version.
        |bytes| bytes.iter_mut().skip(7).take(40).for_each(|byte| *byte = 0xff),
    ];
    for poison in poisons {
        venuebox.process.kill();
        for file in kept_files(&venuebox) {
            let mut bytes = fs::read(&file).unwrap();
            bytes.truncate(10_000);
            poison(&mut bytes);
            fs::write(&file, bytes).unwrap();
        }
        venuebox.start_again();
        assert_a_new_player_starts(&venuebox, &mut recorder).await;
        recorder.ask_again();
    }
}

#[tokio::test]
async fn a_snapshot_folder_that_is_taken_away_disturbs_nobody_and_is_said_once() {
    let (mut venuebox, _publisher, url) = on_air().await;
    let snapshot = venuebox.snapshot();
    fs::remove_dir_all(&snapshot).unwrap();
    let mut recorder = Recorder::default();
    recorder.fetch(&MediaPlaylist::after(&url, 3));
    assert_eq!(venuebox.process.said().matches("cannot be kept for a restart").count(), 1);
    venuebox.kill_and_start();
    assert_a_new_player_starts(&venuebox, &mut recorder).await;
    recorder.ask_again();
}

#[tokio::test]
async fn a_snapshot_that_two_starts_died_of_is_set_aside() {
    let (mut venuebox, _publisher, url) = on_air().await;
    let mut recorder = Recorder::default();
    recorder.fetch(&MediaPlaylist::fetch(&url));
    venuebox.kill_and_start();
    venuebox.kill_and_start();
    recorder.fetch(&MediaPlaylist::after(&url, 1));
    venuebox.kill_and_start();
    assert!(venuebox.process.said().contains("is set aside"), "{}", venuebox.process.said());
    assert!(venuebox.snapshot().parent().unwrap().join("set-aside-1").is_dir());
    assert_a_new_player_starts(&venuebox, &mut recorder).await;
    recorder.ask_again();
}

/// What a box says that must not start with the folders of this one.
fn refused(venuebox: &VenueBox, change: impl Fn(&mut Command)) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_venuebox"));
    command.arg("run").args(free_ports());
    command.arg("--data").arg(venuebox.data()).arg("--runtime").arg(venuebox.runtime());
    change(&mut command);
    let output = command.output().unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn two_boxes_on_one_folder_are_refused_in_plain_words() {
    let venuebox = VenueBox::start();
    let said = refused(&venuebox, |_| {});
    assert!(said.contains("another venuebox is running with the data folder"), "{said}");
    assert!(said.contains("--data"), "{said}");
}

#[test]
fn a_runtime_folder_made_of_links_or_of_another_user_is_refused_in_plain_words() {
    let mut venuebox = VenueBox::start();
    venuebox.process.signal(Signal::SIGTERM);
    assert!(venuebox.process.wait(PATIENCE).success());
    let own = venuebox.snapshot().parent().unwrap().to_owned();
    if geteuid().is_root() {
        std::os::unix::fs::chown(&own, Some(65_534), Some(65_534)).unwrap();
        let said = refused(&venuebox, |_| {});
        assert!(said.contains("belongs to another user") && said.contains("--runtime"), "{said}");
    }
    let elsewhere = tempfile::tempdir().unwrap();
    fs::remove_dir_all(&own).unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), &own).unwrap();
    let said = refused(&venuebox, |_| {});
    assert!(said.contains("is a link") && said.contains("--runtime"), "{said}");
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0, "nothing is written through it");
}
