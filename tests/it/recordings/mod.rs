//! An event that was recorded: played from its beginning, taken home as one file, renamed, deleted.

mod file;
mod torrent;

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
    torrent::info_hash(&operator, None);
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
