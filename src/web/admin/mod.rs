//! `/api/admin/`: what the operator's page and scripts ask. One file a noun.
//!
//! Belongs here: who may ask, reading bodies, and answers as JSON. Does not: rules about people (`access`), what is
//! kept (`storage`), or what a setting does.
//!
//! Every route is written into one table with what it needs, and gets its guard from there; a route without a need
//! cannot be made.

mod addresses;
mod body;
mod claim;
mod cloud;
mod control;
mod desk;
mod guard;
mod journal;
mod keys;
mod live;
mod poster;
mod recordings;
mod refusal;
mod session;
mod settings;
mod tokens;
mod updates;

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};

pub use body::Json;
pub use desk::{Claim, Desk, verify};
pub use refusal::Refusal;

use super::App;
use super::headers::{Kind, secure};
use crate::storage::Scope;

/// What a route asks of whoever calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing: it is how one gets in.
    Open,
    /// A signed-in browser; no token.
    Session,
    /// A signed-in browser, or a token with this scope.
    Scope(Scope),
}

/// A line of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Its method.
    pub method: Method,
    /// Its path below `/api/admin`, as the router has it.
    pub path: &'static str,
    /// Who may call it.
    pub need: Need,
}

/// The table and, for a running box, the router that is made with it.
struct Routes<'a> {
    app: Option<&'a App>,
    table: Vec<Route>,
    router: Router<App>,
}

impl Routes<'_> {
    fn on<H, T>(mut self, method: Method, path: &'static str, need: Need, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        if let (Some(app), Ok(filter)) = (self.app, MethodFilter::try_from(method.clone())) {
            let guard = middleware::from_fn_with_state((app.clone(), need), guard::check);
            self.router = self.router.route(path, on(filter, handler).route_layer(guard));
        }
        self.table.push(Route { method, path, need });
        self
    }
}

fn routes(app: Option<&App>) -> Routes<'_> {
    const READ: Need = Need::Scope(Scope::Read);
    const CONTROL: Need = Need::Scope(Scope::Control);
    const SETTINGS: Need = Need::Scope(Scope::Settings);
    let (get, post, put, delete) = (Method::GET, Method::POST, Method::PUT, Method::DELETE);
    Routes { app, table: Vec::new(), router: Router::new() }
        .on(get.clone(), "/session", Need::Open, session::show)
        .on(post.clone(), "/claim", Need::Open, claim::claim)
        .on(post.clone(), "/login", Need::Open, session::login)
        .on(post.clone(), "/logout", Need::Session, session::logout)
        .on(post.clone(), "/logout-everywhere", Need::Session, session::logout_everywhere)
        .on(post.clone(), "/password", Need::Session, session::change_password)
        .on(get.clone(), "/settings", READ, settings::show)
        .on(put.clone(), "/settings/{section}", SETTINGS, settings::change)
        .on(put.clone(), "/poster-picture", SETTINGS, poster::replace)
        .on(delete.clone(), "/poster-picture", SETTINGS, poster::remove)
        .on(get.clone(), "/keys", READ, keys::list)
        .on(post.clone(), "/keys", SETTINGS, keys::make)
        .on(put.clone(), "/keys/{id}", SETTINGS, keys::change)
        .on(delete.clone(), "/keys/{id}", SETTINGS, keys::revoke)
        .on(get.clone(), "/keys/{id}/secret", SETTINGS, keys::reveal)
        .on(get.clone(), "/recordings", READ, recordings::list)
        .on(put.clone(), "/recordings/{id}", SETTINGS, recordings::rename)
        .on(delete.clone(), "/recordings/{id}", SETTINGS, recordings::delete)
        .on(get.clone(), "/recordings/{id}/download", READ, recordings::download)
        .on(get.clone(), "/tokens", Need::Session, tokens::list)
        .on(post.clone(), "/tokens", Need::Session, tokens::make)
        .on(get.clone(), "/updates", READ, updates::show)
        .on(put, "/updates/bundle", SETTINGS, updates::upload)
        .on(post.clone(), "/updates/restart", SETTINGS, updates::restart)
        .on(delete, "/tokens/{id}", Need::Session, tokens::revoke)
        .on(post.clone(), "/event/end", CONTROL, control::end_event)
        .on(post.clone(), "/encoder/disconnect", CONTROL, control::disconnect_encoder)
        .on(post.clone(), "/encoder/release", CONTROL, control::release_slot)
        .on(post, "/cloud/test", SETTINGS, cloud::test)
        .on(get.clone(), "/addresses", READ, addresses::show)
        .on(get.clone(), "/journal", READ, journal::page)
        .on(get, "/live", READ, live::connect)
}

/// Every route with what it needs.
pub fn table() -> Vec<Route> {
    routes(None).table
}

/// The router, to be put below `/api/admin`.
pub fn router(app: &App) -> Router<App> {
    routes(Some(app))
        .router
        .method_not_allowed_fallback(async || {
            Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "this cannot be done here")
        })
        .fallback(nothing)
        .layer(middleware::from_fn_with_state(app.clone(), guard::doorstep))
        .layer(middleware::from_fn(answer))
}

/// Whether a signed-in browser sent these headers.
pub async fn is_operator(app: &App, headers: &HeaderMap) -> Result<bool, Refusal> {
    Ok(matches!(guard::Caller::of(app, headers).await?, Some(guard::Caller::Browser(_))))
}

/// A path that no route has.
pub async fn nothing() -> Response {
    finished(Refusal::missing().into_response())
}

async fn answer(request: Request, next: Next) -> Response {
    finished(next.run(request).await)
}

/// What every answer carries.
fn finished(mut response: Response) -> Response {
    secure(response.headers_mut(), Kind::Answer);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
