//! The event task: reads the sources, feeds the timeline, has parts made and says what is on air.
//!
//! ```text
//!   on air ─▶ Opening (measures what an event fixes) ─▶ Show (timeline, window) ─▶ ended ─▶ forgotten
//! ```
//! Who is on air is decided in [`seats`](super::seats).

mod broadcast;
mod requests;
mod resume;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use tokio::sync::watch;
use tokio::task::JoinError;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::gate::{Gate, Passed};
use super::kept_away::KeptAway;
use super::opening::Opening;
use super::plan::Entry;
use super::seats::{Place, Seats};
use super::settings::Settings;
use super::show::Show;
use super::snapshot::{Kept, Snapshot};
use super::timeline::Timeline;
use crate::journal::{Journal, Note, Over};
use crate::live::{Broadcast, Dismissal, Rank, Request, Requests};
use crate::media::{self, MediaError, Segmenter};
use crate::storage::Lease;
use crate::stream::{Configuration, Media, Numbers, TrackConfig};
use crate::time::unix_millis;

use broadcast::who;

pub use resume::Start;

/// Why the event task ended by itself.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// Nobody can offer sources any more.
    #[error("the ingest is gone")]
    NoIngest,
    /// A helper thread died.
    #[error("a helper thread died: {0}")]
    Thread(#[from] JoinError),
}

/// What woke the task.
enum Wake {
    Request(Option<Request>),
    Media(Place, usize),
    Timer,
    Stop,
}

/// The event task.
#[derive(Debug)]
pub struct Stage {
    settings: Settings,
    requests: Requests,
    broadcast: watch::Sender<Arc<Broadcast>>,
    segmenter: Segmenter,
    journal: Journal,
    /// The origin of the pure half's `now`.
    origin: Instant,
    numbers: Numbers,
    lease: Option<Lease>,
    snapshot: Snapshot,
    /// What an earlier run of the program left, until [`Stage::resume`].
    left: (Option<Kept>, Option<Kept>),
    seats: Seats,
    kept_away: KeptAway,
    /// The rank of the encoder whose event this is.
    rank: Option<Rank>,
    opening: Option<Opening>,
    /// The running event.
    show: Option<Show>,
    /// The last event and when it ended, for as long as its playlist is owed.
    past: Option<(Show, Duration)>,
    inbox: Vec<Media>,
}

impl Stage {
    /// A stage that does what is requested and says what is on air.
    pub fn new(
        settings: Settings,
        requests: Requests,
        broadcast: watch::Sender<Arc<Broadcast>>,
        segmenter: Segmenter,
        journal: Journal,
        start: Start,
    ) -> Self {
        let (origin, moment) = start.origin();
        let Start { numbers, lease, mut snapshot, resumed, past } = start;
        snapshot.count_from(moment);
        // The epoch is written down before the first URL of it is told to anyone.
        snapshot.numbers(numbers);
        Stage {
            settings,
            requests,
            broadcast,
            segmenter,
            journal,
            origin,
            numbers,
            lease,
            snapshot,
            left: (resumed, past),
            seats: Seats::default(),
            kept_away: KeptAway::default(),
            rank: None,
            opening: None,
            show: None,
            past: None,
            inbox: Vec::new(),
        }
    }

    /// The one place that learns how far the numbers went: with each segment and each event.
    fn count(&mut self) {
        if let Some(show) = &self.show {
            self.numbers = self.numbers.max(show.numbers());
        }
        if let Some(lease) = &self.lease {
            lease.used(self.numbers);
        }
    }

    /// Runs until `stop`; then the open part is closed with what is there, and no event is ended.
    ///
    /// # Errors
    /// [`StageError`] when a part of the program that it needs is gone.
    pub async fn run(mut self, stop: CancellationToken) -> Result<(), StageError> {
        loop {
            match self.wait(&stop).await {
                Wake::Stop => break,
                Wake::Request(None) => return Err(StageError::NoIngest),
                Wake::Request(Some(Request::Offer(offer))) => self.offered(offer),
                Wake::Request(Some(Request::Control(control, done))) => {
                    // Who asked may have gone; it is done all the same.
                    let _ = done.send(self.control(control).await);
                }
                Wake::Media(place, 0) => self.gone(place),
                Wake::Media(place, _) => self.arrived(place),
                Wake::Timer => {}
            }
            self.due().await?;
            self.announce();
        }
        let _ = self.seats.clear(&Dismissal::Stopping);
        if let Some(show) = &mut self.show {
            show.timeline.stop();
            if let Err(error) = show.perform(&self.segmenter).await {
                log::warn!(error:% = error; "the last part could not be closed");
            }
        }
        Ok(())
    }

