//! What the operator does to the running event.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::Refusal;
use crate::web::App;

/// `POST event/end`.
pub async fn end_event(State(app): State<App>) -> Result<Response, Refusal> {
    done(app.hub().end_event().await, "no event is on")
}

/// `POST encoder/disconnect`.
pub async fn disconnect_encoder(State(app): State<App>) -> Result<Response, Refusal> {
    done(app.hub().disconnect_encoder().await, "no encoder is connected")
}

/// `POST encoder/release`.
pub async fn release_slot(State(app): State<App>) -> Result<Response, Refusal> {
    done(app.hub().release_slot().await, "no encoder has the place")
}

fn done(done: bool, nothing: &str) -> Result<Response, Refusal> {
    if done {
        Ok(StatusCode::NO_CONTENT.into_response())
    } else {
        Err(Refusal::new(StatusCode::CONFLICT, nothing))
    }
}
