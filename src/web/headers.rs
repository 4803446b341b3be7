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
/// An answer is data: opened as a page it does nothing.
const ANSWER: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

const REFERRER_POLICY: HeaderValue = HeaderValue::from_static("same-origin");
const OPENER_POLICY: HeaderValue = HeaderValue::from_static("same-origin");
const NO_SNIFF: HeaderValue = HeaderValue::from_static("nosniff");

/// What the headers are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file of the viewers' page.
    Viewer,
    /// The admin page.
    Admin,
    /// An answer of the API.
    Answer,
}

/// Adds the headers of its kind.
pub fn secure(headers: &mut HeaderMap, kind: Kind) {
    let policy = match kind {
        Kind::Viewer => VIEWER,
        Kind::Admin => ADMIN,
        Kind::Answer => ANSWER,
    };
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, NO_SNIFF);
    headers.insert(header::REFERRER_POLICY, REFERRER_POLICY);
    headers.insert(header::HeaderName::from_static("cross-origin-opener-policy"), OPENER_POLICY);
}
