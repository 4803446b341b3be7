//! Where viewers go when the box does not answer: the bucket, and content steering to it (RFC 8216bis 7).
//!
//! While viewers need a password nobody is told of the bucket: its address would be enough to get past it.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use url::Url;

use super::App;
use crate::hls::multivariant::{Pathway, Steering};
use crate::sync::Phase;

/// The box's pathway.
const BOX: &str = "box";
/// The bucket's pathway.
const CLOUD: &str = "cloud";

/// How often players ask which of the two they should take, seconds. The answer never changes; it is asked for so that
/// a player which went to the bucket comes back.
const TIME_TO_LIVE: u32 = 10;

/// The bucket as a viewer reaches it: what is below its public address, with a slash at its end.
fn tree(app: &App) -> Option<Url> {
    let settings = app.settings();
    if !settings.upload.value.failover || settings.viewers.value.password_hash.is_some() {
        return None;
    }
    let store = settings.cloud.value.0.as_ref()?;
    let public = store.public_url.as_deref()?.trim_end_matches('/');
    Url::parse(&format!("{public}/{}", store.prefix)).ok()
}

/// The bucket's public entrance, where viewers may go there.
pub fn entrance(app: &App) -> Option<String> {
    Some(tree(app)?.join("stream.m3u8").ok()?.into())
}

/// Its scheme, host and port, for a page that may load from there.
pub fn origin(app: &App) -> Option<String> {
    let origin = tree(app)?.origin();
    origin.is_tuple().then(|| origin.ascii_serialization())
}

/// Content steering, while the bucket really has what is on air: a player opens every pathway that it is shown, and one
/// that leads nowhere delays its start.
pub fn steering(app: &App) -> Option<Steering> {
    let status = app.0.media.cloud.borrow();
    let status = status.as_ref()?;
    status.lag.filter(|_| !matches!(status.phase, Phase::Trouble | Phase::Paused))?;
    let cloud = Pathway { id: CLOUD, base: tree(app)?.into() };
    let server_uri = "steering.json";
    Some(Steering { server_uri, pathways: [Pathway { id: BOX, base: String::new() }, cloud] })
}

/// `GET /hls/steering.json`: the box first, then the bucket (RFC 8216bis 7.2).
pub async fn manifest(State(_app): State<App>) -> Response {
    let text = json!({ "VERSION": 1, "TTL": TIME_TO_LIVE, "PATHWAY-PRIORITY": [BOX, CLOUD] }).to_string();
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("max-age=5")),
    ];
    (headers, text).into_response()
}
