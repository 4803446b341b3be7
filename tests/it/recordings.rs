//! An event that was recorded: played from its beginning, taken home as one file, renamed, deleted.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::rig::{
    Browser, Clip, MediaPlaylist, Operator, PASSWORD, PATIENCE, Publisher, VenueBox, decode_errors, get,
    get_with, request, tracks,
};

/// Looks again until there is something.
fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "never came: {what}");
        std::thread::park_timeout(Duration::from_millis(100));
    }
}

/// A box that records, and its operator.
fn recording_box() -> (VenueBox, Operator) {
    let venuebox = VenueBox::start_held(&[]);
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    set(&operator, "record", json!(true));
    (venuebox, operator)
}

fn set(operator: &Operator, what: &str, value: Value) {
    let answer = operator.change("recording", |recording| recording[what] = value);
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// The newest recording once it is finished.
fn finished(operator: &Operator) -> Value {
    until("a finished recording", || {
        let newest = operator.read("recordings")["recordings"][0].clone();
        newest["ended"].is_i64().then_some(newest)
    })
}

/// An event of some segments that was recorded and is over.
async fn recorded(segments: u64) -> (VenueBox, Operator, Value) {
    let (venuebox, operator) = recording_box();
    let publisher = Publisher::ffmpeg(&venuebox.ingest());
    venuebox.media_playlist(segments).await;
    assert_eq!(operator.post("event/end", &json!({})).status, 204);
    drop(publisher);
    let recording = finished(&operator);
    (venuebox, operator, recording)
}

fn entrance(recording: &Value) -> String {
    format!("/recordings/{}/stream.m3u8", recording["event"])
}

/// The recording's media playlist, as a player finds it.
fn media(venuebox: &VenueBox, recording: &Value) -> MediaPlaylist {
    let entrance = venuebox.url(&entrance(recording));
    let text = get(&entrance).text();
    let name = text.lines().find(|line| !line.starts_with('#')).expect("no variant");
    let url = entrance.replace("stream.m3u8", name);
    let text = get(&url).text();
    // The rig's reader knows live playlists, which say nothing of their type.
    assert!(text.contains("#EXT-X-PLAYLIST-TYPE:VOD\n") && text.ends_with("#EXT-X-ENDLIST\n"), "{text}");
    MediaPlaylist::parse(&url, &text.replace("#EXT-X-PLAYLIST-TYPE:VOD\n", ""))
}

/// The URL of a file that the playlist names, as a player asks for it.
fn resolve(playlist: &MediaPlaylist, uri: &str) -> String {
    let url = playlist.resolve(uri);
    let (before, after) = url.split_once("/recordings/").unwrap();
    let file = after.split_once("/../../").expect("not in the tree of the stream").1;
    format!("{before}/{file}")
}

/// What the playlist names, one after the other.
fn fragments(playlist: &MediaPlaylist) -> Vec<u8> {
    let uris = playlist.segments.iter().map(|segment| segment.uri.as_ref().unwrap());
    let all = [&playlist.segments[0].init].into_iter().chain(uris);
    all.flat_map(|uri| {
        let answer = get(&resolve(playlist, uri));
        assert_eq!(answer.status, 200, "{uri}");
        answer.body
    })
    .collect()
}

/// Decoded frames of picture and of sound in a file or at a URL.
fn frames(of: &str) -> Vec<u64> {
    let mut command = Command::new("ffprobe");
    command.args(["-v", "error", "-err_detect", "explode", "-count_frames"]);
    command.args(["-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", of]);
    let output = command.output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaint.is_empty(), "{complaint}");
    // A playlist's tracks stand there once more below their program.
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let counts = text.lines().filter_map(|line| line.trim_end_matches(',').parse().ok());
    counts.take(2).collect()
}

fn download(operator: &Operator, recording: &Value) -> crate::rig::Response {
    operator.get(&format!("recordings/{}/download", recording["event"]))
}

fn segment_file(venuebox: &VenueBox, playlist: &MediaPlaylist, at: usize) -> PathBuf {
    let uri = playlist.segments[at].uri.as_ref().unwrap();
    venuebox.data().join(uri.replace("../../hls/", "archive/"))
}

