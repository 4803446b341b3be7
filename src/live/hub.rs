//! Where the event is asked, and where readers learn what is on air.

use std::sync::Arc;
use std::time::SystemTime;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use super::input::Input;
use super::request::{Control, MAX_REQUESTS, Offer, Request, Requests, Verdict};
use super::source::{Refusal, Source};
use crate::stream::{Epoch, EventId, EventState, Rendition, RenditionId, Window};

/// Where the box stands with its event; [`EventState`] is what it says at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// No event.
    Waiting,
    /// An encoder feeds the event.
    Live(EventId),
    /// The encoder is away; the event ends at the given instant.
    Holding(EventId, Instant),
    /// The event is over and can still be watched to its end.
    Ended(EventId),
}

impl Phase {
    /// The event that viewers see, ended or not.
    pub fn event(self) -> Option<EventId> {
        match self {
            Phase::Waiting => None,
            Phase::Live(event) | Phase::Holding(event, _) | Phase::Ended(event) => Some(event),
        }
    }

    /// What it is at `now`.
    pub fn state(self, now: Instant) -> EventState {
        match self {
            Phase::Waiting => EventState::Waiting,
            Phase::Live(event) => EventState::Live { event },
            Phase::Holding(event, until) => {
                EventState::Holding { event, remaining: until.saturating_duration_since(now) }
            }
            Phase::Ended(event) => EventState::Ended { event },
        }
    }
}

/// A rendition that can be fetched.
#[derive(Clone, Debug)]
pub struct LiveRendition {
    /// What the multivariant playlist says of it.
    pub rendition: Rendition,
    /// Its window.
    pub window: watch::Receiver<Arc<Window>>,
}

/// What is on air.
#[derive(Clone, Debug)]
pub struct Broadcast {
    /// Where the box stands.
    pub phase: Phase,
    /// The renditions of the current event, and those of the last one for as long as its playlist is owed.
    pub renditions: Vec<LiveRendition>,
    /// When an encoder last came.
    pub last_connect: Option<SystemTime>,
    /// When an encoder last went.
    pub last_disconnect: Option<SystemTime>,
    /// What the encoder on air sends, or the next one when nobody is.
    pub input: Option<Arc<Input>>,
    /// Encoders that wait for it to leave.
    pub standby: usize,
}

impl Broadcast {
    /// Nothing yet.
    pub fn new() -> Self {
        Broadcast {
            phase: Phase::Waiting,
            renditions: Vec::new(),
            last_connect: None,
            last_disconnect: None,
            input: None,
            standby: 0,
        }
    }

    /// The renditions of the event that viewers are sent to.
    pub fn current(&self) -> impl Iterator<Item = &LiveRendition> {
        let event = self.phase.event();
        self.renditions.iter().filter(move |live| Some(live.rendition.id.event) == event)
    }

    /// The rendition `id`, while it can be fetched.
    pub fn rendition(&self, id: RenditionId) -> Option<&LiveRendition> {
        self.renditions.iter().find(|live| live.rendition.id == id)
    }
}

impl Default for Broadcast {
    fn default() -> Self {
        Broadcast::new()
    }
}

/// Everybody's handle but the event's own; clones are cheap.
#[derive(Clone, Debug)]
pub struct Hub {
    epoch: Epoch,
    requests: mpsc::Sender<Request>,
    broadcast: watch::Receiver<Arc<Broadcast>>,
}

impl Hub {
    /// A hub, the event's end of the requests, and where the event says what is on air.
    pub fn new(epoch: Epoch) -> (Self, Requests, watch::Sender<Arc<Broadcast>>) {
        let (requests, receiver) = mpsc::channel(MAX_REQUESTS);
        let (sender, broadcast) = watch::channel(Arc::new(Broadcast::new()));
        (Hub { epoch, requests, broadcast }, receiver, sender)
    }

    /// The epoch of all media URLs.
    pub fn epoch(&self) -> &Epoch {
        &self.epoch
    }

    /// Offers a source to the event.
    pub async fn offer(&self, source: Source) -> Verdict {
        let (verdict, answer) = oneshot::channel();
        if self.requests.send(Request::Offer(Offer { source, verdict })).await.is_err() {
            return Verdict::Refused(Refusal::Stopping);
        }
        answer.await.unwrap_or(Verdict::Refused(Refusal::Stopping))
    }

    /// Ends the event: EXT-X-ENDLIST at once, and its encoders are sent away. `false`: no event is on.
    pub async fn end_event(&self) -> bool {
        self.control(Control::EndEvent).await
    }

    /// Sends the encoder away; one that reconnects by itself is let in again. `false`: none is there.
    pub async fn disconnect_encoder(&self) -> bool {
        self.control(Control::DisconnectEncoder).await
    }

    /// Sends the encoder away and keeps it away for a while, so that another one gets its place. `false`: none is
    /// there.
    pub async fn release_slot(&self) -> bool {
        self.control(Control::ReleaseSlot).await
    }

    async fn control(&self, control: Control) -> bool {
        let (done, answer) = oneshot::channel();
        let asked = self.requests.send(Request::Control(control, done)).await;
        asked.is_ok() && answer.await.unwrap_or(false)
    }

    /// What is on air now.
    pub fn broadcast(&self) -> Arc<Broadcast> {
        Arc::clone(&self.broadcast.borrow())
    }

    /// What is on air, now and whenever it changes.
    pub fn watch(&self) -> watch::Receiver<Arc<Broadcast>> {
        self.broadcast.clone()
    }
}
