//! Sending to one bucket: claims rows, has them sent, and writes the playlists that follow from it.
//!
//! ```text
//!   rows ──look──▶ waiting ──Scheduler──▶ claims ──▶ errands, a few at once
//!     ▲                                                 │ file → object → row done
//!     └──────────── uploaded, in one transaction ◀──────┤
//!   Book: which playlists are to be written anew ◀──────┘
//! ```
//! A claim is in memory alone: after a restart what was on its way is sent again, under the same key.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use tokio_util::sync::CancellationToken;

use super::book::{Book, ENTRANCE, Playlist};
use super::chance::chance;
use super::errand::{Done, Fault, Task, Tools, wall_clock};
use super::page::{MakePage, Page, PageFile};
use super::scheduler::{Claim, Ending, Scheduler, Waiting};
use super::status::{Phase, Rate, Status, cost, watch as watch_at};
use super::store::{Store, identity};
use super::trouble::Trouble;
use super::uplink::Uplink;
use crate::journal::{Journal, Note};
use crate::storage::settings::{CloudStore, Settings};
use crate::storage::upload::{Backlog, Claimable, Sent, Upload};
use crate::storage::{Doomed, Storage, StorageError};
use crate::stream::{EventId, RenditionId};
use crate::time::MediaTime;

/// Rows that are read ahead of those that can be sent at once: one look serves so many uploads.
const AHEAD: usize = 48;

/// What is to be deleted is read so many at a time.
const REMOVALS_AHEAD: usize = 64;

/// The database is looked at again so long after it could not be read.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// How often the operator's view of it is made anew while something happens.
const BEAT: Duration = Duration::from_secs(1);

/// A failure may be a coincidence; two in a row are told.
const TELL_AFTER: u32 = 2;

/// Lost files are told together, at most so often. Threat: a disk that loses an evening's segments fills the log.
const TELL_LOST: Duration = Duration::from_secs(60);

/// How often it is looked for events that have been in the bucket long enough.
const EXPIRE: Duration = Duration::from_secs(3_600);

const DAY: i64 = 24 * 3_600 * 1_000;

/// Keys of what is no object; no object's key has a space.
const PAGE: &str = "the page";
const EXPIRY: &str = "the expiry";

type Errand = BoxFuture<'static, (Claim, Task, Result<Done, Fault>)>;

/// One bucket, for as long as it is set.
pub(super) struct Session {
    cloud: CloudStore,
    settings: watch::Receiver<Arc<Settings>>,
    tools: Tools,
    journal: Journal,
    publish: watch::Sender<Option<Status>>,
    uplink: Uplink,
    start: Instant,
    scheduler: Scheduler,
    book: Book,
    rows: Claimable,
    doomed: Vec<Doomed>,
    /// Events that no playlist names any more, and what of them can be deleted next.
    buried: HashSet<EventId>,
    removals: Vec<(EventId, String)>,
    /// Playlists that are being written.
    writing: HashSet<Playlist>,
    files: Vec<PageFile>,
    page: Option<Page>,
    expire_at: Option<Duration>,
    /// What is known of the rows may not be so any more; and when it is looked again if it could not be.
    stale: bool,
    look_at: Duration,
    error: Option<String>,
    refused: Option<(String, String)>,
    told: Option<Duration>,
    lost: usize,
    lost_told: Option<Duration>,
    moved: bool,
    rate: Rate,
    event: Option<EventId>,
    writes: HashMap<EventId, u64>,
}

/// What a session is made of, apart from its bucket.
pub(super) struct Surroundings {
    pub storage: Storage,
    pub journal: Journal,
    pub locate: super::errand::Locate,
    pub publish: watch::Sender<Option<Status>>,
    pub page: MakePage,
}

