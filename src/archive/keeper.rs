//! What all followers share: what may be written now, and what the archive says of itself.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::guard::{Allowance, Guard, WARNING_HOURS, hours_left};
use super::rewind::Rewind;
use super::scribe::Scribe;
use super::settings::Wanted;
use super::status::Status;
use super::words;
use crate::journal::Journal;
use crate::storage::Storage;
use crate::stream::Epoch;

/// What all followers share.
#[derive(Debug)]
pub struct Keeper {
    pub epoch: Epoch,
    pub storage: Storage,
    pub journal: Journal,
    pub rewind: Rewind,
    pub scribe: Scribe,
    pub status: watch::Sender<Status>,
    /// What is wanted and fits on the disk.
    allowed: watch::Sender<Wanted>,
    watchman: Mutex<Watchman>,
}

/// What was told already.
#[derive(Debug, Default)]
struct Watchman {
    guard: Guard,
    allowance: Allowance,
    warned: bool,
    troubled: bool,
}

impl Keeper {
    pub fn new(
        epoch: Epoch,
        storage: Storage,
        journal: Journal,
        rewind: Rewind,
        scribe: Scribe,
        wanted: &Wanted,
    ) -> Self {
        Keeper {
            epoch,
            storage,
            journal,
            rewind,
            scribe,
            status: watch::Sender::default(),
            allowed: watch::Sender::new(wanted.clone()),
            watchman: Mutex::default(),
        }
    }

    /// What is wanted and fits on the disk, now and whenever that changes.
    pub fn allowed(&self) -> watch::Receiver<Wanted> {
        self.allowed.subscribe()
    }

    /// Measures the disk and says what may be written of what is wanted. `rate` is what a recording takes, bytes a
    /// second.
    pub async fn judge(&self, wanted: &Wanted, rate: u64) {
        // A disk that cannot be asked is not taken for a full one: writing to it will say what is wrong.
        let Some(room) = self.scribe.measure().await else { return };
        let hours = hours_left(room, rate);
        let (allowance, news, troubled) = {
            let mut watchman = self.watchman();
            let allowance = watchman.guard.judge(room);
            let mut news = Vec::new();
            if std::mem::replace(&mut watchman.allowance, allowance) != allowance && wanted.any() {
                news.push(words::allowance(allowance));
            }
            let soon = wanted.record && hours.is_some_and(|hours| hours < WARNING_HOURS);
            if !std::mem::replace(&mut watchman.warned, soon) && soon && allowance == Allowance::All {
                news.push(words::soon(hours.unwrap_or_default()));
            }
            (allowance, news, watchman.troubled)
        };
        news.into_iter().for_each(|note| self.journal.note(note));
        let allowed = limited(wanted, allowance);
        let full = words::allowance_text(allowance).filter(|_| wanted.any()).map(String::from);
        let soon = hours.filter(|hours| wanted.record && *hours < WARNING_HOURS).map(words::soon_text);
        let broken =
            troubled.then(|| String::from("Nothing can be written to the disk; check or change it."));
        self.status.send_modify(|status| {
            status.rewind = allowed.rewind.is_some();
            status.hours_left = hours;
            status.warning = broken.or(full).or(soon);
        });
        self.allowed.send_if_modified(|known| std::mem::replace(known, allowed.clone()) != allowed);
    }

    /// A file could not be written, or could again.
    pub fn trouble(&self, why: Option<&str>) {
        let changed = {
            let mut watchman = self.watchman();
            std::mem::replace(&mut watchman.troubled, why.is_some()) != why.is_some()
        };
        if changed {
            self.journal.note(why.map_or_else(words::trouble_over, words::trouble));
        }
    }

    fn watchman(&self) -> MutexGuard<'_, Watchman> {
        // Nothing in here can panic half-way.
        self.watchman.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn limited(wanted: &Wanted, allowance: Allowance) -> Wanted {
    Wanted {
        record: wanted.record && allowance <= Allowance::All,
        rewind: wanted.rewind.filter(|_| allowance <= Allowance::Spool),
        cloud: wanted.cloud && allowance <= Allowance::Cloud,
        title: wanted.title.clone(),
    }
}
