//! HTTP: routes that adapt sockets to the rooms below. Status codes are decided only here.
//!
//! Belongs here: parsing requests, headers, and waiting for what a request may wait for. Does not: what a
//! playlist says (`hls`), or any state but caches of rendered bodies.

mod assets;
mod error;
mod hls;
mod live_events;
mod playlist_cache;
mod rope;
mod server;
mod status;

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tower_http::cors::CorsLayer;

use crate::live::{Audience, Hub};
use live_events::Bulletin;
use playlist_cache::PlaylistCache;

pub use server::Server;
pub use status::Status;

/// What visitors read about the event. The operator's settings come later; the seam is the `watch`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign {
    /// The event's title.
    pub title: String,
    /// A line of welcome; may be empty.
    pub welcome: String,
}

impl Default for Sign {
    fn default() -> Self {
        Sign { title: String::from("Live"), welcome: String::new() }
    }
}

/// What the routes share.
#[derive(Clone, Debug)]
pub struct App(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    hub: Hub,
    audience: Audience,
    sign: watch::Receiver<Sign>,
    playlists: PlaylistCache,
    bulletin: Bulletin,
    /// Cancelled when the program stops: what waits is answered at once.
    stopping: CancellationToken,
}

/// Who asks: the canonical address of the connection's other end.
#[derive(Clone, Copy, Debug)]
struct Peer(IpAddr);

impl App {
    /// The routes' shared state. `stopping` is cancelled when what waits should be answered.
    pub fn new(
        hub: Hub,
        audience: Audience,
        sign: watch::Receiver<Sign>,
        stopping: CancellationToken,
    ) -> Self {
        App(Arc::new(Shared {
            bulletin: Bulletin::new(),
            playlists: PlaylistCache::new(),
            hub,
            audience,
            sign,
            stopping,
        }))
    }

    /// The task that tells open pages what changed; it runs until `stop`.
    pub async fn run_bulletin(&self, stop: CancellationToken) {
        live_events::run(self, stop).await;
    }

    fn router(&self) -> Router {
        let open = CorsLayer::new().allow_origin(tower_http::cors::Any).max_age(hls::CORS_MAX_AGE);
        let public = Router::new()
            .route("/hls/stream.m3u8", get(hls::multivariant))
            .route("/hls/{epoch}/{rendition}/{file}", get(hls::media))
            .route("/api/status", get(status::status))
            .layer(open);
        Router::new()
            .merge(public)
            .route("/api/live", get(live_events::connect))
            .route("/healthz", get(status::health))
            .fallback(get(assets::serve))
            .with_state(self.clone())
    }
}
