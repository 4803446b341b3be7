//! Cookies: read from a request, written into an answer.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Who else sends it along.
#[derive(Clone, Copy, Debug)]
pub enum SameSite {
    /// Requests of the box's own pages alone.
    Strict,
    /// Also a link that leads to the box.
    Lax,
}

/// The value of the cookie of that name. Cookies of other programs on the same host come along; they are passed
/// over.
pub fn find<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(';')).find_map(|pair| {
        pair.trim().split_once('=').filter(|(found, _)| *found == name).map(|(_, value)| value)
    })
}

/// A `Set-Cookie` that scripts cannot read. It is never `Secure`: the box speaks plain HTTP, and who stands before it
/// with HTTPS is not known to it.
pub fn set(name: &str, value: &str, age: Duration, same_site: SameSite) -> Option<HeaderValue> {
    let text = format!("{name}={value}; Path=/; Max-Age={}; HttpOnly; SameSite={same_site:?}", age.as_secs());
    HeaderValue::try_from(text).ok()
}

/// The answer that gives it.
pub fn given(cookie: Option<HeaderValue>) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Some(cookie) = cookie {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; mine=x=y;b"));
        headers.append(header::COOKIE, HeaderValue::from_static("theirs=2"));
        assert_eq!(find(&headers, "mine"), Some("x=y"));
        assert_eq!(find(&headers, "theirs"), Some("2"));
        assert_eq!((find(&headers, "min"), find(&headers, "b")), (None, None));
    }
}
