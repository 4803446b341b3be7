//! The first claim.

use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;

use super::body::Json;
use super::desk::hash;
use super::{Refusal, session};
use crate::access::{Door, password};
use crate::journal::Note;
use crate::storage::StorageError;
use crate::web::{App, Peer};

/// `POST claim`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    password: String,
    code: Option<String>,
}

/// `POST claim`.
pub async fn claim(
    State(app): State<App>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    Json(claim): Json<Claim>,
) -> Result<Response, Refusal> {
    let desk = app.desk();
    if *desk.storage.claimed().borrow() {
        return Err(StorageError::Claimed.into());
    }
    password::check(&claim.password, password::LEAST)?;
    desk.attempt(peer.address)?;
    if desk.door(peer.address) == Door::Code {
        match claim.code.as_deref() {
            Some(code) if desk.claim.code.is(code) => {}
            Some(code) if !code.trim().is_empty() => {
                log::warn!(address:% = peer.address; "somebody tried to claim the box with a wrong code");
                return Err(Refusal::value("code", "this is not the claim code"));
            }
            _ => {
                let why =
                    "the claim code is needed; it is on the box's screen, in its log and in claim-code.txt";
                return Err(Refusal::value("code", why));
            }
        }
    }
    desk.storage.claim(hash(claim.password).await?, None).await?;
    desk.succeeded(peer.address);
    desk.note(Note::Claimed { address: peer.address });
    forget_code(&desk.claim.code_file).await;
    session::open(&app, peer, &headers).await
}

/// The code opens nothing any more; nobody should keep looking for its use.
async fn forget_code(file: &std::path::Path) {
    match tokio::fs::remove_file(file).await {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => log::warn!(file:% = file.display(), error:% = error; "the claim code's file stays"),
    }
}
