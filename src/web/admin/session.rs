//! Signing in and out.

use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::Refusal;
use super::body::Json;
use super::desk::{digest, hash, now, random, verify};
use super::guard::Caller;
use crate::access::{Door, password};
use crate::journal::Note;
use crate::storage::Session;
use crate::web::cookie::{self, SameSite};
use crate::web::{App, Peer};

/// The cookie of a signed-in browser.
pub const COOKIE: &str = "venuebox_session";

/// A session ends so long after its last use.
const LASTS: Duration = Duration::from_secs(14 * 86_400);

/// Its end is moved at most this often: each move is a write to the card.
const MOVED_EVERY: Duration = Duration::from_secs(3_600);

/// Characters of a User-Agent that are kept. Threat: the database fills up with them.
const MAX_AGENT: usize = 200;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    claimed: bool,
    claim: ShownClaim,
    signed_in: bool,
    box_name: String,
    version: &'static str,
    setup_done: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownClaim {
    without_code: bool,
    seconds_left: Option<u64>,
}

/// `GET session`.
pub async fn show(
    State(app): State<App>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let desk = app.desk();
    let claimed = *desk.storage.claimed().borrow();
    let settings = app.settings();
    let seconds_left = match (!claimed).then(|| desk.door(peer.address)) {
        Some(Door::Open(left)) => Some(left.as_secs()),
        Some(Door::Code) | None => None,
    };
    let shown = Shown {
        claimed,
        claim: ShownClaim { without_code: seconds_left.is_some(), seconds_left },
        signed_in: Caller::of(&app, &headers).await?.is_some(),
        box_name: settings.machine.value.name.clone(),
        version: env!("CARGO_PKG_VERSION"),
        setup_done: settings.setup.value.done,
    };
    Ok(axum::Json(shown).into_response())
}

/// `POST login`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Login {
    password: String,
}

/// `POST login`.
pub async fn login(
    State(app): State<App>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    Json(login): Json<Login>,
) -> Result<Response, Refusal> {
    let desk = app.desk();
    let Some(kept) = desk.storage.password_hash().await? else {
        return Err(Refusal::new(StatusCode::CONFLICT, "the box belongs to nobody yet; claim it first"));
    };
    desk.attempt(peer.address)?;
    if !verify(login.password, kept).await? {
        desk.note(Note::LogInFailed { address: peer.address });
        return Err(wrong_password());
    }
    desk.succeeded(peer.address);
    desk.note(Note::SignedIn { address: peer.address });
    open(&app, peer, &headers).await
}

fn wrong_password() -> Refusal {
    Refusal::new(StatusCode::UNAUTHORIZED, "this is not the password")
}

/// Opens a session; the answer carries its cookie.
pub async fn open(app: &App, peer: Peer, headers: &HeaderMap) -> Result<Response, Refusal> {
    let secret = URL_SAFE_NO_PAD.encode(random::<32>()?);
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let session = Session {
        created: now(),
        expires: now() + milliseconds(LASTS),
        address: peer.address.to_string(),
        agent: agent.chars().take(MAX_AGENT).collect(),
    };
    app.desk().storage.add_session(digest(secret.as_bytes()), session).await?;
    Ok(cookie::given(cookie::set(COOKIE, &secret, LASTS, SameSite::Strict)))
}

/// Whether the session of that secret is open; its use moves its end.
pub async fn is_open(app: &App, hash: [u8; 32]) -> Result<bool, Refusal> {
    let (storage, now) = (&app.desk().storage, now());
    let Some(session) = storage.session(hash, now).await? else { return Ok(false) };
    if let Some(end) = moved_end(session.expires, now) {
        storage.extend_session(hash, end).await?;
    }
    Ok(true)
}

/// Where the end of a session that is used now moves to, if it moves.
fn moved_end(expires: i64, now: i64) -> Option<i64> {
    let end = now + milliseconds(LASTS);
    (end - expires >= milliseconds(MOVED_EVERY)).then_some(end)
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// `POST logout`.
pub async fn logout(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
) -> Result<Response, Refusal> {
    if let Caller::Browser(hash) = caller {
        app.desk().storage.end_session(hash).await?;
    }
    Ok(cookie::given(cookie::set(COOKIE, "", Duration::ZERO, SameSite::Strict)))
}

/// `POST logout-everywhere`.
pub async fn logout_everywhere(State(app): State<App>) -> Result<Response, Refusal> {
    app.desk().storage.end_all_sessions().await?;
    Ok(cookie::given(cookie::set(COOKIE, "", Duration::ZERO, SameSite::Strict)))
}

/// `POST password`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    current: String,
    next: String,
}

/// `POST password`.
pub async fn change_password(
    State(app): State<App>,
    Extension(peer): Extension<Peer>,
    Extension(caller): Extension<Caller>,
    Json(change): Json<Change>,
) -> Result<Response, Refusal> {
    let desk = app.desk();
    let (Caller::Browser(own), Some(kept)) = (caller, desk.storage.password_hash().await?) else {
        return Err(Refusal::signed_out());
    };
    password::check(&change.next, password::LEAST)
        .map_err(|error| Refusal::value("next", &error.to_string()))?;
    desk.attempt(peer.address)?;
    if !verify(change.current, kept).await? {
        return Err(Refusal::value("current", "this is not the password"));
    }
    desk.succeeded(peer.address);
    desk.storage.change_password(hash(change.next).await?, own).await?;
    desk.note(Note::PasswordChanged);
    Ok(StatusCode::NO_CONTENT.into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sessions_end_moves_with_its_use_and_at_most_once_an_hour() {
        let (minute, hour, end) = (60_000, 3_600_000, milliseconds(LASTS));
        assert_eq!(moved_end(end, 59 * minute), None);
        assert_eq!(moved_end(end, hour), Some(end + hour));
        assert_eq!(moved_end(end + hour, hour + 59 * minute), None);
        // A clock that was set back shortens nothing.
        assert_eq!(moved_end(end, -hour), None);
    }
}
