//! The event outlives its encoder.

use nix::sys::signal::Signal;

use crate::rig::{
    Clip, MediaPlaylist, PATIENCE, Publisher, VenueBox, clip_by, decode_errors, get, imageio_ffmpeg, tracks,
};

#[tokio::test]
async fn the_picture_is_held_while_the_encoder_is_away_and_goes_on_when_it_is_back() {
    let venuebox = VenueBox::start();
    let mut publisher = Publisher::ffmpeg(&venuebox.ingest());
    let url = venuebox.media_playlist_url().await;
    let first = MediaPlaylist::after(&url, 1).next_msn();
    let mut live = venuebox.live().await;

    publisher.0.kill();
    let holding = live.until(|state| state.is_holding()).await;
    assert!((115..=120).contains(&holding.seconds_left.unwrap()), "{holding:?}");
    let held = MediaPlaylist::after(&url, 3);

    let _again = Publisher::ffmpeg(&venuebox.ingest());
    live.until(|state| state.is_live()).await;
    let back = MediaPlaylist::after(&url, 2);

    assert!(back.next_msn() > held.next_msn());
    assert_eq!(back.text.matches("#EXT-X-MAP").count(), 1);
    let seen = tracks(&back.assert_unbroken_from(first));
    assert!(!seen.video.is_empty() && !seen.audio.is_empty());
}

#[tokio::test]
async fn an_encoder_that_stands_still_without_closing_is_held_and_replaced_from_its_own_address() {
    let venuebox = VenueBox::start();
    let publisher = Publisher::ffmpeg(&venuebox.ingest());
    let url = venuebox.media_playlist_url().await;
    let mut live = venuebox.live().await;
    publisher.0.signal(Signal::SIGSTOP);
    live.until(|state| state.is_holding()).await;
    MediaPlaylist::after(&url, 1);
    // The holder's socket is open; it has been silent for long enough.
    let _again = Publisher::ffmpeg(&venuebox.ingest());
    live.until(|state| state.is_live()).await;
    let back = MediaPlaylist::after(&url, 2);
    assert!(!back.text.contains("#EXT-X-DISCONTINUITY\n"), "{}", back.text);
    publisher.0.signal(Signal::SIGCONT);
}

#[tokio::test]
async fn another_picture_size_comes_back_behind_a_discontinuity_and_a_new_initialization_section() {
    let venuebox = VenueBox::start();
    let mut publisher = Publisher::ffmpeg(&venuebox.ingest());
    let url = venuebox.media_playlist_url().await;
    let mut live = venuebox.live().await;
    publisher.0.kill();
    live.until(|state| state.is_holding()).await;
    let _again =
        Publisher::ffmpeg_with(&venuebox.ingest(), Clip { width: 480, height: 270, ..Clip::default() });
    live.until(|state| state.is_live()).await;
    let back = MediaPlaylist::after(&url, 2);
    let seam = back.segments.iter().position(|segment| segment.discontinuity).expect("no discontinuity");
    let (before, after) = (&back.segments[seam - 1], &back.segments[seam]);
    assert_ne!(before.init, after.init);
    let tracks_of = |segment: &crate::rig::Segment| {
        let init = get(&back.resolve(&segment.init)).body;
        tracks(&[init, get(&back.resolve(segment.uri.as_ref().unwrap())).body].concat())
    };
    let (before, after) = (tracks_of(before), tracks_of(after));
    let (last, next) = (before.video.last().unwrap(), after.video[0]);
    assert_eq!(last.dts + last.duration, next.dts, "decode times go on");
    assert!(venuebox.get("/hls/stream.m3u8").text().contains("RESOLUTION=480x270"));
}

