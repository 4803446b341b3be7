//! What the operator is told of a session: news in the log, and the state of things each second.

use std::time::Duration;

use super::session::Session;
use super::status::{Phase, Status, cost, watch};
use crate::journal::Note;
use crate::storage::StorageError;
use crate::storage::upload::{Backlog, Sent};
use crate::time::MediaTime;

/// A failure may be a coincidence; two in a row are told.
const TELL_AFTER: u32 = 2;

/// Lost files are told together, at most so often. Threat: a disk that loses an evening's segments fills the log.
const TELL_LOST: Duration = Duration::from_secs(60);

impl Session {
    /// Tells the operator when uploads begin to fail, and when they work again.
    pub(super) fn tell(&mut self, now: Duration) {
        let (failures, _) = self.scheduler.trouble(now);
        if failures >= TELL_AFTER && self.told.is_none() {
            self.told = Some(now);
            self.journal.note(Note::CloudAway { why: self.error.clone().unwrap_or_default() });
        }
        if failures == 0 {
            self.error = self.refused.as_ref().map(|(_, why)| why.clone());
            if let Some(since) = self.told.take() {
                self.journal.note(Note::CloudBack { away: now.saturating_sub(since).as_secs() });
            }
        }
        if self.lost > 0 && self.lost_told.is_none_or(|at| now >= at + TELL_LOST) {
            self.lost_told = Some(now);
            let objects = std::mem::take(&mut self.lost);
            self.journal.note(Note::UploadsLost { objects });
        }
    }

    /// Makes the operator's view anew, if anything may have changed.
    pub(super) async fn report(&mut self) {
        let now = self.now();
        self.tell(now);
        let (failures, retry_in) = self.scheduler.trouble(now);
        let busy = self.scheduler.is_busy();
        // A rate that was seen goes down to nothing.
        let rate = self.rate.see(now, self.uplink.sent());
        if !std::mem::take(&mut self.moved) && !busy && failures == 0 && rate == self.shown_rate() {
            return;
        }
        let (backlog, event, lag) = match self.measure().await {
            Ok(measured) => measured,
            Err(error) => return log::debug!(error:% = error; "the cloud's backlog cannot be read"),
        };
        let upload = self.settings.borrow().upload.value.clone();
        let phase = match () {
            () if upload.paused => Phase::Paused,
            () if failures > 0 => Phase::Trouble,
            () if busy => Phase::Sending,
            () if backlog.objects > 0 => Phase::Waiting,
            () => Phase::Idle,
        };
        let writes = event.objects + self.event.and_then(|event| self.writes.get(&event)).unwrap_or(&0);
        let status = Status {
            phase,
            backlog,
            rate,
            lag: lag.map(MediaTime::to_duration),
            error: self.error.clone(),
            retry_in,
            event,
            writes,
            cost: cost(&self.cloud, event.bytes, writes, 0),
            watch: watch(&self.cloud, upload.page),
        };
        self.publish.send_if_modified(|known| known.replace(status.clone()) != Some(status));
    }

    fn shown_rate(&self) -> u64 {
        self.publish.borrow().as_ref().map_or(0, |status| status.rate)
    }

    async fn measure(&self) -> Result<(Backlog, Sent, Option<MediaTime>), StorageError> {
        let storage = &self.tools.storage;
        let backlog = storage.backlog().await?;
        let event = match self.event {
            Some(event) => storage.sent(event).await?,
            None => Sent::default(),
        };
        let mut lag = None;
        for (id, upto) in self.book.edges() {
            lag = lag.max(Some(storage.sealed_after(id, upto).await?));
        }
        Ok((backlog, event, lag))
    }
}