    async fn wait(&mut self, stop: &CancellationToken) -> Wake {
        let deadline = self.deadline();
        let now = self.now();
        let paced =
            self.show.as_ref().and_then(|show| show.timeline.read_again()).filter(|again| *again > now);
        tokio::select! {
            biased;
            () = stop.cancelled() => Wake::Stop,
            request = self.requests.recv() => Wake::Request(request),
            (place, count) = self.seats.receive(paced.is_some(), &mut self.inbox) => Wake::Media(place, count),
            () = sleep_until(paced.map(|again| self.origin + again)) => Wake::Timer,
            Ok(()) = self.settings.grace.changed() => Wake::Timer,
            () = sleep_until(deadline) => Wake::Timer,
        }
    }

    fn now(&self) -> Duration {
        self.origin.elapsed()
    }

    fn deadline(&self) -> Option<Instant> {
        let now = self.now();
        let timeline = self.show.as_ref().and_then(|show| show.timeline.deadline());
        let opening = self.opening.as_ref().and_then(Opening::deadline);
        let gate = self.seats.gate_deadline(now);
        let soonest =
            [timeline, opening, gate, self.grace_end(), self.forget_at()].into_iter().flatten().min();
        soonest.map(|at| self.origin + at)
    }

    fn grace(&self) -> Duration {
        *self.settings.grace.borrow()
    }

    fn grace_end(&self) -> Option<Duration> {
        self.show.as_ref().and_then(|show| show.timeline.holding_since()).map(|since| since + self.grace())
    }

    /// When the ended playlist is owed no longer.
    fn forget_at(&self) -> Option<Duration> {
        self.past.as_ref().map(|(_, ended)| *ended + self.settings.window.served.to_duration())
    }

    fn arrived(&mut self, place: Place) {
        let now = self.now();
        let mut media = std::mem::take(&mut self.inbox);
        for item in media.drain(..) {
            if place == Place::OnAir && self.seats.is_on_air() {
                self.play(now, item);
            } else {
                self.seats.wait(place, now, item);
            }
        }
        self.inbox = media;
    }

    /// Media of the source on air. A changed configuration sends it back behind a gate.
    fn play(&mut self, now: Duration, item: Media) {
        if let (Some(opening), Media::Config(config)) = (&mut self.opening, &item)
            && opening.announce(config)
        {
            return;
        }
        let current = match (&self.opening, self.show.as_ref()) {
            (Some(opening), _) => opening.configuration(),
            (None, Some(show)) => show.timeline.configuration(),
            (None, None) => return,
        };
        match item {
            Media::Config(config) if is_new(current, &config) => {
                let mut gate = Gate::closed(current);
                gate.push(now, Media::Config(config));
                self.opening = None;
                self.seats.retire(gate);
            }
            Media::Config(_) => {}
            Media::Unit(unit) => match (&mut self.opening, &mut self.show) {
                (Some(opening), _) => opening.push(now, unit),
                (None, Some(show)) => show.timeline.unit(now, unit),
                (None, None) => {}
            },
        }
    }

    /// Does what the clock and the newest media allow.
    async fn due(&mut self) -> Result<(), StageError> {
        let now = self.now();
        self.open_gate(now).await?;
        self.open_show(now).await?;
        if self.grace_end().is_some_and(|end| now >= end) {
            self.end_event(Over::Grace(self.grace().as_secs())).await;
        }
        if self.forget_at().is_some_and(|at| now >= at) {
            self.past.take().into_iter().for_each(|(past, _)| past.forget());
        }
        let Some(show) = &mut self.show else { return Ok(()) };
        let held = show.timeline.holding_since().is_some();
        show.timeline.tick(now);
        let holding = show.timeline.holding_since().is_some();
        if holding && !held {
            self.journal.note(Note::EncoderGone { grace: self.settings.grace.borrow().as_secs() });
        }
        let performed = show.perform(&self.segmenter).await;
        if let Err(error) = performed {
            self.cannot_package(&error);
        } else if holding && self.seats.is_on_air() {
            self.seats.retire(Gate::closed(show.timeline.configuration()));
        }
        self.count();
        Ok(())
    }

