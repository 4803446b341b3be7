//! Every kind of encoder publishes, and what the box makes of it decodes.

use std::path::Path;

use crate::rig::{
    Clip, MediaPlaylist, Publisher, Segment, VenueBox, assert_contiguous, clip_by, decode_errors,
    flashes_and_beeps, get, imageio_ffmpeg, tracks,
};

/// One sealed segment with its initialization section, checked by itself.
fn checked(playlist: &MediaPlaylist, segment: &Segment) -> Vec<u8> {
    let init = get(&playlist.resolve(&segment.init));
    assert_eq!(init.status, 200);
    let whole = get(&playlist.resolve(segment.uri.as_ref().unwrap()));
    assert_eq!(whole.status, 200);
    let parts: Vec<u8> =
        segment.parts.iter().flat_map(|part| get(&playlist.resolve(&part.uri)).body).collect();
    assert!(parts == whole.body, "segment {} is not its parts in order", segment.msn);
    let media = [init.body, whole.body].concat();
    if segment.parts[0].independent {
        assert_eq!(decode_errors(&media), "", "segment {} does not decode alone", segment.msn);
    }
    media
}

/// The three newest whole segments of what is on air, as one stream.
pub async fn watch(venuebox: &VenueBox) -> (MediaPlaylist, Vec<u8>) {
    let playlist = venuebox.media_playlist(2).await;
    // Only the last three segments are listed with their parts.
    let newest: Vec<&Segment> = playlist.sealed().filter(|segment| !segment.parts.is_empty()).collect();
    assert!(newest.len() >= 2, "{}", playlist.text);
    let mut stream = get(&playlist.resolve(&newest[0].init)).body;
    let init = stream.len();
    for segment in newest {
        stream.extend_from_slice(&checked(&playlist, segment)[init..]);
    }
    for segment in playlist.sealed() {
        let parts: f64 = segment.parts.iter().map(|part| part.duration).sum();
        assert!(segment.parts.is_empty() || (parts - segment.duration).abs() < 0.001, "{}", playlist.text);
        assert!(segment.duration.round() <= f64::from(u32::try_from(playlist.target_duration).unwrap()));
    }
    assert_eq!(decode_errors(&stream), "");
    assert_contiguous(&tracks(&stream));
    (playlist, stream)
}

/// Picture and sound are together as the film had them: each beep sounds within 40 ms of its flash.
pub fn assert_in_sync(stream: &[u8]) {
    let (flashes, beeps) = flashes_and_beeps(stream);
    let mut pairs = 0;
    for flash in flashes {
        let nearest = beeps.iter().map(|beep| (beep - flash).abs()).fold(f64::MAX, f64::min);
        // A flash at the very edge has its beep outside of what was watched.
        if nearest < 0.5 {
            assert!(nearest <= 0.040, "a beep sounds {nearest:.3} s beside its flash");
            pairs += 1;
        }
    }
    assert!(pairs >= 2, "too few flashes and beeps were found");
}

async fn assert_film_plays(film: Clip) -> MediaPlaylist {
    let venuebox = VenueBox::start();
    let _publisher = Publisher::ffmpeg_with(&venuebox.ingest(), film);
    let (playlist, stream) = watch(&venuebox).await;
    let tracks = tracks(&stream);
    assert_eq!(tracks.video.is_empty(), film.video.is_empty());
    assert_eq!(tracks.audio.is_empty(), film.audio.is_empty());
    if !film.video.is_empty() && !film.audio.is_empty() {
        assert_in_sync(&stream);
    }
    playlist
}

#[tokio::test]
async fn ffmpeg_publishes_h264_with_b_frames_and_aac() {
    let playlist = assert_film_plays(Clip::default()).await;
    assert_eq!(playlist.target_duration, 2);
    assert!((playlist.part_target - 0.334).abs() < 0.000_1, "five pictures of 1/15 s");
    assert!(playlist.sealed().all(|segment| (segment.duration - 2.0).abs() < 0.07), "{}", playlist.text);
}

#[tokio::test]
async fn picture_alone_plays() {
    assert_film_plays(Clip { audio: "", ..Clip::default() }).await;
}

#[tokio::test]
async fn sound_alone_plays() {
    assert_film_plays(Clip { video: "", ..Clip::default() }).await;
}

#[tokio::test]
async fn sound_of_44100_hz_beside_59_94_pictures_a_second_plays() {
    assert_film_plays(Clip {
        rate: 60,
        video: "-c:v libx264 -preset ultrafast -tune zerolatency -b:v 800k -r 60000/1001 -sc_threshold 0",
        audio: "-c:a aac -b:a 96k -ar 44100",
        gop: 120,
        ..Clip::default()
    })
    .await;
}

