//! Against a real S3 server whose watcher looks at every playlist after every request.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::task::JoinHandle;

use super::bucket::Bucket;
use super::*;
use crate::hls::MediaUri;
use crate::storage::settings::{CloudSettings, CloudStore, Section, UploadSettings};
use crate::storage::{Opened, Recording};
use crate::stream::{Epoch, EventId, KeptInit, KeptSegment, RenditionId};
use crate::time::MediaTime;

const ID: RenditionId = RenditionId { event: EventId(3), rendition: 0 };

/// A box with a database, files, and a courier.
struct Rig {
    data: tempfile::TempDir,
    storage: Storage,
    journal: Journal,
    epoch: Epoch,
    courier: Option<(JoinHandle<()>, CancellationToken, watch::Receiver<Option<Status>>)>,
}

impl Rig {
    async fn new(cloud: Option<CloudStore>) -> Self {
        let data = tempfile::tempdir().unwrap();
        let (storage, epoch) = open(&data);
        let mut rig = Rig { data, storage, journal: Journal::new(), epoch, courier: None };
        rig.set(CloudSettings(cloud)).await;
        rig.begin(ID.event).await;
        rig.start(Vec::new());
        rig
    }

    async fn set<S: Section>(&self, value: S) {
        let version = S::place(&mut (**self.storage.settings().borrow()).clone()).version;
        self.storage.change(version, value).await.unwrap();
    }

    fn start(&mut self, page: Vec<PageFile>) {
        let data = self.data.path().to_owned();
        let locate: Locate = Arc::new(move |_, id, uri| file(&data, id, uri));
        let (courier, status) =
            Courier::new(self.storage.clone(), self.journal.clone(), locate, Arc::new(move |_| page.clone()));
        let stop = CancellationToken::new();
        self.courier = Some((tokio::spawn(courier.run(stop.clone())), stop, status));
    }

    /// As by kill -9: nothing of it is left but files and rows.
    async fn kill(&mut self) {
        let (task, ..) = self.courier.take().unwrap();
        task.abort();
        let _ = task.await;
    }

    async fn begin(&self, event: EventId) {
        let recording = Recording {
            event,
            epoch: self.epoch.clone(),
            title: String::new(),
            began: 1_000,
            ended: None,
            kept: false,
            target_duration: 2,
        };
        self.storage.begin_recording(recording).await.unwrap();
    }

    /// Seals a segment of two seconds, as the archive does.
    async fn seal(&self, id: RenditionId, msn: u64) {
        let size = 1_000 + msn;
        let init =
            KeptInit { number: 0, codecs: "avc1.64001f".into(), resolution: Some((1_280, 720)), size: 50 };
        for (uri, size) in [(MediaUri::Init(0), 50), (MediaUri::Segment(msn), size)] {
            let path = file(self.data.path(), id, uri);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, vec![7; usize::try_from(size).unwrap()]).unwrap();
        }
        let segment = KeptSegment {
            msn,
            init: 0,
            discontinuity: false,
            start: MediaTime::ZERO,
            date: i64::try_from(msn).unwrap() * 2_000,
            duration: MediaTime::from_millis(2_000),
            size,
            kept: false,
        };
        self.storage.keep_segment(id, Some(init), segment, true).await.unwrap();
    }

    fn live(&self, id: RenditionId, name: &str) -> String {
        format!("live/{}/{id}/{name}", self.epoch)
    }

    fn whole(&self, name: &str) -> String {
        format!("events/{}-{}/{name}", self.epoch, ID.event)
    }

    async fn status(&mut self, so: impl FnMut(&Status) -> bool) -> Status {
        let (.., status) = self.courier.as_mut().unwrap();
        let mut so = so;
        let so = |status: &Option<Status>| status.as_ref().is_some_and(&mut so);
        status.wait_for(so).await.unwrap().clone().unwrap()
    }

    fn notes(&self) -> Vec<String> {
        self.journal.recent(9).into_iter().map(|entry| entry.text).collect()
    }
}

fn open(data: &tempfile::TempDir) -> (Storage, Epoch) {
    let mut opened = Opened::open(data.path(), "boot", [7; 12], None).unwrap();
    let epoch = opened.epoch.clone();
    (Storage::start(&mut opened).unwrap(), epoch)
}

fn file(data: &std::path::Path, id: RenditionId, uri: MediaUri) -> PathBuf {
    data.join("files").join(id.to_string()).join(uri.to_string())
}

