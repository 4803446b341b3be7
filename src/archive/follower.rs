//! Follows one rendition: each sealed segment becomes a file, then a row.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::keeper::Keeper;
use super::settings::Wanted;
use super::words;
use crate::hls::MediaUri;
use crate::live::{LiveRendition, Met, Subscriber};
use crate::storage::{Recording, StorageError};
use crate::stream::{KeptInit, KeptSegment, RenditionId, Segment};
use crate::time::unix_millis;

/// A disk that refused a file is tried again after so long. The segment stays in memory meanwhile.
const RETRY: Duration = Duration::from_secs(1);

/// Who follows a rendition.
pub struct Follower {
    keeper: Arc<Keeper>,
    live: LiveRendition,
    id: RenditionId,
    stop: CancellationToken,
    /// The next segment to keep, once any was.
    next: Option<u64>,
    /// The newest initialization section on the disk.
    init: Option<u32>,
    /// The recording as it was begun last.
    begun: Option<Wanted>,
}

/// What became of a segment.
enum Outcome {
    Kept,
    /// The disk refused it until something else was wanted.
    Changed,
    Stopped,
}

impl Follower {
    pub fn new(keeper: Arc<Keeper>, live: LiveRendition, stop: CancellationToken) -> Self {
        let id = live.rendition.id;
        Follower { keeper, live, id, stop, next: None, init: None, begun: None }
    }

    /// Follows until the rendition is no longer served, or until `stop`; what is sealed by then is kept.
    pub async fn run(mut self) {
        let over = self.live.window.borrow().ended();
        if over && matches!(self.keeper.storage.recording(self.id.event).await, Ok(None)) {
            // The playlist of an event that ended in an earlier run is still owed. Nothing of it was kept, or somebody
            // deleted it, and it does not come back.
            return;
        }
        // `None` where the database does not answer: what the window holds is kept again, under the same names.
        self.next = self.keeper.storage.last_segment(self.id).await.ok().flatten().map(|last| last + 1);
        let mut allowed = self.keeper.allowed();
        while self.go_on(&mut allowed).await {}
        self.keeper.rewind.forget(self.id);
    }

    /// Keeps what is allowed until that changes; false at the end.
    async fn go_on(&mut self, allowed: &mut watch::Receiver<Wanted>) -> bool {
        let wanted = allowed.borrow_and_update().clone();
        self.keeper.rewind.allow(&self.live.window.borrow().clone(), wanted.rewind);
        if !wanted.any() {
            self.begun = None;
            self.tell(None);
            return self.rest(allowed).await;
        }
        let mut cursor = self
            .next
            .map_or_else(|| Subscriber::new(&self.live), |next| Subscriber::starting_at(&self.live, next));
        loop {
            let met = tokio::select! {
                // What is sealed is kept before anybody stops.
                biased;
                met = cursor.next() => met,
                Ok(()) = allowed.changed() => return true,
                () = self.stop.cancelled() => return false,
            };
            match met {
                Some(Met::Segment { segment, .. }) => {
                    match self.keep(&segment, &wanted, allowed).await {
                        Outcome::Kept => self.next = Some(segment.msn + 1),
                        // With what is wanted now it is asked for again.
                        Outcome::Changed => {
                            self.next = Some(segment.msn);
                            return true;
                        }
                        Outcome::Stopped => return false,
                    }
                }
                Some(Met::Gap { from, to }) => {
                    self.keeper.journal.note(words::missing(to - from));
                    self.next = Some(to);
                }
                Some(Met::Ended) => self.end().await,
                None => return false,
            }
        }
    }

    /// Nothing is wanted: waits until something is, or until the rendition is gone.
    async fn rest(&mut self, allowed: &mut watch::Receiver<Wanted>) -> bool {
        loop {
            tokio::select! {
                changed = allowed.changed() => return changed.is_ok(),
                changed = self.live.window.changed() => {
                    if changed.is_err() {
                        return false;
                    }
                }
                () = self.stop.cancelled() => return false,
            }
        }
    }

    /// Keeps a segment, however often the disk must be asked.
    async fn keep(
        &mut self,
        segment: &Segment,
        wanted: &Wanted,
        allowed: &mut watch::Receiver<Wanted>,
    ) -> Outcome {
        while let Err(why) = self.try_keep(segment, wanted).await {
            self.keeper.trouble(Some(&why));
            tokio::select! {
                () = self.stop.cancelled() => return Outcome::Stopped,
                Ok(()) = allowed.changed() => return Outcome::Changed,
                () = tokio::time::sleep(RETRY) => {}
            }
        }
        self.keeper.trouble(None);
        Outcome::Kept
    }

    async fn try_keep(&mut self, segment: &Segment, wanted: &Wanted) -> Result<(), String> {
        let keeper = Arc::clone(&self.keeper);
        self.begin(segment, wanted).await.map_err(|error| error.to_string())?;
        let init = (self.init != Some(segment.init.number)).then(|| KeptInit::of(&segment.init));
        let mut sheets = Vec::new();
        if let Some(init) = &init {
            sheets.push((MediaUri::Init(init.number), vec![segment.init.bytes.clone()]));
        }
        let parts = segment.parts.iter().map(|part| part.bytes.clone()).collect();
        sheets.push((MediaUri::Segment(segment.msn), parts));
        keeper.scribe.keep(self.id, sheets).await.map_err(|error| error.to_string())?;
        let kept = KeptSegment { kept: wanted.record, ..KeptSegment::of(segment) };
        match keeper.storage.keep_segment(self.id, init, kept.clone(), wanted.cloud).await {
            Ok(()) => {}
            // Somebody deleted the recording; it begins anew with the next segment.
            Err(StorageError::Missing) => self.begun = None,
            Err(error) => return Err(error.to_string()),
        }
        self.init = Some(segment.init.number);
        let size = kept.size;
        keeper.rewind.kept(self.id, kept);
        keeper.status.send_modify(|status| status.written += size);
        Ok(())
    }

    /// Begins the recording, goes on with it, or takes into it what was only here for rewind.
    async fn begin(&mut self, segment: &Segment, wanted: &Wanted) -> Result<(), StorageError> {
        if self.begun.as_ref() == Some(wanted) {
            return Ok(());
        }
        let storage = &self.keeper.storage;
        let recording = Recording {
            event: self.id.event,
            epoch: self.keeper.epoch.clone(),
            title: wanted.title.clone(),
            began: segment.date,
            ended: None,
            kept: wanted.record,
            target_duration: self.live.window.borrow().geometry().target_duration,
        };
        let recording = storage.begin_recording(recording).await?;
        if wanted.record {
            storage.keep_event(self.id.event).await?;
        }
        self.tell(wanted.record.then_some(recording.began));
        self.begun = Some(wanted.clone());
        Ok(())
    }

    async fn end(&self) {
        let now = unix_millis(SystemTime::now());
        if let Err(error) = self.keeper.storage.end_recording(self.id.event, now).await {
            // The next start ends it with its last segment.
            log::warn!(event = self.id.event.0, error:% = error; "the end of a recording was not written down");
        }
        self.tell(None);
    }

    /// Since when it is recorded, if it is.
    fn tell(&self, since: Option<i64>) {
        self.keeper.status.send_if_modified(|status| {
            let changed = status.since != since;
            (status.recording, status.since) = (since.is_some(), since);
            changed
        });
    }
}
