//! `/api/live`: the WebSocket that tells open pages where the event stands, and that counts who plays.
//!
//! Server → page, one JSON text, at once after connecting and on each change:
//! `{"type":"state","state":"waiting|live|holding|ended","event":"7"|null,"playlist":URL|null,
//! "secondsLeft":s|null,"viewers":n,"title":…,"welcome":…,"offline":…,"accent":"#rrggbb"|null,
//! "poster":URL|null,"latency":s}`. Page → server: `{"type":"playing"}` while playback
//! runs, `{"type":"stopped"}` when not. The mesh's messages join them later.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::error::WebError;
use super::{App, Peer, Shared, viewers};
use crate::live::Session;
use crate::stream::EventState;

/// Open pages at once. Threat: one phone opens sockets until the venue's pages find no place; the connection
/// limit of the server stands above it.
const MAX_SOCKETS: usize = 6_000;

/// The largest message a page may send. Threat: memory.
const MAX_MESSAGE: usize = 1 << 10;

/// Messages a page may send in one [`PING`] interval. Threat: a page that does nothing but send.
const MAX_MESSAGES: u32 = 60;

/// How often a quiet page is pinged, so that a phone that left is noticed.
const PING: Duration = Duration::from_secs(15);

/// A page that answered no ping for so long has left.
const SILENT: Duration = Duration::from_secs(40);

/// A page that does not take a message for so long has left.
const SEND_TIMEOUT: Duration = Duration::from_secs(10);

/// The number of viewers is told at most this often: a thousand pages that come in a minute would otherwise
/// mean a million messages.
const VIEWERS_EVERY: Duration = Duration::from_secs(2);

/// What every open page is told, rendered once.
#[derive(Debug)]
pub struct Bulletin {
    text: watch::Sender<Utf8Bytes>,
    places: Arc<Semaphore>,
}

impl Bulletin {
    /// Nothing told yet.
    pub fn new() -> Self {
        let (text, _) = watch::channel(Utf8Bytes::default());
        Bulletin { text, places: Arc::new(Semaphore::new(MAX_SOCKETS)) }
    }
}

#[derive(Serialize)]
#[serde(tag = "type", rename = "state", rename_all = "camelCase")]
struct StateMessage<'a> {
    state: &'static str,
    event: Option<String>,
    playlist: Option<&'static str>,
    seconds_left: Option<u64>,
    viewers: usize,
    title: &'a str,
    welcome: &'a str,
    offline: &'a str,
    accent: Option<&'a str>,
    poster: Option<String>,
    /// Seconds behind the live edge that the page plays at.
    latency: f64,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
enum PageMessage {
    Playing,
    Stopped,
}

fn render(shared: &Shared) -> Utf8Bytes {
    let now = Instant::now();
    let state = shared.hub.broadcast().phase.state(now);
    let settings = Arc::clone(&shared.settings.borrow());
    let page = &settings.page.value;
    let (name, seconds_left) = match state {
        EventState::Waiting => ("waiting", None),
        EventState::Live { .. } => ("live", None),
        EventState::Holding { remaining, .. } => ("holding", Some(remaining.as_secs())),
        EventState::Ended { .. } => ("ended", None),
    };
    let message = StateMessage {
        state: name,
        event: state.event().map(|event| event.to_string()),
        playlist: state.event().map(|_| "/hls/stream.m3u8"),
        seconds_left,
        viewers: shared.audience.count(now),
        title: &page.title,
        welcome: &page.welcome,
        offline: &page.offline,
        accent: page.accent.as_deref(),
        poster: shared.poster.borrow().as_ref().map(|poster| poster.url()),
        latency: settings.stream.value.latency.seconds(),
    };
    // Serialising strings and numbers cannot fail.
    serde_json::to_string(&message).map(Utf8Bytes::from).unwrap_or_default()
}

/// Renders the bulletin whenever something changed: the event's state at once, the number of viewers at most
/// every two seconds.
pub async fn run(app: &App, stop: CancellationToken) {
    let shared = &app.0;
    let mut broadcast = shared.hub.watch();
    let mut settings = shared.settings.clone();
    let mut poster = shared.poster.subscribe();
    let mut sessions = shared.audience.sessions();
    let mut quiet_until = Instant::now();
    let mut counted = false;
    loop {
        shared.bulletin.text.send_if_modified(|text| {
            let newer = render(shared);
            let changed = *text != newer;
            *text = newer;
            changed
        });
        let phase = broadcast.borrow_and_update().phase;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                changed = broadcast.changed() => match changed {
                    Ok(()) if broadcast.borrow_and_update().phase == phase => continue,
                    Ok(()) => break,
                    Err(_) => return,
                },
                Ok(()) = settings.changed() => break,
                Ok(()) = poster.changed() => break,
                Ok(()) = sessions.changed(), if !counted => { counted = true; continue; }
                () = tokio::time::sleep_until(quiet_until), if counted => {
                    counted = false;
                    quiet_until = Instant::now() + VIEWERS_EVERY;
                    break;
                }
            }
        }
    }
}