/// The names in a playlist, a bar before each that has a discontinuity before it.
fn listed(text: &str) -> String {
    let mut names = Vec::new();
    let mut cut = "";
    for line in text.lines() {
        match line {
            "#EXT-X-DISCONTINUITY" => cut = "|",
            line if line.starts_with('#') => {}
            line => {
                let name = line.rsplit('/').next().unwrap().trim_end_matches(".m4s");
                names.push(format!("{}{name}", std::mem::take(&mut cut)));
            }
        }
    }
    names.join(" ")
}

#[tokio::test]
async fn an_event_arrives_and_its_playlists_are_whole_at_every_moment() {
    let bucket = Bucket::start().await;
    let mut rig = Rig::new(Some(bucket.settings())).await;
    let playlist = rig.live(ID, "stream.m3u8");
    for msn in 7..12 {
        rig.seal(ID, msn).await;
        bucket
            .until(|bucket| bucket.text(&playlist).is_some_and(|text| text.contains(&format!("\n{msn}.m4s"))))
            .await;
    }
    bucket.until(|bucket| bucket.text("live/stream.m3u8").is_some()).await;
    let entrance = bucket.text("live/stream.m3u8").unwrap();
    assert!(entrance.contains(&format!("\n{}/3-0/stream.m3u8\n", rig.epoch)), "{entrance}");
    assert!(!entrance.contains("http"), "it names the bucket only");
    let live = bucket.text(&playlist).unwrap();
    assert!(live.contains("#EXT-X-MEDIA-SEQUENCE:7\n") && !live.contains("ENDLIST"), "{live}");
    assert!(bucket.text(&rig.whole("0.m3u8")).is_none(), "the whole waits for the end");
    rig.storage.end_recording(ID.event, 30_000).await.unwrap();
    let whole = rig.whole("stream.m3u8");
    bucket.until(|bucket| bucket.text(&whole).is_some()).await;
    assert!(bucket.text(&playlist).unwrap().ends_with("#EXT-X-ENDLIST\n"));
    let media = bucket.text(&rig.whole("0.m3u8")).unwrap();
    assert_eq!(listed(&media), "7 8 9 10 11");
    assert!(media.contains("PLAYLIST-TYPE:VOD") && media.contains("\n../../live/"), "{media}");
    let status = rig.status(|status| status.phase == Phase::Idle && status.event.objects == 6).await;
    assert_eq!((status.backlog.objects, status.lag, status.error), (0, None, None));
    assert_eq!(status.watch.as_deref(), Some("https://media.example.org/index.html"));
    while !rig.storage.unpublished().await.unwrap().is_empty() {}
    bucket.assert_whole();
}

#[tokio::test]
async fn after_an_outage_the_live_edge_goes_on_at_once_and_the_whole_has_everything() {
    let bucket = Bucket::start().await;
    let mut rig = Rig::new(Some(bucket.settings())).await;
    let playlist = rig.live(ID, "stream.m3u8");
    rig.seal(ID, 7).await;
    bucket.until(|bucket| bucket.text(&playlist).is_some()).await;
    bucket.fault(500);
    for msn in 8..30 {
        rig.seal(ID, msn).await;
    }
    let status = rig.status(|status| status.phase == Phase::Trouble && status.backlog.objects == 22).await;
    assert!(status.error.unwrap().contains("HTTP 500") && status.retry_in.is_some());
    assert_eq!(status.backlog.length, MediaTime::from_millis(44_000));
    rig.status(|status| status.retry_in.is_some_and(|wait| wait > std::time::Duration::from_secs(1))).await;
    assert_eq!(rig.notes()[0], "Nothing gets to the cloud.");
    assert!(bucket.requests() < 30, "{}", bucket.requests());
    bucket.fault(0);
    rig.status(|status| status.backlog.objects == 0).await;
    bucket.until(|bucket| listed(&bucket.text(&playlist).unwrap()).ends_with(" 29")).await;
    let seen = bucket.seen();
    let at = |msn: u64| seen.iter().position(|line| line.ends_with(&format!("/{msn}.m4s"))).unwrap();
    // Those that go at once with it arrive in any order.
    assert!(at(29) < at(20), "{seen:#?}");
    let live = bucket.text(&playlist).unwrap();
    assert!(live.contains("#EXT-X-DISCONTINUITY\n#EXT-X-PROGRAM"), "{live}");
    assert!(listed(&live).starts_with("7 ") && listed(&live).ends_with("|27 28 29"), "{live}");
    rig.status(|status| status.error.is_none()).await;
    assert!(rig.notes()[0].starts_with("The cloud is reached again"), "{:?}", rig.notes());
    rig.storage.end_recording(ID.event, 90_000).await.unwrap();
    let whole = rig.whole("0.m3u8");
    bucket.until(|bucket| bucket.text(&whole).is_some()).await;
    let all: Vec<String> = (7..30).map(|msn| msn.to_string()).collect();
    assert_eq!(listed(&bucket.text(&whole).unwrap()), all.join(" "));
    bucket.assert_whole();
}

