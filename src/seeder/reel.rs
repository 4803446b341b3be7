//! One rendition's torrents: its segments, its rolling bundles, its closed chunks, over bytes that exist already.
//!
//! ```text
//!  segments   ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░▶   one torrent each, while the window has them
//!  bundles            ├──── the last 5 minutes ────┤   every minute; the last three are seeded
//!  chunks     ├─ 1 ─┤├─ 2 ─┤├─ 3 ─┤├─ 4 ─┤          closed, never changed; while a bundle's span reaches them
//! ```

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;

use super::catalogue::{Kind, Seed};
use super::folder;
use super::settings::Settings;
use crate::bittorrent::{Content, Layout, MetainfoError, Torrent, VirtualFile};
use crate::hls::MediaUri;
use crate::stream::{RenditionId, Segment};
use crate::time::MediaTime;

/// The first bundle comes early, so that whoever opens the list in the first minute finds something that plays.
const FIRST_BUNDLE: MediaTime = MediaTime::from_millis(10_000);

/// The bundle's file: what Stremio's engine was seen to play.
const BUNDLE: &str = "live.ts";

/// The folder's name.
const FOLDER: &str = "live";

/// A segment that a torrent of several still needs.
#[derive(Debug)]
struct Kept {
    segment: Arc<Segment>,
    /// Its MPEG-TS.
    stream: Option<Bytes>,
}

/// What is seeded of one rendition.
#[derive(Debug)]
pub struct Reel {
    id: RenditionId,
    kept: VecDeque<Kept>,
    /// The first segment that is still in the live window.
    oldest: u64,
    segments: VecDeque<Arc<Seed>>,
    /// The seeds of each bundle: a file and a folder, or the folder alone.
    bundles: VecDeque<Vec<Arc<Seed>>>,
    chunks: VecDeque<Arc<Seed>>,
    /// Media since the last bundle, and whether there was one.
    since_bundle: MediaTime,
    had_bundle: bool,
    /// The first segment of the chunk that is not closed yet.
    chunk_from: Option<u64>,
}

impl Reel {
    /// Nothing yet.
    pub fn new(id: RenditionId) -> Self {
        Reel {
            id,
            kept: VecDeque::new(),
            oldest: 0,
            segments: VecDeque::new(),
            bundles: VecDeque::new(),
            chunks: VecDeque::new(),
            since_bundle: MediaTime::ZERO,
            had_bundle: false,
            chunk_from: None,
        }
    }

    /// Its rendition.
    pub fn id(&self) -> RenditionId {
        self.id
    }

    /// Adds a sealed segment; makes what is due.
    pub fn push(&mut self, settings: &Settings, segment: Arc<Segment>, stream: Option<Bytes>, oldest: u64) {
        self.oldest = oldest;
        while self.segments.front().is_some_and(|seed| seed.segments.0 < oldest) {
            evict(self.segments.pop_front());
        }
        let msn = segment.msn;
        let bytes = VirtualFile::new(segment.parts.iter().map(|part| part.bytes.clone()));
        let made = single(&MediaUri::Segment(msn).to_string(), bytes);
        self.segments.extend(self.seed(Kind::Segment, (msn, msn), made));
        self.since_bundle += segment.duration();
        if self.chunk_from.is_none() {
            self.chunk_from = Some(msn);
        }
        self.kept.push_back(Kept { segment, stream });
        if self.chunk_length() >= settings.chunk {
            self.close_chunk();
        }
        let every = if self.had_bundle { settings.bundle_every } else { FIRST_BUNDLE };
        if self.since_bundle >= every {
            self.bundle(settings);
        }
        self.trim(settings);
    }

    /// The rendition is complete.
    pub fn end(&mut self, settings: &Settings) {
        if self.chunk_length() > MediaTime::ZERO {
            self.close_chunk();
        }
        if self.since_bundle > MediaTime::ZERO {
            self.bundle(settings);
        }
        self.trim(settings);
    }

    /// Lets go of everything.
    pub fn clear(&mut self) {
        self.segments.drain(..).chain(self.chunks.drain(..)).for_each(|seed| evict(Some(seed)));
        self.bundles.drain(..).flatten().for_each(|seed| evict(Some(seed)));
        self.kept.clear();
    }

    /// Bytes that are here because of torrents alone: MPEG-TS, and segments that the window has let go of.
    pub fn bytes(&self) -> usize {
        self.kept.iter().map(|kept| self.bytes_of(kept)).sum()
    }

    fn bytes_of(&self, kept: &Kept) -> usize {
        let beyond = if kept.segment.msn < self.oldest { kept.segment.size() } else { 0 };
        kept.stream.as_ref().map_or(0, Bytes::len) + beyond
    }

    /// What a bundle may take of the memory: the rest is for what comes until the next one.
    fn room(&self, settings: &Settings) -> usize {
        let all = length(self.kept.iter()).millis().max(1).unsigned_abs();
        let share = settings.bundle_every.millis().unsigned_abs().min(all);
        let bytes = u64::try_from(self.bytes()).unwrap_or(u64::MAX).saturating_mul(share) / all;
        let coming = usize::try_from(bytes).unwrap_or(usize::MAX);
        settings.memory.saturating_sub(coming).max(settings.memory / 2)
    }

