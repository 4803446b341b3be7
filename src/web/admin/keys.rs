//! Stream keys.

use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::Refusal;
use super::body::Json;
use super::desk::{now, random};
use crate::ingest::random_key;
use crate::journal::Note;
use crate::storage::settings::text;
use crate::storage::{StorageError, StreamKey};
use crate::stream::Takeover;
use crate::web::App;

/// The one element of a route's path. What is no text is no name of anything here.
pub struct PathText(pub String);

impl FromRequestParts<App> for PathText {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let path = Path::<String>::from_request_parts(parts, app).await;
        path.map(|Path(text)| PathText(text)).map_err(|_| Refusal::missing())
    }
}

/// A number in a route's path.
pub struct Id(pub i64);

impl FromRequestParts<App> for Id {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let PathText(text) = PathText::from_request_parts(parts, app).await?;
        text.parse().map(Id).map_err(|_| Refusal::missing())
    }
}

/// [`Takeover`] as the page names it.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Rule {
    Reject,
    Replace,
    Standby,
}

impl From<Takeover> for Rule {
    fn from(takeover: Takeover) -> Self {
        match takeover {
            Takeover::Reject => Rule::Reject,
            Takeover::Replace => Rule::Replace,
            Takeover::Standby => Rule::Standby,
        }
    }
}

impl From<Rule> for Takeover {
    fn from(rule: Rule) -> Self {
        match rule {
            Rule::Reject => Takeover::Reject,
            Rule::Replace => Takeover::Replace,
            Rule::Standby => Takeover::Standby,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    id: i64,
    name: String,
    takeover: Rule,
    created: i64,
    last_used: Option<i64>,
    live: bool,
    /// Only in the answer that makes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

impl Shown {
    fn of(app: &App, key: &StreamKey) -> Self {
        Shown {
            id: key.id,
            name: key.name.clone(),
            takeover: key.takeover.into(),
            created: key.created,
            last_used: key.last_used,
            live: live_key(app) == Some(key.id),
            key: None,
        }
    }
}

/// What the operator says of a key.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    name: String,
    takeover: Rule,
}

impl Given {
    fn checked(self) -> Result<Self, Refusal> {
        text("name", &self.name, 1, 40)?;
        Ok(self)
    }
}

/// The key that feeds the event.
fn live_key(app: &App) -> Option<i64> {
    app.hub().broadcast().input.as_ref().and_then(|input| input.origin.key_id)
}

/// `GET keys`.
pub async fn list(State(app): State<App>) -> Response {
    let keys = app.desk().storage.stream_keys().borrow().clone();
    let shown: Vec<Shown> = keys.iter().map(|key| Shown::of(&app, key)).collect();
    axum::Json(shown).into_response()
}

/// `POST keys`.
pub async fn make(State(app): State<App>, Json(given): Json<Given>) -> Result<Response, Refusal> {
    let given = given.checked()?;
    let key = StreamKey {
        id: 0,
        name: given.name,
        key: random_key(random()?),
        takeover: given.takeover.into(),
        created: now(),
        last_used: None,
    };
    let key = app.desk().storage.add_stream_key(key).await?;
    app.desk().note(Note::KeyMade { key: key.name.clone() });
    let shown = Shown { key: Some(key.key.clone()), ..Shown::of(&app, &key) };
    Ok(axum::Json(shown).into_response())
}

/// `PUT keys/{id}`.
pub async fn change(
    State(app): State<App>,
    Id(id): Id,
    Json(given): Json<Given>,
) -> Result<Response, Refusal> {
    let given = given.checked()?;
    app.desk().storage.change_stream_key(id, given.name, given.takeover.into()).await?;
    let key = find(&app, id)?;
    Ok(axum::Json(Shown::of(&app, &key)).into_response())
}

/// `DELETE keys/{id}`.
pub async fn revoke(State(app): State<App>, Id(id): Id) -> Result<Response, Refusal> {
    let key = find(&app, id)?;
    app.desk().storage.remove_stream_key(id).await?;
    app.desk().note(Note::KeyRevoked { key: key.name });
    Ok(StatusCode::NO_CONTENT.into_response())
}

#[derive(Serialize)]
struct Revealed {
    key: String,
}

/// `GET keys/{id}/secret`.
pub async fn reveal(State(app): State<App>, Id(id): Id) -> Result<Response, Refusal> {
    Ok(axum::Json(Revealed { key: find(&app, id)?.key }).into_response())
}

fn find(app: &App, id: i64) -> Result<StreamKey, Refusal> {
    let keys = app.desk().storage.stream_keys().borrow().clone();
    let key = keys.iter().find(|key| key.id == id).cloned();
    Ok(key.ok_or(StorageError::Missing)?)
}
