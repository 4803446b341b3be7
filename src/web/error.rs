//! Refusals as responses: a status code and one sentence for whoever reads it.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::hls::reload::DirectiveError;
use crate::storage::StorageError;

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebError {
    /// Nothing of that name.
    #[error("there is nothing here")]
    NotFound,
    /// No event is on air.
    #[error("no event is on air yet")]
    NothingOnAir,
    /// It was there, and its time is over.
    #[error("this part of the stream is past its time")]
    Gone,
    /// The delivery directives are not valid.
    #[error("{0}")]
    Directives(#[from] DirectiveError),
    /// A playlist further ahead than any player can know of.
    #[error("that is too far ahead of the live edge")]
    TooFarAhead,
    /// Too many sockets.
    #[error("the box has as many visitors as it can take; try again in a moment")]
    Full,
    /// A public address, where only the box's own network is served.
    #[error("this is for the box's own network")]
    NotForThePublic,
    /// The database does not answer.
    #[error("the box cannot read its archive; try again in a moment")]
    Unreadable,
    /// The program stops; it will be back.
    #[error("the box is restarting; try again in a moment")]
    Stopping,
}

impl WebError {
    fn status(self) -> StatusCode {
        match self {
            WebError::NotFound | WebError::NothingOnAir | WebError::Gone => StatusCode::NOT_FOUND,
            WebError::Directives(_) | WebError::TooFarAhead => StatusCode::BAD_REQUEST,
            WebError::NotForThePublic => StatusCode::FORBIDDEN,
            WebError::Full | WebError::Unreadable | WebError::Stopping => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl From<StorageError> for WebError {
    fn from(error: StorageError) -> Self {
        log::warn!(error:% = error; "a recording could not be looked up");
        WebError::Unreadable
    }
}

impl IntoResponse for WebError {
    fn into_response(self) -> Response {
        let mut response = (self.status(), format!("{self}\n")).into_response();
        // What is not there now may be there in a second; a cache must not remember.
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}
