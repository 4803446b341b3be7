//! One thing that is sent, written or deleted, from beginning to end.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;

use super::book::{ENTRANCE, Playlist, Written, live_key, whole_entrance_key, whole_key};
use super::page::Page;
use super::scheduler::Lane;
use super::store::Store;
use super::trouble::Trouble;
use super::variant::variant;
use crate::hls::MediaUri;
use crate::hls::stored_playlist::{End, Head, Listed, render, render_whole};
use crate::storage::upload::Upload;
use crate::storage::{Doomed, Storage, StorageError};
use crate::stream::{Epoch, EventId, Rendition, RenditionId};
use crate::time::{MediaTime, unix_millis};

/// What a live playlist of the bucket names at least: whoever comes by a slow way still finds what it names.
const WINDOW: MediaTime = MediaTime::from_millis(60_000);

const PLAYLIST: &str = "application/vnd.apple.mpegurl";
/// Their bytes never change.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const LIVE: &str = "public, max-age=1";
/// A whole playlist is written again when an event goes on after its end.
const WHOLE: &str = "public, max-age=60";

/// Where the archive keeps a file.
pub type Locate = Arc<dyn Fn(&Epoch, RenditionId, MediaUri) -> PathBuf + Send + Sync>;

/// What there is to do.
#[derive(Clone, Debug)]
pub(super) enum Task {
    /// Send a file.
    Upload(Upload),
    /// Write a playlist. What is known of it when it is taken: its text as it was last, or is to be.
    Playlist { playlist: Playlist, epoch: Epoch, text: Option<String> },
    /// Delete what names an event.
    Bury(Doomed),
    /// Delete an object that nothing names any more.
    Remove { event: EventId, key: String },
    /// Put the viewers' page there, or take it away.
    Page(Page),
    /// Doom what ended before this.
    Expire { before: i64 },
}

