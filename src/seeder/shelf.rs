//! All reels, within the seeder's share of memory.

use std::sync::Arc;

use bytes::Bytes;

use super::catalogue::Seed;
use super::reel::Reel;
use super::settings::Settings;
use crate::stream::{RenditionId, Segment};

/// What is seeded, by rendition.
#[derive(Debug)]
pub struct Shelf {
    settings: Settings,
    /// Oldest event first.
    reels: Vec<Reel>,
}

impl Shelf {
    /// An empty shelf.
    pub fn new(settings: Settings) -> Self {
        Shelf { settings, reels: Vec::new() }
    }

    /// What is made from now on follows these.
    pub fn set(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// Adds a sealed segment and, where it could be made, its MPEG-TS. `oldest` is the first that is still in its window.
    pub fn push(
        &mut self,
        rendition: RenditionId,
        segment: Arc<Segment>,
        stream: Option<Bytes>,
        oldest: u64,
    ) {
        let at = self.reels.iter().position(|reel| reel.id() == rendition).unwrap_or_else(|| {
            self.reels.push(Reel::new(rendition));
            self.reels.sort_by_key(Reel::id);
            self.reels.iter().position(|reel| reel.id() == rendition).unwrap_or_default()
        });
        if let Some(reel) = self.reels.get_mut(at) {
            reel.push(&self.settings, segment, stream, oldest);
        }
        self.shrink();
    }

    /// The rendition's playlist is complete: its last bundle and chunk are made.
    pub fn end(&mut self, rendition: RenditionId) {
        for reel in self.reels.iter_mut().filter(|reel| reel.id() == rendition) {
            reel.end(&self.settings);
        }
        self.shrink();
    }

    /// Lets go of a rendition's torrents.
    pub fn remove(&mut self, rendition: RenditionId) {
        self.reels.retain_mut(|reel| {
            let gone = reel.id() == rendition;
            if gone {
                reel.clear();
            }
            !gone
        });
    }

    /// Bundles and chunks go before the live window does, the oldest event's first.
    fn shrink(&mut self) {
        while self.reels.iter().map(Reel::bytes).sum::<usize>() > self.settings.memory {
            if !self.reels.iter_mut().any(Reel::shrink) {
                return;
            }
        }
    }

    /// All that is seeded.
    pub fn seeds(&self) -> impl Iterator<Item = Arc<Seed>> {
        self.reels.iter().flat_map(Reel::seeds).cloned()
    }
}

#[cfg(test)]
#[path = "shelf_tests.rs"]
mod tests;
