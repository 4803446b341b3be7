//! The viewers' password: what guards the stream, and `/api/watch` where it is given.
//!
//! Without a password this costs a look at the settings. With one, a browser holds a cookie and a player sends HTTP
//! Basic with every request; the password is hashed once, and after that a player's request costs one SHA-256.

use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::admin::{self, Refusal};
use super::cookie::{self, SameSite};
use super::headers::{Kind, secure};
use super::{App, Peer};
use crate::access::password;
use crate::access::{Attempts, Foreign, names};

/// The cookie of a browser that knows the password.
const COOKIE: &str = "venuebox_watch";

/// A festival; after it the password is asked for again.
const LASTS: Duration = Duration::from_secs(30 * 86_400);

/// The longest Basic header: a name, and the longest password. Threat: kilobytes to hash with every request.
const MAX_BASIC: usize = 600;

const CHALLENGE: HeaderValue = HeaderValue::from_static("Basic realm=\"venuebox\", charset=\"UTF-8\"");

/// Who knows the viewers' password.
#[derive(Debug)]
pub struct Ticket {
    /// Never leaves the box; kept over restarts, so that cookies last.
    key: [u8; 32],
    right: Mutex<Option<Right>>,
    attempts: Mutex<Attempts>,
    /// Held while a word is being proven. A hundred players that come at once, before anybody proved it, then wait
    /// for the first of them instead of counting as guessers behind one address.
    proving: tokio::sync::Mutex<()>,
}

/// The right password as it was last proven: there is only one, so no request with it is hashed slowly twice.
#[derive(Debug)]
struct Right {
    kept: String,
    quick: [u8; 32],
}

impl Ticket {
    /// Nobody knows it yet.
    pub fn new(key: [u8; 32]) -> Self {
        Ticket {
            key,
            right: Mutex::default(),
            attempts: Mutex::default(),
            proving: tokio::sync::Mutex::default(),
        }
    }

    /// What a browser holds. It is of the kept hash, so a new password ends it, also the same one set again.
    fn cookie(&self, kept: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.keyed(b"cookie", kept, ""))
    }

    /// Of a key of fixed length that nobody knows and of parts that cannot run into each other.
    fn keyed(&self, purpose: &[u8], kept: &str, word: &str) -> [u8; 32] {
        let hash = Sha256::new().chain_update(self.key).chain_update(purpose).chain_update([0]);
        hash.chain_update(kept).chain_update([0]).chain_update(word).finalize().into()
    }

    fn known(&self, kept: &str, word: &str) -> bool {
        let right = self.right();
        let Some(right) = right.as_ref().filter(|right| right.kept == kept) else { return false };
        self.keyed(b"word", kept, word).ct_eq(&right.quick).into()
    }

    /// Whether a word is the password. Wrong ones wait longer and longer; the right one never waits once it was
    /// proven, whoever else shares the address.
    async fn check(&self, from: IpAddr, word: &str, kept: &str) -> Result<bool, Refusal> {
        if word.len() > password::MOST {
            return Ok(false);
        }
        if self.known(kept, word) {
            return Ok(true);
        }
        let _turn = self.proving.lock().await;
        if self.known(kept, word) {
            return Ok(true);
        }
        self.attempts().begin(from, Instant::now()).map_err(Refusal::later)?;
        let right = admin::verify(word.to_owned(), kept.to_owned()).await?;
        if right {
            self.attempts().succeeded(from);
            *self.right() = Some(Right { kept: kept.to_owned(), quick: self.keyed(b"word", kept, word) });
        }
        Ok(right)
    }

    fn right(&self) -> MutexGuard<'_, Option<Right>> {
        // Nothing in here can panic half-way.
        self.right.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn attempts(&self) -> MutexGuard<'_, Attempts> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The hash of the viewers' password, if there is one.
pub fn password_hash(app: &App) -> Option<String> {
    app.0.settings.borrow().viewers.value.password_hash.clone()
}

fn holds_cookie(app: &App, headers: &HeaderMap, kept: &str) -> bool {
    let given = cookie::find(headers, COOKIE).unwrap_or_default();
    given.as_bytes().ct_eq(app.0.ticket.cookie(kept).as_bytes()).into()
}

/// The password of HTTP Basic (RFC 7617), whatever name comes with it.
fn basic(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION).filter(|value| value.len() <= MAX_BASIC)?.to_str().ok()?;
    let (kind, word) = value.split_once(' ')?;
    let plain = kind.eq_ignore_ascii_case("basic").then(|| STANDARD.decode(word.trim()).ok()).flatten()?;
    String::from_utf8(plain).ok()?.split_once(':').map(|(_, word)| word.to_owned())
}

