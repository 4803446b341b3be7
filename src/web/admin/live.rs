//! The dashboard's WebSocket: the state each second, news at once.
//!
//! The texts are made by whoever knows them, once for all sockets; this sends them to those who may see them, and
//! closes on a browser that was signed out.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::http::StatusCode;
use axum::response::Response;
use tokio::sync::{OwnedSemaphorePermit, broadcast, watch};
use tokio::time::Instant;

use super::Refusal;
use super::guard::Caller;
use crate::web::App;

/// Open dashboards at once: the operators, their phones, a wall.
pub const MAX_SOCKETS: usize = 64;

/// The page says nothing on this socket. Threat: memory.
const MAX_MESSAGE: usize = 128;

/// How often a socket is pinged, and its session looked at.
const PING: Duration = Duration::from_secs(15);

/// A page that answered no ping for so long has left.
const SILENT: Duration = Duration::from_secs(40);

/// A page that does not take a message for so long is too slow for one a second.
const SEND_TIMEOUT: Duration = Duration::from_secs(10);

const SETTINGS: Utf8Bytes = Utf8Bytes::from_static(r#"{"type":"settings"}"#);
const SIGNED_OUT: Utf8Bytes = Utf8Bytes::from_static(r#"{"type":"signed-out"}"#);

/// What the operator orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The event ends for its viewers.
    EndEvent,
    /// The encoder is sent away; it may come back.
    DisconnectEncoder,
    /// The encoder is sent away and kept away for a moment.
    ReleaseSlot,
}

/// The answer to an order: whether there was something to do it to.
pub type Obeyed = Pin<Box<dyn Future<Output = bool> + Send>>;

/// Where the dashboard's texts come from and its orders go: each text is a whole message.
#[derive(Clone)]
pub struct Dashboard {
    hello: Arc<dyn Fn() -> Utf8Bytes + Send + Sync>,
    obey: Arc<dyn Fn(Order) -> Obeyed + Send + Sync>,
    state: watch::Receiver<Utf8Bytes>,
    journal: broadcast::Sender<Utf8Bytes>,
    live_key: watch::Receiver<Option<i64>>,
}

impl fmt::Debug for Dashboard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dashboard").finish_non_exhaustive()
    }
}

impl Dashboard {
    /// A dashboard of these texts. `hello` is asked for with each new socket; `live_key` is the number of the key
    /// that feeds the event.
    pub fn new(
        hello: impl Fn() -> Utf8Bytes + Send + Sync + 'static,
        obey: impl Fn(Order) -> Obeyed + Send + Sync + 'static,
        state: watch::Receiver<Utf8Bytes>,
        journal: broadcast::Sender<Utf8Bytes>,
        live_key: watch::Receiver<Option<i64>>,
    ) -> Self {
        Dashboard { hello: Arc::new(hello), obey: Arc::new(obey), state, journal, live_key }
    }

    /// One that says nothing and has nothing to order about.
    pub fn quiet() -> Self {
        let (journal, _) = broadcast::channel(1);
        let hello = || Utf8Bytes::from_static(r#"{"type":"hello"}"#);
        let obey = |_| -> Obeyed { Box::pin(std::future::ready(false)) };
        let (_, state) = watch::channel(Utf8Bytes::default());
        Dashboard::new(hello, obey, state, journal, watch::channel(None).1)
    }

    /// The key that feeds the event.
    pub fn live_key(&self) -> Option<i64> {
        *self.live_key.borrow()
    }

    /// Passes an order on; false when there was nothing to do it to.
    pub async fn obey(&self, order: Order) -> bool {
        (self.obey)(order).await
    }
}

/// `GET live`.
pub async fn connect(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Refusal> {
    let upgrade = upgrade
        .map_err(|_| Refusal::new(StatusCode::UPGRADE_REQUIRED, "this is a WebSocket; open it as one"))?;
    let place = Arc::clone(&app.desk().sockets).try_acquire_owned();
    let place = place.map_err(|_| Refusal::broken("too many dashboards are open; close one"))?;
    let upgrade = upgrade.max_message_size(MAX_MESSAGE).max_frame_size(MAX_MESSAGE);
    Ok(upgrade.on_upgrade(move |socket| async move {
        let mut page = Page { app, caller, socket, _place: place };
        page.serve().await;
    }))
}

/// One open dashboard.
struct Page {
    app: App,
    caller: Caller,
    socket: WebSocket,
    _place: OwnedSemaphorePermit,
}

impl Page {
    async fn serve(&mut self) {
        let app = self.app.clone();
        let (desk, stopping) = (app.desk(), app.stopping());
        let dashboard = &desk.dashboard;
        // Listened to before the hello is made, so that nothing falls between the two.
        let (mut state, mut journal) = (dashboard.state.clone(), dashboard.journal.subscribe());
        let (mut settings, mut keys) = (desk.storage.settings(), desk.storage.stream_keys());
        let mut poster = app.poster();
        let mut ended = desk.storage.ended();
        state.mark_unchanged();
        let mut ping = tokio::time::interval_at(Instant::now() + PING, PING);
        let mut heard = Instant::now();
        // The session may have ended while the socket was being opened.
        if !self.caller.remains(&app).await {
            return self.sign_out().await;
        }
        if !self.tell((dashboard.hello)()).await {
            return;
        }
        loop {
            let told = tokio::select! {
                () = stopping.cancelled() => return self.close(close_code::RESTART, "restart").await,
                Ok(()) = ended.changed() => {
                    if !self.caller.remains(&app).await {
                        return self.sign_out().await;
                    }
                    true
                }
                Ok(()) = state.changed() => {
                    let text = state.borrow_and_update().clone();
                    self.tell(text).await
                }
                news = journal.recv() => match news {
                    Ok(text) => self.tell(text).await,
                    // It missed some; it comes back and reads them.
                    Err(broadcast::error::RecvError::Lagged(_)) => {
                        return self.close(close_code::AGAIN, "too slow").await;
                    }
                    Err(broadcast::error::RecvError::Closed) => return,
                },
                Ok(()) = settings.changed() => self.tell(SETTINGS).await,
                Ok(()) = keys.changed() => self.tell(SETTINGS).await,
                Ok(()) = poster.changed() => self.tell(SETTINGS).await,
                _ = ping.tick() => {
                    if !self.caller.remains(&app).await {
                        return self.sign_out().await;
                    }
                    heard.elapsed() < SILENT && self.send(Message::Ping(bytes::Bytes::new())).await
                }
                message = self.socket.recv() => match message {
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {
                        heard = Instant::now();
                        true
                    }
                    Some(Ok(Message::Text(_) | Message::Binary(_))) => {
                        return self.close(close_code::POLICY, "nothing is said here").await;
                    }
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                },
            };
            if !told {
                return;
            }
        }
    }

    async fn sign_out(&mut self) {
        if self.tell(SIGNED_OUT).await {
            self.close(close_code::POLICY, "signed out").await;
        }
    }

    async fn close(&mut self, code: u16, reason: &'static str) {
        let frame = CloseFrame { code, reason: Utf8Bytes::from_static(reason) };
        self.send(Message::Close(Some(frame))).await;
    }

    async fn tell(&mut self, text: Utf8Bytes) -> bool {
        self.send(Message::Text(text)).await
    }

    async fn send(&mut self, message: Message) -> bool {
        matches!(tokio::time::timeout(SEND_TIMEOUT, self.socket.send(message)).await, Ok(Ok(())))
    }
}
