//! Tokens for scripts.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::Refusal;
use super::body::Json;
use super::desk::{digest, now, random};
use super::keys::Id;
use crate::journal::Note;
use crate::storage::settings::text;
use crate::storage::{Scope, Token};
use crate::web::App;

/// What tokens start with, so that one that leaked is recognised.
const PREFIX: &str = "vbx_";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    id: i64,
    name: String,
    scopes: Vec<Scope>,
    created: i64,
    last_used: Option<i64>,
    /// Only in the answer that makes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

impl From<Token> for Shown {
    fn from(token: Token) -> Self {
        let Token { id, name, scopes, created, last_used } = token;
        Shown { id, name, scopes, created, last_used, token: None }
    }
}

/// `GET tokens`.
pub async fn list(State(app): State<App>) -> Result<Response, Refusal> {
    let shown: Vec<Shown> = app.desk().storage.tokens().await?.into_iter().map(Shown::from).collect();
    Ok(axum::Json(shown).into_response())
}

/// What the operator says of a token.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    name: String,
    scopes: Vec<Scope>,
}

/// `POST tokens`.
pub async fn make(State(app): State<App>, Json(given): Json<Given>) -> Result<Response, Refusal> {
    text("name", &given.name, 1, 40)?;
    if given.scopes.is_empty() {
        return Err(Refusal::value("scopes", "choose at least one thing that it may do"));
    }
    let mut scopes = Vec::new();
    for scope in given.scopes {
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    let secret = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(random::<32>()?));
    let token = app.desk().storage.add_token(digest(secret.as_bytes()), given.name, scopes, now()).await?;
    app.desk().note(Note::TokenMade { name: token.name.clone() });
    Ok(axum::Json(Shown { token: Some(secret), ..Shown::from(token) }).into_response())
}

/// `DELETE tokens/{id}`.
pub async fn revoke(State(app): State<App>, Id(id): Id) -> Result<Response, Refusal> {
    let token = app.desk().storage.tokens().await?.into_iter().find(|token| token.id == id);
    app.desk().storage.remove_token(id).await?;
    app.desk().note(Note::TokenRevoked { name: token.map_or_else(String::new, |token| token.name) });
    Ok(StatusCode::NO_CONTENT.into_response())
}
