//! What a box that was killed has in its database and on its disk, and whether the two agree.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use tempfile::TempDir;

use super::bucket::Bucket;
use super::oracle::Promises;

/// Files that may be there without a row when a box is killed: a segment and its initialization section that are just
/// being kept, and one that was just let go. More says that starts leave them behind.
const ON_THE_WAY: usize = 3;

pub struct Ledger {
    /// Size by path below the archive, of what lies on the disk by the rows.
    local: BTreeMap<PathBuf, u64>,
    /// Paths of initialization sections; they may go with the last segment.
    inits: BTreeSet<PathBuf>,
    /// Event, rendition and number of all segments that rows know.
    segments: BTreeSet<(u64, u8, u64)>,
    /// Size by key, of what lies in the bucket by the rows.
    done: BTreeMap<String, u64>,
    waiting: BTreeSet<String>,
    archive: PathBuf,
    _copy: TempDir,
}

impl Ledger {
    /// Of a box that is dead. A copy is read: whoever opens the database itself puts it in order.
    pub fn read(data: &Path) -> Self {
        let copy = tempfile::tempdir().unwrap();
        for file in ["venuebox.db", "venuebox.db-wal"] {
            // What was all written back has no log.
            let _ = std::fs::copy(data.join(file), copy.path().join(file));
        }
        let database = Connection::open(copy.path().join("venuebox.db")).unwrap();
        let mut ledger = Ledger {
            local: BTreeMap::new(),
            inits: BTreeSet::new(),
            segments: BTreeSet::new(),
            done: BTreeMap::new(),
            waiting: BTreeSet::new(),
            archive: data.join("archive"),
            _copy: copy,
        };
        let whole: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(whole, "ok");
        ledger.read_files(&database);
        ledger.read_uploads(&database);
        ledger
    }

    fn read_files(&mut self, database: &Connection) {
        let files =
            "SELECT epoch, event, rendition, msn, size, local FROM segments JOIN recordings USING (event)";
        let mut query = database.prepare(files).unwrap();
        let mut rows = query.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let (epoch, event, rendition): (String, i64, u8) =
                (row.get(0).unwrap(), row.get(1).unwrap(), row.get(2).unwrap());
            let (msn, size, local): (i64, i64, bool) =
                (row.get(3).unwrap(), row.get(4).unwrap(), row.get(5).unwrap());
            self.segments.insert((unsigned(event), rendition, unsigned(msn)));
            if local {
                let path = format!("{epoch}/{event}-{rendition}/{msn}.m4s");
                self.local.insert(path.into(), unsigned(size));
            }
        }
        let inits = "SELECT epoch, event, rendition, number, size, EXISTS (SELECT 1 FROM segments WHERE local
                     AND segments.event = inits.event AND segments.rendition = inits.rendition)
                     FROM inits JOIN recordings USING (event)";
        let mut query = database.prepare(inits).unwrap();
        let mut rows = query.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let (epoch, event, rendition): (String, i64, u8) =
                (row.get(0).unwrap(), row.get(1).unwrap(), row.get(2).unwrap());
            let (number, size, needed): (i64, i64, bool) =
                (row.get(3).unwrap(), row.get(4).unwrap(), row.get(5).unwrap());
            let path = PathBuf::from(format!("{epoch}/{event}-{rendition}/init-{number}.mp4"));
            self.inits.insert(path.clone());
            if needed {
                self.local.insert(path, unsigned(size));
            }
        }
    }

    fn read_uploads(&mut self, database: &Connection) {
        let mut query = database.prepare("SELECT key, size, state FROM uploads").unwrap();
        let mut rows = query.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let (key, size, state): (String, i64, String) =
                (row.get(0).unwrap(), row.get(1).unwrap(), row.get(2).unwrap());
            match state.as_str() {
                "done" => {
                    self.done.insert(key, unsigned(size));
                }
                "waiting" => {
                    self.waiting.insert(key);
                }
                state => panic!("{key} is {state}"),
            }
        }
    }

    /// Media files that lie on the disk by the rows, below the archive.
    pub fn local(&self) -> impl Iterator<Item = &Path> {
        self.local.keys().map(PathBuf::as_path)
    }

    /// Keys that wait.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Event, rendition and number of all segments that rows know, in order.
    pub fn segments(&self) -> &BTreeSet<(u64, u8, u64)> {
        &self.segments
    }

    /// Files, rows and the bucket agree, and nothing that was promised is missing.
    pub fn assert_keeps(&self, promises: &Promises, bucket: &Bucket) {
        for (path, size) in &self.local {
            let there = std::fs::metadata(self.archive.join(path)).map(|file| file.len()).ok();
            assert_eq!(there, Some(*size), "{}", path.display());
        }
        let missing: Vec<_> = promises.kept.difference(&self.segments).collect();
        assert!(missing.is_empty(), "kept, and no row knows them: {missing:?}");
        for key in &promises.uploaded {
            assert!(self.done.contains_key(key), "{key} was uploaded, and no row knows it");
        }
        for (key, size) in &self.done {
            let there = std::fs::metadata(bucket.path(&format!("live/{key}"))).map(|file| file.len()).ok();
            assert_eq!(there, Some(*size), "{key} is not in the bucket");
        }
        let strays = self.strays();
        assert!(strays.len() <= ON_THE_WAY, "files of which no row knows: {strays:?}");
    }

    /// Files of which no row knows, but for the index of a finished recording: it is made again where it is missing.
    pub fn strays(&self) -> Vec<PathBuf> {
        let mut strays = Vec::new();
        let entries = |folder: &Path| std::fs::read_dir(folder).into_iter().flatten().flatten();
        for epoch in entries(&self.archive) {
            for rendition in entries(&epoch.path()) {
                let files = entries(&rendition.path()).map(|file| file.path());
                strays.extend(files.filter(|file| {
                    let file = file.strip_prefix(&self.archive).unwrap();
                    let index = file.file_name().is_some_and(|name| name == "film" || name == "film.part");
                    !index && !self.local.contains_key(file) && !self.inits.contains(file)
                }));
            }
        }
        strays
    }
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap()
}
