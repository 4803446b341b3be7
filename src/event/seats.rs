//! Who feeds the event, who comes next, and who stands by.
//!
//! ```text
//!   offer ─▶ takeover::decide ─▶ next ── its gate opens ─▶ on air
//!                     │            ▲                          │
//!                     └▶ standby ──┘◀──── silent for 1 s ─────┘
//! ```
//! A source on air that falls silent goes back behind a gate like any newcomer; its place is kept.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::gate::{Gate, Passed};
use super::takeover::{Awaited, Comer, Decision, Holder, decide};
use crate::live::{Dismissal, Input, Offer, Rank, Source, Verdict};
use crate::stream::{Configuration, Media};

/// A source, its gate, and when it last sent something.
#[derive(Debug)]
struct Seat {
    source: Source,
    gate: Gate,
    last_media: Instant,
}

impl Seat {
    fn new(source: Source) -> Self {
        Seat { source, gate: Gate::default(), last_media: Instant::now() }
    }
}

/// Which seat a message came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// It feeds the event.
    OnAir,
    /// It goes on air when its gate opens.
    Next,
    /// It waits for the one on air to drop.
    Standby,
}

/// What became of the event's sources when one of them left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// The one on air; `last`: nobody else has a claim to its place.
    OnAir {
        /// See above.
        last: bool,
    },
    /// One that was not on air yet; `last` as above.
    Next {
        /// See above.
        last: bool,
    },
    /// One on standby, or none.
    Nobody,
}

/// The three seats.
#[derive(Debug, Default)]
pub struct Seats {
    on_air: Option<Seat>,
    next: Option<Seat>,
    standby: Option<Seat>,
}

impl Seats {
    /// Waits for media of any seat and moves it into `inbox`; no item means that the source is gone. The one on
    /// air is not read while it is `paced`. Cancel-safe.
    pub async fn receive(&mut self, paced: bool, inbox: &mut Vec<Media>) -> (Place, usize) {
        // Each branch has its own buffer, because all are polled; only one is ever filled.
        let (mut first, mut second, mut third) = (Vec::new(), Vec::new(), Vec::new());
        let received = tokio::select! {
            biased;
            count = receive(&mut self.on_air, &mut first), if !paced => (Place::OnAir, count),
            count = receive(&mut self.next, &mut second) => (Place::Next, count),
            count = receive(&mut self.standby, &mut third) => (Place::Standby, count),
        };
        for mut buffer in [first, second, third] {
            inbox.append(&mut buffer);
        }
        if let Some(seat) = self.seat(received.0).as_mut() {
            seat.last_media = Instant::now();
        }
        received
    }

    fn seat(&mut self, place: Place) -> &mut Option<Seat> {
        match place {
            Place::OnAir => &mut self.on_air,
            Place::Next => &mut self.next,
            Place::Standby => &mut self.standby,
        }
    }

    /// Seats an offered source or refuses it, and answers it. `awaited` is the encoder that a running event waits
    /// for. Returns whether an encoder came that will go on air.
    pub fn offer(&mut self, offer: Offer, awaited: Option<Awaited>) -> bool {
        let Offer { source, verdict } = offer;
        let info = &source.info;
        let comer = Comer { rank: info.rank, address: info.address, takeover: info.takeover };
        let holder = self.next.as_ref().or(self.on_air.as_ref()).map(|seat| Holder {
            rank: seat.source.info.rank,
            address: seat.source.info.address,
            silent: seat.last_media.elapsed(),
        });
        let decision = decide(holder, awaited, self.standby.is_some(), comer);
        let answer = match decision {
            Decision::Refuse(refusal) => Verdict::Refused(refusal),
            Decision::Wait => {
                self.standby = Some(Seat::new(source));
                Verdict::Standby
            }
            Decision::Enter | Decision::Succeed | Decision::Displace => {
                if decision == Decision::Displace
                    && let Some(seat) = self.on_air.take()
                {
                    seat.source.dismiss(Dismissal::Replaced);
                }
                if let Some(seat) = self.next.replace(Seat::new(source)) {
                    seat.source.dismiss(Dismissal::Replaced);
                }
                Verdict::Accepted
            }
        };
        // A connection that closed meanwhile shows in its media channel.
        let _ = verdict.send(answer);
        answer == Verdict::Accepted
    }

    /// The source at `place` is gone; one on standby moves up when nobody else has a claim.
    pub fn gone(&mut self, place: Place) -> Left {
        let left = self.seat(place).take().is_some();
        self.left(place, left)
    }

