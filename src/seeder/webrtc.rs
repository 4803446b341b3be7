//! WebRTC: offers that peers send through the tracker, answered at once; their data channel carries the connection.
//!
//! The box is always the one that answers, so it needs no STUN and no `.local` names: a browser's checks arrive from
//! its real address.

use std::collections::VecDeque;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Buf, Bytes, BytesMut};
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use webrtc::data_channel::{DataChannel, DataChannelEvent};
use webrtc::peer_connection::{
    PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCIceGatheringState,
    RTCPeerConnectionState, RTCSessionDescription,
};
use webrtc::runtime::TokioRuntime;

use super::connection::serve;
use super::exchange::Exchange;
use super::interfaces;
use super::settings::Settings;
use super::socket_buffers::Buffered;
use super::transport::Transport;
use crate::bittorrent::InfoHash;
use crate::turnstile::Turnstile;

/// The longest offer: a browser's is 1 to 4 KB. Threat: megabytes of candidates that are all parsed and tried.
const MAX_SDP: usize = 16 << 10;

/// From the offer to an open channel; Chromium was seen to need 0.7 s. Threat: offers that nobody follows up hold
/// every place.
const SET_UP: Duration = Duration::from_secs(20);

/// Our own candidates are host addresses alone, which are there at once.
const GATHERING: Duration = Duration::from_secs(3);

/// Bytes of a channel that wait to be acknowledged. Threat: without a limit, all that a peer asks for waits in memory.
const SEND_BUFFER: usize = 1 << 20;

/// Bytes in one message: below 64 KiB, which is what the other side takes without saying so. Larger messages cost
/// less: at 16 KiB half the rate of a core was seen.
const MESSAGE: usize = 64_000;

/// A peer's offer for one of our torrents.
#[derive(Debug)]
pub struct Offer {
    /// Which torrent.
    pub info_hash: InfoHash,
    /// Where the offer comes from, which is where its peer is.
    pub from: IpAddr,
    /// The session description.
    pub sdp: String,
    /// Where our answer goes; dropped when there is none.
    pub answer: oneshot::Sender<String>,
}

