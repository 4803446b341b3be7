//! The operator's log itself: bounded, numbered, and heard by whoever subscribes.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::broadcast;

use super::{Entry, Level, Note};
use crate::time::unix_millis;

/// Lines in memory: an evening's. Threat: an encoder that comes and goes for days.
const MAX_ENTRIES: usize = 500;

/// The same refusal of one address is said once in this time. Threat: an encoder that tries a wrong key every two
/// seconds pushes all else out of the log.
const HUSH: Duration = Duration::from_secs(60);

/// Addresses whose refusals are remembered. Threat: a range of addresses tries keys; beyond the limit they are
/// refused and not mentioned.
const MAX_HUSHED: usize = 256;

/// News that a slow listener may lag behind; it reads the rest with [`Journal::after`].
const MAX_NEWS: usize = 64;

/// The operator's log; clones write into the same one.
#[derive(Clone, Debug)]
pub struct Journal(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    lines: Mutex<Lines>,
    news: broadcast::Sender<Entry>,
}

#[derive(Debug)]
struct Lines {
    entries: VecDeque<Entry>,
    next: i64,
    hushed: HashMap<(&'static str, IpAddr), SystemTime>,
}

/// A page of the log, newest first.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Page {
    /// Its lines.
    pub entries: Vec<Entry>,
    /// There are older ones in memory.
    pub more: bool,
}

impl Default for Journal {
    fn default() -> Self {
        Journal::new()
    }
}

impl Journal {
    /// An empty log.
    pub fn new() -> Self {
        let (news, _) = broadcast::channel(MAX_NEWS);
        let lines = Lines { entries: VecDeque::new(), next: 1, hushed: HashMap::new() };
        Journal(Arc::new(Shared { lines: Mutex::new(lines), news }))
    }

    /// Puts lines of earlier runs before what was noted until now; numbers go on behind theirs. For the start,
    /// before anybody reads.
    pub fn load(&self, mut earlier: Vec<Entry>) {
        earlier.sort_by_key(|entry| entry.id);
        let mut lines = self.lines();
        let offset = earlier.last().map_or(0, |entry| entry.id);
        let noted = std::mem::take(&mut lines.entries);
        lines.entries.extend(earlier);
        lines.entries.extend(noted.into_iter().map(|entry| Entry { id: entry.id + offset, ..entry }));
        lines.next += offset;
        lines.trim();
    }

    /// Writes a line, into the program's log as well.
    pub fn note(&self, note: Note) {
        self.note_at(&note, SystemTime::now());
    }

    fn note_at(&self, note: &Note, now: SystemTime) {
        let mut lines = self.lines();
        if let Some(source) = note.repeats_by()
            && !lines.may_say(source, now)
        {
            return;
        }
        let words = note.words();
        let level = match words.level {
            Level::Info | Level::Good => log::Level::Info,
            Level::Warn | Level::Bad => log::Level::Warn,
        };
        match &words.more {
            Some(more) => log::log!(level, "{} {more}", words.text),
            None => log::log!(level, "{}", words.text),
        }
        let entry = Entry {
            id: lines.next,
            at: unix_millis(now),
            level: words.level,
            text: words.text,
            more: words.more,
        };
        lines.next += 1;
        lines.entries.push_back(entry.clone());
        lines.trim();
        // Told under the lock, so that news come in the order of their numbers. Nobody may be listening.
        let _ = self.0.news.send(entry);
    }

    /// The newest lines, newest first.
    pub fn recent(&self, count: usize) -> Vec<Entry> {
        self.lines().entries.iter().rev().take(count).cloned().collect()
    }

    /// Lines before the one numbered so (or the newest), newest first.
    pub fn before(&self, id: Option<i64>, count: usize) -> Page {
        let lines = self.lines();
        let mut older = lines.entries.iter().rev().filter(|entry| id.is_none_or(|id| entry.id < id));
        let entries = older.by_ref().take(count).cloned().collect();
        Page { entries, more: older.next().is_some() }
    }