    /// Sends away the one on air, or else the next one. Returns what became of the others, and who it was.
    pub fn expel(&mut self, why: Dismissal) -> Option<(Left, Rank, Option<IpAddr>)> {
        let place = if self.on_air.is_some() { Place::OnAir } else { Place::Next };
        let seat = self.seat(place).take()?;
        let (rank, address) = (seat.source.info.rank, seat.source.info.address);
        seat.source.dismiss(why);
        Some((self.left(place, true), rank, address))
    }

    fn left(&mut self, place: Place, left: bool) -> Left {
        let last = self.on_air.is_none() && self.next.is_none();
        if !left || place == Place::Standby {
            return Left::Nobody;
        }
        if last {
            self.next = self.standby.take();
        }
        match place {
            Place::OnAir => Left::OnAir { last },
            Place::Next | Place::Standby => Left::Next { last },
        }
    }

    /// Whether anybody is on air.
    pub fn is_on_air(&self) -> bool {
        self.on_air.is_some()
    }

    /// Media of a source that is not on air goes behind its gate. What waits in the wings is read and let go;
    /// only its configuration is kept.
    pub fn wait(&mut self, place: Place, now: Duration, item: Media) {
        let kept = place != Place::Standby || matches!(item, Media::Config(_));
        // A source that left the air in this very batch waits as the next one.
        let seat = if place == Place::Standby { &mut self.standby } else { &mut self.next };
        if let Some(seat) = seat.as_mut().filter(|_| kept) {
            seat.gate.push(now, item);
        }
    }

    /// Sends the source on air back behind a gate. One that is waiting to succeed it stays the next; one on
    /// standby changes places with it.
    pub fn retire(&mut self, gate: Gate) {
        let Some(mut seat) = self.on_air.take() else { return };
        if self.next.is_some() {
            seat.source.dismiss(Dismissal::Replaced);
            return;
        }
        seat.gate = gate;
        self.next = match self.standby.take() {
            Some(waiting) => {
                log::info!("the encoder on standby takes over");
                self.standby = Some(seat);
                Some(waiting)
            }
            None => Some(seat),
        };
    }

    /// When the next one's gate should be looked at again.
    pub fn gate_deadline(&self, now: Duration) -> Option<Duration> {
        self.next.as_ref().and_then(|seat| seat.gate.deadline(now))
    }

    /// Puts the next one on air if its gate opens: at once when it begins an event, else when it may go on with
    /// one configured as `current`. Returns what passed, and its rank.
    pub fn admit(&mut self, now: Duration, current: Option<&Configuration>) -> Option<(Passed, Rank)> {
        let gate = &mut self.next.as_mut()?.gate;
        let passed = match current {
            Some(current) => gate.open(now, current),
            None => gate.first(),
        }?;
        let seat = self.next.take()?;
        let rank = seat.source.info.rank;
        if let Some(previous) = self.on_air.replace(seat) {
            previous.source.dismiss(Dismissal::Replaced);
        }
        Some((passed, rank))
    }

    /// Sends the one on air away: what it sends cannot be used.
    pub fn dismiss(&mut self, why: Dismissal) {
        if let Some(seat) = self.on_air.take() {
            seat.source.dismiss(why);
        }
    }

    /// Sends everybody away. Returns the encoders' addresses.
    pub fn clear(&mut self, why: &Dismissal) -> Vec<Option<IpAddr>> {
        let seats = [self.on_air.take(), self.next.take(), self.standby.take()];
        let mut encoders = Vec::new();
        for seat in seats.into_iter().flatten() {
            if seat.source.info.rank == Rank::Encoder {
                encoders.push(seat.source.info.address);
            }
            seat.source.dismiss(why.clone());
        }
        encoders
    }

    /// What the one on air sends, or the next one when nobody is.
    pub fn input(&self) -> Option<&Arc<Input>> {
        self.on_air.as_ref().or(self.next.as_ref()).map(|seat| &seat.source.info.input)
    }

    /// How many wait for the one on air to leave.
    pub fn standby(&self) -> usize {
        usize::from(self.standby.is_some()) + usize::from(self.on_air.is_some() && self.next.is_some())
    }
}

async fn receive(seat: &mut Option<Seat>, buffer: &mut Vec<Media>) -> usize {
    match seat {
        Some(seat) => seat.source.receive(buffer).await,
        None => std::future::pending().await,
    }
}