#[tokio::test]
async fn an_event_plays_from_its_beginning_and_goes_home_as_one_file_of_the_same_frames() {
    let (venuebox, operator, recording) = recorded(3).await;
    let playlist = media(&venuebox, &recording);
    assert!(playlist.segments.len() >= 3 && playlist.segments.iter().all(|segment| !segment.discontinuity));
    let fragments = fragments(&playlist);
    assert_eq!(decode_errors(&fragments), "");
    let samples = tracks(&fragments);
    let expected = vec![samples.video.len() as u64, samples.audio.len() as u64];
    assert_eq!(frames(&venuebox.url(&entrance(&recording))), expected);
    let file = download(&operator, &recording);
    assert_eq!(file.status, 200);
    assert_eq!(file.header("content-length").unwrap().parse::<usize>().unwrap(), file.body.len());
    assert_eq!(file.header("content-type"), Some("video/mp4"));
    assert_eq!(
        file.header("content-disposition"),
        Some("attachment; filename=\"recording-1.mp4\"; filename*=UTF-8''Live.mp4")
    );
    let path = venuebox.runtime().with_file_name("home.mp4");
    std::fs::write(&path, &file.body).unwrap();
    assert_eq!(frames(path.to_str().unwrap()), expected);
    let list: Value = serde_json::from_slice(&venuebox.get("/recordings.json").body).unwrap();
    assert_eq!(list["recordings"][0]["title"], "Live");
    assert_eq!(list["recordings"][0]["url"], "recordings/1/stream.m3u8");
    let length: f64 = playlist.segments.iter().map(|segment| segment.duration).sum();
    assert!((list["recordings"][0]["duration"].as_f64().unwrap() - length).abs() < 0.1, "{list}");
    assert!((recording["duration"].as_f64().unwrap() - length).abs() < 0.1, "{recording}");
}

#[tokio::test]
async fn a_browser_plays_it_to_its_end() {
    let (venuebox, _operator, recording) = recorded(2).await;
    let browser = Browser::start();
    let page = browser.player("hlsjs", &venuebox.url(&entrance(&recording)));
    let report = page.report(|report| report.time > 1.0 && report.decoded_frames > 10);
    assert_eq!((report.width, report.height), (640, 360));
    page.report(|report| report.time + 0.5 > recording["duration"].as_f64().unwrap());
}

#[tokio::test]
async fn any_part_of_a_file_can_be_fetched_alone() {
    let (venuebox, operator, recording) = recorded(2).await;
    let path = format!("recordings/{}/download", recording["event"]);
    let whole = download(&operator, &recording);
    let tag = whole.header("etag").unwrap().to_owned();
    let length = whole.body.len();
    for (range, from, to) in [
        (String::from("bytes=0-99"), 0, 100),
        (format!("bytes=50-{}", length / 2), 50, length / 2 + 1),
        (format!("bytes={}-", length - 70_000), length - 70_000, length),
        (String::from("bytes=-10"), length - 10, length),
    ] {
        let part = operator.send("GET", &path, &[("range", &range), ("if-range", &tag)], &[]);
        assert_eq!(part.status, 206, "{range}");
        assert!(part.body == whole.body[from..to], "{range}");
        let expected = format!("bytes {from}-{}/{length}", to - 1);
        assert_eq!(part.header("content-range"), Some(&expected[..]));
    }
    let beyond = operator.send("GET", &path, &[("range", &format!("bytes={length}-"))], &[]);
    assert_eq!(
        (beyond.status, beyond.header("content-range")),
        (416, Some(&format!("bytes */{length}")[..]))
    );
    let other = operator.send("GET", &path, &[("range", "bytes=5-"), ("if-range", "\"other\"")], &[]);
    assert_eq!((other.status, other.body.len()), (200, length));
    let head = operator.send("HEAD", &path, &[], &[]);
    assert_eq!(head.header("content-length"), Some(&length.to_string()[..]));
    // A segment, once it comes from the disk.
    let mut venuebox = venuebox;
    let playlist = media(&venuebox, &recording);
    let url = resolve(&playlist, playlist.segments[0].uri.as_ref().unwrap());
    let live = get(&url);
    let runtime = venuebox.runtime();
    venuebox.start_again_after(|_| std::fs::remove_dir_all(runtime).unwrap());
    let stored = get(&url);
    assert_eq!((stored.status, stored.header("accept-ranges")), (200, Some("bytes")));
    assert!(stored.body == live.body);
    assert_eq!(stored.header("cache-control"), live.header("cache-control"));
    assert_eq!(stored.header("content-type"), live.header("content-type"));
    let part = get_with(&url, &[("range", "bytes=10-19")]);
    assert!(part.status == 206 && part.body == live.body[10..20]);
}

