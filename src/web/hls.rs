//! HLS over HTTP: playlists, blocking reloads, initialization sections, segments and parts.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use tokio::sync::watch;
use tokio::time::Instant;

use super::cloud;
use super::error::WebError;
use super::recordings::archived;
use super::rope::Rope;
use super::torrents::Magnets;
use super::{App, Peer, Shared};
use crate::hls::{MediaPlaylist, MediaUri, multivariant as multivariant_playlist, reload};
use crate::live::LiveRendition;
use crate::stream::{Lookup, Position, RenditionId, Window};

/// How long a browser remembers that the streams are open to other origins.
pub const CORS_MAX_AGE: Duration = Duration::from_secs(86_400);

/// A blocked reload is answered at the latest after three target durations or this, with what there is: the
/// time that every untuned player was seen to bear (timeline.md).
const MAX_BLOCK: Duration = Duration::from_secs(8);

/// A hinted part is a promise, also through a hold that cannot be filled: its request waits as long as an event
/// usually does for its encoder, and longer. Threat: sockets parked on it; they count as any connection does.
const MAX_PART_WAIT: Duration = Duration::from_secs(300);

const PLAYLIST: HeaderValue = HeaderValue::from_static("application/vnd.apple.mpegurl");
const MP4: HeaderValue = HeaderValue::from_static("video/mp4");
const SOUND: HeaderValue = HeaderValue::from_static("audio/mp4");

/// An epoch's URL never means other bytes.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Nobody asks for a part once its segment is whole; a cache need not keep it.
const BRIEFLY: HeaderValue = HeaderValue::from_static("public, max-age=120, immutable");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// `GET /hls/stream.m3u8`.
pub async fn multivariant(State(app): State<App>) -> Result<Response, WebError> {
    let broadcast = app.0.hub.broadcast();
    let renditions: Vec<_> = broadcast.current().map(|live| live.rendition.clone()).collect();
    if renditions.is_empty() {
        return Err(WebError::NothingOnAir);
    }
    let uri = |id| format!("{}/{id}/stream.m3u8", app.0.hub.epoch());
    let text = match cloud::steering(&app) {
        Some(steering) => multivariant_playlist::render_steered(&renditions, uri, &steering),
        None => multivariant_playlist::render(&renditions, uri),
    };
    let headers =
        [(header::CONTENT_TYPE, PLAYLIST), (header::CACHE_CONTROL, HeaderValue::from_static("max-age=1"))];
    Ok((headers, text).into_response())
}

