//! A recording as one file: any part of it, and whatever it is made of.

use super::*;

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
