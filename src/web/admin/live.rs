//! The dashboard's WebSocket: the state each second, news at once.
//!
//! The texts are made by whoever knows them, once for all sockets; this sends them to those who may see them, and
//! closes on a browser that was signed out.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, broadcast};
use tokio::time::Instant;

use super::Refusal;
use super::guard::Caller;
use crate::storage::Acknowledged;
use crate::stream::{EventId, RenditionId};
use crate::web::{App, Peer, Pulse};

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

/// `GET live`.
pub async fn connect(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Refusal> {
    let upgrade = upgrade
        .map_err(|_| Refusal::new(StatusCode::UPGRADE_REQUIRED, "this is a WebSocket; open it as one"))?;
    let place = Arc::clone(&app.desk().sockets).try_acquire_owned();
    let place = place.map_err(|_| Refusal::broken("too many dashboards are open; close one"))?;
    let upgrade = upgrade.max_message_size(MAX_MESSAGE).max_frame_size(MAX_MESSAGE);
    Ok(upgrade.on_upgrade(move |socket| async move {
        let agent = headers.get(header::USER_AGENT).map(HeaderValue::as_bytes).unwrap_or_default();
        let _looking = app.audience().overlook(peer.address, agent, Instant::now());
        let mut page = Page { app, caller, socket, _place: place };
        page.serve().await;
    }))
}

/// What the box promised, for whoever keeps a list of it.
fn told(promise: &Acknowledged) -> Utf8Bytes {
    let message = match promise {
        Acknowledged::Kept { rendition: RenditionId { event: EventId(event), rendition }, msn } => {
            json!({ "type": "kept", "event": event, "rendition": rendition, "msn": msn })
        }
        Acknowledged::Uploaded { key } => json!({ "type": "uploaded", "key": key }),
    };
    message.to_string().into()
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
        // Listened to before the hello is made, so that nothing falls between the two.
        let mut journal = desk.journal.news();
        let mut beat = tokio::select! {
            () = stopping.cancelled() => return self.close(close_code::RESTART, "restart").await,
            beat = desk.pulse.look() => beat,
        };
        let (mut settings, mut keys) = (desk.storage.settings(), desk.storage.stream_keys());
        let mut poster = app.poster();
        let mut acknowledged = desk.storage.acknowledged();
        let mut ended = desk.storage.ended();
        // A page that comes reads the settings as they are; only what changes from here on is news.
        settings.mark_unchanged();
        keys.mark_unchanged();
        let mut ping = tokio::time::interval_at(Instant::now() + PING, PING);
        let mut heard = Instant::now();
        // The session may have ended while the socket was being opened.
        if !self.caller.remains(&app).await {
            return self.sign_out().await;
        }
        let hello = desk.pulse.hello(&beat.borrow_and_update());
        if !self.tell(hello).await {
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
                Ok(()) = beat.changed() => {
                    let text = beat.borrow_and_update().message.clone();
                    self.tell(text).await
                }
                news = journal.recv() => match news {
                    Ok(entry) => self.tell(Pulse::line(&entry)).await,
                    // It missed some; it comes back and reads them.
                    Err(broadcast::error::RecvError::Lagged(_)) => {
                        return self.close(close_code::AGAIN, "too slow").await;
                    }
                    Err(broadcast::error::RecvError::Closed) => return,
                },
                promise = acknowledged.recv() => match promise {
                    Ok(promise) => self.tell(told(&promise)).await,
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
