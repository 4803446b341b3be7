//! The box behind somebody else's HLS stream, and behind somebody who means it ill.

use std::path::Path;
use std::time::Duration;

use serde_json::json;

use crate::ingest::{assert_in_sync, watch};
use crate::rig::{
    Answer, Cable, Clip, Feed, HostileSite, MediaPlaylist, Operator, PASSWORD, PATIENCE, Packager, Publisher,
    VenueBox, clip, clip_by, imageio_ffmpeg, tracks,
};

fn pulling(url: &str) -> VenueBox {
    VenueBox::start_with(&["--pull", url])
}

async fn assert_feed_plays(film: &Path, how: &[&str]) -> VenueBox {
    let feed = Feed::serve();
    let _packager = Packager::start(film, feed.path(), how, "stream.m3u8");
    let venuebox = pulling(&feed.url());
    let (_, stream) = watch(&venuebox).await;
    let tracks = tracks(&stream);
    assert!(!tracks.video.is_empty() && !tracks.audio.is_empty());
    assert_in_sync(&stream);
    venuebox
}

#[tokio::test]
async fn a_feed_of_transport_streams_plays() {
    let venuebox = assert_feed_plays(&clip(Clip::default()), &["-hls_flags", "delete_segments"]).await;
    assert!(venuebox.process.said().contains("HLS feed 127.0.0.1"), "{}", venuebox.process.said());
}

#[tokio::test]
async fn a_feed_of_fragments_plays() {
    assert_feed_plays(&clip(Clip::default()), &["-hls_segment_type", "fmp4"]).await;
}

#[tokio::test]
async fn a_feed_of_byte_ranges_plays() {
    assert_feed_plays(&clip(Clip::default()), &["-hls_flags", "single_file"]).await;
}

#[tokio::test]
async fn a_feed_whose_sound_has_a_playlist_of_its_own_plays() {
    let tracks_apart = ["-map", "0:v", "-map", "0:a", "-var_stream_map", "v:0,agroup:s a:0,agroup:s"];
    let how = [&tracks_apart[..], &["-hls_segment_type", "fmp4"]].concat();
    let feed = Feed::serve();
    let entrance = "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"s\",NAME=\"s\",DEFAULT=YES,URI=\"part-1.m3u8\"\n\
                    #EXT-X-STREAM-INF:BANDWIDTH=900000,CODECS=\"avc1.64001e,mp4a.40.2\",AUDIO=\"s\"\npart-0.m3u8\n";
    std::fs::write(feed.path().join("stream.m3u8"), entrance).unwrap();
    let _packager = Packager::start(&clip(Clip::default()), feed.path(), &how, "part-%v.m3u8");
    let venuebox = pulling(&feed.url());
    let (_, stream) = watch(&venuebox).await;
    assert!(!tracks(&stream).video.is_empty() && !tracks(&stream).audio.is_empty());
    assert_in_sync(&stream);
}

#[tokio::test]
async fn a_feed_of_hevc_in_transport_streams_plays() {
    let film = clip_by(
        &imageio_ffmpeg(),
        Clip {
            width: 320,
            height: 180,
            video: "-c:v libx265 -preset ultrafast -x265-params log-level=none -b:v 400k",
            ..Clip::default()
        },
    );
    assert_feed_plays(&film, &["-hls_flags", "delete_segments"]).await;
}

#[tokio::test]
async fn a_feed_that_drops_out_is_held_and_goes_on_without_a_seam() {
    let feed = Feed::serve();
    let _packager = Packager::start(&clip(Clip::default()), feed.path(), &[], "stream.m3u8");
    let cable = Cable::to(feed.address);
    let venuebox = pulling(&cable.url("/stream.m3u8"));
    let url = venuebox.media_playlist_url().await;
    let first = MediaPlaylist::after(&url, 1).next_msn();
    let mut live = venuebox.live().await;
    cable.pull();
    live.until(|state| state.is_holding()).await;
    MediaPlaylist::after(&url, 1);
    cable.plug();
    live.until(|state| state.is_live()).await;
    let back = MediaPlaylist::after(&url, 2);
    back.assert_unbroken_from(first);
    assert_eq!(back.text.matches("#EXT-X-MAP").count(), 1);
}