    /// Lines after the one numbered so, oldest first: for a listener that lagged behind, or keeps them.
    pub fn after(&self, id: i64) -> Vec<Entry> {
        self.lines().entries.iter().filter(|entry| entry.id > id).cloned().collect()
    }

    /// Every line from now on. A listener that lags behind goes on with [`Journal::after`].
    pub fn news(&self) -> broadcast::Receiver<Entry> {
        self.0.news.subscribe()
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        // Nothing in here can panic half-way.
        self.0.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lines {
    fn trim(&mut self) {
        while self.entries.len() > MAX_ENTRIES {
            self.entries.pop_front();
        }
    }

    fn may_say(&mut self, source: (&'static str, IpAddr), now: SystemTime) -> bool {
        // A clock that was set back makes a line old, not eternal.
        let recent = |said: &SystemTime| now.duration_since(*said).is_ok_and(|since| since < HUSH);
        if self.hushed.get(&source).is_some_and(recent) {
            return false;
        }
        if self.hushed.len() >= MAX_HUSHED {
            self.hushed.retain(|_, said| recent(said));
        }
        let room = self.hushed.len() < MAX_HUSHED;
        if room {
            self.hushed.insert(source, now);
        }
        room
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    fn wrong_key(last: u8) -> Note {
        Note::WrongKey { address: IpAddr::V4(Ipv4Addr::new(192, 0, 2, last)) }
    }

    fn old(id: i64) -> Entry {
        Entry { id, at: 0, level: Level::Info, text: String::from("old"), more: None }
    }

    #[test]
    fn a_wrong_key_is_said_once_a_minute_and_address() {
        let (journal, now) = (Journal::new(), SystemTime::now());
        for second in 0..60 {
            journal.note_at(&wrong_key(1), now + Duration::from_secs(second));
        }
        journal.note_at(&wrong_key(2), now);
        assert_eq!(journal.recent(9).len(), 2);
        journal.note_at(&wrong_key(1), now + HUSH);
        assert_eq!(journal.recent(9).len(), 3);
    }

    #[test]
    fn a_thousand_addresses_do_not_fill_the_log() {
        let (journal, now) = (Journal::new(), SystemTime::now());
        for address in 0..1_000_u32 {
            journal.note_at(&Note::LogInFailed { address: IpAddr::V4(Ipv4Addr::from(address)) }, now);
        }
        assert_eq!(journal.after(0).len(), MAX_HUSHED);
    }

    #[test]
    fn numbers_go_on_behind_those_of_earlier_runs() {
        let journal = Journal::new();
        journal.note(Note::Started { version: "1" });
        journal.load(vec![old(8), old(7)]);
        journal.note(Note::TooLittle);
        let ids: Vec<i64> = journal.after(0).iter().map(|entry| entry.id).collect();
        assert_eq!(ids, [7, 8, 9, 10]);
    }

    #[test]
    fn a_page_says_whether_there_is_more() {
        let journal = Journal::new();
        journal.load((1..=520).map(old).collect());
        let page = journal.before(Some(22), 50);
        assert_eq!((page.entries.len(), page.entries[0].id, page.more), (1, 21, false));
        let page = journal.before(None, 50);
        assert_eq!((page.entries.len(), page.entries[0].id, page.more), (50, 520, true));
    }

    #[test]
    fn who_listens_hears_each_line_in_its_order() {
        let journal = Journal::new();
        let mut news = journal.news();
        journal.note(Note::OnAir { encoder: Some(String::from("OBS 31.0")), address: None });
        journal.note(Note::EncoderGone { grace: 120 });
        assert_eq!(news.try_recv().unwrap().text, "On air from OBS 31.0.");
        let gone = news.try_recv().unwrap();
        assert_eq!((gone.id, gone.level), (2, Level::Warn));
        assert!(gone.more.unwrap().contains("2 minutes"));
    }

    #[test]
    fn a_line_is_sent_as_the_page_expects_it() {
        let sent = serde_json::to_string(&Entry { level: Level::Bad, ..old(3) }).unwrap();
        assert_eq!(sent, r#"{"id":3,"at":0,"level":"bad","text":"old","more":null}"#);
    }
}