    fn cannot_package(&mut self, error: &MediaError) {
        self.journal.note(Note::Unusable { why: error.to_string() });
        self.seats.dismiss(Dismissal::Unusable(error.to_string()));
    }

    async fn open_gate(&mut self, now: Duration) -> Result<(), StageError> {
        let current = self.show.as_ref().map(|show| show.timeline.configuration());
        let Some((passed, rank)) = self.seats.admit(now, current) else { return Ok(()) };
        self.rank = Some(rank);
        if let Err(error) = self.segmenter.check(passed.configuration.clone()).await {
            self.cannot_package(&error);
        } else if let Some(show) = &mut self.show {
            let away = show.timeline.holding_since().map(|since| now.saturating_sub(since).as_secs());
            let changed = *show.timeline.configuration() != passed.configuration;
            show.timeline.enter(now, entry(passed).await?);
            show.ranked(rank);
            let (encoder, address) = who(self.seats.input());
            match away {
                Some(away) => self.journal.note(Note::EncoderBack { away }),
                None if self.is_another() => self.journal.note(Note::Takeover { encoder, address }),
                None => {}
            }
            if changed {
                self.journal.note(Note::Reconfigured);
            }
        } else {
            let mut opening = Opening::new(self.settings.segment, passed.configuration);
            passed.units.into_iter().for_each(|(arrival, unit)| opening.push(arrival, unit));
            self.opening = Some(opening);
        }
        Ok(())
    }

    /// Begins the event once its opening is measured.
    async fn open_show(&mut self, now: Duration) -> Result<(), StageError> {
        let Some(opening) = self.opening.take() else { return Ok(()) };
        let Some(measured) = opening.measure(now) else {
            if opening.deadline().is_some_and(|deadline| now >= deadline) {
                self.journal.note(Note::TooLittle);
                self.seats.retire(Gate::closed(opening.configuration()));
            } else {
                self.opening = Some(opening);
            }
            return Ok(());
        };
        let configuration = opening.configuration().clone();
        let entry = entry(Passed { configuration, units: opening.into_units() }).await?;
        let waited = entry.units.first().map_or(Duration::ZERO, |(arrival, _)| now.saturating_sub(*arrival));
        let date = unix_millis(SystemTime::now() - waited);
        let timeline = Timeline::new(&self.settings, measured, entry, date);
        let record = self.snapshot.begin(self.numbers.event, measured, self.rank);
        let show = Show::new(timeline, measured, self.settings.window, &mut self.numbers, record);
        self.snapshot.numbers(self.numbers);
        let (encoder, address) = who(self.seats.input());
        self.kept_away.begun();
        self.journal.note(Note::OnAir { encoder, address });
        self.show = Some(show);
        self.count();
        Ok(())
    }

    async fn end_event(&mut self, why: Over) {
        let Some(mut show) = self.show.take() else { return };
        show.timeline.close();
        if let Err(error) = show.perform(&self.segmenter).await {
            log::warn!(error:% = error; "the event's last part could not be closed");
        }
        show.end();
        self.journal.note(Note::EventOver(why));
        self.numbers = self.numbers.max(show.numbers());
        self.snapshot.numbers(self.numbers);
        let before = self.past.replace((show, self.now()));
        before.into_iter().for_each(|(past, _)| past.forget());
    }
}

async fn sleep_until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

fn is_new(current: &Configuration, config: &TrackConfig) -> bool {
    match config {
        TrackConfig::Video(video) => current.video.as_ref() != Some(video),
        TrackConfig::Audio(audio) => current.audio.as_ref() != Some(audio),
    }
}

/// Makes the silent frame that holes are filled with. libavcodec takes a few milliseconds for it, once per
/// configuration, on a thread that may block.
async fn entry(passed: Passed) -> Result<Entry, StageError> {
    let Passed { configuration, units } = passed;
    let silence = silence(&configuration).await?;
    Ok(Entry { configuration, silence, units })
}

async fn silence(configuration: &Configuration) -> Result<Option<Bytes>, StageError> {
    let Some(audio) = configuration.audio.clone() else { return Ok(None) };
    match tokio::task::spawn_blocking(move || media::silence(&audio)).await? {
        Ok(silence) => Ok(silence),
        Err(error) => {
            log::warn!(error:% = error; "no silence can be made for this sound; it will not be held");
            Ok(None)
        }
    }
}

#[cfg(test)]
#[path = "control_tests.rs"]
mod control_tests;
