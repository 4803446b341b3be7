//! Files of the disk as answers: streamed, in ranges, never read whole.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream::try_unfold;
use tokio::sync::Semaphore;

use super::range::{Wanted, wanted};
use crate::archive::DiskFile;

/// Bytes that are read at once, and wait in memory for a socket. Threat: a thousand phones that read slowly.
const CHUNK: usize = 64 << 10;

/// Reads at once. Threat: each has a thread, and the card that they all wait for is live's too.
static READING: Semaphore = Semaphore::const_new(8);

/// The file, or what of it these headers want. `tag` is its strong validator; `ward` lives as long as the answer.
pub fn answer(
    file: Arc<DiskFile>,
    request: &HeaderMap,
    tag: &str,
    ward: impl Send + Sync + 'static,
) -> Response {
    let length = file.length();
    let (status, from, to) = match wanted(request, length, tag) {
        Wanted::Whole => (StatusCode::OK, 0, length),
        Wanted::Part(from, to) => (StatusCode::PARTIAL_CONTENT, from, to),
        Wanted::Beyond => {
            let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
            set(&mut response, header::CONTENT_RANGE, format!("bytes */{length}"));
            return response;
        }
    };
    let mut response = Response::new(body(file, from, to, ward));
    *response.status_mut() = status;
    // Said here, since a stream does not know it.
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(to - from));
    response.headers_mut().insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if !tag.is_empty() {
        set(&mut response, header::ETAG, tag.to_owned());
    }
    if status == StatusCode::PARTIAL_CONTENT {
        set(&mut response, header::CONTENT_RANGE, format!("bytes {from}-{}/{length}", to - 1));
    }
    response
}

fn set(response: &mut Response, name: header::HeaderName, value: String) {
    if let Ok(value) = HeaderValue::try_from(value) {
        response.headers_mut().insert(name, value);
    }
}

fn body(file: Arc<DiskFile>, from: u64, to: u64, ward: impl Send + Sync + 'static) -> Body {
    Body::from_stream(try_unfold((file, from, ward), move |(file, at, ward)| async move {
        if at >= to {
            return Ok(None);
        }
        let bytes = read(&file, at, to).await.inspect_err(|error| {
            log::warn!(error:% = error; "a recording's file could not be read to its end");
        })?;
        let next = at + u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Ok::<_, std::io::Error>(Some((bytes, (file, next, ward))))
    }))
}

async fn read(file: &Arc<DiskFile>, from: u64, to: u64) -> std::io::Result<Bytes> {
    let most = usize::try_from(to - from).unwrap_or(usize::MAX).min(CHUNK);
    let _turn = READING.acquire().await.map_err(std::io::Error::other)?;
    let file = Arc::clone(file);
    let bytes = tokio::task::spawn_blocking(move || file.read(from, most)).await;
    let bytes = bytes.map_err(std::io::Error::other)??;
    // An answer that stands still would never end.
    if bytes.is_empty() { Err(std::io::ErrorKind::UnexpectedEof.into()) } else { Ok(bytes) }
}
