use super::*;
use crate::storage::fixture;
use crate::stream::KeptInit;

pub const ID: RenditionId = RenditionId { event: EventId(3), rendition: 0 };

/// A box on which one event is on air.
pub async fn storage(folder: &tempfile::TempDir) -> Storage {
    let storage = fixture::fresh(folder);
    begin(&storage, ID.event).await;
    storage
}

pub async fn begin(storage: &Storage, event: EventId) {
    storage.begin_recording(fixture::recording(event)).await.unwrap();
}

/// Keeps a segment of two seconds for the cloud.
pub async fn keep(storage: &Storage, id: RenditionId, msn: u64) {
    keep_with(storage, id, msn, 0).await;
}

pub async fn keep_with(storage: &Storage, id: RenditionId, msn: u64, init: u32) {
    let made = KeptInit { number: init, codecs: "avc1,mp4a".into(), resolution: Some((1_280, 720)), size: 5 };
    let segment = KeptSegment { init, ..fixture::segment(msn) };
    storage.keep_segment(id, Some(made), segment, true).await.unwrap();
}

/// Everything that waits arrives, oldest first.
pub async fn send_all(storage: &Storage) {
    while let Some(upload) = storage.claimable(1).await.unwrap().backlog.pop() {
        storage.uploaded(&upload).await.unwrap().unwrap();
    }
}

fn names(uploads: &[Upload]) -> Vec<String> {
    uploads.iter().map(|upload| format!("{}/{}", upload.rendition, upload.uri)).collect()
}

async fn arrives(storage: &Storage, name: &str) -> Option<bool> {
    let all = storage.claimable(1_000).await.unwrap().backlog;
    let upload = all.into_iter().find(|upload| upload.key.ends_with(name)).unwrap();
    storage.uploaded(&upload).await.unwrap()
}

#[tokio::test]
async fn an_initialization_section_goes_before_its_first_segment() {
    let folder = tempfile::tempdir().unwrap();
    let storage = storage(&folder).await;
    keep_with(&storage, ID, 7, 0).await;
    keep_with(&storage, ID, 8, 1).await;
    let first = storage.claimable(9).await.unwrap();
    assert_eq!(names(&first.edge), ["3-0/init-0.mp4", "3-0/init-1.mp4"]);
    assert_eq!(names(&first.backlog), ["3-0/init-0.mp4", "3-0/init-1.mp4"]);
    assert!(first.edge[0].picture && first.edge[0].key.ends_with("/3-0/init-0.mp4"));
    assert_eq!(arrives(&storage, "init-0.mp4").await, Some(false));
    let then = storage.claimable(9).await.unwrap();
    assert_eq!(names(&then.edge), ["3-0/init-1.mp4", "3-0/7.m4s"]);
    assert_eq!(names(&then.backlog), ["3-0/init-1.mp4", "3-0/7.m4s"]);
}

#[tokio::test]
async fn the_live_edge_is_the_newest_event_s_newest_segments_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let storage = storage(&folder).await;
    let other = RenditionId { event: EventId(4), rendition: 0 };
    for msn in 7..10 {
        keep(&storage, ID, msn).await;
    }
    begin(&storage, other.event).await;
    for msn in 10..20 {
        keep(&storage, other, msn).await;
    }
    arrives(&storage, "4-0/init-0.mp4").await;
    let claimable = storage.claimable(2).await.unwrap();
    assert_eq!(names(&claimable.edge), ["4-0/17.m4s", "4-0/18.m4s", "4-0/19.m4s"]);
    assert_eq!(names(&claimable.backlog), ["3-0/init-0.mp4", "4-0/10.m4s"]);
}

#[tokio::test]
async fn what_has_arrived_is_told_once_and_is_not_sent_again_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let first = storage(&folder).await;
    let mut told = first.acknowledged();
    keep(&first, ID, 7).await;
    let Acknowledged::Kept { msn: 7, .. } = told.recv().await.unwrap() else { panic!() };
    let init = first.claimable(1).await.unwrap().backlog.remove(0);
    assert_eq!(first.uploaded(&init).await.unwrap(), Some(false));
    assert_eq!(told.recv().await.unwrap(), Acknowledged::Uploaded { key: init.key.clone() });
    assert_eq!(first.uploaded(&init).await.unwrap(), Some(false));
    assert!(told.is_empty());
    drop(first);
    let again = storage(&folder).await;
    assert_eq!(names(&again.claimable(9).await.unwrap().backlog), ["3-0/7.m4s"]);
}

#[tokio::test]
async fn a_refused_object_remembers_how_often_and_until_when() {
    let folder = tempfile::tempdir().unwrap();
    let storage = storage(&folder).await;
    keep(&storage, ID, 7).await;
    let init = storage.claimable(1).await.unwrap().backlog.remove(0);
    storage.upload_refused(init.key.clone(), 77).await.unwrap();
    let again = storage.claimable(1).await.unwrap().backlog.remove(0);
    assert_eq!((again.attempts, again.retry_at), (1, 77));
}

#[tokio::test]
async fn a_lost_file_is_not_waited_for_and_a_lost_initialization_section_takes_its_segments_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let storage = storage(&folder).await;
    keep_with(&storage, ID, 7, 0).await;
    keep_with(&storage, ID, 8, 1).await;
    keep_with(&storage, ID, 9, 1).await;
    let init = storage.claimable(9).await.unwrap().backlog.remove(1);
    assert_eq!(storage.upload_lost(&init).await.unwrap(), 3);
    assert_eq!(storage.upload_lost(&init).await.unwrap(), 0);
    arrives(&storage, "init-0.mp4").await;
    let claimable = storage.claimable(9).await.unwrap();
    assert_eq!(names(&claimable.backlog), ["3-0/7.m4s"]);
}

#[tokio::test]
async fn the_backlog_is_what_waits_in_objects_bytes_and_time() {
    let folder = tempfile::tempdir().unwrap();
    let storage = storage(&folder).await;
    let sound = RenditionId { rendition: 1, ..ID };
    keep(&storage, ID, 7).await;
    keep(&storage, ID, 8).await;
    keep(&storage, sound, 7).await;
    let length = MediaTime::from_millis(4_000);
    assert_eq!(storage.backlog().await.unwrap(), Backlog { objects: 5, bytes: 1_510, length });
    send_all(&storage).await;
    assert_eq!(storage.backlog().await.unwrap(), Backlog::default());
    assert_eq!(storage.sent(ID.event).await.unwrap(), Sent { objects: 5, bytes: 1_510 });
}
