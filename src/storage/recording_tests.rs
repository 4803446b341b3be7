use super::*;
use crate::storage::Opened;

const ID: RenditionId = RenditionId { event: EventId(3), rendition: 0 };

fn storage(folder: &tempfile::TempDir) -> Storage {
    let mut opened = Opened::open(folder.path(), "boot", [7; 12], None).unwrap();
    Storage::start(&mut opened).unwrap()
}

fn recording() -> Recording {
    let epoch = Epoch::from_random([7; 12]);
    Recording {
        event: ID.event,
        epoch,
        title: String::from("Spring"),
        began: 1_000,
        ended: None,
        kept: false,
        target_duration: 2,
    }
}

fn segment(msn: u64) -> KeptSegment {
    KeptSegment {
        msn,
        init: 0,
        discontinuity: msn == 8,
        start: MediaTime::from_millis(2_000),
        date: 5_000,
        duration: MediaTime::from_millis(2_000),
        size: 700,
        kept: true,
    }
}

fn init() -> KeptInit {
    KeptInit { number: 0, codecs: "avc1,mp4a".into(), resolution: Some((1_280, 720)), size: 900 }
}

#[tokio::test]
async fn what_is_kept_reads_back_in_order_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let first = storage(&folder);
    first.begin_recording(recording()).await.unwrap();
    for msn in [7, 9, 8] {
        first.keep_segment(ID, (msn == 7).then(init), segment(msn), false).await.unwrap();
    }
    drop(first);
    let again = storage(&folder);
    assert_eq!(again.segments(ID, 8).await.unwrap(), [segment(8), segment(9)]);
    assert_eq!(again.inits(ID).await.unwrap(), [init()]);
    assert_eq!(again.kept_renditions().await.unwrap(), [ID]);
    let all = again.recordings().await.unwrap();
    assert_eq!((all[0].size, all[0].duration), (2_100, MediaTime::from_millis(6_000)));
}

#[tokio::test]
async fn an_event_that_goes_on_after_a_restart_goes_on_in_the_same_recording() {
    let folder = tempfile::tempdir().unwrap();
    let storage = storage(&folder);
    storage.begin_recording(recording()).await.unwrap();
    storage.end_recording(ID.event, 9_000).await.unwrap();
    let again = Recording { title: "Another".into(), began: 8_000, kept: true, ..recording() };
    let goes_on = storage.begin_recording(again).await.unwrap();
    assert_eq!(goes_on, Recording { kept: true, ..recording() });
    assert_eq!(storage.recording(ID.event).await.unwrap(), Some(goes_on));
}

#[tokio::test]
async fn a_recording_that_was_deleted_takes_all_with_it_and_nothing_more() {
    let folder = tempfile::tempdir().unwrap();
    let storage = storage(&folder);
    storage.begin_recording(recording()).await.unwrap();
    storage.keep_segment(ID, Some(init()), segment(7), false).await.unwrap();
    storage.forget_recording(ID.event).await.unwrap();
    assert_eq!(storage.kept_renditions().await.unwrap(), []);
    let late = storage.keep_segment(ID, None, segment(8), false).await;
    assert!(matches!(late, Err(StorageError::Missing)), "{late:?}");
    assert!(matches!(storage.rename_recording(ID.event, "x".into()).await, Err(StorageError::Missing)));
}

#[tokio::test]
async fn what_is_forgotten_of_a_rendition_is_that_alone() {
    let folder = tempfile::tempdir().unwrap();
    let storage = storage(&folder);
    storage.begin_recording(recording()).await.unwrap();
    for msn in 7..10 {
        storage.keep_segment(ID, None, segment(msn), false).await.unwrap();
    }
    storage.forget_segments(ID, vec![7, 8]).await.unwrap();
    assert_eq!(storage.segments(ID, 0).await.unwrap(), [segment(9)]);
}
