//! Torrents over HTTP: the list for programs, `.torrent` files, and magnets, as whoever asks reaches the tracker.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::App;
use super::error::WebError;
use crate::bittorrent::{InfoHash, Layout, Trackers};
use crate::seeder::{Seed, Torrents};
use crate::stream::RenditionId;

const TORRENT: HeaderValue = HeaderValue::from_static("application/x-bittorrent");

/// The longest name of a host with its port (RFC 1035 2.3.4, and brackets and a port).
const MAX_AUTHORITY: usize = 255 + 8;

/// `GET /torrents.json`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct List {
    /// The seeder's TCP port; null when nothing is seeded here.
    port: Option<u16>,
    /// Connections, those that are uploaded to, bytes sent, and connections closed for abuse.
    peers: usize,
    uploading: usize,
    uploaded: u64,
    dropped: u64,
    /// The tracker's doors.
    trackers: Vec<String>,
    /// Newest last within a kind.
    torrents: Vec<Entry>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    info_hash: String,
    name: String,
    kind: &'static str,
    rendition: String,
    first_segment: u64,
    last_segment: u64,
    length: u64,
    piece_length: u32,
    pieces: u32,
    files: usize,
    peers: usize,
    magnet: String,
    torrent: String,
}

/// Everything that is seeded.
pub async fn list(State(app): State<App>, headers: HeaderMap) -> Response {
    let torrents = &app.0.media.torrents;
    let trackers = trackers(torrents, &headers);
    let catalogue = torrents.catalogue();
    let mut seeds: Vec<_> = catalogue.seeds().collect();
    seeds.sort_by_key(|seed| (seed.kind.as_str(), seed.rendition, seed.segments));
    let traffic = torrents.traffic();
    let list = List {
        port: torrents.port().filter(|_| app.settings().seeds()),
        peers: traffic.peers,
        uploading: traffic.slots,
        uploaded: traffic.uploaded,
        dropped: traffic.dropped,
        trackers: trackers.urls(),
        torrents: seeds.into_iter().map(|seed| entry(seed, &trackers)).collect(),
    };
    ([(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], Json(list)).into_response()
}

fn entry(seed: &Seed, trackers: &Trackers) -> Entry {
    let torrent = &seed.content.torrent;
    Entry {
        info_hash: torrent.info_hash.to_string(),
        name: torrent.name.clone(),
        kind: seed.kind.as_str(),
        rendition: seed.rendition.to_string(),
        first_segment: seed.segments.0,
        last_segment: seed.segments.1,
        length: torrent.length,
        piece_length: torrent.piece_length,
        pieces: torrent.pieces(),
        files: match &torrent.layout {
            Layout::Single => 1,
            Layout::Multiple(files) => files.len(),
        },
        peers: seed.peer_count(),
        magnet: torrent.magnet(trackers),
        torrent: format!("/torrents/{}.torrent", torrent.info_hash),
    }
}

/// `GET /torrents/{infohash}.torrent`.
pub async fn file(
    State(app): State<App>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let hash: InfoHash =
        file.strip_suffix(".torrent").and_then(|hash| hash.parse().ok()).ok_or(WebError::NotFound)?;
    let torrents = &app.0.media.torrents;
    let seed = torrents.catalogue().get(hash).cloned().ok_or(WebError::NotFound)?;
    let body = seed.content.torrent.file(&trackers(torrents, &headers));
    let name = HeaderValue::try_from(format!("attachment; filename=\"{hash}.torrent\""));
    let name = name.unwrap_or(HeaderValue::from_static("attachment"));
    // It is gone in minutes, and its trackers depend on who asks.
    let headers = [
        (header::CONTENT_TYPE, TORRENT),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, body).into_response())
}

/// The magnets of a rendition's segments, for its playlist.
pub struct Magnets {
    torrents: Torrents,
    trackers: Trackers,
    rendition: RenditionId,
}

impl Magnets {
    /// For whoever sent these headers.
    pub fn new(torrents: &Torrents, rendition: RenditionId, headers: &HeaderMap) -> Self {
        Magnets { torrents: torrents.clone(), trackers: trackers(torrents, headers), rendition }
    }

    /// A function that finds a segment's magnet; one that was not hashed yet has none.
    pub fn finder(self) -> impl Fn(u64) -> Option<String> {
        let catalogue = self.torrents.catalogue();
        move |msn| {
            let seed = catalogue.segment(self.rendition, msn)?;
            Some(seed.content.torrent.magnet(&self.trackers))
        }
    }
}

/// The tracker's doors on the host by which the box was asked.
fn trackers(torrents: &Torrents, headers: &HeaderMap) -> Trackers {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    // What goes into a file or a playlist is a host's name and nothing else.
    let plain = |host: &&str| {
        let right = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
        (1..=MAX_AUTHORITY).contains(&host.len()) && host.chars().all(right)
    };
    torrents.trackers(host.filter(plain).unwrap_or("venuebox.local"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_is_none_does_not_get_into_a_torrent() {
        let web = |host: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static(host));
            trackers(&Torrents::none(), &headers).web
        };
        assert_eq!(web("10.0.0.1:8080"), "10.0.0.1:8080");
        assert_eq!(web("[fe80::1]:80"), "[fe80::1]:80");
        assert_eq!(web("box/announce?x=1"), "venuebox.local");
        assert_eq!(web("a b"), "venuebox.local");
        assert_eq!(trackers(&Torrents::none(), &HeaderMap::new()).web, "venuebox.local");
    }
}
