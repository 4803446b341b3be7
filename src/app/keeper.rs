//! What the rooms say to storage and storage to the rooms: settings on their way to those who obey them, and the
//! operator's log and the keys' uses on their way to the disk.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::{broadcast, mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::archiving::Archiving;
use super::provision::now;
use super::sharing::Sharing;
use crate::journal::{Entry, Journal, Level};
use crate::storage::{DiaryEntry, Origin, Storage, StreamKey};
use crate::web::Face;

/// Lines of earlier runs that are read at the start; the journal holds no more in memory.
const EARLIER: u32 = 500;

/// Uses of stream keys that wait to be written down. Threat: encoders that connect faster than the disk writes.
const MAX_USES: usize = 16;

/// Who carries words between storage and the other rooms.
#[derive(Debug)]
pub struct Keeper {
    storage: Storage,
    journal: Journal,
    news: broadcast::Receiver<Entry>,
    /// The newest line that is on the disk.
    kept: i64,
    used: mpsc::Receiver<i64>,
    face: watch::Sender<Face>,
    grace: watch::Sender<Duration>,
    sharing: Sharing,
    archiving: Archiving,
    warning: Option<String>,
}

/// What the other rooms get of it.
#[derive(Debug)]
pub struct Told {
    /// What the dashboard shows of the settings.
    pub face: watch::Receiver<Face>,
    /// How long an event waits for its encoder.
    pub grace: watch::Receiver<Duration>,
    /// Where the uses of stream keys are reported.
    pub used: mpsc::Sender<i64>,
}

impl Keeper {
    /// A keeper. Lines of earlier runs are put into the journal.
    pub async fn new(
        storage: Storage,
        journal: Journal,
        origin: &Origin,
        (sharing, archiving): (Sharing, Archiving),
    ) -> anyhow::Result<(Self, Told)> {
        let earlier = storage.diary(None, EARLIER).await.context("the log of earlier runs cannot be read")?;
        let kept = earlier.first().map_or(0, |entry| entry.id);
        journal.load(earlier.into_iter().map(entry).collect());
        let warning = warning(origin);
        let (face, face_receiver) = watch::channel(look(&storage, warning.clone()));
        let (grace, grace_receiver) = watch::channel(grace_of(&storage));
        let (used_sender, used) = mpsc::channel(MAX_USES);
        let news = journal.news();
        let keeper = Keeper { storage, journal, news, kept, used, face, grace, sharing, archiving, warning };
        Ok((keeper, Told { face: face_receiver, grace: grace_receiver, used: used_sender }))
    }

    /// Carries until `stop`, then writes down what is left of the log.
    pub async fn run(mut self, stop: CancellationToken) {
        let (mut settings, mut claimed) = (self.storage.settings(), self.storage.claimed());
        let mut keys = self.storage.stream_keys();
        // What was set before anybody listened.
        self.tell();
        self.keep_lines().await;
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                Ok(()) = settings.changed() => self.tell(),
                Ok(()) = claimed.changed() => self.tell(),
                Ok(()) = keys.changed() => self.tell(),
                Some(key) = self.used.recv() => self.keep_use(key).await,
                // Whatever was missed is read from the journal itself.
                _ = self.news.recv() => self.keep_lines().await,
            }
        }
        self.keep_lines().await;
    }

    fn tell(&self) {
        let face = look(&self.storage, self.warning.clone());
        self.face.send_if_modified(|known| std::mem::replace(known, face.clone()) != face);
        let grace = grace_of(&self.storage);
        self.grace.send_if_modified(|known| std::mem::replace(known, grace) != grace);
        let settings = Arc::clone(&self.storage.settings().borrow());
        self.sharing.tell(&settings);
        self.archiving.tell(&settings);
    }

    async fn keep_use(&self, key: i64) {
        if let Err(error) = self.storage.stream_key_used(key, now()).await {
            log::debug!(error:% = error; "the use of a stream key was not written down");
        }
    }

    async fn keep_lines(&mut self) {
        for entry in self.journal.after(self.kept) {
            let id = entry.id;
            let line = DiaryEntry {
                id,
                at: entry.at,
                level: entry.level.word().to_owned(),
                text: entry.text,
                more: entry.more,
            };
            if let Err(error) = self.storage.add_diary(line).await {
                // It stays in memory, and is tried again with the next line.
                log::debug!(error:% = error; "a line of the operator's log was not written down");
                return;
            }
            self.kept = id;
        }
    }
}

fn entry(line: DiaryEntry) -> Entry {
    let DiaryEntry { id, at, level, text, more } = line;
    Entry { id, at, level: Level::from_word(&level), text, more }
}

fn look(storage: &Storage, warning: Option<String>) -> Face {
    let settings = Arc::clone(&storage.settings().borrow());
    let keys: Arc<[StreamKey]> = Arc::clone(&storage.stream_keys().borrow());
    Face {
        claimed: *storage.claimed().borrow(),
        has_key: !keys.is_empty(),
        title: settings.page.value.title.clone(),
        seeds: settings.sharing.value.seed,
        password: settings.viewers.value.password_hash.is_some(),
        egress_budget: settings.machine.value.egress_budget,
        warning,
    }
}

fn grace_of(storage: &Storage) -> Duration {
    Duration::from_secs(u64::from(storage.settings().borrow().stream.value.grace_seconds))
}

/// What is wrong with the database for as long as the program runs.
fn warning(origin: &Origin) -> Option<String> {
    match origin {
        Origin::Known | Origin::Fresh => None,
        Origin::Replaced(aside) => Some(format!(
            "The settings were damaged and began anew; the old file is kept as {}.",
            aside.display()
        )),
        Origin::Memory(_) => Some(String::from(
            "The disk cannot be written: what you set now is forgotten at the next start. Free it or change the card.",
        )),
    }
}
