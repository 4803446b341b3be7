//! Looks at every playlist of a bucket whenever one was written or anything was deleted: at no other moment can one
//! become wrong. Written apart from the box's own code, so that it can disagree.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

#[derive(Default)]
pub struct Watcher {
    live: HashMap<String, Seen>,
    wrong: Vec<String>,
}

/// What a live playlist said until now.
#[derive(Default)]
struct Seen {
    sequence: u64,
    ended: bool,
    segments: BTreeMap<u64, Named>,
}

/// What a number stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Named {
    uri: String,
    init: String,
    /// The discontinuity sequence number of the segment.
    run: u64,
}

impl Watcher {
    /// What was wrong until now.
    pub fn wrong(&self) -> &[String] {
        &self.wrong
    }

    /// Something was put under a key.
    pub fn written(&mut self, root: &Path, key: &str) {
        if !key.ends_with(".m3u8") {
            return;
        }
        self.look(root, key);
        let text = std::fs::read_to_string(root.join(key)).unwrap_or_default();
        if text.contains("#EXT-X-GAP") {
            self.wrong.push(format!("{key} has a gap: {text}"));
        }
        // Events that are over may be written anew with other numbers; what is on air may not.
        if text.contains("#EXTINF") && !text.contains("PLAYLIST-TYPE") {
            self.compare(key, &text);
        }
    }

    /// Looks at every playlist there.
    pub fn look_at_all(&mut self, root: &Path) {
        let mut files = Vec::new();
        files_in(root, &mut files);
        for file in files.iter().filter(|file| file.extension().is_some_and(|end| end == "m3u8")) {
            let key = file.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            self.look(root, &key);
        }
    }

    fn look(&mut self, root: &Path, key: &str) {
        let path = root.join(key);
        let folder = path.parent().unwrap();
        let read = || std::fs::read_to_string(&path).unwrap_or_default();
        for name in names(&read()).filter(|name| !resolve(folder, name).exists()) {
            // It may have been written anew, or deleted, since it was read.
            if names(&read()).any(|still| still == name) {
                self.wrong.push(format!("{key} names {name}, which is not there"));
            }
        }
    }

    fn compare(&mut self, key: &str, text: &str) {
        let seen = self.live.entry(key.to_owned()).or_default();
        let now = parse(text);
        if now.sequence < seen.sequence {
            self.wrong.push(format!("{key} went back from {} to {}", seen.sequence, now.sequence));
        }
        if seen.ended && !now.ended {
            self.wrong.push(format!("{key} went on after its end"));
        }
        for (number, named) in now.segments {
            let before = seen.segments.entry(number).or_insert_with(|| named.clone());
            if *before != named {
                self.wrong.push(format!("{key}: {number} was {before:?} and is {named:?}"));
            }
        }
        (seen.sequence, seen.ended) = (now.sequence, now.ended);
    }
}

fn parse(text: &str) -> Seen {
    let mut seen = Seen::default();
    let (mut init, mut run, mut number) = (String::new(), 0, 0);
    for line in text.lines() {
        let (tag, value) = line.split_once(':').unwrap_or((line, ""));
        match tag {
            "#EXT-X-MEDIA-SEQUENCE" => number = value.parse().unwrap(),
            "#EXT-X-DISCONTINUITY-SEQUENCE" => run = value.parse().unwrap(),
            "#EXT-X-DISCONTINUITY" => run += 1,
            "#EXT-X-ENDLIST" => seen.ended = true,
            "#EXT-X-MAP" => init = value.to_owned(),
            _ if line.starts_with('#') || line.is_empty() => {}
            uri => {
                let uri = uri.to_owned();
                seen.segments.insert(number, Named { uri, init: init.clone(), run });
                number += 1;
            }
        }
    }
    let first = seen.segments.keys().next().copied();
    seen.sequence = first.unwrap_or(number);
    seen
}

fn files_in(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.path() {
            path if path.is_dir() => files_in(&path, files),
            path => files.push(path),
        }
    }
}

/// What a playlist names.
pub fn names(text: &str) -> impl Iterator<Item = String> {
    let of_line = |line: &str| match line.split_once("URI=\"") {
        Some((_, uri)) => uri.split('"').next().map(String::from),
        None => (!line.starts_with('#') && !line.is_empty()).then(|| line.to_owned()),
    };
    text.lines().filter_map(of_line).collect::<Vec<_>>().into_iter()
}

fn resolve(folder: &Path, name: &str) -> PathBuf {
    let mut path = folder.to_owned();
    for part in name.split('/') {
        match part {
            ".." => assert!(path.pop()),
            part => path.push(part),
        }
    }
    path
}
