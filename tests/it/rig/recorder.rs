//! Remembers what every URL of an event served, and finds the one that ever serves anything else.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::http::get;
use super::playlist::MediaPlaylist;

#[derive(Default)]
pub struct Recorder {
    /// URLs and the hashes of their bytes.
    seen: BTreeMap<String, [u8; 32]>,
}

impl Recorder {
    /// Fetches all that the playlist names, and compares it with what was fetched before.
    pub fn fetch(&mut self, playlist: &MediaPlaylist) {
        for segment in &playlist.segments {
            let parts = segment.parts.iter().map(|part| &part.uri);
            for uri in parts.chain(&segment.uri).chain([&segment.init]) {
                let url = playlist.resolve(uri);
                let response = get(&url);
                assert_eq!(response.status, 200, "{url}: {}", response.text());
                self.note(&url, &response.body);
            }
        }
    }

    /// A URL served these bytes.
    pub fn note(&mut self, url: &str, body: &[u8]) {
        let hash = Sha256::digest(body).into();
        let before = *self.seen.entry(url.to_owned()).or_insert(hash);
        assert_eq!(before, hash, "{url} serves other bytes than before");
    }

    /// All that this playlist names is there, and so is all that was seen before.
    pub fn finds_all(&mut self, playlist: &MediaPlaylist) {
        self.fetch(playlist);
        assert_eq!(self.ask_again(), self.seen.len(), "what was named is still there");
    }

    /// Asks for everything again: it is what it was, or is not there any more. Says how many are there.
    pub fn ask_again(&self) -> usize {
        let mut there = 0;
        for (url, before) in &self.seen {
            let response = get(url);
            if response.status == 200 {
                let hash: [u8; 32] = Sha256::digest(&response.body).into();
                assert_eq!(*before, hash, "{url} serves other bytes than before");
                there += 1;
            }
        }
        there
    }
}
