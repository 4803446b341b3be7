//! `/api/screen`: what the box's own screen shows, for the program that draws it.

use std::path::Path;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use tokio::time::Instant;

use super::addresses::Reached;
use super::error::WebError;
use super::{App, Peer};
use crate::appliance::interfaces;
use crate::screen::{Facts, Standing};
use crate::stream::EventState;

/// `GET /api/screen`. For this machine alone: a guest has no use for all addresses of the box. Behind a proxy on the
/// same machine everybody is this machine; there is no secret in it.
pub async fn show(State(app): State<App>, Extension(peer): Extension<Peer>) -> Result<Response, WebError> {
    if !peer.address.is_loopback() {
        return Err(WebError::NotFound);
    }
    let desk = app.desk();
    let reached = Reached::of(desk, &interfaces(Path::new("/")));
    let (watch, server) =
        if reached.only_here { Default::default() } else { (reached.watch, reached.server) };
    let facts = Facts {
        name: app.settings().machine.value.name.clone(),
        version: String::from(env!("CARGO_PKG_VERSION")),
        standing: standing(
            *desk.storage.claimed().borrow(),
            app.hub().broadcast().phase.state(Instant::now()),
        ),
        watch,
        server,
    };
    Ok(([(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], Json(facts)).into_response())
}

/// Whom it belongs to comes first: nothing else can be done before.
fn standing(claimed: bool, state: EventState) -> Standing {
    match state {
        _ if !claimed => Standing::NotClaimed,
        EventState::Live { .. } => Standing::OnAir,
        EventState::Holding { remaining, .. } => Standing::Holding { seconds_left: remaining.as_secs() },
        EventState::Waiting | EventState::Ended { .. } => Standing::Ready,
    }
}
