//! The pages: files of the page's build, embedded with their compressed forms.

use std::borrow::Cow;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use rust_embed::{EmbeddedFile, RustEmbed};

use super::error::WebError;
use super::headers::{Kind, secure};
use super::{App, cloud};
use crate::sync::PageFile;

/// What `scripts/build-ui` makes.
#[derive(RustEmbed)]
#[folder = "src/web/ui/dist"]
struct Files;

/// The viewers' page.
const VIEWER: &str = "index.html";
/// The admin page.
const ADMIN: &str = "admin.html";

/// Files below `assets/` carry a hash of their content in their name.
const HASHED: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Everything else is asked for again, and answered 304 while it is the same.
const REVALIDATED: HeaderValue = HeaderValue::from_static("no-cache");

/// The viewers' page for a bucket: it plays the stream at this address, and looks for no box. Where viewers
/// begin comes last; what the admin page alone needs is left out.
pub fn bucket_page(stream: &str) -> Vec<PageFile> {
    let Some(page) = Files::get(VIEWER) else { return Vec::new() };
    let mark = format!("<head>\n    <meta name=\"venuebox-stream\" content=\"{stream}\" />");
    let page = String::from_utf8_lossy(&page.data).replacen("<head>", &mark, 1);
    let mut left: Vec<Cow<'static, str>> = Files::iter().filter(|name| is_plain(name)).collect();
    let (mut files, mut texts) = (Vec::new(), vec![page.clone()]);
    while let Some(text) = texts.pop() {
        let (named, others) = left.into_iter().partition(|name| text.contains(base(name)));
        left = others;
        let named: Vec<Cow<'static, str>> = named;
        for (name, file) in named.into_iter().filter_map(|name| Some((name.clone(), Files::get(&name)?))) {
            texts.push(String::from_utf8_lossy(&file.data).into_owned());
            files.push(page_file(&name, file.data.into_owned().into()));
        }
    }
    files.push(page_file(VIEWER, page.into()));
    files
}

/// No page, and no compressed form: a bucket does not choose between forms.
fn is_plain(name: &str) -> bool {
    ![".html", ".br", ".gz"].iter().any(|ending| name.ends_with(ending))
}

fn base(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

fn page_file(name: &str, body: Bytes) -> PageFile {
    let hashed = name.starts_with("assets/");
    let cache_control = if hashed { "public, max-age=31536000, immutable" } else { "public, max-age=60" };
    PageFile {
        key: String::from(name),
        content_type: content_type(name),
        cache_control: String::from(cache_control),
        body,
    }
}

fn content_type(name: &str) -> String {
    let kind = mime_guess::from_path(name).first_or_octet_stream();
    match kind.type_() {
        mime_guess::mime::TEXT => format!("{kind}; charset=utf-8"),
        _ => kind.to_string(),
    }
}

/// Whether both pages can be served.
pub fn are_there() -> bool {
    [VIEWER, ADMIN].into_iter().all(|page| Files::get(page).is_some_and(|page| !page.data.is_empty()))
}

/// Any path that no route takes: a file of the page, or 404.
pub async fn serve(
    State(app): State<App>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    if method != Method::GET && method != Method::HEAD {
        return Ok((StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD\n").into_response());
    }
    let name = match uri.path().trim_start_matches('/') {
        "" => VIEWER,
        // One page with a screen for each of these paths.
        "admin" => ADMIN,
        path if path.starts_with("admin/") => ADMIN,
        name => name,
    };
    let plain = Files::get(name).ok_or(WebError::NotFound)?;
    let (file, coding) = best(name, &headers).unwrap_or((plain, None));
    let kind = if name == ADMIN { Kind::Admin } else { Kind::Viewer(cloud::origin(&app)) };
    Ok(respond((name, file), coding, &headers, kind))
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

fn respond(
    (name, file): (&str, EmbeddedFile),
    coding: Option<&'static str>,
    headers: &HeaderMap,
    kind: Kind,
) -> Response {
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
    if let (Ok(kind), Ok(tag)) = (HeaderValue::try_from(content_type(name)), HeaderValue::try_from(tag)) {
        fields.insert(header::CONTENT_TYPE, kind);
        fields.insert(header::ETAG, tag);
    }
    if let Some(coding) = coding {
        fields.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    fields.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    fields.insert(header::CACHE_CONTROL, if name.starts_with("assets/") { HASHED } else { REVALIDATED });
    secure(fields, kind);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bucket_gets_the_viewers_page_alone_and_its_beginning_last() {
        let files = bucket_page("live/stream.m3u8");
        // Without a build of the page there is none.
        let Some((page, others)) = files.split_last() else { return };
        let text = String::from_utf8_lossy(&page.body);
        assert!(text.contains("<meta name=\"venuebox-stream\" content=\"live/stream.m3u8\" />"), "{text}");
        assert_eq!(
            (page.key.as_str(), page.content_type.as_str()),
            ("index.html", "text/html; charset=utf-8")
        );
        for file in others {
            assert!(!file.key.contains("admin") && is_plain(&file.key), "{}", file.key);
        }
        let script = others.iter().find(|file| file.key.ends_with(".js")).unwrap();
        assert!(script.content_type.contains("javascript") && script.cache_control.contains("immutable"));
    }
}