#[tokio::test]
async fn one_object_that_is_refused_holds_up_no_other_and_the_whole_waits_for_it() {
    let bucket = Bucket::start().await;
    let mut rig = Rig::new(Some(bucket.settings())).await;
    bucket.refuse(Some("/8.m4s"));
    for msn in 7..14 {
        rig.seal(ID, msn).await;
    }
    rig.storage.end_recording(ID.event, 30_000).await.unwrap();
    let status = rig.status(|status| status.backlog.objects == 1).await;
    assert!(status.error.unwrap().contains("HTTP 400"));
    let playlist = rig.live(ID, "stream.m3u8");
    bucket.until(|bucket| bucket.text(&playlist).is_some_and(|text| listed(&text).ends_with("12 13"))).await;
    assert!(!bucket.text(&playlist).unwrap().contains("/8.m4s"));
    assert!(bucket.text(&rig.whole("0.m3u8")).is_none());
    bucket.refuse(None);
    let whole = rig.whole("stream.m3u8");
    bucket.until(|bucket| bucket.text(&whole).is_some()).await;
    assert_eq!(listed(&bucket.text(&rig.whole("0.m3u8")).unwrap()), "7 8 9 10 11 12 13");
    let status = rig.status(|status| status.phase == Phase::Idle && status.error.is_none()).await;
    assert_eq!(status.backlog.objects, 0);
    bucket.assert_whole();
}

#[tokio::test]
async fn killed_at_any_moment_it_goes_on_from_its_rows() {
    let bucket = Bucket::start().await;
    let mut rig = Rig::new(Some(bucket.settings())).await;
    for msn in 7..47 {
        rig.seal(ID, msn).await;
        if msn % 4 == 0 {
            let before = bucket.requests();
            bucket.until(|bucket| bucket.requests() > before).await;
            rig.kill().await;
            rig.start(Vec::new());
        }
    }
    rig.storage.end_recording(ID.event, 90_000).await.unwrap();
    let whole = rig.whole("stream.m3u8");
    bucket.until(|bucket| bucket.text(&whole).is_some()).await;
    let all: Vec<String> = (7..47).map(|msn| msn.to_string()).collect();
    assert_eq!(listed(&bucket.text(&rig.whole("0.m3u8")).unwrap()), all.join(" "));
    bucket.assert_whole();
}

#[tokio::test]
async fn a_file_that_is_gone_or_another_one_is_told_and_named_by_no_playlist() {
    let bucket = Bucket::start().await;
    let mut rig = Rig::new(None).await;
    for msn in 7..13 {
        rig.seal(ID, msn).await;
    }
    std::fs::remove_file(file(rig.data.path(), ID, MediaUri::Segment(9))).unwrap();
    std::fs::write(file(rig.data.path(), ID, MediaUri::Segment(10)), "cut").unwrap();
    rig.storage.end_recording(ID.event, 30_000).await.unwrap();
    rig.set(CloudSettings(Some(bucket.settings()))).await;
    let whole = rig.whole("stream.m3u8");
    bucket.until(|bucket| bucket.text(&whole).is_some()).await;
    assert_eq!(listed(&bucket.text(&rig.whole("0.m3u8")).unwrap()), "7 8 |11 12");
    rig.status(|status| status.phase == Phase::Idle).await;
    let notes = rig.notes();
    assert!(notes.iter().any(|note| note.contains("gone before they were sent")), "{notes:?}");
    bucket.assert_whole();
}

#[tokio::test]
async fn what_is_deleted_goes_after_what_names_it_and_nothing_is_left() {
    let bucket = Bucket::start().await;
    let rig = Rig::new(Some(bucket.settings())).await;
    for msn in 7..10 {
        rig.seal(ID, msn).await;
    }
    rig.storage.end_recording(ID.event, 30_000).await.unwrap();
    let whole = rig.whole("stream.m3u8");
    bucket.until(|bucket| bucket.text(&whole).is_some()).await;
    rig.storage.doom_event(ID.event).await.unwrap();
    let init = rig.live(ID, "init-0.mp4");
    bucket.until(|bucket| bucket.seen().contains(&format!("DELETE {init}"))).await;
    let seen = bucket.seen();
    let deletes: Vec<_> = seen.iter().filter_map(|line| line.strip_prefix("DELETE ")).collect();
    assert_eq!(deletes[..3], ["live/stream.m3u8", whole.as_str(), rig.whole("0.m3u8").as_str()]);
    assert_eq!(deletes.len(), 3 + 1 + 3 + 1, "{deletes:?}");
    bucket.assert_whole();
}

