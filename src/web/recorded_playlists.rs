//! Playlists of finished recordings: written once, however many watch.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use super::playlist_cache::Text;
use crate::archive::{Library, Stored, StoredRendition};
use crate::hls::{multivariant, stored_playlist};
use crate::storage::{Recording, StorageError};
use crate::stream::Rendition;

/// Recordings that are remembered. Threat: the playlist of twelve hours is 2 MB and twenty thousand rows, and anybody
/// may ask for it.
const RECORDINGS: usize = 4;

/// The playlists of one recording.
#[derive(Debug)]
pub struct Playlists {
    stored: Stored,
    entrance: Text,
    media: Vec<Text>,
}

impl Playlists {
    fn new(stored: Stored) -> Self {
        let media = stored.renditions.iter().map(|_| Text::default()).collect();
        Playlists { stored, entrance: Text::default(), media }
    }

    /// A playlist by its name: `stream`, or a rendition's number.
    pub fn get(&self, name: &str, gzip: bool) -> Option<Bytes> {
        if name == "stream" {
            return Some(self.entrance.get(gzip, || self.entrance()));
        }
        let mut all = self.stored.renditions.iter().zip(&self.media);
        let (rendition, text) = all.find(|(one, _)| one.id.rendition.to_string() == name)?;
        Some(text.get(gzip, || self.media(rendition)))
    }

    fn entrance(&self) -> String {
        let described = |one: &StoredRendition| Rendition::recorded(one.id, &one.inits, &one.segments);
        let renditions: Vec<Rendition> = self.stored.renditions.iter().map(described).collect();
        multivariant::render(&renditions, |id| format!("{}.m3u8", id.rendition))
    }

    fn media(&self, rendition: &StoredRendition) -> String {
        let folder = format!("../../hls/{}/{}/", self.stored.recording.epoch, rendition.id);
        stored_playlist::render_whole(&folder, &rendition.segments)
    }
}

/// Those that were asked for last.
#[derive(Debug, Default)]
pub struct RecordedPlaylists(Mutex<Vec<Arc<Playlists>>>);

impl RecordedPlaylists {
    /// The playlists of a finished recording; `None` when nothing of it is there.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn of(
        &self,
        library: &Library,
        recording: &Recording,
    ) -> Result<Option<Arc<Playlists>>, StorageError> {
        if let Some(known) = self.known(recording) {
            return Ok(Some(known));
        }
        let Some(stored) = library.recording(recording.event).await? else { return Ok(None) };
        let playlists = Arc::new(Playlists::new(stored));
        let mut all = self.lock();
        all.push(Arc::clone(&playlists));
        if all.len() > RECORDINGS {
            all.remove(0);
        }
        Ok(Some(playlists))
    }

    /// Another end is another recording: its event went on after all.
    fn known(&self, recording: &Recording) -> Option<Arc<Playlists>> {
        let mut all = self.lock();
        let at = all.iter().position(|known| known.stored.recording.event == recording.event)?;
        let known = all.remove(at);
        let same = known.stored.recording.ended == recording.ended;
        if same {
            all.push(Arc::clone(&known));
        }
        same.then_some(known)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Playlists>>> {
        // Nothing in here can panic half-way.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
