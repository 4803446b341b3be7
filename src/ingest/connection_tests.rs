//! A publisher against the real port: who is let in, and who is let go.

use std::sync::Arc;

use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::super::publisher::{Feed, publish};
use super::super::{Listener, PublishError, Target};
use super::*;
use crate::live::{Input, Offer, Request, Requests};
use crate::media::MediaError;
use crate::storage::StreamKey;
use crate::stream::{AccessUnit, Epoch, Takeover, Track, TrackConfig, VideoCodec, VideoConfig};
use crate::time::MediaTime;

/// H.264 High of 1920×1080.
const RECORD: &[u8] = &[
    0x01, 0x64, 0x10, 0x28, 0xff, 0xe1, 0x00, 0x16, 0x67, 0x64, 0x10, 0x28, 0xac, 0xb8, 0x0f, 0x00, 0x44,
    0xfc, 0xb8, 0x08, 0x80, 0x00, 0x00, 0x03, 0x00, 0x80, 0x00, 0x00, 0x0a, 0x02, 0x01, 0x00, 0x05, 0x68,
    0xee, 0x0f, 0x2c, 0x8b, 0xfd, 0xf8, 0xf8, 0x00,
];

type Sent = mpsc::Sender<Result<Media, MediaError>>;

/// A port whose event lets everybody in.
struct Port {
    address: std::net::SocketAddr,
    keys: watch::Sender<Arc<[StreamKey]>>,
    claimed: watch::Sender<bool>,
    used: mpsc::Receiver<i64>,
    requests: Requests,
    journal: Journal,
    stop: CancellationToken,
}

impl Port {
    async fn open() -> Self {
        let key = |id: i64, key: &str| StreamKey {
            id,
            name: format!("camera-{id}"),
            key: String::from(key),
            takeover: Takeover::Reject,
            created: 0,
            last_used: None,
        };
        let (keys, ring) = watch::channel(Arc::from([key(1, "right"), key(2, "other")]));
        let (claimed, is_claimed) = watch::channel(true);
        let (uses, used) = mpsc::channel(4);
        let (hub, requests, _) = Hub::new(Epoch::from_random([0; 12]));
        let (journal, stop) = (Journal::new(), CancellationToken::new());
        let config = Config { keys: KeyRing::new(ring, is_claimed, uses), journal: journal.clone() };
        let listener = Listener::new(TcpListener::bind("127.0.0.1:0").await.unwrap(), config, hub);
        let address = listener.local_addr().unwrap();
        tokio::spawn(listener.run(stop.clone()));
        Port { address, keys, claimed, used, requests, journal, stop }
    }

    /// Publishes a key frame with `key`, and whatever the test sends behind it.
    fn publish(&self, key: &str) -> (Sent, JoinHandle<Result<(), PublishError>>) {
        let target = Target::parse(&format!("rtmp://{}/live", self.address), key).unwrap();
        let (sender, mut media): (Sent, Feed) = mpsc::channel(8);
        let codecs = String::from("avc1.641028");
        let record = Bytes::from_static(RECORD);
        let config = VideoConfig { codec: VideoCodec::H264, record, width: 1_920, height: 1_080, codecs };
        sender.try_send(Ok(Media::Config(TrackConfig::Video(config)))).unwrap();
        sender.try_send(Ok(picture(0, true))).unwrap();
        (sender, tokio::spawn(async move { publish(&target, &mut media, &mut false).await }))
    }

    /// Lets the next publisher in. What it sends is read, and let go with the answer.
    async fn accept(&mut self) -> (Arc<Input>, JoinHandle<()>) {
        let Some(Request::Offer(Offer { mut source, verdict })) = self.requests.recv().await else {
            panic!("nobody came");
        };
        verdict.send(Verdict::Accepted).unwrap();
        let input = Arc::clone(&source.info.input);
        let gone = tokio::spawn(async move { while source.receive(&mut Vec::new()).await > 0 {} });
        (input, gone)
    }

    fn says(&self, text: &str) -> bool {
        self.journal.recent(100).iter().any(|entry| entry.text.contains(text))
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn picture(millis: i64, key: bool) -> Media {
    Media::Unit(AccessUnit {
        track: Track::Video,
        dts: MediaTime::from_millis(millis),
        composition: MediaTime::ZERO,
        random_access: key,
        data: Bytes::from_static(&[0, 0, 0, 2, 0x65, 1]),
    })
}

async fn refusal(published: JoinHandle<Result<(), PublishError>>) -> String {
    match published.await.unwrap() {
        Err(PublishError::Refused(why)) => why,
        other => panic!("it was not refused: {other:?}"),
    }
}

#[tokio::test]
async fn a_wrong_key_is_refused_and_the_operator_is_told() {
    let port = Port::open().await;
    let (_sender, published) = port.publish("wrong");
    assert_eq!(refusal(published).await, UNKNOWN_KEY);
    assert!(port.says("wrong stream key"));
}

#[tokio::test]
async fn before_somebody_owns_the_box_an_encoder_is_sent_to_its_page() {
    let mut port = Port::open().await;
    port.claimed.send_replace(false);
    let (_sender, published) = port.publish("right");
    assert_eq!(refusal(published).await, NOT_CLAIMED);
    port.claimed.send_replace(true);
    let (_sender, _published) = port.publish("right");
    port.accept().await;
    assert_eq!(port.used.recv().await, Some(1));
}

#[tokio::test]
async fn a_revoked_key_drops_its_encoder_at_once_and_no_other() {
    let mut port = Port::open().await;
    let (_first, dropped) = port.publish("right");
    let (_, gone) = port.accept().await;
    let (_second, stays) = port.publish("other");
    let (input, _) = port.accept().await;
    assert_eq!((port.used.recv().await, port.used.recv().await), (Some(1), Some(2)));
    let left: Vec<StreamKey> = port.keys.borrow()[1..].to_vec();
    port.keys.send_replace(Arc::from(left));
    assert_eq!(refusal(dropped).await, REVOKED);
    gone.await.unwrap();
    assert!(port.says("its key “camera-1” was revoked"));
    assert!(!stays.is_finished());
    assert_eq!(input.origin.key.as_deref(), Some("camera-2"));
}

#[tokio::test]
async fn what_an_encoder_sends_is_measured_where_it_arrives() {
    let mut port = Port::open().await;
    let (sender, published) = port.publish("right");
    let (input, gone) = port.accept().await;
    for millis in [40, 80] {
        sender.send(Ok(picture(millis, millis == 80))).await.unwrap();
    }
    drop(sender);
    published.await.unwrap().unwrap();
    gone.await.unwrap();
    let reading = input.read();
    assert_eq!((reading.pictures, reading.bytes), (3, 18));
    assert_eq!(reading.keyframe_interval, Some(MediaTime::from_millis(80)));
    assert_eq!(input.configuration().video.unwrap().width, 1_920);
    assert!(!input.origin.test_card);
}