#[tokio::test]
async fn a_variable_frame_rate_plays() {
    // Three pictures in thirty-one are left out.
    assert_film_plays(Clip {
        rate: 30,
        gop: 50,
        video: "-vf select='not(between(mod(n,31),7,9))' -vsync vfr \
                -c:v libx264 -preset ultrafast -tune zerolatency -b:v 600k -sc_threshold 0",
        ..Clip::default()
    })
    .await;
}

#[tokio::test]
async fn a_key_frame_every_eleven_seconds_is_cut_without_one_and_not_called_independent() {
    let playlist = assert_film_plays(Clip { gop: 165, seconds: 33, ..Clip::default() }).await;
    assert_eq!(playlist.target_duration, 10);
    let parts: Vec<bool> = playlist
        .segments
        .iter()
        .flat_map(|segment| segment.parts.iter().map(|part| part.independent))
        .collect();
    assert!(parts.iter().filter(|independent| **independent).count() <= 3, "{}", playlist.text);
}

#[tokio::test]
async fn gstreamer_publishes_by_rtmpsink() {
    gstreamer("rtmpsink").await;
}

#[tokio::test]
async fn gstreamer_publishes_by_rtmp2sink() {
    gstreamer("rtmp2sink").await;
}

async fn gstreamer(sink: &str) {
    let venuebox = VenueBox::start();
    let _publisher = Publisher::gstreamer(sink, &venuebox.ingest());
    let (_, stream) = watch(&venuebox).await;
    let tracks = tracks(&stream);
    assert!(!tracks.video.is_empty() && !tracks.audio.is_empty());
}

async fn enhanced(video: &'static str, audio: &'static str, codecs: &str) {
    let ffmpeg = imageio_ffmpeg();
    let film = clip_by(&ffmpeg, Clip { width: 320, height: 180, video, audio, ..Clip::default() });
    let venuebox = VenueBox::start();
    let _publisher = Publisher::copying(&ffmpeg, &venuebox.ingest(), &film);
    let (_, stream) = watch(&venuebox).await;
    assert_in_sync(&stream);
    let entrance = venuebox.get("/hls/stream.m3u8").text();
    assert!(entrance.contains(&format!("CODECS=\"{codecs}")), "{entrance}");
    assert!(entrance.contains("RESOLUTION=320x180"), "{entrance}");
}

#[tokio::test]
async fn enhanced_rtmp_carries_hevc() {
    enhanced("-c:v libx265 -preset ultrafast -x265-params log-level=none -b:v 400k", "-c:a aac", "hvc1.1.")
        .await;
}

#[tokio::test]
async fn enhanced_rtmp_carries_av1_and_opus() {
    enhanced("-c:v libsvtav1 -preset 12 -b:v 400k", "-c:a libopus", "av01.0.").await;
}

#[tokio::test]
async fn enhanced_rtmp_carries_vp9() {
    enhanced("-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 400k", "-c:a aac", "vp09.00.").await;
}

#[tokio::test]
async fn of_several_tracks_of_a_kind_the_first_is_taken_and_the_rest_logged() {
    let venuebox = VenueBox::start();
    let film = clip_by(Path::new("ffmpeg"), Clip::default());
    let _publisher = Publisher::copying_tracks(
        &imageio_ffmpeg(),
        &venuebox.ingest(),
        &film,
        &["-map", "0:v", "-map", "0:a", "-map", "0:v", "-map", "0:a"],
    );
    let (_, stream) = watch(&venuebox).await;
    assert_in_sync(&stream);
    let said = venuebox.process.said();
    assert!(
        said.contains("more than one picture track") && said.contains("more than one sound track"),
        "{said}"
    );
}

#[tokio::test]
async fn the_test_card_of_the_command_line_plays() {
    let venuebox = VenueBox::start();
    let _publisher = Publisher::test_card(&venuebox);
    let (playlist, stream) = watch(&venuebox).await;
    let tracks = tracks(&stream);
    assert!(!tracks.video.is_empty() && !tracks.audio.is_empty());
    assert_eq!(playlist.target_duration, 2);
}

#[tokio::test]
async fn a_file_is_played_round_and_round_without_a_seam() {
    let venuebox = VenueBox::start();
    let _publisher = Publisher::play(&venuebox, Clip { seconds: 3, ..Clip::default() });
    let url = venuebox.media_playlist_url().await;
    // Three rounds of three seconds.
    let playlist = MediaPlaylist::after(&url, 5);
    assert!(playlist.sealed().all(|segment| !segment.discontinuity), "{}", playlist.text);
    let (_, stream) = watch(&venuebox).await;
    assert!(!tracks(&stream).video.is_empty());
}
