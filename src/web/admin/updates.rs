//! Updates of the system: where they stand, a bundle that is uploaded, a restart.

use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::{Refusal, body};
use crate::appliance::{MAX_BUNDLE, UpdateError, UpdateStanding, Updates, Upload};
use crate::journal::{Level, Note};
use crate::web::App;

/// What is gathered before it goes to the disk.
const CHUNK: usize = 1 << 20;

/// An upload from which nothing comes for so long has broken off. Threat: one that drips keeps the only place.
const SILENT: Duration = Duration::from_secs(60);

const ON_AIR: &str = "an event is on air; wait until it is over, or insist";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    /// Null where updates come with the system.
    system: Option<UpdateStanding>,
    on_air: bool,
    /// Bytes of the largest bundle.
    largest: u64,
}

/// Whether the operator insists.
#[derive(Deserialize)]
pub struct Insists {
    #[serde(default)]
    force: bool,
}

/// `GET updates`.
pub async fn show(State(app): State<App>) -> Result<Response, Refusal> {
    let on_air = is_on_air(&app);
    let system = with(&app, |updates| Ok(updates.standing())).await?;
    Ok(Json(Shown { system, on_air, largest: MAX_BUNDLE }).into_response())
}

/// `PUT updates/bundle`.
pub async fn upload(
    State(app): State<App>,
    insists: Result<Query<Insists>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let (upload, force) = match begin(&app, insists, &headers).await {
        Ok(begun) => begun,
        Err(refusal) => {
            // Who asked whether to send it need not (RFC 9110 10.1.1); others send it in any case.
            if !headers.contains_key(header::EXPECT) {
                body::let_go(body).await;
            }
            return Err(refusal);
        }
    };
    receive(upload, body).await?;
    // It took minutes; an event may have begun.
    if is_on_air(&app) && !force {
        return Err(Refusal::new(StatusCode::CONFLICT, ON_AIR));
    }
    with(&app, move |updates| updates.install(force)).await?;
    app.desk().note(said("An update was uploaded and is being installed."));
    Ok(StatusCode::ACCEPTED.into_response())
}

/// What can be refused before anything is sent.
async fn begin(
    app: &App,
    insists: Result<Query<Insists>, QueryRejection>,
    headers: &HeaderMap,
) -> Result<(Upload, bool), Refusal> {
    let Query(Insists { force }) = insists.map_err(|_| unclear())?;
    if is_on_air(app) && !force {
        return Err(Refusal::new(StatusCode::CONFLICT, ON_AIR));
    }
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let length = length
        .ok_or_else(|| Refusal::new(StatusCode::LENGTH_REQUIRED, "say how long it is (Content-Length)"))?;
    let upload = with(app, move |updates| updates.receive(length)).await?;
    Ok((upload, force))
}

/// `POST updates/restart`.
pub async fn restart(
    State(app): State<App>,
    insists: Result<Query<Insists>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(Insists { force }) = insists.map_err(|_| unclear())?;
    if is_on_air(&app) && !force {
        return Err(Refusal::new(StatusCode::CONFLICT, ON_AIR));
    }
    with(&app, move |updates| updates.restart(force)).await?;
    app.desk().note(said("The box is restarted from its page."));
    Ok(StatusCode::ACCEPTED.into_response())
}

fn is_on_air(app: &App) -> bool {
    app.hub().broadcast().phase.state(Instant::now()).is_on_air()
}

fn unclear() -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, "force is either true or false")
}

fn said(text: &str) -> Note {
    Note::Other { level: Level::Info, text: String::from(text), more: None }
}

async fn receive(mut upload: Upload, mut body: Body) -> Result<(), Refusal> {
    let late = |_| Refusal::new(StatusCode::REQUEST_TIMEOUT, "nothing came for a minute; try again");
    let mut gathered = Vec::with_capacity(CHUNK);
    while let Some(frame) = tokio::time::timeout(SILENT, body.frame()).await.map_err(late)? {
        let frame = frame.map_err(|_| Refusal::from(UpdateError::Short))?;
        gathered.extend_from_slice(frame.data_ref().map(|data| &data[..]).unwrap_or_default());
        if gathered.len() >= CHUNK {
            let bytes = std::mem::replace(&mut gathered, Vec::with_capacity(CHUNK));
            upload = match write(upload, bytes).await {
                Ok(upload) => upload,
                Err(refusal) => {
                    body::let_go(body).await;
                    return Err(refusal);
                }
            };
        }
    }
    let upload = write(upload, gathered).await?;
    blocking(move || upload.finish()).await
}

async fn write(mut upload: Upload, bytes: Vec<u8>) -> Result<Upload, Refusal> {
    blocking(move || upload.write(&bytes).map(|()| upload)).await
}

/// On the pool for what blocks: the disk answers when it likes.
async fn with<T: Send + 'static>(
    app: &App,
    work: impl FnOnce(&Updates) -> Result<T, UpdateError> + Send + 'static,
) -> Result<T, Refusal> {
    let app = app.clone();
    blocking(move || work(&app.desk().updates)).await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, UpdateError> + Send + 'static,
) -> Result<T, Refusal> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(|_| Refusal::broken("the box could not do that; try again"))??)
}

impl From<UpdateError> for Refusal {
    fn from(error: UpdateError) -> Self {
        let status = match &error {
            UpdateError::Foreign => StatusCode::NOT_FOUND,
            UpdateError::Busy => StatusCode::CONFLICT,
            UpdateError::Large => StatusCode::PAYLOAD_TOO_LARGE,
            UpdateError::NoBundle => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            UpdateError::Full { .. } => StatusCode::INSUFFICIENT_STORAGE,
            UpdateError::Short => StatusCode::BAD_REQUEST,
            UpdateError::Disk(_) => {
                log::warn!("{error}");
                StatusCode::SERVICE_UNAVAILABLE
            }
        };
        Refusal::new(status, &error.to_string())
    }
}
