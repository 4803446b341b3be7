//! Which playlists of the bucket have to be written, and in which order. Nothing of it is on the disk: after a start
//! everything that is not finished is written anew.
//!
//! ```text
//!   segments ─▶ media playlist ─▶ entrance            while the event is on air
//!   nothing waits ─▶ whole media playlists ─▶ their entrance ─▶ published
//! ```
//! Pure: what is in the bucket is told by whoever knows.

use std::collections::BTreeMap;

use super::variant::follow;
use crate::hls::multivariant;
use crate::storage::Unpublished;
use crate::stream::{Epoch, EventId, Rendition, RenditionId};

/// The entrance's key: what viewers without a box open.
pub(super) const ENTRANCE: &str = "stream.m3u8";

/// A playlist of the bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Playlist {
    /// The end of a rendition, while its event is on air.
    Live(RenditionId),
    /// The way to the newest event's renditions.
    Entrance(EventId),
    /// The whole of a rendition.
    Whole(RenditionId),
    /// The way to a finished event's renditions.
    WholeEntrance(EventId),
}

impl Playlist {
    /// Whose it is.
    pub fn event(self) -> EventId {
        match self {
            Playlist::Live(id) | Playlist::Whole(id) => id.event,
            Playlist::Entrance(event) | Playlist::WholeEntrance(event) => event,
        }
    }
}

/// The key of an event's media playlist.
pub(super) fn live_key(epoch: &str, id: RenditionId) -> String {
    format!("{epoch}/{id}/stream.m3u8")
}

/// The key of a finished event's media playlist.
pub(super) fn whole_key(epoch: &str, id: RenditionId) -> String {
    format!("/events/{epoch}-{}/{}.m3u8", id.event, id.rendition)
}

/// The key of a finished event's entrance.
pub(super) fn whole_entrance_key(epoch: &str, event: EventId) -> String {
    format!("/events/{epoch}-{event}/stream.m3u8")
}

/// A live playlist that was written.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Written {
    pub text: String,
    /// The last segment that it names.
    pub upto: u64,
    /// It has its end.
    pub complete: bool,
    pub variant: Option<Rendition>,
}

#[derive(Debug, Default)]
struct Leaf {
    dirty: bool,
    /// It is on its way.
    taken: bool,
    written: Option<Written>,
    variant: Option<Rendition>,
}

impl Leaf {
    /// Nothing more will be written of it.
    fn is_closed(&self) -> bool {
        !self.dirty && !self.taken && self.written.as_ref().is_none_or(|written| written.complete)
    }
}

#[derive(Debug)]
struct Volume {
    epoch: Epoch,
    over: bool,
    open: bool,
    leaves: BTreeMap<u8, Leaf>,
    /// The whole playlists that are there, with what their entrance says of them.
    whole: BTreeMap<u8, Option<Rendition>>,
}

/// The playlists of a bucket.
#[derive(Debug, Default)]
pub(super) struct Book {
    volumes: BTreeMap<EventId, Volume>,
    /// The entrance as it was last written, and whose it is.
    entrance: Option<(EventId, String)>,
}

impl Book {
    /// What is not finished. Events that are known and not among these are.
    pub fn update(&mut self, unpublished: &[Unpublished]) {
        self.volumes.retain(|event, _| unpublished.iter().any(|left| left.event == *event));
        for left in unpublished {
            let volume = self.volumes.entry(left.event).or_insert_with(|| Volume {
                epoch: left.epoch.clone(),
                over: left.over,
                open: left.open,
                leaves: BTreeMap::new(),
                whole: BTreeMap::new(),
            });
            for rendition in &left.renditions {
                volume.leaves.entry(*rendition).or_insert_with(|| Leaf { dirty: true, ..Leaf::default() });
            }
            let changed = volume.over != left.over || left.over && volume.open != left.open;
            (volume.over, volume.open) = (left.over, left.open);
            if changed {
                // It may get its end by this, or go on after all.
                volume.leaves.values_mut().for_each(|leaf| leaf.dirty = true);
                volume.whole.clear();
            }
        }
    }

    /// What is to be written now, the newest event's first.
    pub fn wanted(&self) -> Vec<Playlist> {
        let mut wanted = Vec::new();
        for (event, volume) in self.volumes.iter().rev() {
            let dirty = volume.leaves.iter().filter(|(_, leaf)| leaf.dirty);
            wanted.extend(dirty.map(|(rendition, _)| Playlist::Live(id(*event, *rendition))));
        }
        wanted.extend(self.wanted_entrance());
        for (event, volume) in &self.volumes {
            if !volume.over || volume.open || !volume.leaves.values().all(Leaf::is_closed) {
                continue;
            }
            let missing = volume.leaves.keys().filter(|rendition| !volume.whole.contains_key(rendition));
            let mut missing = missing.map(|rendition| Playlist::Whole(id(*event, *rendition))).peekable();
            if missing.peek().is_none() {
                wanted.push(Playlist::WholeEntrance(*event));
            }
            wanted.extend(missing);
        }
        wanted
    }

    fn wanted_entrance(&self) -> Option<Playlist> {
        for (event, volume) in self.volumes.iter().rev() {
            let leaves = || volume.leaves.values();
            if leaves().any(|leaf| leaf.written.is_some()) {
                let text = self.entrance(*event);
                let known = self.entrance.as_ref().is_some_and(|(_, known)| *known == text);
                return (!known).then_some(Playlist::Entrance(*event));
            }
            // It waits for the newest event, if that has anything.
            if leaves().any(|leaf| leaf.dirty) {
                return None;
            }
        }
        None
    }

