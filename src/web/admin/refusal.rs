//! Refusals as the admin page reads them: a status, a sentence for the person, the field that is wrong.

use std::borrow::Cow;
use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::access::{Foreign, PasswordError};
use crate::journal::sentence;
use crate::storage::{Invalid, StorageError};

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    status: StatusCode,
    sentence: String,
    field: Option<Cow<'static, str>>,
    retry_after: Option<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    error: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
}

impl Refusal {
    /// A refusal in other words.
    pub fn new(status: StatusCode, why: &str) -> Self {
        Refusal { status, sentence: sentence(why), field: None, retry_after: None }
    }

    /// Nobody is signed in.
    pub fn signed_out() -> Self {
        Refusal::new(StatusCode::UNAUTHORIZED, "sign in first")
    }

    /// There is no such thing.
    pub fn missing() -> Self {
        Refusal::new(StatusCode::NOT_FOUND, "there is nothing here")
    }

    /// A body or a path element is too long.
    pub fn too_long(most: usize) -> Self {
        let why = format!("this is too long; at most {} KB", most >> 10);
        Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, &why)
    }

    /// The value of a field is wrong.
    pub fn value(field: impl Into<Cow<'static, str>>, why: &str) -> Self {
        Refusal { field: Some(field.into()), ..Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, why) }
    }

    /// Too many attempts.
    pub fn later(wait: Duration) -> Self {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        let why = format!("that was tried too often; try again in {seconds} s");
        Refusal { retry_after: Some(seconds), ..Refusal::new(StatusCode::TOO_MANY_REQUESTS, &why) }
    }

    /// The system has no randomness, or something as strange.
    pub fn broken(why: &str) -> Self {
        Refusal::new(StatusCode::SERVICE_UNAVAILABLE, why)
    }
}

impl From<StorageError> for Refusal {
    fn from(error: StorageError) -> Self {
        let status = match &error {
            StorageError::Invalid(invalid) => return Refusal::from(invalid.clone()),
            StorageError::Stale | StorageError::Claimed | StorageError::Full => StatusCode::CONFLICT,
            StorageError::Missing => StatusCode::NOT_FOUND,
            StorageError::Newer { .. }
            | StorageError::Folder { .. }
            | StorageError::Sqlite(_)
            | StorageError::Gone => {
                log::warn!(error:% = error; "the admin page could not be answered");
                StatusCode::SERVICE_UNAVAILABLE
            }
        };
        Refusal::new(status, &error.to_string())
    }
}

impl From<Invalid> for Refusal {
    fn from(invalid: Invalid) -> Self {
        Refusal::value(invalid.field, &invalid.why)
    }
}

impl From<PasswordError> for Refusal {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Hash => Refusal::broken(&error.to_string()),
            PasswordError::Short(_) | PasswordError::Long => Refusal::value("password", &error.to_string()),
        }
    }
}

impl From<Foreign> for Refusal {
    fn from(foreign: Foreign) -> Self {
        let status = match foreign {
            Foreign::Host => StatusCode::MISDIRECTED_REQUEST,
            Foreign::Origin => StatusCode::FORBIDDEN,
        };
        Refusal::new(status, &foreign.to_string())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body =
            Body { error: &self.sentence, field: self.field.as_deref(), retry_after: self.retry_after };
        let mut response = (self.status, Json(body)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_a_sentence() {
        assert_eq!(Refusal::signed_out().sentence, "Sign in first.");
        assert_eq!(sentence("is the disk full?"), "Is the disk full?");
    }

    #[test]
    fn a_wait_is_told_in_whole_seconds_and_never_as_none() {
        assert_eq!(Refusal::later(Duration::from_millis(1)).retry_after, Some(1));
        assert_eq!(Refusal::later(Duration::from_secs(2)).retry_after, Some(2));
    }
}
