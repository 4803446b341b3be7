//! HTTP: routes that adapt sockets to the rooms below. Status codes are decided only here.
//!
//! Belongs here: parsing requests, headers, and waiting for what a request may wait for. Does not: what a
//! playlist says (`hls`), or any state but caches of rendered bodies.

mod addresses;
pub mod admin;
mod assets;
mod cloud;
mod cookie;
mod disk_body;
mod error;
mod headers;
mod health;
mod hls;
mod live_events;
mod playlist_cache;
mod poster;
mod pulse;
mod range;
mod recorded_playlists;
mod recordings;
mod rope;
mod screen;
mod server;
mod status;
mod torrents;
mod tracker;
mod viewers;

use std::net::IpAddr;
use std::sync::Arc;

use axum::routing::{any, get};
use axum::{Router, middleware};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tower_http::cors::CorsLayer;

use crate::archive::{Library, Rewind};
use crate::live::{Audience, Hub};
use crate::rendezvous::Rendezvous;
use crate::seeder::Torrents;
use crate::storage::{Settings, StorageError};
use crate::sync;
use health::Checkup;
use live_events::Bulletin;
use playlist_cache::PlaylistCache;
use poster::Poster;
use recorded_playlists::RecordedPlaylists;
use tracker::Tracker;
use viewers::Ticket;

pub use assets::bucket_page;
pub use health::Health;
pub use pulse::{Beat, Face, Pulse, Sources};
pub use server::Server;
pub use status::Status;

/// What the routes share.
#[derive(Clone, Debug)]
pub struct App(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    hub: Hub,
    audience: Audience,
    settings: watch::Receiver<Arc<Settings>>,
    poster: watch::Sender<Option<Arc<Poster>>>,
    ticket: Ticket,
    desk: admin::Desk,
    playlists: PlaylistCache,
    bulletin: Bulletin,
    media: Media,
    recorded: RecordedPlaylists,
    tracker: Tracker,
    checkup: Checkup,
    /// Cancelled when the program stops: what waits is answered at once.
    stopping: CancellationToken,
}

/// Where media is beside the live window.
#[derive(Clone, Debug)]
pub struct Media {
    /// What is seeded.
    pub torrents: Torrents,
    /// How far back viewers may go.
    pub rewind: Rewind,
    /// Recordings.
    pub library: Library,
    /// What the bucket has, if there is one.
    pub cloud: watch::Receiver<Option<sync::Status>>,
}

/// Both ends of the connection that asks, canonical.
#[derive(Clone, Copy, Debug)]
struct Peer {
    /// Who asks.
    address: IpAddr,
    /// The address of ours that was dialled.
    local: IpAddr,
}

impl App {
    /// The routes' shared state. `stopping` is cancelled when what waits should be answered.
    ///
    /// # Errors
    /// What storage says.
    pub async fn open(
        hub: Hub,
        audience: Audience,
        desk: admin::Desk,
        rendezvous: Rendezvous,
        media: Media,
        stopping: CancellationToken,
    ) -> Result<Self, StorageError> {
        let storage = &desk.storage;
        let poster = storage.picture(poster::NAME).await?.map(|picture| Arc::new(picture.into()));
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(|_| StorageError::Gone)?;
        let key = storage.secret("watch", key).await?;
        Ok(App(Arc::new(Shared {
            bulletin: Bulletin::new(),
            playlists: PlaylistCache::new(),
            tracker: Tracker::new(rendezvous),
            checkup: Checkup::default(),
            hub,
            audience,
            settings: storage.settings(),
            poster: watch::Sender::new(poster),
            ticket: Ticket::new(key),
            desk,
            media,
            recorded: RecordedPlaylists::default(),
            stopping,
        })))
    }

    /// The task that tells open pages what changed; it runs until `stop`.
    pub async fn run_bulletin(&self, stop: CancellationToken) {
        live_events::run(self, stop).await;
    }

    fn desk(&self) -> &admin::Desk {
        &self.0.desk
    }

    fn hub(&self) -> &Hub {
        &self.0.hub
    }

    fn audience(&self) -> &Audience {
        &self.0.audience
    }

    fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.0.settings.borrow())
    }

    fn poster(&self) -> watch::Receiver<Option<Arc<Poster>>> {
        self.0.poster.subscribe()
    }

    fn stopping(&self) -> &CancellationToken {
        &self.0.stopping
    }

    fn router(&self) -> Router {
        let open = CorsLayer::new().allow_origin(tower_http::cors::Any).max_age(hls::CORS_MAX_AGE);
        let gate = middleware::from_fn_with_state(self.clone(), viewers::gate);
        let stream = Router::new()
            .route("/hls/stream.m3u8", get(hls::multivariant))
            .route("/hls/steering.json", get(cloud::manifest))
            .route("/hls/{epoch}/{rendition}/{file}", get(hls::media))
            .route("/recordings.json", get(recordings::list))
            .route("/recordings/{event}/{file}", get(recordings::playlist))
            .route("/torrents.json", get(torrents::list))
            .route("/torrents/{file}", get(torrents::file))
            .route_layer(gate.clone());
        let public = stream.route("/api/status", get(status::status)).layer(open);
        Router::new()
            .merge(public)
            .route("/api/live", get(live_events::connect).route_layer(gate))
            .route("/api/watch", get(viewers::show).post(viewers::enter))
            .route("/poster.jpg", get(poster::show))
            .route("/healthz", get(health::show))
            .route("/api/screen", get(screen::show))
            .route("/announce", get(tracker::announce))
            .route("/scrape", get(tracker::scrape))
            .route("/", get(tracker::entrance))
            .nest("/api/admin", admin::router(self))
            .route("/api/admin/", any(admin::nothing))
            .fallback(get(assets::serve))
            .with_state(self.clone())
    }
}
