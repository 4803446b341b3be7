//! The publishers of the command line: the test card and files, sent over RTMP by the protocol's client half.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::packetizer::{Codecs, packetize};
use crate::live::{Dismissal, Refusal};
use crate::media::{File, MediaError, TestCard, TestCardConfig, feed};
use crate::rtmp::handshake::RANDOM;
use crate::rtmp::{Client, ClientAction, ProtocolError, PublishTarget};
use crate::stream::{Media, Track};
use crate::time::MediaTime;

/// What the test card calls itself: the box gives whoever says this the lowest rank.
pub const TEST_CARD_ENCODER: &str = "venuebox-testcard";

const FILE_ENCODER: &str = "venuebox-play";
const DEFAULT_PORT: u16 = 1935;

/// From connecting to being let in.
const CONNECT: Duration = Duration::from_secs(10);

/// How long the test card waits before it tries again.
const RETRY: Duration = Duration::from_secs(3);

/// Why publishing ended.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// Not such a URL.
    #[error("the server is a URL such as rtmp://venuebox.local/live")]
    Target,
    /// Nobody answers there.
    #[error("no box answers at {address}: {error}")]
    Connect {
        /// The address tried.
        address: String,
        /// What the system says.
        error: io::Error,
    },
    /// The box does not let it in, or lets it go.
    #[error("the box says: {0}")]
    Refused(String),
    /// The connection ended.
    #[error("the connection to the box is gone")]
    Closed,
    /// What answers is not an RTMP server.
    #[error("{0}")]
    Protocol(#[from] ProtocolError),
    /// There is nothing to send.
    #[error("{0}")]
    Media(#[from] MediaError),
    /// The system gives no thread or no randomness.
    #[error("{0}")]
    System(#[from] io::Error),
}

impl PublishError {
    /// Whether the box may let the test card in later: it has a better source, or it is starting again.
    fn will_pass(&self) -> bool {
        match self {
            PublishError::Refused(reason) => {
                let refusals = [Refusal::OutRanked, Refusal::Occupied, Refusal::CardEnded, Refusal::Released]
                    .map(|r| r.to_string());
                let dismissals = [
                    Dismissal::Replaced,
                    Dismissal::Stopping,
                    Dismissal::Ended,
                    Dismissal::Disconnected,
                    Dismissal::Released,
                ];
                refusals.contains(reason) || dismissals.iter().any(|why| why.to_string() == *reason)
            }
            PublishError::Closed | PublishError::Connect { .. } => true,
            _ => false,
        }
    }
}

/// Where to publish.
#[derive(Clone, Debug)]
pub struct Target {
    address: String,
    rtmp: PublishTarget,
}

impl Target {
    /// The server's URL and the stream key, as they are entered into OBS.
    ///
    /// # Errors
    /// [`PublishError::Target`].
    pub fn parse(server: &str, key: &str) -> Result<Self, PublishError> {
        let rest = server.trim_end_matches('/').strip_prefix("rtmp://").ok_or(PublishError::Target)?;
        let (authority, app) = rest.split_once('/').ok_or(PublishError::Target)?;
        let bracketed = authority.rsplit(']').next().unwrap_or(authority);
        let address = if bracketed.contains(':') {
            String::from(authority)
        } else {
            format!("{authority}:{DEFAULT_PORT}")
        };
        if authority.is_empty() || app.is_empty() {
            return Err(PublishError::Target);
        }
        let rtmp = PublishTarget {
            app: String::from(app),
            tc_url: String::from(server),
            stream: String::from(key),
            flash_ver: String::from(FILE_ENCODER),
        };
        Ok(Target { address, rtmp })
    }
}

/// Publishes the test card for as long as the box runs: while a real encoder is on air it waits.
///
/// # Errors
/// [`PublishError`] that trying again would not help, or when the box was never there.
pub async fn publish_test_card(mut target: Target, config: TestCardConfig) -> Result<(), PublishError> {
    target.rtmp.flash_ver = String::from(TEST_CARD_ENCODER);
    let mut met = false;
    // A card waits through a whole evening; each reason is said once.
    let mut said = String::new();
    loop {
        let outcome = async {
            let mut media = feed("test-card", move || TestCard::open(config))?;
            publish(&target, &mut media, &mut met).await
        };
        match outcome.await {
            Err(error) if error.will_pass() && (met || !matches!(error, PublishError::Connect { .. })) => {
                let reason = error.to_string();
                if reason != said {
                    log::info!("the test card waits: {reason}");
                    said = reason;
                }
                sleep(RETRY).await;
            }
            outcome => return outcome,
        }
    }
}

/// Publishes a file to its end, or for ever when it is `looped`.
///
/// # Errors
/// [`PublishError`].
pub async fn publish_file(target: Target, file: PathBuf, looped: bool) -> Result<(), PublishError> {
    let mut media = feed("file", move || File::open(&file, looped))?;
    publish(&target, &mut media, &mut false).await
}

pub(super) type Feed = mpsc::Receiver<Result<Media, MediaError>>;

pub(super) async fn publish(target: &Target, media: &mut Feed, met: &mut bool) -> Result<(), PublishError> {
    let mut random = [0; RANDOM];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    let connecting = timeout(CONNECT, TcpStream::connect(&target.address)).await;
    let connected = connecting.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
    let socket =
        connected.map_err(|error| PublishError::Connect { address: target.address.clone(), error })?;
    *met = true;
    let _ = socket.set_nodelay(true);
    let (client, buffer) = (Client::new(target.rtmp.clone(), random), BytesMut::with_capacity(4 << 10));
    let mut link = Link { socket, client, ready: false, buffer };
    match timeout(CONNECT, link.until_ready()).await {
        Ok(ready) => ready?,
        Err(_) => return Err(PublishError::Closed),
    }
    link.flow(media).await
}

struct Link {
    socket: TcpStream,
    client: Client,
    ready: bool,
    /// What was read last.
    buffer: BytesMut,
}

impl Link {
    async fn until_ready(&mut self) -> Result<(), PublishError> {
        self.act().await?;
        while !self.ready {
            self.read().await?;
        }
        Ok(())
    }

    async fn read(&mut self) -> Result<(), PublishError> {
        let read = self.socket.read_buf(&mut self.buffer).await;
        self.heard(read).await
    }

    /// Takes what the box said.
    async fn heard(&mut self, read: io::Result<usize>) -> Result<(), PublishError> {
        if !matches!(read, Ok(1..)) {
            return Err(PublishError::Closed);
        }
        self.client.receive(&self.buffer)?;
        self.buffer.clear();
        self.act().await
    }

    async fn act(&mut self) -> Result<(), PublishError> {
        while let Some(action) = self.client.next_action() {
            match action {
                ClientAction::Send(bytes) => {
                    self.socket.write_all(&bytes).await.map_err(|_| PublishError::Closed)?;
                }
                ClientAction::Ready => self.ready = true,
                ClientAction::Refused(reason) => return Err(PublishError::Refused(reason)),
                ClientAction::Close => return Err(PublishError::Closed),
            }
        }
        Ok(())
    }

    /// Sends media at the pace of its own stamps.
    async fn flow(&mut self, media: &mut Feed) -> Result<(), PublishError> {
        let mut clock: Option<(Instant, MediaTime)> = None;
        let mut codecs = Codecs::default();
        while let Some(item) = self.next(media).await? {
            if let Media::Unit(unit) = &item {
                let (start, first) = *clock.get_or_insert((Instant::now(), unit.dts));
                let due = start + (unit.dts - first).to_duration();
                self.pause_until(due).await?;
            }
            let Some((track, timestamp, body)) = packetize(&mut codecs, item) else { continue };
            match track {
                Track::Video => self.client.video(timestamp, body),
                Track::Audio => self.client.audio(timestamp, body),
            }
            self.act().await?;
        }
        self.client.finish();
        match self.act().await {
            Err(PublishError::Closed) | Ok(()) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Waits for media, and hears what the box says meanwhile: a source that makes none is let go all the same.
    async fn next(&mut self, media: &mut Feed) -> Result<Option<Media>, PublishError> {
        loop {
            let read = tokio::select! {
                biased;
                read = self.socket.read_buf(&mut self.buffer) => read,
                item = media.recv() => return Ok(item.transpose()?),
            };
            self.heard(read).await?;
        }
    }

    /// Waits, and hears what the box says meanwhile.
    async fn pause_until(&mut self, due: Instant) -> Result<(), PublishError> {
        loop {
            let read = tokio::select! {
                biased;
                read = self.socket.read_buf(&mut self.buffer) => read,
                () = sleep_until(due) => return Ok(()),
            };
            self.heard(read).await?;
        }
    }
}