#[tokio::test]
async fn a_feed_that_ends_is_held_and_taken_again_when_it_begins_anew() {
    let feed = Feed::serve();
    let packager = Packager::start(&clip(Clip::default()), feed.path(), &[], "stream.m3u8");
    let venuebox = pulling(&feed.url());
    let url = venuebox.media_playlist_url().await;
    MediaPlaylist::after(&url, 1);
    let mut live = venuebox.live().await;
    packager.finish();
    live.until(|state| state.is_holding()).await;
    venuebox.process.says(PATIENCE, "HLS feed 127.0.0.1 is over");
    feed.clear();
    let _anew = Packager::start(&clip(Clip::default()), feed.path(), &[], "stream.m3u8");
    live.until(|state| state.is_live()).await;
    let back = MediaPlaylist::after(&url, 1);
    assert!(!back.text.contains("#EXT-X-DISCONTINUITY\n"), "{}", back.text);
}

#[tokio::test]
async fn an_encoder_goes_before_the_feed_which_has_the_event_again_when_it_stays_away() {
    let feed = Feed::serve();
    let _packager = Packager::start(&clip(Clip::default()), feed.path(), &[], "stream.m3u8");
    let venuebox = pulling(&feed.url());
    let mut live = venuebox.live().await;
    live.until(|state| state.is_live()).await;
    let mut encoder = Publisher::ffmpeg(&venuebox.ingest());
    venuebox.process.says(PATIENCE, "took over");
    encoder.0.kill();
    live.until(|state| state.is_holding()).await;
    live.until(|state| state.is_live()).await;
    assert!(venuebox.process.said().contains("back after 1"), "{}", venuebox.process.said());
}

#[tokio::test]
async fn an_event_that_the_operator_ended_is_begun_anew_by_a_feed_that_begins_anew() {
    let feed = Feed::serve();
    let packager = Packager::start(&clip(Clip::default()), feed.path(), &[], "stream.m3u8");
    let venuebox = pulling(&feed.url());
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    let mut live = venuebox.live().await;
    let ended = live.until(|state| state.is_live()).await.event;
    assert_eq!(operator.post("event/end", &json!({})).status, 204);
    live.until(|state| state.is_ended()).await;
    packager.finish();
    // The box looks at it every ten seconds, and sees that it has ended.
    let asked = |server: &Feed| server.said().matches("GET /stream.m3u8").count();
    let before = asked(&feed);
    while asked(&feed) < before + 1 {
        std::thread::park_timeout(Duration::from_millis(50));
    }
    feed.clear();
    let _anew = Packager::start(&clip(Clip::default()), feed.path(), &[], "stream.m3u8");
    assert_ne!(live.until(|state| state.is_live()).await.event, ended);
}

#[tokio::test]
async fn a_box_that_is_killed_goes_on_with_its_feed() {
    let feed = Feed::serve();
    let _packager = Packager::start(&clip(Clip::default()), feed.path(), &[], "stream.m3u8");
    let mut venuebox = VenueBox::start_held(&["--pull", &feed.url()]);
    let url = venuebox.media_playlist_url().await;
    let first = MediaPlaylist::after(&url, 1).next_msn();
    venuebox.kill_and_start();
    venuebox.live().await.until(|state| state.is_live()).await;
    MediaPlaylist::after(&url, 2).assert_unbroken_from(first);
}

#[tokio::test]
async fn a_box_takes_another_boxs_stream() {
    let first = VenueBox::start();
    let _publisher = Publisher::ffmpeg(&first.ingest());
    first.media_playlist(1).await;
    let second = VenueBox::start_with(&["--pull", &first.url("/hls/stream.m3u8")]);
    let (_, stream) = watch(&second).await;
    assert_in_sync(&stream);
}

const HEAD: &str = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:0\n";

