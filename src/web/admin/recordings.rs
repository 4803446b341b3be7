//! The operator's recordings: their list, their names, their files.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use super::Refusal;
use super::body::Json;
use super::keys::PathText;
use crate::archive::{LibraryError, Listed, file_name};
use crate::journal::Note;
use crate::seeder::Kind;
use crate::storage::InCloud;
use crate::storage::settings::text;
use crate::stream::EventId;
use crate::web::recordings::on_air;
use crate::web::{App, disk_body};

/// Downloads at once, each of which has the index of its file in memory, some 25 MB for twelve hours, and reads the
/// disk as fast as it can. Threat: a download helper with sixteen connections, and an encoder whose segments wait for
/// the same card.
static DOWNLOADS: Semaphore = Semaphore::const_new(4);

/// What may stand in an extended parameter (RFC 8187 3.2.1).
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// An event in a route's path.
pub struct Event(EventId);

impl FromRequestParts<App> for Event {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let PathText(text) = PathText::from_request_parts(parts, app).await?;
        text.parse().map(|number| Event(EventId(number))).map_err(|_| Refusal::missing())
    }
}

#[derive(Serialize)]
struct List {
    recordings: Vec<Shown>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    event: u64,
    title: String,
    began: i64,
    /// Null while it goes on.
    ended: Option<i64>,
    kept: bool,
    /// Seconds.
    duration: f64,
    /// Bytes on the disk.
    size: u64,
    cloud: &'static str,
    /// The info hash, while it is seeded.
    torrent: Option<String>,
}

/// `GET recordings`.
pub async fn list(State(app): State<App>) -> Result<Response, Refusal> {
    let all = app.0.media.library.list().await?;
    let shown = |Listed { recording, duration, size, cloud }: Listed| Shown {
        event: recording.event.0,
        began: recording.began,
        ended: recording.ended,
        kept: recording.kept,
        duration: duration.seconds(),
        size,
        cloud: match cloud {
            InCloud::None => "none",
            InCloud::Waiting => "waiting",
            InCloud::There => "there",
        },
        torrent: torrent(&app, recording.event),
        title: recording.title,
    };
    Ok(axum::Json(List { recordings: all.into_iter().map(shown).collect() }).into_response())
}

fn torrent(app: &App, event: EventId) -> Option<String> {
    let catalogue = app.0.media.torrents.catalogue();
    let mut seeds = catalogue.seeds().filter(|seed| seed.kind == Kind::Recording);
    seeds.find(|seed| seed.rendition.event == event).map(|seed| seed.info_hash().to_string())
}

/// What the operator calls it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    title: String,
}

/// `PUT recordings/{event}`.
pub async fn rename(
    State(app): State<App>,
    Event(event): Event,
    Json(given): Json<Given>,
) -> Result<Response, Refusal> {
    text("title", &given.title, 1, 80)?;
    app.0.media.library.rename(event, given.title.trim().to_owned()).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// How much of it goes.
#[derive(Deserialize)]
pub struct Reach {
    /// What the bucket has of it, too.
    #[serde(default)]
    cloud: bool,
}

/// `DELETE recordings/{event}`.
pub async fn delete(
    State(app): State<App>,
    Event(event): Event,
    reach: Result<Query<Reach>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Ok(Query(reach)) = reach else {
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "say cloud=true or cloud=false"));
    };
    if on_air(&app, event) {
        let why = "this event is on air; end it first";
        return Err(Refusal::new(StatusCode::CONFLICT, why));
    }
    let known = app.desk().storage.recording(event).await?.ok_or_else(Refusal::missing)?;
    app.0.media.library.delete(event, reach.cloud).await?;
    app.desk().note(Note::RecordingDeleted { title: known.title });
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `GET recordings/{event}/download`.
pub async fn download(
    State(app): State<App>,
    Event(event): Event,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let Ok(place) = DOWNLOADS.try_acquire() else {
        let why = "as many recordings are being downloaded as the box can serve; try again when one is done";
        return Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, why));
    };
    let known = app.desk().storage.recording(event).await?.ok_or_else(Refusal::missing)?;
    let film = app.0.media.library.film(event).await?;
    // Of the same head are the same segments, whose bytes never change.
    let tag = format!("\"{}\"", hex(&film.digest()[..12]));
    let mut response = disk_body::answer(Arc::clone(&film), &headers, &tag, place);
    let fields = response.headers_mut();
    fields.insert(header::CONTENT_TYPE, HeaderValue::from_static("video/mp4"));
    let name = utf8_percent_encode(&file_name(&known.title, event), PLAIN).to_string();
    let plain = format!("attachment; filename=\"recording-{event}.mp4\"; filename*=UTF-8''{name}");
    fields.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::try_from(plain).unwrap_or(HeaderValue::from_static("attachment")),
    );
    Ok(response)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl From<LibraryError> for Refusal {
    fn from(error: LibraryError) -> Self {
        match error {
            LibraryError::Storage(error) => error.into(),
            LibraryError::Missing => Refusal::missing(),
            LibraryError::Disk(_) => {
                log::warn!("{error}");
                Refusal::broken(&error.to_string())
            }
        }
    }
}