/// `GET /hls/{epoch}/{event}-{rendition}/{file}`.
pub async fn media(
    State(app): State<App>,
    Extension(peer): Extension<Peer>,
    Path((epoch, rendition, file)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let shared = &app.0;
    let id: RenditionId = rendition.parse().map_err(|_| WebError::NotFound)?;
    let uri: MediaUri = file.parse().map_err(|_| WebError::NotFound)?;
    let on_air = epoch == shared.hub.epoch().as_str();
    let live = shared.hub.broadcast().rendition(id).filter(|_| on_air).cloned();
    if !matches!(uri, MediaUri::Playlist) {
        let agent = headers.get(header::USER_AGENT).map(HeaderValue::as_bytes).unwrap_or_default();
        shared.audience.fetched(peer.address, agent, Instant::now());
    }
    let served = match (live, uri) {
        (None, _) => Err(WebError::NotFound),
        (Some(live), MediaUri::Playlist) => {
            playlist(shared, live, query.as_deref().unwrap_or_default(), &headers).await
        }
        (Some(live), MediaUri::Init(number)) => init(&live, number),
        (Some(live), MediaUri::Segment(msn)) => segment(shared, &live, msn),
        (Some(live), MediaUri::Part(position)) => part(shared, live, position).await,
    };
    match (served, uri) {
        (Err(WebError::NotFound | WebError::Gone), MediaUri::Init(_) | MediaUri::Segment(_)) => {
            archived(&app, &epoch, id, uri, &headers).await
        }
        (served, _) => served,
    }
}

async fn playlist(
    shared: &Shared,
    live: LiveRendition,
    query: &str,
    headers: &HeaderMap,
) -> Result<Response, WebError> {
    let request = reload::Request::parse(query)?;
    let mut receiver = live.window;
    let mut window = snapshot(&receiver);
    let target = window.geometry().target_duration;
    let mut cache = HeaderValue::from_static("max-age=1");
    match request.decide(&window) {
        reload::Decision::Reject => return Err(WebError::TooFarAhead),
        reload::Decision::Ready if !request.blocks() => {}
        reload::Decision::Ready => cache = blocked_max_age(target),
        reload::Decision::Wait => {
            let patience = Duration::from_secs(u64::from(target) * 3).min(MAX_BLOCK);
            let ready = |window: &Window| !matches!(request.decide(window), reload::Decision::Wait);
            match wait(shared, &mut receiver, patience, ready).await {
                Some(ready) => {
                    window = ready;
                    cache = blocked_max_age(target);
                }
                None => {
                    window = snapshot(&receiver);
                    cache = NO_STORE;
                }
            }
        }
    }
    if request.magnets() {
        // Its magnets name the host that this request was sent to, so nobody shares it.
        let magnets = Magnets::new(&shared.media.torrents, window.id(), headers).finder();
        let past = shared.media.rewind.past(&window);
        let playlist = MediaPlaylist { past: &past, magnet_of: &magnets, ..MediaPlaylist::new(&window) };
        let text = playlist.render();
        return Ok(bytes(Body::from(text), PLAYLIST, NO_STORE));
    }
    let gzip = accepts_gzip(headers);
    let body = shared.playlists.bodies(window, &shared.media.rewind).get(request.skip(), gzip);
    let mut response = Response::new(Body::from(body));
    let fields = response.headers_mut();
    fields.insert(header::CONTENT_TYPE, PLAYLIST);
    fields.insert(header::CACHE_CONTROL, cache);
    fields.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if gzip {
        fields.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(response)
}

/// RFC 8216bis B.1: an answered blocking reload may be kept for six target durations, its numbers are in the URL.
fn blocked_max_age(target_duration: u32) -> HeaderValue {
    HeaderValue::try_from(format!("max-age={}", target_duration * 6)).unwrap_or(NO_STORE)
}

fn init(live: &LiveRendition, number: u32) -> Result<Response, WebError> {
    let window = snapshot(&live.window);
    let init = window.init(number).ok_or(WebError::Gone)?;
    Ok(bytes(Body::from(init.bytes.clone()), content_type(init.resolution), FOREVER))
}

fn segment(shared: &Shared, live: &LiveRendition, msn: u64) -> Result<Response, WebError> {
    let window = snapshot(&live.window);
    let found = match window.served(msn) {
        Lookup::Found(segment) => segment,
        Lookup::Ahead => return Err(WebError::NotFound),
        // Where viewers may go back, what is in memory is given from there.
        Lookup::Gone if shared.media.rewind.holds(window.id(), msn) => {
            window.segment(msn).ok_or(WebError::Gone)?
        }
        Lookup::Gone => return Err(WebError::Gone),
    };
    if !found.sealed {
        return Err(WebError::NotFound);
    }
    let rope = Rope::new(found.parts.iter().map(|part| part.bytes.clone()));
    Ok(bytes(rope, content_type(found.init.resolution), FOREVER))
}

/// A hinted part is a promise: its request waits until the bytes are there.
async fn part(shared: &Shared, live: LiveRendition, position: Position) -> Result<Response, WebError> {
    let mut receiver = live.window;
    let mut window = snapshot(&receiver);
    if window.next() == position && !window.ended() {
        let there = |window: &Window| window.next() != position || window.ended();
        let waited = wait(shared, &mut receiver, MAX_PART_WAIT, there).await;
        window = waited.ok_or(if shared.stopping.is_cancelled() {
            WebError::Stopping
        } else {
            WebError::NotFound
        })?;
    }
    let resolution = window.segment(position.msn).and_then(|segment| segment.init.resolution);
    match window.served_part(position) {
        Lookup::Found(part) => Ok(bytes(Body::from(part.bytes.clone()), content_type(resolution), BRIEFLY)),
        Lookup::Ahead => Err(WebError::NotFound),
        Lookup::Gone => Err(WebError::Gone),
    }
}

/// Waits for a window that is `ready`; `None` when patience ends, the rendition is gone or the program stops.
async fn wait(
    shared: &Shared,
    receiver: &mut watch::Receiver<Arc<Window>>,
    patience: Duration,
    ready: impl Fn(&Window) -> bool,
) -> Option<Arc<Window>> {
    tokio::select! {
        // What the stop itself brought is given, though both are heard at once.
        biased;
        window = receiver.wait_for(|window| ready(window)) => window.ok().map(|window| Arc::clone(&window)),
        () = tokio::time::sleep(patience) => None,
        () = shared.stopping.cancelled() => None,
    }
}

fn snapshot(receiver: &watch::Receiver<Arc<Window>>) -> Arc<Window> {
    Arc::clone(&receiver.borrow())
}

fn content_type(resolution: Option<(u32, u32)>) -> HeaderValue {
    if resolution.is_some() { MP4 } else { SOUND }
}

fn bytes(body: impl IntoResponse, content_type: HeaderValue, cache: HeaderValue) -> Response {
    let mut response = body.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response.headers_mut().insert(header::CACHE_CONTROL, cache);
    response
}

/// Whether gzip is among the accepted codings and not refused by `q=0` (RFC 9110 12.5.3).
pub fn accepts_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|coding| {
        let mut fields = coding.split(';').map(str::trim);
        fields.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"))
            && !fields.any(|field| matches!(field, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_sent_only_to_those_who_take_it() {
        let accepts = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
            accepts_gzip(&headers)
        };
        assert!(accepts("br, gzip;q=0.5"));
        assert!(accepts("GZIP"));
        assert!(!accepts("gzip;q=0"));
        assert!(!accepts("br, identity"));
        assert!(!accepts_gzip(&HeaderMap::new()));
    }
}