    /// Lets go of the oldest that can be spared: bundles but the last, then the oldest segment with whatever needs it.
    /// `false`: nothing is left.
    pub fn shrink(&mut self) -> bool {
        let first = self.kept.front().map(|kept| kept.segment.msn);
        if self.bundles.len() > 1 {
            self.drop_bundle();
            return true;
        }
        let Some(first) = first else { return false };
        self.kept.pop_front();
        self.let_go_before(first + 1);
        if self.chunk_from.is_some_and(|from| from <= first) {
            self.chunk_from = Some(first + 1);
        }
        true
    }

    /// All seeds.
    pub fn seeds(&self) -> impl Iterator<Item = &Arc<Seed>> {
        self.segments.iter().chain(&self.chunks).chain(self.bundles.iter().flatten())
    }

    fn seed(
        &self,
        kind: Kind,
        segments: (u64, u64),
        made: Result<Content, MetainfoError>,
    ) -> Option<Arc<Seed>> {
        match made {
            Ok(content) => Some(Seed::new(kind, self.id, segments, content)),
            Err(error) => {
                log::warn!(segment = segments.0, error:% = error; "no torrent could be made");
                None
            }
        }
    }

    fn chunk_length(&self) -> MediaTime {
        let from = self.chunk_from.unwrap_or(u64::MAX);
        length(self.kept.iter().filter(|kept| kept.segment.msn >= from))
    }

    fn close_chunk(&mut self) {
        let Some(from) = self.chunk_from.take() else { return };
        let kept: Vec<&Kept> = self.kept.iter().filter(|kept| kept.segment.msn >= from).collect();
        let (Some(first), Some(last)) = (kept.first(), kept.last()) else { return };
        let range = (first.segment.msn, last.segment.msn);
        let name = format!("live-{}-{}-{}", self.id, range.0, range.1);
        let made = match stream(&kept) {
            Some(file) => single(&format!("{name}.ts"), file),
            None => folder::make(&name, &segments(&kept)),
        };
        self.chunks.extend(self.seed(Kind::Chunk, range, made));
    }

    fn bundle(&mut self, settings: &Settings) {
        self.since_bundle = MediaTime::ZERO;
        self.had_bundle = true;
        let (mut span, mut left) = (MediaTime::ZERO, self.room(settings));
        let mut kept: Vec<&Kept> = Vec::new();
        for one in self.kept.iter().rev() {
            span += one.segment.duration();
            let size = self.bytes_of(one);
            if span > settings.bundle_span || size > left {
                break;
            }
            left -= size;
            kept.insert(0, one);
        }
        let (Some(first), Some(last)) = (kept.first(), kept.last()) else { return };
        let range = (first.segment.msn, last.segment.msn);
        let mut seeds = Vec::new();
        if let Some(file) = stream(&kept) {
            seeds.extend(self.seed(Kind::Bundle, range, single(BUNDLE, file)));
        }
        seeds.extend(self.seed(Kind::Folder, range, folder::make(FOLDER, &segments(&kept))));
        self.bundles.push_back(seeds);
        while self.bundles.len() > settings.bundles.max(1) {
            self.drop_bundle();
        }
    }

    /// Lets go of what no bundle needs, now or next time, and of the chunks that began before.
    fn trim(&mut self, settings: &Settings) {
        let bundled = self.bundles.iter().flatten().map(|seed| seed.segments.0).min().unwrap_or(u64::MAX);
        let mut all = length(self.kept.iter());
        while let Some(first) = self.kept.front() {
            let rest = all - first.segment.duration();
            let open = self.chunk_from.is_some_and(|from| from <= first.segment.msn);
            if rest < settings.bundle_span || first.segment.msn >= bundled || open {
                break;
            }
            all = rest;
            self.kept.pop_front();
        }
        self.let_go_before(self.kept.front().map_or(0, |kept| kept.segment.msn));
    }

    /// Lets go of the oldest bundle.
    fn drop_bundle(&mut self) {
        self.bundles.pop_front().into_iter().flatten().for_each(|seed| evict(Some(seed)));
    }

    /// Lets go of all that needs a segment before `msn`.
    fn let_go_before(&mut self, msn: u64) {
        while self.chunks.front().is_some_and(|seed| seed.segments.0 < msn) {
            evict(self.chunks.pop_front());
        }
        while self.bundles.front().is_some_and(|seeds| seeds.iter().any(|seed| seed.segments.0 < msn)) {
            self.drop_bundle();
        }
    }
}

fn evict(seed: Option<Arc<Seed>>) {
    if let Some(seed) = seed {
        seed.evicted.cancel();
    }
}

fn length<'a>(kept: impl Iterator<Item = &'a Kept>) -> MediaTime {
    kept.fold(MediaTime::ZERO, |sum, kept| sum + kept.segment.duration())
}

fn segments(kept: &[&Kept]) -> Vec<Arc<Segment>> {
    kept.iter().map(|kept| Arc::clone(&kept.segment)).collect()
}

/// The segments' MPEG-TS put together; `None` when one has none.
fn stream(kept: &[&Kept]) -> Option<VirtualFile> {
    kept.iter().map(|kept| kept.stream.clone()).collect::<Option<Vec<Bytes>>>().map(VirtualFile::new)
}

fn single(name: &str, file: VirtualFile) -> Result<Content, MetainfoError> {
    let torrent = Torrent::make(name, Layout::Single, &file)?;
    Ok(Content { torrent, file: file.into() })
}