#[tokio::test]
async fn what_is_on_air_is_no_recording_yet_and_is_not_deleted() {
    let (venuebox, operator) = recording_box();
    let _publisher = Publisher::ffmpeg(&venuebox.ingest());
    venuebox.media_playlist(2).await;
    let recording = until("a recording", || {
        let newest = operator.read("recordings")["recordings"][0].clone();
        newest["size"].as_u64().filter(|size| *size > 0).map(|_| newest)
    });
    assert_eq!(recording["ended"], Value::Null);
    let answer = operator.delete("recordings/1?cloud=false");
    assert_eq!(
        (answer.status, &answer.json()["error"]),
        (409, &json!("This event is on air; end it first."))
    );
    assert_eq!(venuebox.get("/recordings/1/stream.m3u8").status, 404);
    let list: Value = serde_json::from_slice(&venuebox.get("/recordings.json").body).unwrap();
    assert_eq!(list, json!({"recordings": []}));
    assert_eq!(operator.put("recordings/1", &json!({"title": "Spring"})).status, 204);
    assert_eq!(operator.read("recordings")["recordings"][0]["title"], "Spring");
}

#[tokio::test]
async fn it_is_renamed_and_deleted_and_then_nothing_of_it_is_left() {
    let (venuebox, operator, recording) = recorded(1).await;
    let playlist = media(&venuebox, &recording);
    let file = segment_file(&venuebox, &playlist, 0);
    assert!(file.exists());
    assert_eq!(operator.put("recordings/1", &json!({"title": "День 1: “x”"})).status, 204);
    let name = download(&operator, &recording);
    let name = name.header("content-disposition").unwrap();
    assert!(name.ends_with("''%D0%94%D0%B5%D0%BD%D1%8C%201-%20%E2%80%9Cx%E2%80%9D.mp4"), "{name}");
    let wrong = operator.put("recordings/1", &json!({"title": ""}));
    assert_eq!((wrong.status, &wrong.json()["field"]), (422, &json!("title")));
    assert_eq!(operator.put("recordings/9", &json!({"title": "x"})).status, 404);
    assert_eq!(operator.delete("recordings/1?cloud=false").status, 204);
    assert_eq!(operator.delete("recordings/1?cloud=false").status, 404);
    assert!(!file.exists() && !file.parent().unwrap().exists());
    assert_eq!(operator.read("recordings"), json!({"recordings": []}));
    assert_eq!(download(&operator, &recording).status, 404);
    assert_eq!(venuebox.get(&entrance(&recording)).status, 404);
    // The last event's playlist is owed for a while, also by the next run of the program.
    let mut venuebox = venuebox;
    venuebox.kill_and_start();
    assert_eq!(operator.read("recordings"), json!({"recordings": []}));
}

#[tokio::test]
async fn recordings_that_are_not_shared_are_for_the_operator_alone() {
    let (venuebox, operator, recording) = recorded(1).await;
    let playlist = media(&venuebox, &recording);
    set(&operator, "share", json!(false));
    let mut venuebox = venuebox;
    // Then the last event's window is no reason to serve anything.
    let runtime = venuebox.runtime();
    venuebox.start_again_after(|_| std::fs::remove_dir_all(runtime).unwrap());
    let list: Value = serde_json::from_slice(&venuebox.get("/recordings.json").body).unwrap();
    assert_eq!(list, json!({"recordings": []}));
    let segment = resolve(&playlist, playlist.segments[0].uri.as_ref().unwrap());
    let init = resolve(&playlist, &playlist.segments[0].init);
    for url in [venuebox.url(&entrance(&recording)), playlist.url, segment, init] {
        assert_eq!(get(&url).status, 404, "{url}");
        let seen = get_with(&url, &[("cookie", operator.cookie())]);
        assert_eq!((seen.status, seen.header("cache-control")), (200, Some("no-store")), "{url}");
    }
    assert_eq!(request("GET", &venuebox.url("/api/admin/recordings"), &[], &[]).status, 401);
    assert_eq!(request("GET", &venuebox.url("/api/admin/recordings/1/download"), &[], &[]).status, 401);
}

