//! What the operator does to a running event, against the whole task with real media.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use tokio::task::JoinHandle;

use super::*;
use crate::live::{Hub, Input, Origin, Phase, Refusal, SourceInfo, SourceMeter, Verdict, source};
use crate::media::{TestCard, TestCardConfig};
use crate::stream::{Epoch, Takeover};

/// Reaching it is a failure.
const PATIENCE: Duration = Duration::from_secs(60);

/// An event task, and everybody's handle to it.
struct Rig {
    hub: Hub,
    journal: Journal,
    stop: CancellationToken,
}

impl Rig {
    fn start() -> Self {
        let (hub, requests, broadcast) = Hub::new(Epoch::from_random([0; 12]));
        let (journal, stop) = (Journal::new(), CancellationToken::new());
        let segmenter = Segmenter::spawn().unwrap();
        let start = Start::fresh(Numbers::first());
        let stage = Stage::new(Settings::default(), requests, broadcast, segmenter, journal.clone(), start);
        let stopped = stop.clone();
        tokio::spawn(async move { stage.run(stopped).await.unwrap() });
        Rig { hub, journal, stop }
    }

    async fn until(&self, ready: impl Fn(&Broadcast) -> bool) -> Arc<Broadcast> {
        let mut broadcast = self.hub.watch();
        let reached = tokio::time::timeout(PATIENCE, broadcast.wait_for(|broadcast| ready(broadcast))).await;
        Arc::clone(&reached.unwrap().unwrap())
    }

    async fn live(&self) -> Arc<Broadcast> {
        self.until(|broadcast| matches!(broadcast.phase, Phase::Live(_))).await
    }

    /// Offers an encoder that sends the card's picture at its pace.
    async fn offer(&self, rank: Rank, last: u8, takeover: Takeover) -> (Verdict, Camera) {
        let address = Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, last)));
        let meter = SourceMeter::new(Origin {
            address,
            key: None,
            key_id: None,
            test_card: rank == Rank::TestCard,
            since: SystemTime::now(),
        });
        let input = meter.input();
        let info = SourceInfo { address, encoder: None, rank, takeover, input: meter.input() };
        let (mut sender, offered) = source(info);
        let verdict = self.hub.offer(offered).await;
        let told = tokio::spawn(async move {
            let start = Instant::now();
            let card = TestCardConfig { width: 160, height: 90, rate: 10, bit_rate: 100_000 };
            for item in TestCard::open(card).unwrap() {
                let item = item.unwrap();
                let due = match &item {
                    Media::Unit(unit) => start + unit.dts.to_duration(),
                    Media::Config(_) => start,
                };
                tokio::select! {
                    biased;
                    why = sender.dismissed() => return why,
                    () = tokio::time::sleep_until(due) => {}
                }
                if sender.send(item).await.is_err() {
                    break;
                }
            }
            sender.dismissed().await
        });
        (verdict, Camera { told, input })
    }

    async fn camera(&self, last: u8, takeover: Takeover) -> (Verdict, Camera) {
        self.offer(Rank::Encoder, last, takeover).await
    }

    fn says(&self, text: &str) -> bool {
        self.journal.recent(100).iter().any(|entry| entry.text.contains(text))
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

struct Camera {
    told: JoinHandle<Dismissal>,
    input: Arc<Input>,
}

impl Camera {
    async fn dismissed(self) -> Dismissal {
        tokio::time::timeout(PATIENCE, self.told).await.unwrap().unwrap()
    }
}

#[tokio::test]
async fn without_an_event_and_an_encoder_there_is_nothing_to_do() {
    let rig = Rig::start();
    assert!(!rig.hub.end_event().await);
    assert!(!rig.hub.disconnect_encoder().await);
    assert!(!rig.hub.release_slot().await);
}

#[tokio::test]
async fn an_ended_event_has_an_end_at_once_and_no_encoder_begins_another_by_reconnecting() {
    let rig = Rig::start();
    let (verdict, camera) = rig.camera(1, Takeover::Reject).await;
    assert_eq!(verdict, Verdict::Accepted);
    let (_, waiting) = rig.camera(2, Takeover::Standby).await;
    let window = rig.live().await.renditions[0].window.clone();
    assert!(rig.hub.end_event().await);
    assert!(window.borrow().ended(), "EXT-X-ENDLIST stands there before the answer");
    assert_eq!(camera.dismissed().await, Dismissal::Ended);
    assert_eq!(waiting.dismissed().await, Dismissal::Ended);
    let broadcast = rig.until(|broadcast| matches!(broadcast.phase, Phase::Ended(_))).await;
    assert!(broadcast.input.is_none() && broadcast.standby == 0);
    for last in [1, 2] {
        let (verdict, _) = rig.camera(last, Takeover::Replace).await;
        assert_eq!(verdict, Verdict::Refused(Refusal::Ended));
    }
    let (verdict, _) = rig.offer(Rank::TestCard, 9, Takeover::Reject).await;
    assert_eq!(verdict, Verdict::Refused(Refusal::CardEnded));
    assert!(!rig.hub.end_event().await, "it is over already");
    assert!(rig.says("The event was ended here."));

    let (verdict, _other) = rig.camera(3, Takeover::Reject).await;
    assert_eq!(verdict, Verdict::Accepted);
    let second = rig.live().await;
    assert_ne!(second.phase.event(), broadcast.phase.event());
}

#[tokio::test]
async fn a_released_place_goes_to_the_one_on_standby_and_its_holder_is_kept_away() {
    let rig = Rig::start();
    let (_, first) = rig.camera(1, Takeover::Reject).await;
    let event = rig.live().await.phase.event();
    let (verdict, second) = rig.camera(2, Takeover::Standby).await;
    assert_eq!(verdict, Verdict::Standby);
    rig.until(|broadcast| broadcast.standby == 1).await;
    assert!(rig.hub.release_slot().await);
    assert_eq!(first.dismissed().await, Dismissal::Released);
    let feeds =
        |broadcast: &Broadcast| broadcast.input.as_ref().is_some_and(|i| Arc::ptr_eq(i, &second.input));
    let broadcast = rig.until(|broadcast| feeds(broadcast) && broadcast.standby == 0).await;
    assert_eq!(broadcast.phase.event(), event, "the event goes on");
    let (verdict, _) = rig.camera(1, Takeover::Replace).await;
    assert_eq!(verdict, Verdict::Refused(Refusal::Released));
}

#[tokio::test]
async fn a_disconnected_encoder_may_come_back_and_the_event_waits_for_it() {
    let rig = Rig::start();
    let (_, camera) = rig.camera(1, Takeover::Reject).await;
    let event = rig.live().await.phase.event();
    assert!(rig.hub.disconnect_encoder().await);
    assert_eq!(camera.dismissed().await, Dismissal::Disconnected);
    rig.until(|broadcast| matches!(broadcast.phase, Phase::Holding(..)) && broadcast.input.is_none()).await;
    assert!(rig.says("Encoder gone."));
    let (verdict, _camera) = rig.camera(1, Takeover::Reject).await;
    assert_eq!(verdict, Verdict::Accepted);
    assert_eq!(rig.live().await.phase.event(), event);
    assert!(rig.says("Encoder back after"));
}
