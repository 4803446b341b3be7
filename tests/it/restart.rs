//! The event outlives the program.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::rig::{
    MediaPlaylist, PATIENCE, Publisher, Recorder, VenueBox, assert_contiguous, decode_errors, get, tracks,
};

/// A start in mid-event answers so soon.
const ANSWERS_WITHIN: Duration = Duration::from_secs(2);

/// A box on air whose test card comes back by itself, and its media playlist.
async fn on_air() -> (VenueBox, Publisher, String) {
    let venuebox = VenueBox::start_held(&[]);
    let publisher = Publisher::test_card(&venuebox);
    let url = venuebox.media_playlist_url().await;
    (venuebox, publisher, url)
}

/// The listed segments from `msn` on as one stream.
fn stream(playlist: &MediaPlaylist, msn: u64) -> Vec<u8> {
    let segments: Vec<_> = playlist.sealed().filter(|segment| segment.msn >= msn).collect();
    let mut stream = get(&playlist.resolve(&segments[0].init)).body;
    for segment in segments {
        stream.extend_from_slice(&get(&playlist.resolve(segment.uri.as_ref().unwrap())).body);
    }
    stream
}

/// The event went on from `before` to `after` as if nothing had been.
fn assert_went_on(before: &MediaPlaylist, after: &MediaPlaylist) {
    assert_eq!(before.media_sequence, after.media_sequence, "too long a test");
    assert!(after.next_msn() > before.next_msn() + 2, "{}", after.text);
    assert!(!after.text.contains("#EXT-X-DISCONTINUITY\n"), "{}", after.text);
    assert_eq!(after.text.matches("#EXT-X-MAP").count(), 1, "{}", after.text);
    assert_eq!(before.target_duration, after.target_duration);
    assert!((before.part_target - after.part_target).abs() < 1e-6);
    let media = stream(after, after.media_sequence);
    let seen = tracks(&media);
    assert!(!seen.video.is_empty() && !seen.audio.is_empty());
    assert_contiguous(&seen);
    assert_eq!(decode_errors(&media), "");
}

#[tokio::test]
async fn an_event_goes_on_after_a_kill_in_the_middle_of_a_part() {
    let (mut venuebox, _publisher, url) = on_air().await;
    MediaPlaylist::after(&url, 2);
    // Right behind a part, so that the next one is half made when the kill comes.
    let before = MediaPlaylist::after_part(&url, |hint| !hint.ends_with(".0.m4s"));
    let hint = before.hint.clone().unwrap();
    let mut recorder = Recorder::default();
    recorder.fetch(&before);
    venuebox.process.kill();
    let started = Instant::now();
    venuebox.start_again();
    let first = MediaPlaylist::fetch(&url);
    assert!(started.elapsed() < ANSWERS_WITHIN, "{:?}", started.elapsed());
    assert!(first.media_sequence >= before.media_sequence);
    let promised = get(&first.resolve(&hint));
    assert_eq!(promised.status, 200, "the part that was hinted has bytes");
    recorder.note(&first.resolve(&hint), &promised.body);
    venuebox.live().await.until(|state| state.is_live()).await;
    let after = MediaPlaylist::after(&url, 2);
    assert_went_on(&before, &after);
    recorder.fetch(&after);
    assert_eq!(recorder.ask_again(), recorder.len(), "what was named is still there");
}
