//! Rendered playlists: each version of a window becomes text once, however many viewers wait for it.
//!
//! The first reader of a version renders it, so a stream that nobody watches costs nothing; the others share
//! its bytes.

use std::collections::HashMap;
use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::archive::Rewind;
use crate::hls::MediaPlaylist;
use crate::stream::{KeptSegment, RenditionId, Window};

/// Renditions that are remembered; there are rarely more than one or two.
const MAX_RENDITIONS: usize = 8;

/// A playlist as it is sent.
#[derive(Debug, Default)]
pub struct Text {
    plain: OnceLock<Bytes>,
    gzip: OnceLock<Bytes>,
}

impl Text {
    /// The bytes; rendered by whoever asks first.
    pub fn get(&self, gzip: bool, render: impl FnOnce() -> String) -> Bytes {
        let plain = self.plain.get_or_init(|| Bytes::from(render()));
        if gzip { self.gzip.get_or_init(|| compress(plain)).clone() } else { plain.clone() }
    }
}

/// The bodies of one version of one window.
#[derive(Debug)]
pub struct Bodies {
    window: Arc<Window>,
    /// What stands before the window's own segments.
    past: Vec<KeptSegment>,
    full: Text,
    delta: Text,
}

impl Bodies {
    /// The playlist: a delta update when `skip` is asked for and one can be made, compressed if `gzip`.
    pub fn get(&self, skip: bool, gzip: bool) -> Bytes {
        let playlist = MediaPlaylist { past: &self.past, ..MediaPlaylist::new(&self.window) };
        if skip && playlist.can_skip() {
            return self.delta.get(gzip, || playlist.render_delta());
        }
        self.full.get(gzip, || playlist.render())
    }
}

/// The newest bodies of each rendition.
#[derive(Debug, Default)]
pub struct PlaylistCache(Mutex<HashMap<RenditionId, Arc<Bodies>>>);

impl PlaylistCache {
    /// An empty cache.
    pub fn new() -> Self {
        PlaylistCache::default()
    }

    /// The bodies of `window`; they are rendered when they are first read, outside of the lock.
    pub fn bodies(&self, window: Arc<Window>, rewind: &Rewind) -> Arc<Bodies> {
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bodies) = cache.get(&window.id())
            && bodies.window.version() == window.version()
        {
            return Arc::clone(bodies);
        }
        if cache.len() >= MAX_RENDITIONS {
            cache.clear();
        }
        let id = window.id();
        let past = rewind.past(&window);
        let bodies = Arc::new(Bodies { window, past, full: Text::default(), delta: Text::default() });
        cache.insert(id, Arc::clone(&bodies));
        bodies
    }
}

fn compress(plain: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 4), Compression::new(4));
    // Writing into memory cannot fail; were it to, the empty body would show at once.
    let written = encoder.write_all(plain).and_then(|()| encoder.finish());
    written.map(Bytes::from).unwrap_or_default()
}