impl Session {
    pub fn new(cloud: CloudStore, around: &Surroundings) -> Self {
        let uplink = Uplink::default();
        let store = Store::paced(&cloud, uplink.clone());
        let (storage, locate) = (around.storage.clone(), Arc::clone(&around.locate));
        Session {
            settings: storage.settings(),
            tools: Tools { store, storage, locate },
            journal: around.journal.clone(),
            publish: around.publish.clone(),
            uplink,
            start: Instant::now(),
            scheduler: Scheduler::new(),
            book: Book::default(),
            rows: Claimable::default(),
            doomed: Vec::new(),
            buried: HashSet::new(),
            removals: Vec::new(),
            writing: HashSet::new(),
            files: (around.page)(&format!("{}{ENTRANCE}", cloud.prefix)),
            cloud,
            page: None,
            expire_at: None,
            stale: true,
            look_at: Duration::ZERO,
            error: None,
            refused: None,
            told: None,
            lost: 0,
            lost_told: None,
            moved: true,
            rate: Rate::default(),
            event: None,
            writes: HashMap::new(),
        }
    }

    /// Sends until `stop`, or until another bucket is set. What is on its way then is dropped; its rows stay.
    pub async fn run(mut self, stop: &CancellationToken) {
        let news = self.tools.storage.uploads();
        let mut settings = self.settings.clone();
        let mut errands: FuturesUnordered<Errand> = FuturesUnordered::new();
        let mut beat = interval(BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut adopted = false;
        loop {
            let now = self.now();
            if self.stale && now >= self.look_at {
                let looked = async {
                    if !adopted {
                        self.tools.storage.adopt_bucket(identity(&self.cloud)).await?;
                        self.apply().await?;
                        adopted = true;
                    }
                    self.look().await
                };
                match looked.await {
                    Ok(()) => self.stale = false,
                    Err(error) => {
                        log::warn!("what is to be sent to the cloud cannot be read: {error}");
                        self.look_at = now + LOOK_AGAIN;
                    }
                }
            }
            let waiting = self.waiting(now);
            while let Some(claim) = self.scheduler.choose(now, &waiting) {
                if let Some(errand) = self.begin(claim) {
                    errands.push(errand);
                }
            }
            let wake = [self.scheduler.wakes_at(now, &waiting), self.stale.then_some(self.look_at)];
            let wake = wake.into_iter().chain([self.expire_at]).flatten().filter(|at| *at > now).min();
            let wake = self.start + wake.unwrap_or(now + EXPIRE);
            tokio::select! {
                () = stop.cancelled() => return,
                changed = settings.changed() => {
                    if changed.is_err() || settings.borrow_and_update().cloud.value.0.as_ref() != Some(&self.cloud) {
                        return;
                    }
                    if let Err(error) = self.apply().await {
                        log::warn!("what is sent to the cloud cannot be read: {error}");
                    }
                }
                () = news.notified() => self.stale = true,
                Some((claim, task, result)) = errands.next() => self.end(&claim, task, result).await,
                () = sleep_until(wake) => {}
                _ = beat.tick() => self.report().await,
            }
        }
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    /// Does what is set now.
    async fn apply(&mut self) -> Result<(), StorageError> {
        let upload = self.settings.borrow_and_update().upload.value.clone();
        self.scheduler.pause(upload.paused);
        self.uplink.set_limit(upload.uplink_limit);
        self.expire_at = upload.keep_days.map(|_| self.now());
        let page = Page::new(self.files.clone(), upload.page);
        let there = self.tools.storage.bucket_page().await?;
        self.page = (page.digest() != there).then_some(page);
        self.moved = true;
        Ok(())
    }

    /// Reads what is to be done.
    async fn look(&mut self) -> Result<(), StorageError> {
        let storage = &self.tools.storage;
        self.rows = storage.claimable(self.scheduler.appetite() + AHEAD).await?;
        let now = self.start.elapsed();
        for row in self.rows.edge.iter().chain(&self.rows.backlog).filter(|row| row.attempts > 0) {
            let pause = u64::try_from(row.retry_at.saturating_sub(wall_clock())).unwrap_or_default();
            self.scheduler.remember(now, &row.key, row.attempts, Duration::from_millis(pause));
        }
        self.doomed = storage.doomed_events().await?;
        self.removals.clear();
        for doomed in &self.doomed {
            self.book.forget(doomed.event);
            if self.buried.contains(&doomed.event) {
                let keys = storage.doomed(doomed.event, REMOVALS_AHEAD).await?;
                self.removals.extend(keys.into_iter().map(|key| (doomed.event, key)));
            }
        }
        self.buried.retain(|event| self.doomed.iter().any(|doomed| doomed.event == *event));
        self.book.update(&storage.unpublished().await?);
        self.event = self.book.newest().or(self.event);
        self.moved = true;
        Ok(())
    }

    /// What could be sent now.
    fn waiting(&self, now: Duration) -> Waiting {
        let keys = |rows: &[Upload]| rows.iter().map(|row| row.key.clone()).collect::<Vec<_>>();
        let playlists = self.book.wanted().into_iter();
        let page = self.page.iter().map(|_| String::from(PAGE));
        let graves = self.doomed.iter().filter(|doomed| self.may_bury(doomed.event));
        let mut removals: Vec<String> = graves.map(|doomed| grave(doomed.event)).collect();
        removals.extend(self.removals.iter().map(|(_, key)| key.clone()));
        if self.expire_at.is_some_and(|at| now >= at) {
            removals.push(String::from(EXPIRY));
        }
        Waiting {
            playlists: playlists.filter_map(|playlist| self.book.key(playlist)).collect(),
            edge: keys(&self.rows.edge),
            backlog: page.chain(keys(&self.rows.backlog)).collect(),
            removals,
        }
    }

    /// A playlist that is on its way would come back after it was deleted.
    fn may_bury(&self, event: EventId) -> bool {
        !self.buried.contains(&event) && !self.writing.iter().any(|playlist| playlist.event() == event)
    }

    /// What a claim stands for.
    fn begin(&mut self, claim: Claim) -> Option<Errand> {
        let key = claim.key.as_str();
        let playlist =
            || self.book.wanted().into_iter().find(|wanted| self.book.key(*wanted).as_deref() == Some(key));
        let rows = || self.rows.edge.iter().chain(&self.rows.backlog).find(|row| row.key == key);
        let doomed = || self.doomed.iter().find(|doomed| grave(doomed.event) == key);
        let removal = || self.removals.iter().find(|(_, other)| other == key);
        let task = if let Some(playlist) = playlist() {
            let text = match playlist {
                Playlist::Live(id) => self.book.text(id).map(String::from),
                Playlist::Entrance(event) => Some(self.book.entrance(event)),
                Playlist::Whole(_) => None,
                Playlist::WholeEntrance(event) => self.book.whole_entrance(event),
            };
            let epoch = self.book.epoch(playlist.event()).cloned();
            self.book.taken(playlist);
            self.writing.insert(playlist);
            epoch.map(|epoch| Task::Playlist { playlist, epoch, text })
        } else if key == PAGE {
            self.page.clone().map(Task::Page)
        } else if key == EXPIRY {
            let days = self.settings.borrow().upload.value.keep_days;
            days.map(|days| Task::Expire { before: wall_clock() - i64::from(days) * DAY })
        } else if let Some(doomed) = doomed() {
            Some(Task::Bury(doomed.clone()))
        } else if let Some((event, key)) = removal() {
            Some(Task::Remove { event: *event, key: key.clone() })
        } else {
            rows().cloned().map(Task::Upload)
        };
        let Some(task) = task else {
            // It is not waited for any more.
            let now = self.now();
            self.scheduler.ended(now, &claim, Ending::Unsent, 0.0);
            self.stale = true;
            return None;
        };
        let (tools, lane) = (self.tools.clone(), claim.lane);
        Some(Box::pin(async move {
            let done = tools.run(lane, task.clone()).await;
            (claim, task, done)
        }))
    }

    /// An errand ended.
    async fn end(&mut self, claim: &Claim, task: Task, result: Result<Done, Fault>) {
        let now = self.now();
        self.moved = true;
        if let Task::Playlist { playlist, .. } = &task {
            self.writing.remove(playlist);
        }
        let ending = match result {
            Ok(done) => self.done(now, done),
            Err(fault) => {
                if let Task::Playlist { playlist, .. } = task {
                    self.book.failed(playlist);
                }
                self.stale = true;
                self.went_wrong(&claim.key, &fault)
            }
        };
        if ending == Ending::Worked {
            self.refused.take_if(|(key, _)| *key == claim.key);
        }
        let pause = self.scheduler.ended(now, claim, ending, chance());
        if let (Some(pause), Task::Upload(upload)) = (pause, &task) {
            let retry_at = wall_clock() + i64::try_from(pause.as_millis()).unwrap_or(i64::MAX);
            // It is only for after a restart.
            if let Err(error) = self.tools.storage.upload_refused(upload.key.clone(), retry_at).await {
                log::debug!(error:% = error; "a refused upload was not written down");
            }
        }
        self.tell(now);
    }

    fn went_wrong(&mut self, key: &str, fault: &Fault) -> Ending {
        log::debug!(key, fault:% = fault; "an errand to the cloud failed");
        match fault {
            Fault::Trouble(trouble) if trouble.is_of_one_object() => {
                self.refused = Some((key.to_owned(), trouble.to_string()));
                self.error = Some(trouble.to_string());
                Ending::Refused
            }
            Fault::Trouble(trouble) => {
                self.error = Some(trouble.to_string());
                match trouble {
                    Trouble::Slow(asked) => Ending::Slow(*asked),
                    other => Ending::Failed { lasting: other.is_lasting() },
                }
            }
            // It did arrive, perhaps; it is sent again once the database is well.
            Fault::Storage(error) => {
                self.refused = Some((key.to_owned(), error.to_string()));
                Ending::Refused
            }
        }
    }

    fn done(&mut self, now: Duration, done: Done) -> Ending {
        match done {
            Done::Sent { upload, joined } => {
                self.forget_row(&upload.key);
                self.book.arrived(upload.rendition, joined == Some(true));
                // Segments may have waited for it.
                self.stale |= !matches!(upload.uri, crate::hls::MediaUri::Segment(_)) || joined.is_none();
                Ending::Worked
            }
            Done::Lost { upload, objects } => {
                self.forget_row(&upload.key);
                self.lost += objects;
                self.book.arrived(upload.rendition, true);
                self.stale = true;
                Ending::Unsent
            }
            Done::Live { id, written, sent } => {
                match written {
                    Some(written) => self.book.live_written(id, written),
                    None => self.book.live_empty(id),
                }
                self.wrote(id.event, sent)
            }
            Done::Entrance { event, text } => {
                self.book.entrance_written(event, text);
                self.wrote(event, true)
            }
            Done::Whole { id, variant } => {
                let sent = variant.is_some();
                self.book.whole_written(id, variant);
                self.wrote(id.event, sent)
            }
            Done::Published { event, done, sent } => {
                if done {
                    self.book.finished(event);
                }
                self.stale = true;
                self.wrote(event, sent)
            }
            Done::Buried { event } => {
                self.buried.insert(event);
                self.stale = true;
                Ending::Worked
            }
            Done::Removed { key } => {
                self.removals.retain(|(_, other)| *other != key);
                self.stale |= self.removals.is_empty();
                Ending::Worked
            }
            Done::Page => {
                self.page = None;
                Ending::Worked
            }
            Done::Expired { asked } => {
                self.expire_at = self.expire_at.map(|_| now + EXPIRE);
                if asked { Ending::Worked } else { Ending::Unsent }
            }
        }
    }

    fn wrote(&mut self, event: EventId, sent: bool) -> Ending {
        if !sent {
            return Ending::Unsent;
        }
        *self.writes.entry(event).or_default() += 1;
        Ending::Worked
    }

    fn forget_row(&mut self, key: &str) {
        self.rows.edge.retain(|row| row.key != key);
        self.rows.backlog.retain(|row| row.key != key);
        // There may be more than was read, or the last was sent and the whole can be written.
        self.stale |= self.rows.backlog.len() < self.scheduler.appetite();
    }

    /// Tells the operator when uploads begin to fail, and when they work again.
    fn tell(&mut self, now: Duration) {
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
    async fn report(&mut self) {
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
            watch: watch_at(&self.cloud, upload.page),
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
            let id: RenditionId = id;
            lag = lag.max(Some(storage.sealed_after(id, upto).await?));
        }
        Ok((backlog, event, lag))
    }
}

fn grave(event: EventId) -> String {
    format!("the grave of {event}")
}
