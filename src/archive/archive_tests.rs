use std::time::Duration;

use bytes::Bytes;

use super::*;
use crate::live::{Broadcast, LiveRendition, Phase, Publisher};
use crate::storage::Opened;
use crate::stream::{
    EventId, Geometry, Init, Part, Rendition, RenditionId, SegmentStart, Window, WindowLimits,
};
use crate::time::MediaTime;

const ID: RenditionId = RenditionId { event: EventId(1), rendition: 0 };
const SECOND: MediaTime = MediaTime::from_millis(1_000);

fn push(publisher: &mut Publisher) {
    let bytes = Bytes::from_static(b"init");
    let init = Arc::new(Init { number: 0, bytes, codecs: String::new(), resolution: None });
    let start = SegmentStart { init, discontinuity: false, start: MediaTime::ZERO, date: 5_000 };
    let part = Part { duration: SECOND, independent: true, bytes: Bytes::from_static(b"x"), sha256: [0; 32] };
    publisher.push(Some(start), part, true).unwrap();
}

/// Never waits for long where it works.
async fn until(status: &mut watch::Receiver<Status>, right: impl FnMut(&Status) -> bool) {
    let seen = tokio::time::timeout(Duration::from_secs(20), status.wait_for(right)).await;
    assert!(seen.is_ok_and(|seen| seen.is_ok()));
}

#[tokio::test]
async fn it_records_while_that_is_wanted_and_says_so_no_longer() {
    let data = tempfile::tempdir().unwrap();
    let mut opened = Opened::open(data.path(), "boot", [7; 12], None).unwrap();
    let storage = Storage::start(&mut opened).unwrap();
    let (hub, _requests, broadcast) = Hub::new(opened.epoch.clone());
    let geometry = Geometry { part_target: SECOND, target_duration: 1 };
    let mut publisher = Publisher::new(Window::new(ID, geometry, WindowLimits::default(), 7));
    let rendition = Rendition {
        id: ID,
        codecs: String::new(),
        resolution: None,
        frame_rate: None,
        bandwidth: 0,
        average_bandwidth: 0,
    };
    let live = LiveRendition { rendition, window: publisher.subscribe() };
    broadcast.send_replace(Arc::new(Broadcast {
        phase: Phase::Live(ID.event),
        renditions: vec![live],
        ..Broadcast::new()
    }));
    let wanted = watch::Sender::new(Wanted { record: true, ..Wanted::default() });
    let opened =
        Archive::open(data.path(), hub, storage.clone(), Journal::new(), wanted.subscribe(), Unknown::Remove);
    let (archive, Doors { mut status, .. }) = opened.await.unwrap();
    let stop = CancellationToken::new();
    let running = tokio::spawn(archive.run(stop.clone()));
    push(&mut publisher);
    until(&mut status, |status| status.recording && status.since == Some(5_000) && status.written == 1).await;
    wanted.send_replace(Wanted::default());
    until(&mut status, |status| !status.recording && status.since.is_none()).await;
    wanted.send_replace(Wanted { record: true, ..Wanted::default() });
    push(&mut publisher);
    until(&mut status, |status| status.recording && status.written == 2).await;
    stop.cancel();
    running.await.unwrap();
    let kept: Vec<u64> = storage.segments(ID, 0).await.unwrap().iter().map(|segment| segment.msn).collect();
    assert_eq!(kept, [7, 8]);
}
