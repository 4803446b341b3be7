//! Remembers outside of the box what it promised: what is kept, and what is uploaded. It outlives the box's kills.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use serde_json::Value;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_util::sync::CancellationToken;

use super::PATIENCE;
use super::operator::Operator;

/// A box that was killed is asked again so soon.
const AGAIN: Duration = Duration::from_millis(50);

pub struct Oracle {
    shared: Arc<(Mutex<Promises>, Condvar)>,
    stop: CancellationToken,
}

#[derive(Clone, Debug, Default)]
pub struct Promises {
    /// Event, rendition and number of segments that are kept.
    pub kept: BTreeSet<(u64, u8, u64)>,
    /// Keys that are uploaded, below the prefix.
    pub uploaded: BTreeSet<String>,
    /// The dashboard as it was told last.
    pub state: Value,
    /// What the journal was told.
    pub journal: Vec<String>,
}

impl Oracle {
    /// Listens to a box at an address that outlives it.
    pub fn listen(http: SocketAddr, operator: &Operator) -> Self {
        let (shared, stop) = (Arc::default(), CancellationToken::new());
        let oracle = Oracle { shared: Arc::clone(&shared), stop: stop.clone() };
        let cookie = operator.cookie().to_owned();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                while !stop.is_cancelled() {
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = hear(http, &cookie, &shared) => tokio::time::sleep(AGAIN).await,
                    }
                }
            });
        });
        oracle
    }

    pub fn promises(&self) -> Promises {
        lock(&self.shared.0).clone()
    }

    /// Waits for what it hears until something is so.
    pub fn until<T>(&self, what: &str, so: impl Fn(&Promises) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        let mut heard = lock(&self.shared.0);
        loop {
            if let Some(found) = so(&heard) {
                return found;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "never said: {what}; the last was {:#}", heard.state);
            heard = self.shared.1.wait_timeout(heard, left).unwrap().0;
        }
    }

    /// Waits until a field of the dashboard has something in it that is wanted.
    pub fn until_state(&self, what: &str, so: impl Fn(&Value) -> bool) {
        self.until(what, |heard| so(&heard.state).then_some(()));
    }

    /// Waits until `more` segments are kept that were not when this was called.
    pub fn until_kept(&self, more: usize) {
        let before = self.promises().kept.len();
        self.until("more segments are kept", |heard| (heard.kept.len() >= before + more).then_some(()));
    }

    /// Waits until an object is uploaded after this was called.
    pub fn until_uploaded(&self, more: usize) {
        let before = self.promises().uploaded.len();
        self.until("more objects are uploaded", |heard| {
            (heard.uploaded.len() >= before + more).then_some(())
        });
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn hear(http: SocketAddr, cookie: &str, shared: &(Mutex<Promises>, Condvar)) {
    let mut request = format!("ws://{http}/api/admin/live").into_client_request().unwrap();
    request.headers_mut().insert("cookie", cookie.parse().unwrap());
    // It may be starting.
    let Ok(Ok((mut socket, _))) = tokio::time::timeout(PATIENCE, connect_async(request)).await else {
        return;
    };
    while let Some(Ok(message)) = socket.next().await {
        let Message::Text(text) = message else { continue };
        let message: Value = serde_json::from_str(&text).unwrap();
        let mut heard = lock(&shared.0);
        match message["type"].as_str().unwrap_or_default() {
            "kept" => {
                let number = |name: &str| message[name].as_u64().unwrap();
                let rendition = u8::try_from(number("rendition")).unwrap();
                heard.kept.insert((number("event"), rendition, number("msn")));
            }
            "uploaded" => {
                heard.uploaded.insert(message["key"].as_str().unwrap().to_owned());
            }
            "state" | "hello" => heard.state = message["state"].clone(),
            "journal" => {
                heard.journal.push(message["entry"]["text"].as_str().unwrap_or_default().to_owned());
            }
            _ => {}
        }
        drop(heard);
        shared.1.notify_all();
    }
}

fn lock(promises: &Mutex<Promises>) -> MutexGuard<'_, Promises> {
    promises.lock().unwrap_or_else(PoisonError::into_inner)
}
