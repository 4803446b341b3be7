//! The pages: files of the page's build, embedded with their compressed forms.

use std::borrow::Cow;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use rust_embed::{EmbeddedFile, RustEmbed};

use super::error::WebError;
use super::headers::{Kind, secure};

/// What `scripts/build-ui` makes.
#[derive(RustEmbed)]
#[folder = "src/web/ui/dist"]
struct Files;

/// The admin page.
const ADMIN: &str = "admin.html";

/// Files below `assets/` carry a hash of their content in their name.
const HASHED: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Everything else is asked for again, and answered 304 while it is the same.
const REVALIDATED: HeaderValue = HeaderValue::from_static("no-cache");

/// Any path that no route takes: a file of the page, or 404.
pub async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Result<Response, WebError> {
    if method != Method::GET && method != Method::HEAD {
        return Ok((StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD\n").into_response());
    }
    let name = match uri.path().trim_start_matches('/') {
        "" => "index.html",
        // One page with a screen for each of these paths.
        "admin" => ADMIN,
        path if path.starts_with("admin/") => ADMIN,
        name => name,
    };
    let plain = Files::get(name).ok_or(WebError::NotFound)?;
    let (file, coding) = best(name, &headers).unwrap_or((plain, None));
    Ok(respond(name, file, coding, &headers))
}

fn best(name: &str, headers: &HeaderMap) -> Option<(EmbeddedFile, Option<&'static str>)> {
    let accepted = headers.get(header::ACCEPT_ENCODING)?.to_str().ok()?;
    let codings = [("br", "br"), ("gzip", "gz")];
    codings.into_iter().find_map(|(coding, ending)| {
        let takes =
            accepted.split(',').any(|offer| offer.split(';').next().is_some_and(|o| o.trim() == coding));
        let file = takes.then(|| Files::get(&format!("{name}.{ending}"))).flatten()?;
        Some((file, Some(coding)))
    })
}

fn respond(name: &str, file: EmbeddedFile, coding: Option<&'static str>, headers: &HeaderMap) -> Response {
    let digest: String =
        file.metadata.sha256_hash().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let tag = format!("\"{digest}\"");
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|tags| tags.as_bytes() == tag.as_bytes());
    let body = match (known, file.data) {
        (true, _) => Body::empty(),
        (false, Cow::Borrowed(data)) => Body::from(Bytes::from_static(data)),
        (false, Cow::Owned(data)) => Body::from(data),
    };
    let mut response = Response::new(body);
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let fields = response.headers_mut();
    let kind = mime_guess::from_path(name).first_or_octet_stream();
    let kind = if kind.type_() == mime_guess::mime::TEXT {
        format!("{kind}; charset=utf-8")
    } else {
        kind.to_string()
    };
    if let (Ok(kind), Ok(tag)) = (HeaderValue::try_from(kind), HeaderValue::try_from(tag)) {
        fields.insert(header::CONTENT_TYPE, kind);
        fields.insert(header::ETAG, tag);
    }
    if let Some(coding) = coding {
        fields.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    fields.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    fields.insert(header::CACHE_CONTROL, if name.starts_with("assets/") { HASHED } else { REVALIDATED });
    secure(fields, if name == ADMIN { Kind::Admin } else { Kind::Viewer });
    response
}