#[derive(Debug, thiserror::Error)]
enum SetUpError {
    #[error("{0}")]
    WebRtc(#[from] webrtc::error::Error),
    #[error("no channel was opened in {} s", SET_UP.as_secs())]
    Slow,
    #[error("whoever made the offer is gone")]
    Gone,
}

/// Answers offers until `stop`, at most as many at once as the settings say, in all and to one address.
pub async fn answer(
    mut offers: mpsc::Receiver<Offer>,
    exchange: Arc<Exchange>,
    settings: &Settings,
    stop: CancellationToken,
) {
    let turnstile = Turnstile::new(settings.webrtc_connections, settings.webrtc_connections_per_address);
    let tasks = TaskTracker::new();
    loop {
        let offer = tokio::select! {
            () = stop.cancelled() => break,
            offer = offers.recv() => offer,
        };
        let Some(offer) = offer else { break };
        if offer.sdp.len() > MAX_SDP || exchange.seed(offer.info_hash).is_none() {
            continue;
        }
        let Some(place) = turnstile.enter(offer.from) else { continue };
        let (exchange, stop) = (Arc::clone(&exchange), stop.clone());
        tasks.spawn(async move {
            if let Err(error) = Box::pin(connect(offer, exchange, stop)).await {
                log::debug!("a WebRTC peer was not reached: {error}");
            }
            drop(place);
        });
    }
    tasks.close();
    tasks.wait().await;
}

async fn connect(offer: Offer, exchange: Arc<Exchange>, stop: CancellationToken) -> Result<(), SetUpError> {
    let (channels, mut opened) = mpsc::channel(1);
    let (gathered, mut gathering) = watch::channel(false);
    let failed = CancellationToken::new();
    let handler = Arc::new(Handler { channels, gathered, failed: failed.clone() });
    let builder = PeerConnectionBuilder::new()
        .with_handler(handler)
        .with_runtime(Arc::new(Buffered(TokioRuntime)))
        .with_udp_addrs(interfaces::addresses())
        .with_data_channel_send_buffer_limit(SEND_BUFFER);
    let connection = Box::pin(builder.build()).await?;
    let set_up = async {
        connection.set_remote_description(RTCSessionDescription::offer(offer.sdp)?).await?;
        let answer = connection.create_answer(None).await?;
        connection.set_local_description(answer).await?;
        // What has been gathered by then is offered.
        let _ = tokio::time::timeout(GATHERING, gathering.wait_for(|gathered| *gathered)).await;
        let description = connection.local_description().await.ok_or(SetUpError::Gone)?;
        offer.answer.send(description.sdp).map_err(|_| SetUpError::Gone)?;
        opened.recv().await.ok_or(SetUpError::Gone)
    };
    let channel = tokio::select! {
        () = stop.cancelled() => Err(SetUpError::Gone),
        () = failed.cancelled() => Err(SetUpError::Gone),
        channel = tokio::time::timeout(SET_UP, set_up) => channel.map_err(|_| SetUpError::Slow).flatten(),
    };
    if let Ok(channel) = &channel {
        exchange.note_channel();
        let transport = Channel { channel: Arc::clone(channel), failed };
        if let Err(ended) = serve(transport, Arc::clone(&exchange), stop).await {
            if ended.is_abuse() {
                exchange.note_dropped();
            }
            log::debug!("a WebRTC peer was let go: {ended}");
        }
    }
    if let Err(error) = connection.close().await {
        log::trace!(error:% = error; "a WebRTC connection could not be closed");
    }
    channel.map(drop)
}

/// What the driver calls; it must not be kept waiting, so everything is handed on.
struct Handler {
    channels: mpsc::Sender<Arc<dyn DataChannel>>,
    gathered: watch::Sender<bool>,
    failed: CancellationToken,
}

#[async_trait]
impl PeerConnectionEventHandler for Handler {
    async fn on_ice_gathering_state_change(&self, state: RTCIceGatheringState) {
        if state == RTCIceGatheringState::Complete {
            self.gathered.send_replace(true);
        }
    }

    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        if matches!(state, RTCPeerConnectionState::Failed | RTCPeerConnectionState::Closed) {
            self.failed.cancel();
        }
    }

    async fn on_data_channel(&self, channel: Arc<dyn DataChannel>) {
        // A peer needs one channel; more of them are not listened to.
        let _ = self.channels.try_send(channel);
    }
}

/// A data channel as a stream of bytes: where its messages begin means nothing to the wire protocol.
struct Channel {
    channel: Arc<dyn DataChannel>,
    failed: CancellationToken,
}

impl Transport for Channel {
    async fn read(&mut self, buffer: &mut BytesMut) -> io::Result<usize> {
        loop {
            let event = tokio::select! {
                () = self.failed.cancelled() => return Ok(0),
                event = self.channel.poll() => event,
            };
            match event {
                Some(DataChannelEvent::OnMessage(message)) if !message.data.is_empty() => {
                    buffer.extend_from_slice(&message.data);
                    return Ok(message.data.len());
                }
                Some(DataChannelEvent::OnClose | DataChannelEvent::OnError) | None => return Ok(0),
                Some(_) => {}
            }
        }
    }

    async fn write(&mut self, mut chunks: VecDeque<Bytes>) -> io::Result<()> {
        let mut left: usize = chunks.iter().map(Bytes::len).sum();
        while left > 0 {
            let size = left.min(MESSAGE);
            let mut message = BytesMut::with_capacity(size);
            while message.len() < size {
                let Some(first) = chunks.front_mut() else { break };
                message.extend_from_slice(&first.split_to(first.len().min(size - message.len())));
                if !first.has_remaining() {
                    chunks.pop_front();
                }
            }
            left -= message.len();
            self.channel.send(message).await.map_err(io::Error::other)?;
        }
        Ok(())
    }

    async fn close(&mut self) {
        // The other side may be gone already.
        let _ = self.channel.close().await;
    }
}