#[tokio::test]
async fn the_viewers_password_guards_recordings_too() {
    let (venuebox, operator, recording) = recorded(1).await;
    let playlist = media(&venuebox, &recording);
    let set = operator.change("viewers", |viewers| viewers["password"] = json!("doors open"));
    assert_eq!(set.status, 200, "{}", set.text());
    let segment = resolve(&playlist, playlist.segments[0].uri.as_ref().unwrap());
    for url in [venuebox.url(&entrance(&recording)), segment, venuebox.url("/recordings.json")] {
        assert_eq!(get(&url).status, 401, "{url}");
        // "x:doors open"
        assert_eq!(get_with(&url, &[("authorization", "Basic eDpkb29ycyBvcGVu")]).status, 200, "{url}");
    }
}

#[tokio::test]
async fn a_file_that_the_disk_has_lost_is_a_cut_and_the_rest_plays() {
    let (mut venuebox, operator, recording) = recorded(4).await;
    let playlist = media(&venuebox, &recording);
    let (lost, damaged) = (segment_file(&venuebox, &playlist, 1), segment_file(&venuebox, &playlist, 2));
    let count = playlist.segments.len();
    let whole = frames(&venuebox.url(&entrance(&recording)));
    info_hash(&operator, None);
    // While it runs, after the file was put together: its download breaks off, rather than give other bytes.
    std::fs::remove_file(&lost).unwrap();
    let size = std::fs::read(&damaged).unwrap().len();
    std::fs::write(&damaged, vec![7; size]).unwrap();
    let mut socket = std::net::TcpStream::connect(venuebox.http).unwrap();
    let head = format!("Host: {}\r\nCookie: {}\r\nConnection: close", venuebox.http, operator.cookie());
    write!(socket, "GET /api/admin/recordings/1/download HTTP/1.1\r\n{head}\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    // A reset is the end too.
    let _ = socket.read_to_end(&mut answer);
    assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"));
    let file = download(&operator, &recording);
    assert_eq!(file.status, 200);
    assert!(file.body.len() > size, "only what is lost is missing");
    let path = venuebox.runtime().with_file_name("home.mp4");
    std::fs::write(&path, &file.body).unwrap();
    let rest = frames(path.to_str().unwrap());
    assert!(rest[0] < whole[0] && rest[0] + 70 > whole[0], "{rest:?} of {whole:?}");
    // Found out at the next start.
    std::fs::remove_file(&damaged).unwrap();
    venuebox.kill_and_start();
    let after = media(&venuebox, &recording);
    let broken = after.segments.iter().filter(|segment| segment.discontinuity).count();
    assert_eq!((after.segments.len(), broken), (count - 2, 1), "{}", after.text);
    assert_eq!(frames(&venuebox.url(&entrance(&recording)))[0], rest[0]);
}

#[tokio::test]
async fn an_event_that_goes_on_after_a_kill_goes_on_in_the_same_recording() {
    let (mut venuebox, operator) = recording_box();
    let publisher = Publisher::test_card(&venuebox);
    let url = venuebox.media_playlist_url().await;
    MediaPlaylist::after(&url, 2);
    venuebox.kill_and_start();
    venuebox.live().await.until(|state| state.is_live()).await;
    MediaPlaylist::after(&url, 2);
    assert_eq!(operator.post("event/end", &json!({})).status, 204);
    drop(publisher);
    let recording = finished(&operator);
    assert_eq!(operator.read("recordings")["recordings"].as_array().unwrap().len(), 1);
    let playlist = media(&venuebox, &recording);
    let media = fragments(&playlist);
    assert!(playlist.segments.iter().all(|segment| !segment.discontinuity), "{}", playlist.text);
    assert_eq!(decode_errors(&media), "");
    let samples = tracks(&media);
    crate::rig::assert_contiguous(&samples);
    let path = venuebox.runtime().with_file_name("home.mp4");
    std::fs::write(&path, download(&operator, &recording).body).unwrap();
    assert_eq!(frames(path.to_str().unwrap()), [samples.video.len() as u64, samples.audio.len() as u64]);
}

#[tokio::test]
async fn no_path_leads_out_of_the_archive() {
    let (venuebox, _operator, recording) = recorded(1).await;
    let epoch = media(&venuebox, &recording).segments[0].uri.clone().unwrap();
    let epoch = epoch.split('/').nth(3).unwrap().to_owned();
    for path in [
        format!("/hls/{epoch}/1-0/..%2f..%2f..%2fvenuebox.db"),
        format!("/hls/{epoch}/..%2f1-0/1.m4s"),
        String::from("/hls/..%2f..%2fdata/1-0/1.m4s"),
        format!("/hls/{epoch}/1-0/01.m4s"),
        format!("/hls/{epoch}/2-0/1.m4s"),
        String::from("/recordings/..%2f1/stream.m3u8"),
        String::from("/recordings/01/stream.m3u8"),
        String::from("/recordings/1/..%2fstream.m3u8"),
        String::from("/recordings/1/7.m3u8"),
        String::from("/recordings/99999999999999999999/stream.m3u8"),
    ] {
        assert_eq!(venuebox.get(&path).status, 404, "{path}");
    }
}

/// What `/torrents.json` says of recordings.
fn torrents(venuebox: &VenueBox) -> Vec<Value> {
    let list = super::seeder::list(venuebox);
    let all = list["torrents"].as_array().unwrap().iter();
    all.filter(|torrent| torrent["kind"] == "recording").cloned().collect()
}

/// The recording's info hash, once it is another one than `before`.
fn info_hash(operator: &Operator, before: Option<&str>) -> String {
    until("a torrent", || {
        let hash = operator.read("recordings")["recordings"][0]["torrent"].as_str()?.to_owned();
        (Some(&hash[..]) != before).then_some(hash)
    })
}

#[tokio::test]
async fn aria2_fetches_a_recording_that_plays() {
    let (venuebox, operator, recording) = recorded(2).await;
    let hash = info_hash(&operator, None);
    let torrent = torrents(&venuebox).pop().unwrap();
    assert_eq!((&torrent["infoHash"], &torrent["name"]), (&json!(hash), &json!("Live.mp4")));
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("aria2c");
    command.args(["--seed-time=0", "--enable-dht=false", "--enable-dht6=false", "--bt-enable-lpd=false"]);
    command.args(["--enable-peer-exchange=false", "--follow-torrent=mem", "--summary-interval=0"]);
    command.arg("--dir").arg(folder.path()).arg(torrent["magnet"].as_str().unwrap());
    let path = folder.path().join("Live.mp4");
    let file = super::seeder::fetched(&mut command, &path);
    assert!(file == download(&operator, &recording).body, "it is what the operator downloads");
    assert!(frames(path.to_str().unwrap())[0] > 30);
}

#[tokio::test]
async fn a_torrent_follows_its_recordings_name_its_restart_and_its_end() {
    let (mut venuebox, operator, _) = recorded(1).await;
    let first = info_hash(&operator, None);
    venuebox.kill_and_start();
    assert_eq!(info_hash(&operator, None), first);
    assert_eq!(operator.put("recordings/1", &json!({"title": "Spring"})).status, 204);
    let second = info_hash(&operator, Some(&first));
    let listed = torrents(&venuebox);
    assert_eq!((listed.len(), &listed[0]["name"]), (1, &json!("Spring.mp4")));
    assert_eq!(venuebox.get(&format!("/torrents/{first}.torrent")).status, 404);
    set(&operator, "share", json!(false));
    until("the torrent's end", || torrents(&venuebox).is_empty().then_some(()));
    set(&operator, "share", json!(true));
    assert_eq!(info_hash(&operator, None), second);
    assert_eq!(operator.delete("recordings/1").status, 204);
    until("the torrent's end", || torrents(&venuebox).is_empty().then_some(()));
}

#[tokio::test]
async fn behind_a_viewers_password_no_recording_is_seeded() {
    let (venuebox, operator, _) = recorded(1).await;
    info_hash(&operator, None);
    let set = operator.change("viewers", |viewers| viewers["password"] = json!("doors open"));
    assert_eq!(set.status, 200, "{}", set.text());
    until("the torrent's end", || {
        operator.read("recordings")["recordings"][0]["torrent"].is_null().then_some(())
    });
    drop(venuebox);
}

#[tokio::test]
async fn an_event_with_two_configurations_goes_home_whole() {
    let (venuebox, operator) = recording_box();
    let publisher = Publisher::ffmpeg(&venuebox.ingest());
    let url = venuebox.media_playlist_url().await;
    MediaPlaylist::after(&url, 2);
    drop(publisher);
    venuebox.live().await.until(|state| state.is_holding()).await;
    let small = Clip { width: 320, height: 180, ..Clip::default() };
    let publisher = Publisher::ffmpeg_with(&venuebox.ingest(), small);
    venuebox.live().await.until(|state| state.is_live()).await;
    MediaPlaylist::after(&url, 3);
    assert_eq!(operator.post("event/end", &json!({})).status, 204);
    drop(publisher);
    let recording = finished(&operator);
    let playlist = media(&venuebox, &recording);
    assert_eq!(playlist.segments.iter().filter(|segment| segment.discontinuity).count(), 1);
    let (mut all, mut init) = (Vec::new(), String::new());
    for segment in &playlist.segments {
        if init != segment.init {
            init.clone_from(&segment.init);
            all.extend(get(&resolve(&playlist, &init)).body);
        }
        all.extend(get(&resolve(&playlist, segment.uri.as_ref().unwrap())).body);
    }
    let samples = tracks(&all);
    let path = venuebox.runtime().with_file_name("home.mp4");
    std::fs::write(&path, download(&operator, &recording).body).unwrap();
    let expected = [samples.video.len() as u64, samples.audio.len() as u64];
    assert_eq!(frames(path.to_str().unwrap()), expected);
    let entrance = get(&venuebox.url(&entrance(&recording))).text();
    assert!(entrance.contains("RESOLUTION=640x360"), "{entrance}");
}

#[tokio::test]
async fn sound_alone_is_recorded_and_goes_home() {
    let (venuebox, operator) = recording_box();
    let sound = Clip { video: "", ..Clip::default() };
    let publisher = Publisher::ffmpeg_with(&venuebox.ingest(), sound);
    venuebox.media_playlist(2).await;
    assert_eq!(operator.post("event/end", &json!({})).status, 204);
    drop(publisher);
    let recording = finished(&operator);
    let samples = tracks(&fragments(&media(&venuebox, &recording)));
    let path = venuebox.runtime().with_file_name("home.mp4");
    std::fs::write(&path, download(&operator, &recording).body).unwrap();
    assert_eq!(frames(path.to_str().unwrap()), [samples.audio.len() as u64]);
}

#[tokio::test]
async fn a_browser_plays_the_file_while_it_comes_and_goes_to_its_end_at_once() {
    let (venuebox, _operator, recording) = recorded(3).await;
    let browser = Browser::start();
    let page = browser.operator(&venuebox.url("/admin"));
    let body = json!({ "password": PASSWORD }).to_string();
    let sign_in = format!(
        "fetch('/api/admin/login', {{method: 'POST', headers: {{'content-type': 'application/json'}}, \
         body: {}}}).then(answer => answer.status)",
        json!(body)
    );
    assert_eq!(page.evaluate(&sign_in), 204);
    page.evaluate(
        "window.film = document.createElement('video'); film.muted = true; \
         film.src = '/api/admin/recordings/1/download'; film.play().then(() => true)",
    );
    page.until("film.currentTime > 0.5");
    let length = page.evaluate("film.duration").as_f64().unwrap();
    assert!((length - recording["duration"].as_f64().unwrap()).abs() < 0.3, "{length} of {recording}");
    page.evaluate("film.currentTime = film.duration - 0.5; true");
    page.until("film.ended");
    assert_eq!(page.evaluate("film.error === null && film.videoWidth"), 640);
}
