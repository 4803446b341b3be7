//! What the event is asked: to take a source, or to do what the operator says.

use tokio::sync::{mpsc, oneshot};

use super::source::{Refusal, Source};

/// Requests that wait for the event. Each one is a connection with the right key, or the operator; the event answers
/// at once.
pub(super) const MAX_REQUESTS: usize = 16;

/// The event's answer to an offered source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It feeds the event from its next key frame on.
    Accepted,
    /// It waits for the one on air to leave; its media is read and let go.
    Standby,
    /// It may not.
    Refused(Refusal),
}

/// A source that wants to feed the event.
#[derive(Debug)]
pub struct Offer {
    /// The source.
    pub source: Source,
    /// Where the answer goes.
    pub verdict: oneshot::Sender<Verdict>,
}

/// What an operator may do to a running event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// See [`Hub::end_event`](super::Hub::end_event).
    EndEvent,
    /// See [`Hub::disconnect_encoder`](super::Hub::disconnect_encoder).
    DisconnectEncoder,
    /// See [`Hub::release_slot`](super::Hub::release_slot).
    ReleaseSlot,
}

/// Anything that the event is asked.
#[derive(Debug)]
pub enum Request {
    /// To take a source.
    Offer(Offer),
    /// To do something; whether there was something to do it to goes to the sender.
    Control(Control, oneshot::Sender<bool>),
}

/// The event's end of the requests.
pub type Requests = mpsc::Receiver<Request>;
