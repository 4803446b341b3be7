//! The playlists and media over HTTP, as players and caches see them.

use std::time::{Duration, Instant};

use crate::rig::{LiveEvents, MediaPlaylist, Publisher, VenueBox, get, get_with};

async fn on_air() -> (VenueBox, Publisher, String) {
    let venuebox = VenueBox::start();
    let publisher = Publisher::ffmpeg(&venuebox.ingest());
    let url = venuebox.media_playlist_url().await;
    (venuebox, publisher, url)
}

#[test]
fn nothing_is_there_before_an_event_and_no_cache_remembers_that() {
    let venuebox = VenueBox::start();
    let entrance = venuebox.get("/hls/stream.m3u8");
    assert_eq!(entrance.status, 404);
    assert_eq!(entrance.header("cache-control"), Some("no-store"));
    assert!(entrance.text().contains("no event is on air"));
}

#[tokio::test]
async fn a_blocked_reload_is_answered_by_the_part_it_asked_for() {
    let (_venuebox, _publisher, url) = on_air().await;
    let now = MediaPlaylist::fetch(&url);
    let open = now.segments.last().unwrap();
    let (msn, part) = if open.uri.is_none() { (open.msn, open.parts.len() + 1) } else { (open.msn + 1, 1) };
    let answer = get(&format!("{url}?_HLS_msn={msn}&_HLS_part={part}"));
    assert_eq!(answer.status, 200);
    let then = MediaPlaylist::parse(&url, &answer.text());
    let asked = then.segments.iter().find(|segment| segment.msn == msn).unwrap();
    assert!(asked.parts.len() > part || asked.uri.is_some(), "{}", then.text);
    assert_eq!(answer.header("cache-control"), Some("max-age=12"));
}

#[tokio::test]
async fn a_hinted_part_is_a_promise() {
    let (_venuebox, _publisher, url) = on_air().await;
    for _ in 0..8 {
        let playlist = MediaPlaylist::fetch(&url);
        let hint = playlist.hint.clone().expect("a live playlist always hints");
        let part = get(&playlist.resolve(&hint));
        assert_eq!(part.status, 200);
        assert_eq!(&part.body[4..8], b"moof");
        let then = MediaPlaylist::fetch(&url);
        assert!(then.text.contains(&format!("\"{hint}\"")), "what was hinted is listed next:\n{}", then.text);
    }
}

#[tokio::test]
async fn a_delta_update_says_the_rest_of_the_playlist() {
    let (_venuebox, _publisher, url) = on_air().await;
    let msn = MediaPlaylist::after(&url, 8).next_msn();
    let full = get(&format!("{url}?_HLS_msn={msn}")).text();
    let delta = get(&format!("{url}?_HLS_msn={msn}&_HLS_skip=YES")).text();
    let skipped = delta.lines().find_map(|line| line.strip_prefix("#EXT-X-SKIP:SKIPPED-SEGMENTS="));
    let skipped: usize = skipped.expect("nothing was skipped").parse().unwrap();
    let uris = |text: &str| -> Vec<String> {
        text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
    };
    let (full, delta) = (uris(&full), uris(&delta));
    assert!(skipped >= 1);
    assert!(delta.starts_with(&full[skipped..full.len().min(skipped + 3)]), "{full:?} {delta:?}");
}

#[tokio::test]
async fn what_is_too_far_ahead_gets_400_and_what_never_was_404() {
    let (venuebox, _publisher, url) = on_air().await;
    let next = MediaPlaylist::fetch(&url).next_msn();
    assert_eq!(get(&format!("{url}?_HLS_msn={}", next + 4)).status, 400);
    assert_eq!(get(&format!("{url}?_HLS_part=1")).status, 400);
    assert_eq!(get(&format!("{url}?_HLS_msn=x")).status, 400);
    let folder = url.rsplit_once('/').unwrap().0;
    assert_eq!(get(&format!("{folder}/{}.m4s", next + 9)).status, 404);
    assert_eq!(get(&format!("{folder}/init-7.mp4")).status, 404);
    assert_eq!(get(&format!("{folder}/../../etc/passwd")).status, 404);
    let epoch = folder.split('/').nth(4).unwrap();
    let other = url.replace(epoch, "000000000000");
    assert_eq!(get(&other).status, 404, "another epoch's URL never means other bytes");
    assert_eq!(venuebox.get("/hls/stream.m3u8").status, 200);
}