#[tokio::test]
async fn an_event_goes_when_its_days_in_the_bucket_are_over() {
    let bucket = Bucket::start().await;
    let rig = Rig::new(Some(bucket.settings())).await;
    rig.seal(ID, 7).await;
    // It ended in 1970.
    rig.storage.end_recording(ID.event, 30_000).await.unwrap();
    let whole = rig.whole("stream.m3u8");
    bucket.until(|bucket| bucket.text(&whole).is_some()).await;
    rig.set(UploadSettings { keep_days: Some(30), ..UploadSettings::default() }).await;
    let init = rig.live(ID, "init-0.mp4");
    bucket.until(|bucket| bucket.seen().contains(&format!("DELETE {init}"))).await;
    bucket.assert_whole();
}

#[tokio::test]
async fn while_it_is_paused_nothing_is_sent_and_then_everything() {
    let bucket = Bucket::start().await;
    let mut rig = Rig::new(Some(bucket.settings())).await;
    rig.set(UploadSettings { paused: true, ..UploadSettings::default() }).await;
    rig.status(|status| status.phase == Phase::Paused).await;
    rig.seal(ID, 7).await;
    rig.status(|status| status.backlog.objects == 2).await;
    assert_eq!(bucket.requests(), 0);
    rig.set(UploadSettings { paused: false, ..UploadSettings::default() }).await;
    let playlist = rig.live(ID, "stream.m3u8");
    bucket.until(|bucket| bucket.text(&playlist).is_some()).await;
}

#[tokio::test]
async fn another_bucket_that_is_set_gets_everything_and_none_gets_nothing() {
    let (first, second) = (Bucket::start().await, Bucket::start().await);
    let mut rig = Rig::new(Some(first.settings())).await;
    rig.seal(ID, 7).await;
    let playlist = rig.live(ID, "stream.m3u8");
    first.until(|bucket| bucket.text(&playlist).is_some()).await;
    rig.set(CloudSettings(Some(second.settings()))).await;
    second.until(|bucket| bucket.text(&playlist).is_some()).await;
    let before = second.requests();
    rig.set(CloudSettings(None)).await;
    let (.., status) = rig.courier.as_mut().unwrap();
    status.wait_for(Option::is_none).await.unwrap();
    rig.seal(ID, 8).await;
    assert!(second.requests() <= before + 2, "what was on its way");
    first.assert_whole();
    second.assert_whole();
}

#[tokio::test]
async fn the_next_event_takes_the_entrance_and_the_last_one_gets_its_end() {
    let bucket = Bucket::start().await;
    let rig = Rig::new(Some(bucket.settings())).await;
    let next = RenditionId { event: EventId(4), rendition: 0 };
    rig.seal(ID, 7).await;
    bucket.until(|bucket| bucket.text("live/stream.m3u8").is_some()).await;
    // It was left without an end, as by a power cut.
    rig.begin(next.event).await;
    rig.seal(next, 8).await;
    bucket.until(|bucket| bucket.text("live/stream.m3u8").unwrap().contains("/4-0/stream.m3u8")).await;
    let whole = rig.whole("stream.m3u8");
    bucket.until(|bucket| bucket.text(&whole).is_some()).await;
    assert!(bucket.text(&rig.live(ID, "stream.m3u8")).unwrap().contains("ENDLIST"));
    assert!(!bucket.text(&rig.live(next, "stream.m3u8")).unwrap().contains("ENDLIST"));
    bucket.assert_whole();
}

#[tokio::test]
async fn the_viewers_page_is_put_there_once_and_taken_away_when_it_is_not_wanted() {
    let bucket = Bucket::start().await;
    let mut rig = Rig::new(Some(bucket.settings())).await;
    let page = || {
        let file = |key: &str| PageFile {
            key: key.into(),
            content_type: "text/html".into(),
            cache_control: "no-cache".into(),
            body: "x".into(),
        };
        vec![file("assets/a.js"), file("index.html")]
    };
    rig.kill().await;
    rig.start(page());
    bucket.until(|bucket| bucket.path("index.html").exists()).await;
    assert_eq!(bucket.seen(), ["PUT assets/a.js", "PUT index.html"]);
    while rig.storage.bucket_page().await.unwrap().is_none() {}
    rig.kill().await;
    rig.start(page());
    rig.seal(ID, 7).await;
    bucket.until(|bucket| bucket.text("live/stream.m3u8").is_some()).await;
    assert_eq!(bucket.seen().iter().filter(|line| line.ends_with("index.html")).count(), 1);
    rig.set(UploadSettings { page: false, ..UploadSettings::default() }).await;
    bucket.until(|bucket| !bucket.path("assets/a.js").exists()).await;
    assert!(!bucket.path("index.html").exists());
}
