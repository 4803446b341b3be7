//! `/poster.jpg`: the picture that stands on the viewers' page while nothing is on.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

use super::App;
use super::error::WebError;
use super::headers::{Kind, secure};
use crate::storage::{Picture, StorageError};

/// Its name in the database.
pub const NAME: &str = "poster";

/// The URL with its version never means another picture.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const REVALIDATED: HeaderValue = HeaderValue::from_static("no-cache");

/// The picture in memory: a thousand pages ask for it when the doors open.
#[derive(Clone, Debug)]
pub struct Poster {
    version: u32,
    bytes: Bytes,
}

impl Poster {
    /// Where it is served.
    pub fn url(&self) -> String {
        format!("/poster.jpg?{}", self.version)
    }
}

impl From<Picture> for Poster {
    fn from(picture: Picture) -> Self {
        Poster { version: picture.version, bytes: picture.bytes.into() }
    }
}

impl App {
    /// Replaces the picture; without bytes there is none any more. One at a time: the routes see to it.
    pub(super) async fn set_poster(&self, jpeg: Vec<u8>) -> Result<(), StorageError> {
        let bytes = Bytes::from(jpeg);
        let version = self.desk().storage.set_picture(NAME, bytes.clone()).await?;
        let poster = (!bytes.is_empty()).then(|| Arc::new(Poster { version, bytes }));
        self.0.poster.send_replace(poster);
        Ok(())
    }
}

/// `GET /poster.jpg`.
pub async fn show(State(app): State<App>, RawQuery(query): RawQuery) -> Result<Response, WebError> {
    let poster = app.0.poster.borrow().clone().ok_or(WebError::NotFound)?;
    let mut response = Body::from(poster.bytes.clone()).into_response();
    let headers = response.headers_mut();
    let same = query.is_some_and(|version| version == poster.version.to_string());
    headers.insert(header::CACHE_CONTROL, if same { FOREVER } else { REVALIDATED });
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("image/jpeg"));
    secure(headers, Kind::Answer);
    Ok(response)
}
