//! A box of the test's own: the real program on free ports, with empty folders.

use std::net::SocketAddr;
use std::process::Command;

use tempfile::TempDir;

use super::PATIENCE;
use super::http::{Response, get};
use super::live::LiveEvents;
use super::playlist::MediaPlaylist;
use super::process::Process;
use super::turn::Turn;

pub const KEY: &str = "test-key";

pub struct VenueBox {
    pub process: Process,
    pub http: SocketAddr,
    pub rtmp: SocketAddr,
    _folders: TempDir,
    _turn: Turn,
}

impl VenueBox {
    pub fn start() -> Self {
        VenueBox::start_with(&[])
    }

    /// A box with further arguments.
    pub fn start_with(arguments: &[&str]) -> Self {
        let turn = Turn::side_by_side();
        let folders = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_venuebox"));
        // What the developer's shell says of a box must not reach this one.
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("VENUEBOX_")) {
            command.env_remove(name);
        }
        command.env("VENUEBOX_STREAM_KEY", KEY);
        command.args(["run", "--data"]).arg(folders.path().join("data"));
        command.arg("--runtime").arg(folders.path().join("runtime"));
        for port in ["--http", "--rtmp", "--stun", "--tracker-udp", "--bittorrent"] {
            command.args([port, "127.0.0.1:0"]);
        }
        command.args(arguments);
        let process = Process::start(&mut command);
        let field = |name: &str, before: &str, after: &str| -> SocketAddr {
            process.line(PATIENCE, |line| {
                let rest = line.strip_prefix(name)?.trim().strip_prefix(before)?.strip_suffix(after)?;
                rest.parse().ok()
            })
        };
        let http = field("viewers", "http://", "/");
        let rtmp = field("server", "rtmp://", "/live");
        VenueBox { process, http, rtmp, _folders: folders, _turn: turn }
    }

    /// Where an encoder with the right key publishes.
    pub fn ingest(&self) -> String {
        self.ingest_with(KEY)
    }

    pub fn ingest_with(&self, key: &str) -> String {
        format!("{}/{key}", self.server())
    }

    /// The server as it is entered into OBS.
    pub fn server(&self) -> String {
        format!("rtmp://{}/live", self.rtmp)
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.http)
    }

    pub fn get(&self, path: &str) -> Response {
        get(&self.url(path))
    }

    pub async fn live(&self) -> LiveEvents {
        LiveEvents::connect(self.http).await
    }

    /// The media playlist's URL once an event is on air.
    pub async fn media_playlist_url(&self) -> String {
        self.live().await.until(|state| state.is_live()).await;
        let entrance = self.get("/hls/stream.m3u8");
        assert_eq!(entrance.status, 200);
        let text = entrance.text();
        let uri = text.lines().find(|line| !line.starts_with('#')).expect("no variant");
        self.url(&format!("/hls/{uri}"))
    }

    /// The media playlist once it has at least `segments` whole segments after now.
    pub async fn media_playlist(&self, segments: u64) -> MediaPlaylist {
        MediaPlaylist::after(&self.media_playlist_url().await, segments)
    }
}
