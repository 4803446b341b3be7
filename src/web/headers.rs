//! Headers that tell a browser what a page or an answer may do.

use axum::http::{HeaderMap, HeaderValue, header};

/// Pages load nothing from elsewhere and run no inline script or style; hls.js makes blob: URLs for its media. The
/// viewers' page may be framed by the box's own pages, the admin page by none.
const VIEWER: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; media-src 'self' blob:; worker-src 'self' blob:; img-src 'self' data: blob:; \
     style-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
);
const ADMIN: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; media-src 'self' blob:; worker-src 'self' blob:; img-src 'self' data: blob:; \
     style-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
);
/// The same for a page that goes on from the cloud when the box does not answer.
fn viewer_with(origin: &str) -> Option<HeaderValue> {
    let media = format!("media-src 'self' blob: {origin}; connect-src 'self' {origin}");
    VIEWER.to_str().ok()?.replacen("media-src 'self' blob:", &media, 1).try_into().ok()
}
/// An answer is data: opened as a page it does nothing.
const ANSWER: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

const REFERRER_POLICY: HeaderValue = HeaderValue::from_static("same-origin");
const OPENER_POLICY: HeaderValue = HeaderValue::from_static("same-origin");
const NO_SNIFF: HeaderValue = HeaderValue::from_static("nosniff");

/// What the headers are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file of the viewers' page, and the other origin that it may load from.
    Viewer(Option<String>),
    /// The admin page.
    Admin,
    /// An answer of the API.
    Answer,
}

/// Adds the headers of its kind.
pub fn secure(headers: &mut HeaderMap, kind: Kind) {
    let policy = match kind {
        Kind::Viewer(origin) => origin.as_deref().and_then(viewer_with).unwrap_or(VIEWER),
        Kind::Admin => ADMIN,
        Kind::Answer => ANSWER,
    };
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, NO_SNIFF);
    headers.insert(header::REFERRER_POLICY, REFERRER_POLICY);
    headers.insert(header::HeaderName::from_static("cross-origin-opener-policy"), OPENER_POLICY);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_may_load_from_the_cloud_and_from_nowhere_else() {
        let mut headers = HeaderMap::new();
        secure(&mut headers, Kind::Viewer(Some(String::from("https://media.example.org"))));
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        let of = |name: &str| policy.split(';').map(str::trim).find(|part| part.starts_with(name)).unwrap();
        assert_eq!(of("connect-src"), "connect-src 'self' https://media.example.org");
        assert_eq!(of("media-src"), "media-src 'self' blob: https://media.example.org");
        assert_eq!(of("default-src"), "default-src 'self'");
    }
}
