//! `/api/status` as Owncast answers it.

use std::time::SystemTime;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::{App, cloud};

/// Owncast's public status; tools that read it read ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// An event is on air, also while its picture is held.
    pub online: bool,
    /// Open playback sessions, and distinct (address, User-Agent) pairs without one that fetched media in the
    /// last 30 s. Behind one address translation the second kind undercounts.
    pub viewer_count: usize,
    /// The box's clock (RFC 3339).
    pub server_time: String,
    /// When an encoder last came (RFC 3339).
    pub last_connect_time: Option<String>,
    /// When an encoder last went (RFC 3339).
    pub last_disconnect_time: Option<String>,
    /// The program's version.
    pub version_number: String,
    /// The event's title.
    pub stream_title: String,
    /// The copy in the cloud, where viewers may go when the box does not answer.
    pub cloud: Option<Copy>,
}

/// Where the same is to be had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copy {
    /// The entrance of its playlists.
    pub url: String,
}

/// `GET /api/status`.
pub async fn status(State(app): State<App>) -> Response {
    let shared = &app.0;
    let broadcast = shared.hub.broadcast();
    let now = Instant::now();
    let status = Status {
        online: broadcast.phase.state(now).is_on_air(),
        viewer_count: shared.audience.count(now),
        server_time: rfc3339(SystemTime::now()),
        last_connect_time: broadcast.last_connect.map(rfc3339),
        last_disconnect_time: broadcast.last_disconnect.map(rfc3339),
        version_number: String::from(env!("CARGO_PKG_VERSION")),
        stream_title: shared.settings.borrow().page.value.title.clone(),
        cloud: cloud::entrance(&app).map(|url| Copy { url }),
    };
    ([(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], Json(status)).into_response()
}

fn rfc3339(time: SystemTime) -> String {
    humantime::format_rfc3339_millis(time).to_string()
}
