use super::*;
use crate::storage::upload::Upload;
use crate::storage::upload::tests::{ID, begin, keep, send_all, storage};

const MINUTE: MediaTime = MediaTime::from_millis(60_000);

async fn arrives(storage: &Storage, name: &str) -> bool {
    let upload = waiting(storage, name).await;
    storage.uploaded(&upload).await.unwrap().unwrap()
}

async fn waiting(storage: &Storage, name: &str) -> Upload {
    let all = storage.claimable(1_000).await.unwrap().backlog;
    all.into_iter().find(|upload| upload.key.ends_with(name)).unwrap()
}

/// The list as `7 |12 13`: a bar for a discontinuity.
async fn listed(storage: &Storage) -> String {
    let Some(list) = storage.live_list(ID, MINUTE).await.unwrap() else { return String::new() };
    let name =
        |(segment, cut): &(KeptSegment, bool)| format!("{}{}", if *cut { "|" } else { "" }, segment.msn);
    list.segments.iter().map(name).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn the_live_list_goes_on_in_order_and_begins_anew_when_it_is_too_far_behind() {
    let folder = tempfile::tempdir().unwrap();
    let storage = storage(&folder).await;
    keep(&storage, ID, 7).await;
    assert_eq!(listed(&storage).await, "");
    arrives(&storage, "init-0.mp4").await;
    assert!(arrives(&storage, "/7.m4s").await);
    keep(&storage, ID, 8).await;
    keep(&storage, ID, 9).await;
    assert!(!arrives(&storage, "/9.m4s").await, "8 is on its way");
    assert!(arrives(&storage, "/8.m4s").await);
    assert_eq!(listed(&storage).await, "7 8 9");
    for msn in 10..30 {
        keep(&storage, ID, msn).await;
    }
    assert!(!arrives(&storage, "/12.m4s").await, "it is for the recording");
    assert!(arrives(&storage, "/27.m4s").await);
    assert!(!arrives(&storage, "/10.m4s").await, "too late for the list");
    assert!(arrives(&storage, "/28.m4s").await);
    assert_eq!(listed(&storage).await, "7 8 9 |27 28");
    let list = storage.live_list(ID, MINUTE).await.unwrap().unwrap();
    assert_eq!((list.media_sequence, list.discontinuity_sequence, list.complete), (7, 0, false));
    let whole = storage.in_bucket(ID).await.unwrap();
    assert_eq!(whole.iter().map(|segment| segment.msn).collect::<Vec<_>>(), [7, 8, 9, 10, 12, 27, 28]);
    assert_eq!(storage.sealed_after(ID, 27).await.unwrap(), MediaTime::from_millis(4_000));
}

#[tokio::test]
async fn the_live_list_is_a_minute_long_and_counts_what_has_passed() {
    let folder = tempfile::tempdir().unwrap();
    let storage = storage(&folder).await;
    for msn in 7..20 {
        keep(&storage, ID, msn).await;
    }
    arrives(&storage, "init-0.mp4").await;
    arrives(&storage, "/7.m4s").await;
    for msn in 17..20 {
        assert!(arrives(&storage, &format!("/{msn}.m4s")).await);
    }
    for msn in 20..60 {
        keep(&storage, ID, msn).await;
        assert!(arrives(&storage, &format!("/{msn}.m4s")).await);
    }
    let list = storage.live_list(ID, MINUTE).await.unwrap().unwrap();
    let first = list.segments.first().unwrap().0.msn;
    // 7 has the number 7, 17 the number 8.
    assert_eq!((list.segments.len(), first, list.media_sequence), (30, 30, 21));
    assert_eq!(list.discontinuity_sequence, 1);
}

#[tokio::test]
async fn a_lost_segment_leaves_a_gap_that_nobody_waits_for() {
    let folder = tempfile::tempdir().unwrap();
    let storage = storage(&folder).await;
    for msn in 7..10 {
        keep(&storage, ID, msn).await;
    }
    arrives(&storage, "init-0.mp4").await;
    arrives(&storage, "/7.m4s").await;
    assert!(!arrives(&storage, "/9.m4s").await);
    storage.upload_lost(&waiting(&storage, "/8.m4s").await).await.unwrap();
    assert_eq!(listed(&storage).await, "7 |9");
}

#[tokio::test]
async fn a_list_is_complete_when_its_event_is_over_and_nothing_will_join() {
    let folder = tempfile::tempdir().unwrap();
    let storage = storage(&folder).await;
    let complete = async || storage.live_list(ID, MINUTE).await.unwrap().unwrap().complete;
    for msn in 7..9 {
        keep(&storage, ID, msn).await;
    }
    arrives(&storage, "init-0.mp4").await;
    arrives(&storage, "/7.m4s").await;
    storage.end_recording(ID.event, 9_000).await.unwrap();
    assert!(!complete().await);
    assert!(!storage.published(ID.event).await.unwrap());
    let [left] = &storage.unpublished().await.unwrap()[..] else { panic!() };
    assert!(left.over && left.open && left.renditions == [0]);
    arrives(&storage, "/8.m4s").await;
    assert!(complete().await);
    assert!(!storage.unpublished().await.unwrap()[0].open);
    assert!(storage.published(ID.event).await.unwrap());
    assert_eq!(storage.unpublished().await.unwrap(), []);
}

#[tokio::test]
async fn an_event_that_was_left_without_an_end_is_over_when_the_next_begins() {
    let folder = tempfile::tempdir().unwrap();
    let storage = storage(&folder).await;
    keep(&storage, ID, 7).await;
    assert!(!storage.unpublished().await.unwrap()[0].over);
    begin(&storage, EventId(4)).await;
    assert!(storage.unpublished().await.unwrap()[0].over);
}

#[tokio::test]
async fn another_bucket_gets_what_is_still_here_and_the_same_one_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let storage = storage(&folder).await;
    for msn in 7..10 {
        keep(&storage, ID, msn).await;
    }
    assert!(!storage.adopt_bucket("a".into()).await.unwrap());
    storage.set_bucket_page(Some("digest".into())).await.unwrap();
    send_all(&storage).await;
    storage.let_go(vec![(ID, 7)]).await.unwrap();
    assert!(!storage.adopt_bucket("a".into()).await.unwrap());
    assert_eq!(storage.backlog().await.unwrap().objects, 0);
    assert_eq!(listed(&storage).await, "7 8 9");
    assert!(storage.adopt_bucket("b".into()).await.unwrap());
    assert_eq!(storage.backlog().await.unwrap().objects, 3);
    assert_eq!(storage.bucket_page().await.unwrap(), None);
    assert_eq!(listed(&storage).await, "");
    send_all(&storage).await;
    assert_eq!(listed(&storage).await, "8 9");
}
