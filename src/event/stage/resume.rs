//! What the program starts with: the numbers, and the events that an earlier run of it left behind.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use super::{Stage, StageError, silence};
use crate::event::settings::Settings;
use crate::event::show::Show;
use crate::event::snapshot::{Found, Kept, Moment, Snapshot};
use crate::event::timeline::{Resumption, Timeline};
use crate::journal::Note;
use crate::storage::Lease;
use crate::stream::{Epoch, Numbers};
use crate::time::unix_millis;

/// An event that was left longer ago is past every grace. It bounds what a clock that makes no sense can say.
const LONGEST_ABSENCE: Duration = Duration::from_secs(7 * 86_400);

/// What the event task starts with.
#[derive(Debug)]
pub struct Start {
    /// The numbers that are given out next.
    pub numbers: Numbers,
    /// Who is told how far they went, for a start that finds no snapshot.
    pub lease: Option<Lease>,
    /// Where events are recorded from now on.
    pub snapshot: Snapshot,
    /// The event that goes on.
    pub resumed: Option<Kept>,
    /// The one before it, while its playlist is owed.
    pub past: Option<Kept>,
}

impl Start {
    /// A start without a past, and without a snapshot.
    pub fn fresh(numbers: Numbers) -> Self {
        Start { numbers, lease: None, snapshot: Snapshot::none(), resumed: None, past: None }
    }

    /// A start with what was found. `numbers` may be further than the snapshot's; an event of another epoch does not
    /// go on.
    pub fn from_found(
        snapshot: Snapshot,
        epoch: &Epoch,
        numbers: Numbers,
        lease: Option<Lease>,
        found: Found,
    ) -> Self {
        let same = |kept: &Kept| kept.head.epoch == *epoch;
        let known = found.identity.filter(|(known, _)| known == epoch).map(|(_, numbers)| numbers);
        Start {
            numbers: known.map_or(numbers, |known| known.max(numbers)),
            lease,
            snapshot,
            resumed: found.resumed.filter(same),
            past: found.past.filter(same),
        }
    }

    /// The instant that the event task counts from, by both clocks: when the newest real unit of what goes on came.
    pub(super) fn origin(&self) -> (Instant, Moment) {
        let (instant, moment) = (Instant::now(), Moment::now());
        let resumed = self.resumed.as_ref().map(|kept| kept.after.arrival);
        let Some(since) = resumed.or(self.past.as_ref().and_then(|past| past.head.ended)) else {
            return (instant, moment);
        };
        let absent = since.until(moment).min(LONGEST_ABSENCE);
        instant.checked_sub(absent).map_or((instant, moment), |origin| (origin, since))
    }
}

impl Stage {
    /// Goes on with what an earlier run of the program left. To be awaited before anybody is served: what its playlists
    /// named is there from the first request on.
    ///
    /// # Errors
    /// [`StageError`] when a part of the program that it needs is gone.
    pub async fn resume(&mut self) -> Result<(), StageError> {
        let (resumed, past) = std::mem::take(&mut self.left);
        if let Some(kept) = past {
            let ended = ended_at(&kept, self.now());
            let timeline = timeline(&kept, &self.settings, self.now(), None, 0);
            let record = self.snapshot.go_on(&kept);
            let mut show = Show::resume(kept, timeline, self.settings.window, record);
            show.end_again();
            self.past = Some((show, ended));
        }
        if let Some(kept) = resumed {
            self.go_on(kept).await?;
        }
        self.due().await?;
        self.announce();
        Ok(())
    }

    async fn go_on(&mut self, kept: Kept) -> Result<(), StageError> {
        let silence = silence(&kept.configuration).await?;
        let configured = self.segmenter.configure(kept.configuration.clone(), kept.after.fragment).await;
        if let Err(error) = configured {
            log::warn!(error:% = error; "the event cannot go on; a new one begins with the next encoder");
            return Ok(());
        }
        let date = unix_millis(SystemTime::now());
        let timeline = timeline(&kept, &self.settings, self.now(), silence, date);
        let record = self.snapshot.go_on(&kept);
        self.rank = kept.head.rank;
        self.journal.note(Note::RestartedInEvent);
        self.show = Some(Show::resume(kept, timeline, self.settings.window, record));
        self.count();
        Ok(())
    }
}

/// The timeline of an event that goes on at `now`; its newest real unit came at the origin.
fn timeline(
    kept: &Kept,
    settings: &Settings,
    now: Duration,
    silence: Option<bytes::Bytes>,
    date: i64,
) -> Timeline {
    let open = kept.segments.last().filter(|last| !last.sealed).map(|last| last.start);
    let resumption = Resumption {
        measured: kept.head.measured,
        configuration: kept.configuration.clone(),
        silence,
        end: kept.end,
        open,
        ends: (kept.after.video, kept.after.audio),
        picture: kept.picture.clone().map(|picture| (picture.data, picture.composition)),
        last_arrival: Duration::ZERO,
        date,
    };
    Timeline::resume(settings, now, resumption)
}

/// How long ago the event was over at the instant `now` after the origin, by the origin's clock.
fn ended_at(kept: &Kept, now: Duration) -> Duration {
    let ago = kept.head.ended.map_or(Duration::ZERO, |ended| ended.until(Moment::now()));
    now.saturating_sub(ago)
}