    /// Its key in the bucket; `None` when it is not to be written any more.
    pub fn key(&self, playlist: Playlist) -> Option<String> {
        let epoch = self.volumes.get(&playlist.event())?.epoch.as_str();
        Some(match playlist {
            Playlist::Live(id) => live_key(epoch, id),
            Playlist::Entrance(_) => String::from(ENTRANCE),
            Playlist::Whole(id) => whole_key(epoch, id),
            Playlist::WholeEntrance(event) => whole_entrance_key(epoch, event),
        })
    }

    /// The first element of an event's keys.
    pub fn epoch(&self, event: EventId) -> Option<&Epoch> {
        self.volumes.get(&event).map(|volume| &volume.epoch)
    }

    /// The entrance to an event's live playlists, by those that are there.
    pub fn entrance(&self, event: EventId) -> String {
        let Some(volume) = self.volumes.get(&event) else { return String::new() };
        let there = volume.leaves.iter().filter(|(_, leaf)| leaf.written.is_some());
        let variants: Vec<Rendition> = there.filter_map(|(_, leaf)| leaf.variant.clone()).collect();
        multivariant::render(&variants, |id| live_key(volume.epoch.as_str(), id))
    }

    /// The entrance to a finished event; `None` when nothing of it is there.
    pub fn whole_entrance(&self, event: EventId) -> Option<String> {
        let whole = self.volumes.get(&event)?.whole.iter();
        let variants: Vec<Rendition> = whole.filter_map(|(_, variant)| variant.clone()).collect();
        let uri = |id: RenditionId| format!("{}.m3u8", id.rendition);
        (!variants.is_empty()).then(|| multivariant::render(&variants, uri))
    }

    /// The text of a live playlist as it was last written.
    pub fn text(&self, id: RenditionId) -> Option<&str> {
        Some(&self.leaf(id)?.written.as_ref()?.text)
    }

    /// Somebody writes it now, from what is known now.
    pub fn taken(&mut self, playlist: Playlist) {
        if let Playlist::Live(id) = playlist
            && let Some(leaf) = self.leaf_mut(id)
        {
            (leaf.dirty, leaf.taken) = (false, true);
        }
    }

    /// It was not written.
    pub fn failed(&mut self, playlist: Playlist) {
        if let Playlist::Live(id) = playlist {
            self.soil(id);
            self.live_empty(id);
        }
    }

    /// Nothing is there that a live playlist could name.
    pub fn live_empty(&mut self, id: RenditionId) {
        if let Some(leaf) = self.leaf_mut(id) {
            leaf.taken = false;
        }
    }

    /// A segment of it has arrived. It `joined` its live playlist, or did not.
    pub fn arrived(&mut self, id: RenditionId, joined: bool) {
        let over = self.volumes.get(&id.event).is_some_and(|volume| volume.over);
        if joined || over {
            self.soil(id);
        }
    }

    fn soil(&mut self, id: RenditionId) {
        if let Some(leaf) = self.leaf_mut(id) {
            leaf.dirty = true;
        }
    }

    /// A live playlist is there.
    pub fn live_written(&mut self, id: RenditionId, written: Written) {
        let Some(leaf) = self.leaf_mut(id) else { return };
        follow(&mut leaf.variant, written.variant.clone());
        leaf.taken = false;
        leaf.written = Some(written);
    }

    /// The entrance is there.
    pub fn entrance_written(&mut self, event: EventId, text: String) {
        self.entrance = Some((event, text));
    }

    /// A whole playlist is there, or there is nothing that it could name.
    pub fn whole_written(&mut self, id: RenditionId, variant: Option<Rendition>) {
        if let Some(volume) = self.volumes.get_mut(&id.event) {
            volume.whole.insert(id.rendition, variant);
        }
    }

    /// Nothing more is written of an event.
    pub fn finished(&mut self, event: EventId) {
        self.volumes.remove(&event);
    }

    /// An event disappears, and an entrance that led to it with it.
    pub fn forget(&mut self, event: EventId) {
        self.finished(event);
        self.entrance.take_if(|(whose, _)| *whose == event);
    }

    /// The last segment that each live playlist of the newest event on air names.
    pub fn edges(&self) -> Vec<(RenditionId, u64)> {
        let Some((event, volume)) = self.volumes.last_key_value().filter(|(_, volume)| !volume.over) else {
            return Vec::new();
        };
        let leaves = volume.leaves.iter();
        leaves
            .filter_map(|(rendition, leaf)| Some((id(*event, *rendition), leaf.written.as_ref()?.upto)))
            .collect()
    }

    /// An event is on air.
    pub fn on_air(&self) -> bool {
        self.volumes.values().any(|volume| !volume.over)
    }

    /// The newest event that is not finished.
    pub fn newest(&self) -> Option<EventId> {
        self.volumes.last_key_value().map(|(event, _)| *event)
    }

    fn leaf(&self, id: RenditionId) -> Option<&Leaf> {
        self.volumes.get(&id.event)?.leaves.get(&id.rendition)
    }

    fn leaf_mut(&mut self, id: RenditionId) -> Option<&mut Leaf> {
        self.volumes.get_mut(&id.event)?.leaves.get_mut(&id.rendition)
    }
}

fn id(event: EventId, rendition: u8) -> RenditionId {
    RenditionId { event, rendition }
}

#[cfg(test)]
#[path = "book_tests.rs"]
mod tests;
