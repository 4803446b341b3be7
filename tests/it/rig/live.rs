//! A page's socket on `/api/live`.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::PATIENCE;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct State {
    pub state: String,
    pub event: Option<String>,
    pub seconds_left: Option<u64>,
    pub viewers: usize,
}

impl State {
    pub fn is_live(&self) -> bool {
        self.state == "live"
    }

    pub fn is_holding(&self) -> bool {
        self.state == "holding"
    }

    pub fn is_ended(&self) -> bool {
        self.state == "ended"
    }
}

pub struct LiveEvents(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl LiveEvents {
    pub async fn connect(http: SocketAddr) -> Self {
        let (socket, _) = connect_async(format!("ws://{http}/api/live")).await.expect("no live events");
        LiveEvents(socket)
    }

    /// The next message, or `None` when the box closed the socket.
    pub async fn next(&mut self) -> Option<State> {
        loop {
            let message = timeout(PATIENCE, self.0.next()).await.expect("no live event came")?.ok()?;
            match message {
                Message::Text(text) => return Some(serde_json::from_str(&text).unwrap()),
                Message::Close(_) => return None,
                _ => {}
            }
        }
    }

    /// Messages until one is `wanted`.
    pub async fn until(&mut self, wanted: impl Fn(&State) -> bool) -> State {
        loop {
            let state = self.next().await.expect("the box closed the live events");
            if wanted(&state) {
                return state;
            }
        }
    }

    pub async fn send(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.unwrap();
    }
}