#[tokio::test]
async fn media_may_be_kept_for_ever_and_other_origins_may_play_it() {
    let (venuebox, _publisher, url) = on_air().await;
    let playlist = MediaPlaylist::after(&url, 2);
    let segment = playlist.sealed().last().unwrap().clone();
    for name in [segment.uri.clone().unwrap(), segment.init.clone()] {
        let media = get_with(&playlist.resolve(&name), &[("Origin", "http://elsewhere.example")]);
        assert_eq!(media.header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert_eq!(media.header("access-control-allow-origin"), Some("*"));
        assert_eq!(media.header("content-type"), Some("video/mp4"));
        assert_eq!(media.header("content-length"), Some(media.body.len().to_string().as_str()));
    }
    let entrance = venuebox.get("/hls/stream.m3u8");
    assert_eq!(entrance.header("content-type"), Some("application/vnd.apple.mpegurl"));
    let text = entrance.text();
    assert!(text.contains("CODECS=\"avc1.") && text.contains("RESOLUTION=640x360"), "{text}");
    assert!(text.contains("FRAME-RATE=15.000"), "{text}");
}

#[tokio::test]
async fn a_playlist_is_compressed_for_those_who_take_it() {
    let (_venuebox, _publisher, url) = on_air().await;
    let packed = get_with(&url, &[("Accept-Encoding", "gzip")]);
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert_eq!(packed.header("vary"), Some("accept-encoding"));
    let plain = get(&url);
    assert_eq!(plain.header("content-encoding"), None);
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&packed.body[..]), &mut text).unwrap();
    assert!(text.starts_with("#EXTM3U"));
}

#[tokio::test]
async fn dates_follow_the_clock_of_media_and_not_of_the_wall() {
    let (_venuebox, _publisher, url) = on_air().await;
    let playlist = MediaPlaylist::after(&url, 4);
    let sealed: Vec<_> = playlist.sealed().collect();
    for pair in sealed.windows(2) {
        let millis = |date: &str| {
            let time = humantime::parse_rfc3339(date).unwrap();
            time.duration_since(std::time::UNIX_EPOCH).unwrap().as_millis()
        };
        let step = millis(&pair[1].date) - millis(&pair[0].date);
        let length = Duration::from_secs_f64(pair[0].duration).as_millis();
        assert!(step.abs_diff(length) <= 1, "{}", playlist.text);
    }
}

#[tokio::test]
async fn a_thousand_waiting_reloads_are_answered_together() {
    let (venuebox, _publisher, url) = on_air().await;
    let next = MediaPlaylist::fetch(&url).next_msn() + 1;
    let path = url.strip_prefix(&venuebox.url("")).unwrap().to_owned();
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..1_000 {
        let request =
            format!("GET {path}?_HLS_msn={next} HTTP/1.1\r\nHost: box\r\nConnection: close\r\n\r\n");
        let address = venuebox.http;
        waiting.spawn(async move {
            use tokio::io::{AsyncReadExt, AsyncWriteExt};
            let mut socket = tokio::net::TcpStream::connect(address).await.unwrap();
            socket.write_all(request.as_bytes()).await.unwrap();
            let mut answer = String::new();
            socket.read_to_string(&mut answer).await.unwrap();
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
            Instant::now()
        });
    }
    let mut answered = Vec::new();
    while let Some(at) = waiting.join_next().await {
        answered.push(at.unwrap());
    }
    assert_eq!(answered.len(), 1_000);
}

#[tokio::test]
async fn a_page_that_plays_is_a_viewer_and_one_that_looks_is_not() {
    let (venuebox, _publisher, _) = on_air().await;
    let viewers =
        |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap()["viewerCount"].clone();
    let mut page = LiveEvents::connect(venuebox.http).await;
    page.until(|state| state.is_live()).await;
    assert_eq!(viewers(&venuebox.get("/api/status").text()), 0);
    page.send(r#"{"type":"playing"}"#).await;
    page.until(|state| state.viewers == 1).await;
    page.send(r#"{"type":"stopped"}"#).await;
    page.until(|state| state.viewers == 0).await;
}