#[tokio::test]
async fn a_redirect_to_where_the_operator_did_not_send_the_box_is_refused() {
    let (site, secret) = (HostileSite::start(), HostileSite::start());
    site.give("/stream.m3u8", Answer::Redirect(secret.url("/admin")));
    let venuebox = pulling(&site.url("/stream.m3u8"));
    venuebox.process.says(PATIENCE, "is this machine itself");
    assert!(!secret.was_asked_for("/admin"));
}

#[tokio::test]
async fn segments_and_variants_at_a_metadata_address_are_refused() {
    let secret = HostileSite::start();
    for playlist in [
        format!("{HEAD}#EXTINF:2,\nhttp://169.254.169.254/latest/meta-data/\n"),
        format!("{HEAD}#EXT-X-MAP:URI=\"http://169.254.169.254/init\"\n#EXTINF:2,\na.mp4\n"),
        String::from("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhttp://169.254.169.254/variant\n"),
    ] {
        let site = HostileSite::start();
        site.give("/stream.m3u8", Answer::Text(playlist));
        let venuebox = pulling(&site.url("/stream.m3u8"));
        venuebox.process.says(PATIENCE, "169.254.169.254 is a link-local address");
    }
    let site = HostileSite::start();
    let port = secret.address.port();
    site.give("/stream.m3u8", Answer::Text(format!("{HEAD}#EXTINF:2,\nhttp://localhost:{port}/admin\n")));
    let venuebox = pulling(&site.url("/stream.m3u8"));
    venuebox.process.says(PATIENCE, "localhost is this machine itself");
    assert!(!secret.was_asked_for("/admin"));
}

#[tokio::test]
async fn a_segment_without_end_is_cut_off_and_the_next_one_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let packager =
        Packager::start(&clip(Clip::default()), folder.path(), &["-hls_list_size", "0"], "stream.m3u8");
    let wanted = || (0..6).all(|index| folder.path().join(format!("stream{index}.ts")).exists());
    while !wanted() {
        std::thread::park_timeout(Duration::from_millis(50));
    }
    packager.finish();
    let site = HostileSite::start();
    site.give("/endless.ts", Answer::Endless);
    for index in 0..5 {
        let path = folder.path().join(format!("stream{index}.ts"));
        site.give(&format!("/{index}.ts"), Answer::File(path));
    }
    let segments: String =
        ["endless", "0", "1", "2", "3", "4"].map(|name| format!("#EXTINF:2,\n{name}.ts\n")).concat();
    // It is the first one of the three that a newcomer takes.
    let playlist = |text: &str| Answer::Text(format!("{HEAD}{text}"));
    site.give("/stream.m3u8", playlist(segments.split("#EXTINF:2,\n2.ts").next().unwrap()));
    let venuebox = pulling(&site.url("/stream.m3u8"));
    venuebox.process.says(PATIENCE, "sends more than 64 MiB at once");
    site.give("/stream.m3u8", playlist(&segments));
    venuebox.live().await.until(|state| state.is_live()).await;
}

#[tokio::test]
async fn what_cannot_be_taken_is_told_to_the_operator() {
    for (playlist, told) in [
        (format!("{HEAD}#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n#EXTINF:2,\na.ts\n"), "It is encrypted"),
        (String::from("<html>"), "is no HLS playlist"),
        (
            String::from("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS=\"ec-3\"\na.m3u8\n"),
            "It has only ec-3",
        ),
        (format!("{HEAD}#EXTINF:2,\na.ts\n#EXT-X-ENDLIST\n"), "It has ended"),
    ] {
        let site = HostileSite::start();
        site.give("/stream.m3u8", Answer::Text(playlist));
        let venuebox = pulling(&site.url("/stream.m3u8"));
        venuebox.process.says(PATIENCE, told);
    }
}

#[tokio::test]
async fn secrets_of_the_feeds_url_never_show() {
    let venuebox = pulling("http://cam:secret-1@127.0.0.1:9/stream.m3u8?token=secret-2");
    venuebox.process.says(PATIENCE, "HLS feed 127.0.0.1 does not come");
    assert!(!venuebox.process.said().contains("secret-"), "{}", venuebox.process.said());
}
