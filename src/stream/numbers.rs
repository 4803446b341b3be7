//! The numbers of an epoch.

use super::EventId;

/// Numbers that an epoch never gives twice; they go on from event to event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// The next event.
    pub event: EventId,
    /// The next Media Sequence Number.
    pub msn: u64,
    /// The next fragment (`mfhd` sequence_number).
    pub fragment: u32,
}

impl Numbers {
    /// Where an epoch starts.
    pub fn first() -> Self {
        Numbers { event: EventId(1), msn: 0, fragment: 1 }
    }

    /// The further of each.
    #[must_use]
    pub fn max(self, other: Numbers) -> Self {
        Numbers {
            event: self.event.max(other.event),
            msn: self.msn.max(other.msn),
            fragment: self.fragment.max(other.fragment),
        }
    }
}
