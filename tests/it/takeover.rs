//! Two encoders want the same event.

use crate::rig::{KEY, MediaPlaylist, PATIENCE, Publisher, VenueBox};

/// What ffmpeg says when the box refuses it or lets it go.
fn reason(publisher: &mut Publisher) -> String {
    assert!(!publisher.0.wait(PATIENCE).success());
    publisher.0.said()
}

#[tokio::test]
async fn a_wrong_key_is_refused_at_once_and_changes_nothing() {
    let venuebox = VenueBox::start();
    let _publisher = Publisher::ffmpeg(&venuebox.ingest());
    let url = venuebox.media_playlist_url().await;
    let mut wrong = Publisher::ffmpeg(&venuebox.ingest_with("not-the-key"));
    let said = reason(&mut wrong);
    assert!(said.contains("stream key is not known"), "{said}");
    MediaPlaylist::after(&url, 1);
    assert!(!venuebox.process.said().contains("not-the-key"), "keys never show in the log");
}

#[tokio::test]
async fn by_default_the_second_encoder_is_refused_while_the_first_publishes() {
    let venuebox = VenueBox::start();
    let mut first = Publisher::ffmpeg(&venuebox.ingest());
    let url = venuebox.media_playlist_url().await;
    let mut second = Publisher::ffmpeg(&venuebox.ingest());
    let said = reason(&mut second);
    assert!(said.contains("another encoder is publishing"), "{said}");
    MediaPlaylist::after(&url, 1);
    assert!(first.0.is_running());
}

#[tokio::test]
async fn with_replace_the_second_encoder_takes_over_without_a_seam() {
    let venuebox = VenueBox::start_with(&["--takeover", "replace"]);
    let mut first = Publisher::ffmpeg(&venuebox.ingest());
    let url = venuebox.media_playlist_url().await;
    let mut second = Publisher::ffmpeg(&venuebox.ingest());
    assert!(!first.0.wait(PATIENCE).success());
    let playlist = MediaPlaylist::after(&url, 2);
    assert!(second.0.is_running());
    assert!(!playlist.text.contains("#EXT-X-DISCONTINUITY\n"), "{}", playlist.text);
}

#[tokio::test]
async fn with_standby_the_second_encoder_waits_and_goes_on_air_when_the_first_drops() {
    let venuebox = VenueBox::start_with(&["--takeover", "standby"]);
    let mut first = Publisher::ffmpeg(&venuebox.ingest());
    let url = venuebox.media_playlist_url().await;
    let mut second = Publisher::ffmpeg(&venuebox.ingest());
    venuebox.process.line(PATIENCE, |line| line.contains("stands by").then_some(()));
    MediaPlaylist::after(&url, 1);
    assert!(first.0.is_running() && second.0.is_running());
    first.0.kill();
    let playlist = MediaPlaylist::after(&url, 3);
    assert!(second.0.is_running());
    assert!(!playlist.text.contains("#EXT-X-DISCONTINUITY\n"), "{}", playlist.text);
    venuebox.live().await.until(|state| state.is_live()).await;
}

#[tokio::test]
async fn any_encoder_replaces_the_test_card_and_the_card_waits() {
    let venuebox = VenueBox::start();
    let mut card = Publisher::test_card(&venuebox);
    let url = venuebox.media_playlist_url().await;
    let _encoder = Publisher::ffmpeg(&venuebox.ingest());
    card.0.line(PATIENCE, |line| line.contains("the test card waits").then_some(()));
    let playlist = MediaPlaylist::after(&url, 2);
    assert!(playlist.segments.iter().any(|segment| segment.discontinuity), "{}", playlist.text);
    assert!(card.0.is_running());
}

#[tokio::test]
async fn a_key_in_the_path_with_a_query_behind_it_is_the_key() {
    let venuebox = VenueBox::start();
    let _publisher = Publisher::ffmpeg(&venuebox.ingest_with(&format!("{KEY}?bandwidth=1")));
    venuebox.media_playlist_url().await;
}
