//! Recordings for viewers: the list, playlists of finished ones, and files that the live window has no more.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::error::WebError;
use super::hls::accepts_gzip;
use super::{App, admin, disk_body};
use crate::hls::MediaUri;
use crate::storage::Recording;
use crate::stream::{EventId, RenditionId};

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
    let all = if shared(&app) { app.0.media.library.list().await? } else { Vec::new() };
    let finished = all.into_iter().filter(|one| is_finished(&app, &one.recording));
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
    if !may_watch(&app, &headers).await? {
        return Err(WebError::NotFound);
    }
    let recording = app.desk().storage.recording(event).await?.filter(|found| is_finished(&app, found));
    let recording = recording.ok_or(WebError::NotFound)?;
    let playlists = app.0.recorded.of(&app.0.media.library, &recording).await?.ok_or(WebError::NotFound)?;
    let gzip = accepts_gzip(&headers);
    let body = playlists.get(name, gzip).ok_or(WebError::NotFound)?;
    let mut response = Response::new(Body::from(body));
    let fields = response.headers_mut();
    fields.insert(header::CONTENT_TYPE, PLAYLIST);
    fields.insert(header::CACHE_CONTROL, if shared(&app) { MINUTE } else { NO_STORE });
    fields.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if gzip {
        fields.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(response)
}

/// A file that the live window has no more, or never had: from the disk, to whoever may watch it.
pub async fn archived(
    app: &App,
    epoch: &str,
    id: RenditionId,
    uri: MediaUri,
    headers: &HeaderMap,
) -> Result<Response, WebError> {
    let (stored, file) = app.0.media.library.file(epoch, id, uri).await?.ok_or(WebError::Gone)?;
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
        MediaUri::Segment(msn) => app.0.media.rewind.holds(id, msn),
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

/// Whether nothing comes any more of what the operator keeps.
fn is_finished(app: &App, recording: &Recording) -> bool {
    recording.kept && recording.ended.is_some() && !on_air(app, recording.event)
}

/// Whether an event goes on: its recording is not finished.
pub fn on_air(app: &App, event: EventId) -> bool {
    use crate::live::Phase;
    match app.hub().broadcast().phase {
        Phase::Live(current) | Phase::Holding(current, _) => current == event,
        Phase::Waiting | Phase::Ended(_) => false,
    }
}
