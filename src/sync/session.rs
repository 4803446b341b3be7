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
use super::errand::{Done, Fault, Task, Tools, wall_clock};
use super::page::{MakePage, Page, PageFile};
use super::scheduler::{Claim, Ending, Scheduler, Waiting};
use super::status::{Rate, Status};
use super::store::{Store, identity};
use super::uplink::Uplink;
use crate::journal::Journal;
use crate::storage::settings::{CloudStore, Settings};
use crate::storage::upload::{Claimable, Upload};
use crate::storage::{Doomed, Storage, StorageError};
use crate::stream::EventId;

/// Rows that are read ahead of those that can be sent at once: one look serves so many uploads.
const AHEAD: usize = 48;

/// What is to be deleted is read so many at a time.
const REMOVALS_AHEAD: usize = 64;

/// The database is looked at again so long after it could not be read.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// How often the operator's view of it is made anew while something happens.
const BEAT: Duration = Duration::from_secs(1);

/// How often it is looked for events that have been in the bucket long enough.
pub(super) const EXPIRE: Duration = Duration::from_secs(3_600);

const DAY: i64 = 24 * 3_600 * 1_000;

/// Keys of what is no object; no object's key has a space.
const PAGE: &str = "the page";
const EXPIRY: &str = "the expiry";

type Errand = BoxFuture<'static, (Claim, Task, Result<Done, Fault>)>;

/// One bucket, for as long as it is set.
pub(super) struct Session {
    pub(super) cloud: CloudStore,
    pub(super) settings: watch::Receiver<Arc<Settings>>,
    pub(super) tools: Tools,
    pub(super) journal: Journal,
    pub(super) publish: watch::Sender<Option<Status>>,
    pub(super) uplink: Uplink,
    pub(super) start: Instant,
    pub(super) scheduler: Scheduler,
    pub(super) book: Book,
    pub(super) rows: Claimable,
    pub(super) doomed: Vec<Doomed>,
    /// Events that no playlist names any more, and what of them can be deleted next.
    pub(super) buried: HashSet<EventId>,
    pub(super) removals: Vec<(EventId, String)>,
    /// Playlists that are being written.
    pub(super) writing: HashSet<Playlist>,
    pub(super) files: Vec<PageFile>,
    pub(super) page: Option<Page>,
    pub(super) expire_at: Option<Duration>,
    /// What is known of the rows may not be so any more; and when it is looked again if it could not be.
    pub(super) stale: bool,
    pub(super) look_at: Duration,
    pub(super) error: Option<String>,
    pub(super) refused: Option<(String, String)>,
    pub(super) told: Option<Duration>,
    pub(super) lost: usize,
    pub(super) lost_told: Option<Duration>,
    pub(super) moved: bool,
    pub(super) rate: Rate,
    pub(super) event: Option<EventId>,
    pub(super) writes: HashMap<EventId, u64>,
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
            scheduler: Scheduler::after_another(Duration::ZERO),
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

    pub(super) fn now(&self) -> Duration {
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
        self.scheduler.on_air(self.book.on_air());
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
}

fn grave(event: EventId) -> String {
    format!("the grave of {event}")
}
