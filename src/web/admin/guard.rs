//! Who asks, and whether they may.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, Request as HttpRequest, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use super::desk::{digest, now};
use super::session::{self, COOKIE};
use super::{Need, Refusal, body};
use crate::storage::Scope;
use crate::web::{App, Peer, cookie};

/// A secret of ours is 47 characters with its prefix. Threat: megabytes to hash.
const MAX_SECRET: usize = 100;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A signed-in browser, by what is kept of its secret.
    Browser([u8; 32]),
    /// A token.
    Script {
        /// What is kept of its secret.
        hash: [u8; 32],
        /// What it may do.
        scopes: Vec<Scope>,
    },
}

impl Caller {
    /// Who sent these headers, if they are somebody. A token wins over a cookie.
    pub async fn of(app: &App, headers: &HeaderMap) -> Result<Option<Caller>, Refusal> {
        let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let bearer = bearer.and_then(|text| text.split_once(' '));
        if let Some((_, token)) = bearer.filter(|(kind, _)| kind.eq_ignore_ascii_case("bearer")) {
            if token.len() > MAX_SECRET {
                return Ok(None);
            }
            let hash = digest(token.as_bytes());
            let scopes = app.desk().storage.use_token(hash, now()).await?;
            return Ok(scopes.map(|scopes| Caller::Script { hash, scopes }));
        }
        let Some(secret) = cookie::find(headers, COOKIE).filter(|secret| secret.len() <= MAX_SECRET) else {
            return Ok(None);
        };
        let hash = digest(secret.as_bytes());
        Ok(session::is_open(app, hash).await?.then_some(Caller::Browser(hash)))
    }

    /// Whether it still is somebody.
    pub async fn remains(&self, app: &App) -> bool {
        match self {
            Caller::Browser(hash) => session::is_open(app, *hash).await.unwrap_or(false),
            Caller::Script { hash, .. } => {
                matches!(app.desk().storage.use_token(*hash, now()).await, Ok(Some(_)))
            }
        }
    }

    fn may(&self, need: Need) -> bool {
        match (need, self) {
            (Need::Open, _) | (_, Caller::Browser(_)) => true,
            (Need::Session, Caller::Script { .. }) => false,
            (Need::Scope(scope), Caller::Script { scopes, .. }) => scopes.contains(&scope),
        }
    }
}

/// Before any route: the request has to be meant for this box and sent by its own page, or by no page at all.
pub async fn doorstep(State(app): State<App>, request: Request, next: Next) -> Result<Response, Refusal> {
    match welcome(&app, &request) {
        Ok(()) => Ok(next.run(request).await),
        Err(refusal) => {
            body::let_go(request.into_body()).await;
            Err(refusal)
        }
    }
}

fn welcome<B>(app: &App, request: &HttpRequest<B>) -> Result<(), Refusal> {
    let Some(peer) = request.extensions().get::<Peer>().copied() else { return Err(Refusal::missing()) };
    let host = host(request);
    let names = &app.desk().names;
    names.host(host.as_deref(), peer.local)?;
    for origin in request.headers().get_all(header::ORIGIN) {
        // What is no text is no origin of ours.
        names.origin(Some(origin.to_str().unwrap_or_default()), host.as_deref())?;
    }
    // A form can send neither JSON nor a picture or a file as it is: a browser asks the box before it lets a foreign
    // page do so.
    if !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.and_then(|kind| kind.split(';').next()).map(str::trim).unwrap_or_default();
        let plain = ["application/json", "application/octet-stream"];
        if !plain.iter().any(|plain| kind.eq_ignore_ascii_case(plain))
            && !kind.to_ascii_lowercase().starts_with("image/")
        {
            let why = "send this as application/json, or a file as application/octet-stream";
            return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, why));
        }
    }
    Ok(())
}

/// The host that was asked for: of the request's target if it names one (RFC 9112 3.2.2), else of its Host, which
/// may be there once.
pub fn host<B>(request: &HttpRequest<B>) -> Option<String> {
    if let Some(authority) = request.uri().authority() {
        return Some(authority.as_str().to_owned());
    }
    let mut hosts = request.headers().get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().ok().map(String::from),
        _ => None,
    }
}

/// Before a route: whoever asks has to be somebody who may.
pub async fn check(
    State((app, need)): State<(App, Need)>,
    mut request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    if need != Need::Open {
        match admitted(&app, need, request.headers()).await {
            Ok(caller) => request.extensions_mut().insert(caller),
            Err(refusal) => {
                body::let_go(request.into_body()).await;
                return Err(refusal);
            }
        };
    }
    Ok(next.run(request).await)
}

async fn admitted(app: &App, need: Need, headers: &HeaderMap) -> Result<Caller, Refusal> {
    let caller = Caller::of(app, headers).await?.ok_or_else(Refusal::signed_out)?;
    if caller.may(need) {
        Ok(caller)
    } else {
        Err(Refusal::new(StatusCode::FORBIDDEN, "this token may not do that"))
    }
}