/// `GET /api/live`.
pub async fn connect(
    State(app): State<App>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, WebError> {
    let place = Arc::clone(&app.0.bulletin.places).try_acquire_owned().map_err(|_| WebError::Full)?;
    let agent = headers
        .get(header::USER_AGENT)
        .map(|agent| HeaderValue::as_bytes(agent).to_vec())
        .unwrap_or_default();
    let upgrade = upgrade.max_message_size(MAX_MESSAGE).max_frame_size(MAX_MESSAGE);
    Ok(upgrade.on_upgrade(move |socket| async move {
        let mut page = Page { app, peer, agent, session: None, messages: 0, _place: place };
        page.serve(socket).await;
    }))
}

/// One open page.
struct Page {
    app: App,
    peer: Peer,
    agent: Vec<u8>,
    /// Open while it plays.
    session: Option<Session>,
    messages: u32,
    _place: OwnedSemaphorePermit,
}

impl Page {
    async fn serve(&mut self, mut socket: WebSocket) {
        let shared = Arc::clone(&self.app.0);
        let mut bulletin = shared.bulletin.text.subscribe();
        let mut settings = shared.settings.clone();
        let password = viewers::password_hash(&self.app);
        let mut ping = tokio::time::interval_at(Instant::now() + PING, PING);
        let mut heard = Instant::now();
        let mut told = render(&shared);
        if !tell(&mut socket, Message::Text(told.clone())).await {
            return;
        }
        bulletin.mark_unchanged();
        loop {
            let message = tokio::select! {
                () = shared.stopping.cancelled() => {
                    let frame = CloseFrame { code: close_code::RESTART, reason: Utf8Bytes::from_static("restart") };
                    tell(&mut socket, Message::Close(Some(frame))).await;
                    return;
                }
                Ok(()) = settings.changed() => {
                    if settings.borrow_and_update().viewers.value.password_hash != password {
                        let reason = Utf8Bytes::from_static("the viewers' password has changed");
                        let frame = CloseFrame { code: close_code::AGAIN, reason };
                        tell(&mut socket, Message::Close(Some(frame))).await;
                        return;
                    }
                    continue;
                }
                Ok(()) = bulletin.changed() => {
                    let text = bulletin.borrow_and_update().clone();
                    if text != told && !tell(&mut socket, Message::Text(text.clone())).await {
                        return;
                    }
                    told = text;
                    continue;
                }
                _ = ping.tick() => {
                    self.messages = 0;
                    let alive = heard.elapsed() < SILENT;
                    if !alive || !tell(&mut socket, Message::Ping(bytes::Bytes::new())).await {
                        return;
                    }
                    continue;
                }
                message = socket.recv() => message,
            };
            heard = Instant::now();
            let Some(Ok(message)) = message else { return };
            if !self.hear(&message) {
                let reason = Utf8Bytes::from_static("not a message of this page");
                let frame = CloseFrame { code: close_code::POLICY, reason };
                tell(&mut socket, Message::Close(Some(frame))).await;
                return;
            }
        }
    }

    /// Takes a message of the page; false when the socket should be closed for it.
    fn hear(&mut self, message: &Message) -> bool {
        self.messages += 1;
        if self.messages > MAX_MESSAGES {
            return false;
        }
        match message {
            Message::Text(text) => match serde_json::from_str(text) {
                Ok(PageMessage::Playing) => {
                    let open = || self.app.0.audience.open(self.peer.address, &self.agent, Instant::now());
                    self.session.get_or_insert_with(open);
                    true
                }
                Ok(PageMessage::Stopped) => {
                    self.session = None;
                    true
                }
                Err(_) => false,
            },
            Message::Binary(_) => false,
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) => true,
        }
    }
}

async fn tell(socket: &mut WebSocket, message: Message) -> bool {
    matches!(tokio::time::timeout(SEND_TIMEOUT, socket.send(message)).await, Ok(Ok(())))
}
