//! What the operator does to the running event.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::Refusal;
use super::live::Order;
use crate::web::App;

/// `POST event/end`.
pub async fn end_event(State(app): State<App>) -> Result<Response, Refusal> {
    obey(&app, Order::EndEvent, "no event is on").await
}

/// `POST encoder/disconnect`.
pub async fn disconnect_encoder(State(app): State<App>) -> Result<Response, Refusal> {
    obey(&app, Order::DisconnectEncoder, "no encoder is connected").await
}

/// `POST encoder/release`.
pub async fn release_slot(State(app): State<App>) -> Result<Response, Refusal> {
    obey(&app, Order::ReleaseSlot, "no encoder has the place").await
}

async fn obey(app: &App, order: Order, nothing: &str) -> Result<Response, Refusal> {
    if app.desk().dashboard.obey(order).await {
        Ok(StatusCode::NO_CONTENT.into_response())
    } else {
        Err(Refusal::new(StatusCode::CONFLICT, nothing))
    }
}