/// Before whatever shows the stream.
pub async fn gate(State(app): State<App>, request: Request, next: Next) -> Response {
    let Some(kept) = password_hash(&app) else { return next.run(request).await };
    let peer = request.extensions().get::<Peer>().copied();
    match admit(&app, peer, request.headers(), &kept).await {
        Ok(true) => next.run(request).await,
        Ok(false) => {
            let mut response =
                Refusal::new(StatusCode::UNAUTHORIZED, "the viewers' password is needed").into_response();
            // A page asks by itself; challenged, its browser would put a box of its own over it. Players do not send
            // this header (Fetch Metadata).
            if !request.headers().contains_key("sec-fetch-mode") {
                response.headers_mut().insert(header::WWW_AUTHENTICATE, CHALLENGE);
            }
            sealed(response)
        }
        Err(refusal) => sealed(refusal.into_response()),
    }
}

async fn admit(app: &App, peer: Option<Peer>, headers: &HeaderMap, kept: &str) -> Result<bool, Refusal> {
    if holds_cookie(app, headers, kept) {
        return Ok(true);
    }
    match (basic(headers), peer) {
        (Some(word), Some(peer)) => app.0.ticket.check(peer.address, &word, kept).await,
        // The operator looks at what viewers see.
        _ => admin::is_operator(app, headers).await,
    }
}

fn sealed(mut response: Response) -> Response {
    secure(response.headers_mut(), Kind::Answer);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[derive(Serialize)]
struct Shown {
    password: bool,
    open: bool,
}

/// `GET /api/watch`.
pub async fn show(State(app): State<App>, headers: HeaderMap) -> Response {
    let kept = password_hash(&app);
    let open = kept.as_deref().is_none_or(|kept| holds_cookie(&app, &headers, kept));
    sealed(Json(Shown { password: kept.is_some(), open }).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    password: String,
}

/// `POST /api/watch`.
pub async fn enter(
    State(app): State<App>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    body: Result<admin::Json<Given>, Refusal>,
) -> Response {
    sealed(entered(&app, peer, &headers, body).await.unwrap_or_else(IntoResponse::into_response))
}

/// The page may have come by any name that the venue gave the box, so its own one is enough.
async fn entered(
    app: &App,
    peer: Peer,
    headers: &HeaderMap,
    body: Result<admin::Json<Given>, Refusal>,
) -> Result<Response, Refusal> {
    let text = |name| headers.get(name).map(|value: &HeaderValue| value.to_str().unwrap_or_default());
    if text(header::ORIGIN).is_some_and(|origin| !names::same(origin, text(header::HOST))) {
        return Err(Foreign::Origin.into());
    }
    let admin::Json(given) = body?;
    let Some(kept) = password_hash(app) else { return Ok(cookie::given(None)) };
    if !app.0.ticket.check(peer.address, &given.password, &kept).await? {
        return Err(Refusal::new(StatusCode::UNAUTHORIZED, "this is not the password"));
    }
    Ok(cookie::given(cookie::set(COOKIE, &app.0.ticket.cookie(&kept), LASTS, SameSite::Lax)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        headers
    }

    #[test]
    fn the_password_of_basic_is_behind_the_first_colon_and_any_name_will_do() {
        let encoded = |text: &str| headers(&format!("Basic {}", STANDARD.encode(text)));
        assert_eq!(basic(&encoded("vlc:se:cret")).as_deref(), Some("se:cret"));
        assert_eq!(basic(&encoded(":пароль")).as_deref(), Some("пароль"));
        for wrong in ["Basic", "Basic !!!", "Bearer dmxjOng=", "Basic bm9jb2xvbg=="] {
            assert_eq!(basic(&headers(wrong)), None, "{wrong}");
        }
        assert_eq!(basic(&encoded(&"x".repeat(MAX_BASIC))), None);
    }

    #[test]
    fn a_new_password_ends_the_cookies_of_the_old_one() {
        let ticket = Ticket::new([7; 32]);
        assert_ne!(ticket.cookie("old hash"), ticket.cookie("new hash"));
        assert_ne!(ticket.cookie("hash"), Ticket::new([8; 32]).cookie("hash"));
    }

    #[tokio::test]
    async fn players_that_come_all_at_once_are_no_guessers() {
        let ticket = Ticket::new([7; 32]);
        let kept = password::hash("doors open", &[1; 16]).unwrap();
        let venue: IpAddr = "10.0.0.1".parse().unwrap();
        let crowd = (0..100).map(|_| ticket.check(venue, "doors open", &kept));
        let answers = futures_util::future::join_all(crowd).await;
        assert!(answers.into_iter().all(|answer| answer == Ok(true)));
    }

    #[tokio::test]
    async fn the_right_word_is_hashed_once_and_never_waits_for_those_who_guess() {
        let ticket = Ticket::new([7; 32]);
        let kept = password::hash("doors open", &[1; 16]).unwrap();
        let venue: IpAddr = "10.0.0.1".parse().unwrap();
        assert_eq!(ticket.check(venue, "doors open", &kept).await, Ok(true));
        while ticket.check(venue, "guess", &kept).await.is_ok() {}
        assert_eq!(ticket.check(venue, "doors open", &kept).await, Ok(true));
        assert!(ticket.check(venue, "doors open", "another hash").await.is_err());
    }
}