#[tokio::test]
async fn an_event_ends_when_its_grace_runs_out_and_the_next_one_has_another_playlist_and_numbers_that_go_on()
{
    let venuebox = VenueBox::start_with(&["--grace", "3"]);
    let mut publisher = Publisher::ffmpeg(&venuebox.ingest());
    let url = venuebox.media_playlist_url().await;
    let mut live = venuebox.live().await;
    let first = live.until(|state| state.is_live()).await.event;
    publisher.0.kill();
    live.until(|state| state.is_ended()).await;
    let ended = MediaPlaylist::fetch(&url);
    assert!(ended.ended && ended.hint.is_none());

    let _again = Publisher::ffmpeg(&venuebox.ingest());
    let second = live.until(|state| state.is_live()).await.event;
    assert_ne!(first, second);
    let other = venuebox.media_playlist_url().await;
    assert_ne!(other, url);
    let next = MediaPlaylist::fetch(&other);
    assert_eq!(next.media_sequence, ended.next_msn());
    let old = MediaPlaylist::fetch(&url);
    assert!(old.ended, "the ended playlist stays whole for another window");
    let last = old.sealed().last().unwrap();
    assert_eq!(get(&old.resolve(last.uri.as_ref().unwrap())).status, 200);
}

#[tokio::test]
async fn sound_alone_is_held_as_silence() {
    let venuebox = VenueBox::start();
    let mut publisher = Publisher::ffmpeg_with(&venuebox.ingest(), Clip { video: "", ..Clip::default() });
    let url = venuebox.media_playlist_url().await;
    let mut live = venuebox.live().await;
    publisher.0.kill();
    live.until(|state| state.is_holding()).await;
    let held = MediaPlaylist::after(&url, 2);
    let media = held.media_from(held.media_sequence);
    assert_eq!(decode_errors(&media), "");
    assert!(tracks(&media).video.is_empty());
}

async fn assert_codecs_are_held(video: &'static str, audio: &'static str) {
    let ffmpeg = imageio_ffmpeg();
    let film = clip_by(&ffmpeg, Clip { width: 320, height: 180, video, audio, ..Clip::default() });
    let venuebox = VenueBox::start();
    let mut publisher = Publisher::copying(&ffmpeg, &venuebox.ingest(), &film);
    let url = venuebox.media_playlist_url().await;
    let first = MediaPlaylist::after(&url, 1).next_msn();
    let mut live = venuebox.live().await;
    publisher.0.kill();
    live.until(|state| state.is_holding()).await;
    MediaPlaylist::after(&url, 2);
    let _again = Publisher::copying(&ffmpeg, &venuebox.ingest(), &film);
    live.until(|state| state.is_live()).await;
    MediaPlaylist::after(&url, 2).assert_unbroken_from(first);
}

#[tokio::test]
async fn hevc_is_held() {
    assert_codecs_are_held(
        "-c:v libx265 -preset ultrafast -x265-params log-level=none -b:v 400k",
        "-c:a aac",
    )
    .await;
}

#[tokio::test]
async fn av1_and_opus_are_held() {
    assert_codecs_are_held("-c:v libsvtav1 -preset 12 -b:v 400k", "-c:a libopus").await;
}

#[tokio::test]
async fn vp9_is_held() {
    assert_codecs_are_held("-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 400k", "-c:a aac").await;
}

#[tokio::test]
async fn a_stop_answers_what_waits_and_ends_no_event() {
    let mut venuebox = VenueBox::start();
    let _publisher = Publisher::ffmpeg(&venuebox.ingest());
    let url = venuebox.media_playlist_url().await;
    let next = MediaPlaylist::fetch(&url).next_msn() + 1;
    let waiting = std::thread::spawn(move || get(&format!("{url}?_HLS_msn={next}")));
    let mut live = venuebox.live().await;
    live.until(|state| state.is_live()).await;
    venuebox.process.signal(Signal::SIGTERM);
    assert!(live.next().await.is_none(), "pages are told that the box goes");
    let answer = waiting.join().unwrap();
    assert_eq!(answer.status, 200);
    assert!(!answer.text().contains("#EXT-X-ENDLIST"));
    assert!(venuebox.process.wait(PATIENCE).success());
}
