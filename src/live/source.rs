//! A source: what feeds an event, between the connection that receives it and the event task.

use std::net::IpAddr;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use super::input::Input;
use crate::stream::{Media, Takeover};

/// Items between a connection and the event. The event reads at once; the bound is for the moment in which it
/// does not, and what holds back a sender that is faster than the clock.
const MAX_ITEMS: usize = 256;

/// Bytes between a connection and the event. Threat: an encoder with the right key sends 16 MiB pictures
/// faster than the clock; without it 256 of them would wait.
const MAX_BYTES: usize = 32 << 20;

/// Whose word counts more when two want to feed the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// The box's own test card: any other source replaces it.
    TestCard,
    /// A stream that the box pulls: it is there all the time, so an encoder that somebody starts replaces it.
    Feed,
    /// Somebody's encoder.
    Encoder,
}

/// Why a source may not feed the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Another encoder holds the place.
    #[error("another encoder is publishing; stop it first, or set this key to replace it")]
    Occupied,
    /// A test card or a feed against an encoder.
    #[error("an encoder has the event; the test card comes back when the event is over")]
    OutRanked,
    /// The operator ended the event a moment ago, and this encoder reconnects by itself.
    #[error(
        "The event was ended at the box. Stop streaming, wait half a minute, then start again for a new one."
    )]
    Ended,
    /// The operator ended the event, and the test card would begin a new one.
    #[error("the event was ended at the box; the test card waits for the next one")]
    CardEnded,
    /// The operator gave its place to another encoder.
    #[error("The operator freed this place for another encoder. Try again in half a minute.")]
    Released,
    /// The program is stopping.
    #[error("the box is stopping; try again in a moment")]
    Stopping,
}

/// Why a source was sent away after it was accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Dismissal {
    /// Another source took its place.
    #[error("another encoder has taken over")]
    Replaced,
    /// What it sent cannot be packaged.
    #[error("the stream cannot be packaged: {0}")]
    Unusable(String),
    /// The operator ended the event.
    #[error("The event was ended at the box. Start streaming again for a new one.")]
    Ended,
    /// The operator sent it away.
    #[error("The encoder was disconnected at the box.")]
    Disconnected,
    /// The operator gave its place to another encoder.
    #[error("The operator freed this place for another encoder.")]
    Released,
    /// The program is stopping.
    #[error("the box is stopping")]
    Stopping,
}

/// What is known of a source besides its media.
#[derive(Clone, Debug)]
pub struct SourceInfo {
    /// The encoder's address, canonical; `None` for what runs in this process.
    pub address: Option<IpAddr>,
    /// What the encoder calls itself.
    pub encoder: Option<String>,
    /// Its rank.
    pub rank: Rank,
    /// Its stream key's rule.
    pub takeover: Takeover,
    /// What it sends, as it is measured.
    pub input: Arc<Input>,
}

/// The event's end of a source.
#[derive(Debug)]
pub struct Source {
    /// Who it is.
    pub info: SourceInfo,
    media: mpsc::Receiver<(Media, OwnedSemaphorePermit)>,
    dismiss: oneshot::Sender<Dismissal>,
}

/// The connection's end of a source. Dropping it tells the event that the source is gone.
#[derive(Debug)]
pub struct SourceSender {
    media: mpsc::Sender<(Media, OwnedSemaphorePermit)>,
    bytes: Arc<Semaphore>,
    dismissed: oneshot::Receiver<Dismissal>,
}

/// The event no longer takes this source's media; [`SourceSender::dismissed`] says why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the event no longer takes this source")]
pub struct SourceClosed;

/// Both ends of a source.
pub fn source(info: SourceInfo) -> (SourceSender, Source) {
    let (sender, receiver) = mpsc::channel(MAX_ITEMS);
    let (dismiss, dismissed) = oneshot::channel();
    let sender = SourceSender { media: sender, bytes: Arc::new(Semaphore::new(MAX_BYTES)), dismissed };
    (sender, Source { info, media: receiver, dismiss })
}

impl Source {
    /// Moves what has arrived into `buffer`, waiting for at least one item. `0`: the source is gone.
    /// Cancel-safe.
    pub async fn receive(&mut self, buffer: &mut Vec<Media>) -> usize {
        let mut items = Vec::new();
        let count = self.media.recv_many(&mut items, MAX_ITEMS).await;
        buffer.extend(items.into_iter().map(|(media, _)| media));
        count
    }

    /// Sends the source away.
    pub fn dismiss(self, why: Dismissal) {
        // The connection may be gone already; then there is nobody to tell.
        let _ = self.dismiss.send(why);
    }
}

impl SourceSender {
    /// Hands media to the event; waits while the event holds the sender back.
    ///
    /// # Errors
    /// [`SourceClosed`] when the event has let go of the source.
    pub async fn send(&self, media: Media) -> Result<(), SourceClosed> {
        let size = match &media {
            Media::Unit(unit) => unit.data.len().clamp(1, MAX_BYTES),
            Media::Config(_) => 1,
        };
        let permits = u32::try_from(size).unwrap_or(u32::MAX);
        let permit = Arc::clone(&self.bytes).acquire_many_owned(permits).await.map_err(|_| SourceClosed)?;
        self.media.send((media, permit)).await.map_err(|_| SourceClosed)
    }

    /// Waits until the event sends the source away. Cancel-safe.
    pub async fn dismissed(&mut self) -> Dismissal {
        (&mut self.dismissed).await.unwrap_or(Dismissal::Stopping)
    }
}
