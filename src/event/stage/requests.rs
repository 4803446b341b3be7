//! What others ask of the event: encoders to be let in, the operator to end it or to send them away; and what becomes
//! of a place whose encoder is gone.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::Stage;
use crate::event::kept_away::RELEASED;
use crate::event::seats::{Left, Place};
use crate::event::takeover::Awaited;
use crate::journal::{Note, Over};
use crate::live::{Control, Dismissal, Offer, Verdict};

impl Stage {
    pub(super) fn offered(&mut self, offer: Offer) {
        let info = &offer.source.info;
        if let Some(refusal) = self.kept_away.ask(self.origin.elapsed(), info.rank, info.address) {
            let _ = offer.verdict.send(Verdict::Refused(refusal));
            return;
        }
        let now = self.now();
        let awaited = self.show.as_ref().zip(self.rank).map(|(show, rank)| Awaited {
            rank,
            away: show.timeline.holding_since().map_or(Duration::ZERO, |since| now.saturating_sub(since)),
        });
        if self.seats.offer(offer, awaited) {
            self.broadcast.send_modify(|broadcast| {
                Arc::make_mut(broadcast).last_connect = Some(SystemTime::now());
            });
        }
    }

    /// Does what the operator says; `false`: there is nothing to do it to.
    pub(super) async fn control(&mut self, control: Control) -> bool {
        let now = self.now();
        match control {
            Control::EndEvent => {
                if self.show.is_none() {
                    return false;
                }
                self.end_event(Over::Operator).await;
                let encoders = self.seats.clear(&Dismissal::Ended);
                self.kept_away.ended(now, encoders);
                self.disconnected();
            }
            Control::DisconnectEncoder => {
                let Some((left, _, address)) = self.seats.expel(Dismissal::Disconnected) else {
                    return false;
                };
                self.journal.note(Note::Disconnected { address });
                self.left(left);
            }
            Control::ReleaseSlot => {
                let Some((left, rank, address)) = self.seats.expel(Dismissal::Released) else { return false };
                self.kept_away.released(now, rank, address);
                self.journal.note(Note::Released { address, seconds: RELEASED.as_secs() });
                self.left(left);
            }
        }
        true
    }

    pub(super) fn gone(&mut self, place: Place) {
        let left = self.seats.gone(place);
        self.left(left);
    }

    fn left(&mut self, left: Left) {
        let last = match left {
            Left::Nobody => return,
            Left::OnAir { last } => {
                if self.opening.take().is_some() {
                    log::info!("the encoder left before the event could begin");
                }
                last
            }
            Left::Next { last } => last,
        };
        if last {
            self.disconnected();
        }
    }

    fn disconnected(&self) {
        self.broadcast.send_modify(|broadcast| {
            Arc::make_mut(broadcast).last_disconnect = Some(SystemTime::now());
        });
    }
}
