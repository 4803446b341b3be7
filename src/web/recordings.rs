//! Recordings for viewers: the list, playlists of finished ones, and files that the live window has no more.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::error::WebError;
use super::{App, admin, disk_body};
use crate::archive::{Stored, StoredRendition};
use crate::hls::{MediaUri, multivariant, stored_playlist};
use crate::stream::{EventId, Rendition, RenditionId};

const PLAYLIST: HeaderValue = HeaderValue::from_static("application/vnd.apple.mpegurl");
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const MINUTE: HeaderValue = HeaderValue::from_static("max-age=60");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// `GET /recordings.json`.
#[derive(Debug, Serialize)]
pub struct List {
    /// Newest first.
    recordings: Vec<Entry>,
}

#[derive(Debug, Serialize)]
struct Entry {
    event: u64,
    title: String,
    /// Milliseconds since 1970.
    began: i64,
    /// Seconds.
    duration: f64,
    url: String,
}

/// What viewers may watch.
pub async fn list(State(app): State<App>) -> Result<Response, WebError> {
    let all = if shared(&app) { app.desk().storage.recordings().await? } else { Vec::new() };
    let finished = all.into_iter().filter(|one| one.recording.kept && !on_air(&app, one.recording.event));
    let entries = finished.filter(|one| one.size > 0).map(|one| Entry {
        event: one.recording.event.0,
        url: format!("recordings/{}/stream.m3u8", one.recording.event),
        title: one.recording.title,
        began: one.recording.began,
        duration: one.duration.seconds(),
    });
    let list = List { recordings: entries.collect() };
    Ok(([(header::CACHE_CONTROL, NO_STORE)], Json(list)).into_response())
}

/// `GET /recordings/{event}/{stream|rendition}.m3u8`.
pub async fn playlist(
    State(app): State<App>,
    Path((event, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let event = event.parse().ok().map(EventId).filter(|id| id.to_string() == event);
    let event = event.ok_or(WebError::NotFound)?;
    let name = file.strip_suffix(".m3u8").ok_or(WebError::NotFound)?;
    if !may_watch(&app, &headers).await? || on_air(&app, event) {
        return Err(WebError::NotFound);
    }
    let stored = app.0.library.recording(event).await?.ok_or(WebError::NotFound)?;
    let text = if name == "stream" { entrance(&stored) } else { media(&stored, name)? };
    let cache = if shared(&app) { MINUTE } else { NO_STORE };
    Ok(([(header::CONTENT_TYPE, PLAYLIST), (header::CACHE_CONTROL, cache)], text).into_response())
}

fn entrance(stored: &Stored) -> String {
    let described = |one: &StoredRendition| Rendition::recorded(one.id, &one.inits, &one.segments);
    let renditions: Vec<Rendition> = stored.renditions.iter().map(described).collect();
    multivariant::render(&renditions, |id| format!("{}.m3u8", id.rendition))
}

fn media(stored: &Stored, name: &str) -> Result<String, WebError> {
    let found = stored.renditions.iter().find(|one| one.id.rendition.to_string() == name);
    let rendition = found.ok_or(WebError::NotFound)?;
    let folder = format!("../../hls/{}/{}/", stored.recording.epoch, rendition.id);
    Ok(stored_playlist::render_whole(&folder, &rendition.segments))
}

/// A file that the live window has no more, or never had: from the disk, to whoever may watch it.
pub async fn archived(
    app: &App,
    epoch: &str,
    id: RenditionId,
    uri: MediaUri,
    headers: &HeaderMap,
) -> Result<Response, WebError> {
    let (stored, file) = app.0.library.file(epoch, id, uri).await?.ok_or(WebError::Gone)?;
    let cache = if rewinds(app, id, uri) || (stored.kept && shared(app)) {
        FOREVER
    } else if admin::is_operator(app, headers).await.unwrap_or(false) {
        NO_STORE
    } else {
        return Err(WebError::Gone);
    };
    let kind = HeaderValue::from_static(if stored.picture { "video/mp4" } else { "audio/mp4" });
    let mut response = disk_body::answer(Arc::new(file), headers, "", ());
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response.headers_mut().insert(header::CACHE_CONTROL, cache);
    Ok(response)
}

/// Whether viewers may go back that far in what is on air.
fn rewinds(app: &App, id: RenditionId, uri: MediaUri) -> bool {
    match uri {
        MediaUri::Segment(msn) => app.0.rewind.holds(id, msn),
        MediaUri::Init(_) => app.hub().broadcast().rendition(id).is_some(),
        MediaUri::Playlist | MediaUri::Part(_) => false,
    }
}

/// Whether recordings are for viewers.
fn shared(app: &App) -> bool {
    app.settings().recording.value.share
}

async fn may_watch(app: &App, headers: &HeaderMap) -> Result<bool, WebError> {
    Ok(shared(app) || admin::is_operator(app, headers).await.map_err(|_| WebError::Unreadable)?)
}

/// Whether an event goes on: its recording is not finished.
pub fn on_air(app: &App, event: EventId) -> bool {
    use crate::live::Phase;
    match app.hub().broadcast().phase {
        Phase::Live(current) | Phase::Holding(current, _) => current == event,
        Phase::Waiting | Phase::Ended(_) => false,
    }
}