/// What was done.
#[derive(Debug)]
pub(super) enum Done {
    Sent { upload: Upload, joined: Option<bool> },
    Lost { upload: Upload, objects: usize },
    Live { id: RenditionId, written: Option<Written>, sent: bool },
    Entrance { event: EventId, text: String },
    Whole { id: RenditionId, variant: Option<Rendition> },
    Published { event: EventId, done: bool, sent: bool },
    Buried { event: EventId },
    Removed { key: String },
    Page,
    Expired { asked: bool },
}

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error("{0}")]
    Trouble(#[from] Trouble),
    #[error("{0}")]
    Storage(#[from] StorageError),
}

/// What errands are done with.
#[derive(Clone)]
pub(super) struct Tools {
    pub store: Store,
    pub storage: Storage,
    pub locate: Locate,
}

impl Tools {
    pub async fn run(self, lane: Lane, task: Task) -> Result<Done, Fault> {
        match task {
            Task::Upload(upload) => self.upload(upload, lane).await,
            Task::Playlist { playlist, epoch, text } => self.playlist(playlist, &epoch, text).await,
            Task::Bury(doomed) => self.bury(&doomed).await,
            Task::Remove { event, key } => {
                self.store.delete(&key).await?;
                self.storage.removed(event, key.clone()).await?;
                Ok(Done::Removed { key })
            }
            Task::Page(page) => {
                page.put(&self.store.patient()).await?;
                self.storage.set_bucket_page(page.digest()).await?;
                Ok(Done::Page)
            }
            Task::Expire { before } => self.expire(before).await,
        }
    }

    async fn upload(self, upload: Upload, lane: Lane) -> Result<Done, Fault> {
        let path = (self.locate)(&upload.epoch, upload.rendition, upload.uri);
        let bytes = match tokio::fs::read(&path).await {
            Ok(bytes) if u64::try_from(bytes.len()).ok() == Some(upload.size) => Bytes::from(bytes),
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(Trouble::File(error.to_string()).into());
            }
            // It is gone, or another one than was promised: those bytes nobody shall get.
            _ => {
                let objects = self.storage.upload_lost(&upload).await?;
                return Ok(Done::Lost { upload, objects });
            }
        };
        let content_type = if upload.picture { "video/mp4" } else { "audio/mp4" };
        let store = if lane == Lane::Edge { self.store } else { self.store.patient() };
        store.put(&upload.key, bytes, content_type, FOR_EVER).await?;
        let joined = self.storage.uploaded(&upload).await?;
        if joined.is_none() {
            // It was deleted while it was on its way.
            store.delete(&upload.key).await?;
        }
        Ok(Done::Sent { upload, joined })
    }

    async fn playlist(self, playlist: Playlist, epoch: &Epoch, text: Option<String>) -> Result<Done, Fault> {
        let Tools { store, storage, .. } = self;
        let epoch = epoch.as_str();
        match playlist {
            Playlist::Live(id) => {
                let Some(list) = storage.live_list(id, WINDOW).await? else {
                    return Ok(Done::Live { id, written: None, sent: false });
                };
                let head = Head {
                    target_duration: list.target_duration,
                    media_sequence: list.media_sequence,
                    discontinuity_sequence: list.discontinuity_sequence,
                    folder: "",
                    end: if list.complete { End::Over } else { End::Open },
                };
                let listed = list.segments.iter();
                let listed = listed.map(|(segment, cut)| Listed { segment, discontinuity: *cut });
                let new = render(&head, listed);
                let sent = text.as_ref() != Some(&new);
                if sent {
                    store.put(&live_key(epoch, id), new.clone().into(), PLAYLIST, LIVE).await?;
                }
                let segments: Vec<_> = list.segments.into_iter().map(|(segment, _)| segment).collect();
                let variant = variant(id, &storage.inits(id).await?, &segments);
                let upto = segments.last().map_or(0, |segment| segment.msn);
                let written = Written { text: new, upto, complete: list.complete, variant };
                Ok(Done::Live { id, written: Some(written), sent })
            }
            Playlist::Entrance(event) => {
                let text = text.unwrap_or_default();
                store.put(ENTRANCE, text.clone().into(), PLAYLIST, LIVE).await?;
                Ok(Done::Entrance { event, text })
            }
            Playlist::Whole(id) => {
                let segments = storage.in_bucket(id).await?;
                if segments.is_empty() {
                    return Ok(Done::Whole { id, variant: None });
                }
                let folder = format!("../../{}{epoch}/{id}/", store.prefix());
                let text = render_whole(&folder, &segments);
                store.patient().put(&whole_key(epoch, id), text.into(), PLAYLIST, WHOLE).await?;
                let variant = variant(id, &storage.inits(id).await?, &segments);
                Ok(Done::Whole { id, variant })
            }
            Playlist::WholeEntrance(event) => {
                let sent = text.is_some();
                if let Some(text) = text {
                    let key = whole_entrance_key(epoch, event);
                    store.patient().put(&key, text.into(), PLAYLIST, WHOLE).await?;
                }
                Ok(Done::Published { event, done: storage.published(event).await?, sent })
            }
        }
    }

    /// What names an event goes before what it names.
    async fn bury(self, doomed: &Doomed) -> Result<Done, Fault> {
        let Doomed { event, epoch, renditions } = doomed;
        let id = |rendition: &u8| RenditionId { event: *event, rendition: *rendition };
        let entrance = self.store.get(ENTRANCE).await?.unwrap_or_default();
        let leads_there = format!("{epoch}/{event}-");
        if String::from_utf8_lossy(&entrance).lines().any(|line| line.starts_with(&leads_there)) {
            self.store.delete(ENTRANCE).await?;
        }
        self.store.delete(&whole_entrance_key(epoch, *event)).await?;
        for rendition in renditions {
            self.store.delete(&whole_key(epoch, id(rendition))).await?;
            self.store.delete(&live_key(epoch, id(rendition))).await?;
        }
        Ok(Done::Buried { event: *event })
    }

    /// The box's clock alone dooms nothing: a request that the storage accepts says that it is right to a quarter of
    /// an hour. Threat: a box without a battery that wakes up in another year.
    async fn expire(self, before: i64) -> Result<Done, Fault> {
        let events = self.storage.ended_before(before).await?;
        if events.is_empty() {
            return Ok(Done::Expired { asked: false });
        }
        self.store.list("", 1).await?;
        for event in events {
            self.storage.doom_event(event).await?;
        }
        Ok(Done::Expired { asked: true })
    }
}

/// The wall clock, milliseconds since 1970. For what is kept over a restart, and never for a pause of now.
pub(super) fn wall_clock() -> i64 {
    unix_millis(SystemTime::now())
}
