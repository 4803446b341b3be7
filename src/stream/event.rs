//! Events and their states.

use std::fmt;
use std::time::Duration;

/// Counts the events of an epoch from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventId(pub u64);

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where the box stands with its event.
///
/// ```text
///                 encoder's first media                       encoder 1 s late
///   ┌─────────┐  and geometry measured   ┌──────┐ ───────────────────────────▶ ┌─────────┐
///   │ Waiting │ ───────────────────────▶ │ Live │                              │ Holding │
///   └─────────┘                          └──────┘ ◀─────────────────────────── └─────────┘
///        ▲                                   │       encoder back at a key frame     │
///        │ the ended playlist's              │ operator ends it                      │ operator ends it
///        │ window has passed                 ▼                                       ▼ or the grace runs out
///        │                               ┌───────┐ ◀─────────────────────────────────┘
///        └────────────────────────────── │ Ended │ ── an encoder publishes: a new event, Live
///                                        └───────┘
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventState {
    /// No event: nothing was ever published, or the last one is past.
    Waiting,
    /// An encoder feeds the event.
    Live {
        /// The event.
        event: EventId,
    },
    /// The encoder is away and its last picture is held.
    Holding {
        /// The event.
        event: EventId,
        /// How long the event waits for the encoder, counted from the last real access unit.
        remaining: Duration,
    },
    /// The event is over; its playlist carries EXT-X-ENDLIST.
    Ended {
        /// The event.
        event: EventId,
    },
}

impl EventState {
    /// The event that viewers see, ended or not.
    pub fn event(self) -> Option<EventId> {
        match self {
            EventState::Waiting => None,
            EventState::Live { event } | EventState::Holding { event, .. } | EventState::Ended { event } => {
                Some(event)
            }
        }
    }

    /// Whether the event's playlist still grows.
    pub fn is_on_air(self) -> bool {
        matches!(self, EventState::Live { .. } | EventState::Holding { .. })
    }
}
