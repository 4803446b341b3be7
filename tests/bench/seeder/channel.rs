//! The same over a data channel, and a data channel by itself.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::BytesMut;
use nix::unistd::gettid;
use tokio::sync::{mpsc, oneshot, watch};
use venuebox::seeder::Offer;
use webrtc::data_channel::{DataChannel, DataChannelEvent};
use webrtc::peer_connection::{
    PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCIceGatheringState,
    RTCSessionDescription,
};

use super::leecher::Leecher;
use super::{PART, PARTS, PATIENCE, Running, rate, thread_cpu};

/// The seeder's message and buffer.
const MESSAGE: usize = 64_000;
const BUFFER: usize = 1 << 20;

struct Handler {
    gathered: watch::Sender<bool>,
    channels: mpsc::Sender<Arc<dyn DataChannel>>,
}

#[async_trait]
impl PeerConnectionEventHandler for Handler {
    async fn on_ice_gathering_state_change(&self, state: RTCIceGatheringState) {
        if state == RTCIceGatheringState::Complete {
            self.gathered.send_replace(true);
        }
    }

    async fn on_data_channel(&self, channel: Arc<dyn DataChannel>) {
        let _ = self.channels.try_send(channel);
    }
}

struct Side {
    connection: Box<dyn PeerConnection>,
    gathered: watch::Receiver<bool>,
    channels: mpsc::Receiver<Arc<dyn DataChannel>>,
}

impl Side {
    async fn new() -> Self {
        let (sender, gathered) = watch::channel(false);
        let (opened, channels) = mpsc::channel(1);
        let any: Vec<SocketAddr> = vec!["0.0.0.0:0".parse().unwrap()];
        let builder = PeerConnectionBuilder::new()
            .with_handler(Arc::new(Handler { gathered: sender, channels: opened }))
            .with_udp_addrs(any)
            .with_data_channel_send_buffer_limit(BUFFER);
        let connection = Box::pin(builder.build()).await.unwrap();
        Side { connection: Box::new(connection), gathered, channels }
    }

    async fn described(&mut self) -> String {
        let _ = tokio::time::timeout(Duration::from_secs(3), self.gathered.wait_for(|done| *done)).await;
        self.connection.local_description().await.unwrap().sdp
    }

    /// Opens a channel to whoever answers the offer.
    async fn offer(&mut self, answer: impl AsyncFnOnce(String) -> String) -> Arc<dyn DataChannel> {
        let channel = self.connection.create_data_channel("seeder", None).await.unwrap();
        let offer = self.connection.create_offer(None).await.unwrap();
        self.connection.set_local_description(offer).await.unwrap();
        let answer = answer(self.described().await).await;
        let answer = RTCSessionDescription::answer(answer).unwrap();
        self.connection.set_remote_description(answer).await.unwrap();
        loop {
            let event = channel.poll().await.expect("the channel was not opened");
            if matches!(event, DataChannelEvent::OnOpen) {
                return channel;
            }
        }
    }

    async fn answer(&mut self, offer: String) -> String {
        let offer = RTCSessionDescription::offer(offer).unwrap();
        self.connection.set_remote_description(offer).await.unwrap();
        let answer = self.connection.create_answer(None).await.unwrap();
        self.connection.set_local_description(answer).await.unwrap();
        self.described().await
    }
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

/// From our seeder.
pub fn fetch(seeder: &Running, window: Duration) -> f64 {
    block_on(async {
        let mut side = Side::new().await;
        let channel = side
            .offer(async |sdp| {
                let (answer, answered) = oneshot::channel();
                let from = IpAddr::from(Ipv4Addr::LOCALHOST);
                let offer = Offer { info_hash: seeder.info_hash, from, sdp, answer };
                seeder.doors.offers.send(offer).await.unwrap();
                answered.await.unwrap()
            })
            .await;
        let mut leecher = Leecher::new(seeder.info_hash, PART * PARTS);
        channel.send(leecher.start()).await.unwrap();
        let (mut counted, mut end) = (None, None);
        while end.is_none_or(|end| Instant::now() < end) {
            let Some(event) = channel.poll().await else { panic!("the seeder closed the channel") };
            let DataChannelEvent::OnMessage(message) = event else { continue };
            let answer = leecher.push(&message.data);
            if !answer.is_empty() {
                channel.send(answer).await.unwrap();
            }
            if counted.is_none() && leecher.fetched() > 8 << 20 {
                counted = Some((leecher.fetched(), seeder.cpu()));
                end = Some(Instant::now() + window);
            }
        }
        let (before, used) = counted.unwrap();
        let rate = rate(leecher.fetched() - before, seeder.cpu() - used);
        side.connection.close().await.unwrap();
        rate
    })
}

/// What the crate itself does with messages of that size, on a thread like the seeder's.
pub fn loopback(window: Duration) -> f64 {
    let (offers, offered): (SyncSender<(String, oneshot::Sender<String>)>, Receiver<_>) = sync_channel(1);
    let (threads, told) = sync_channel(1);
    thread::spawn(move || {
        block_on(async {
            threads.send(gettid().as_raw()).unwrap();
            let mut side = Side::new().await;
            let (offer, answer) = offered.recv_timeout(PATIENCE).unwrap();
            answer.send(side.answer(offer).await).unwrap();
            let channel = side.channels.recv().await.unwrap();
            // It ends when the other side closes.
            while channel.send(BytesMut::zeroed(MESSAGE)).await.is_ok() {}
        });
    });
    let sender = told.recv_timeout(PATIENCE).unwrap();
    block_on(async {
        let mut side = Side::new().await;
        let channel = side
            .offer(async |sdp| {
                let (answer, answered) = oneshot::channel();
                offers.send((sdp, answer)).unwrap();
                answered.await.unwrap()
            })
            .await;
        let (mut bytes, mut counted, mut end) = (0, None, None);
        while end.is_none_or(|end| Instant::now() < end) {
            let Some(event) = channel.poll().await else { panic!("the channel closed") };
            let DataChannelEvent::OnMessage(message) = event else { continue };
            bytes += message.data.len();
            if counted.is_none() && bytes > 8 << 20 {
                counted = Some((bytes, thread_cpu(sender)));
                end = Some(Instant::now() + window);
            }
        }
        let (before, used) = counted.unwrap();
        let rate = rate(bytes - before, thread_cpu(sender) - used);
        side.connection.close().await.unwrap();
        rate
    })
}
