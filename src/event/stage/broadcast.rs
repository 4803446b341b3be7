//! What the event says of itself: its phase, its renditions and who is at the encoder's place.

use std::net::IpAddr;
use std::sync::Arc;

use super::Stage;
use crate::event::show::Show;
use crate::live::{Input, Phase};

impl Stage {
    /// Says what is on air, if it changed.
    pub(super) fn announce(&self) {
        let current = self.show.as_ref().filter(|show| show.is_visible());
        let past = self.past.as_ref().map(|(show, _)| show).filter(|show| show.is_visible());
        let phase = match (current, self.grace_end(), past) {
            (Some(show), Some(end), _) => Phase::Holding(show.event, self.origin + end),
            (Some(show), None, _) => Phase::Live(show.event),
            (None, _, Some(show)) => Phase::Ended(show.event),
            (None, _, None) => Phase::Waiting,
        };
        let shows = current.into_iter().chain(past);
        let (input, standby) = (self.seats.input(), self.seats.standby());
        self.broadcast.send_if_modified(|broadcast| {
            let known = broadcast.renditions.iter().map(|live| &live.rendition);
            let same_input = broadcast.input.as_ref().map(Arc::as_ptr) == input.map(Arc::as_ptr);
            let same_seats = same_input && broadcast.standby == standby;
            if broadcast.phase == phase && same_seats && known.eq(shows.clone().map(Show::rendition)) {
                return false;
            }
            let broadcast = Arc::make_mut(broadcast);
            broadcast.phase = phase;
            broadcast.renditions = shows.map(Show::live).collect();
            broadcast.input = input.cloned();
            broadcast.standby = standby;
            true
        });
    }

    /// Whether the one on air is not the one that was announced.
    pub(super) fn is_another(&self) -> bool {
        let announced = self.broadcast.borrow().input.as_ref().map(Arc::as_ptr);
        self.seats.input().map(Arc::as_ptr) != announced
    }
}

/// An encoder as the operator knows it.
pub(super) fn who(input: Option<&Arc<Input>>) -> (Option<String>, Option<IpAddr>) {
    input.map_or((None, None), |input| (input.announced().encoder, input.origin.address))
}
