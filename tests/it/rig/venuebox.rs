//! A box of the test's own: the real program on free ports, with empty folders.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::PATIENCE;
use super::held_sockets::HeldSockets;
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
    folders: TempDir,
    arguments: Vec<String>,
    /// The sockets that outlive it.
    held: Option<HeldSockets>,
    _turn: Turn,
}

impl VenueBox {
    pub fn start() -> Self {
        VenueBox::start_with(&[])
    }

    /// A box with further arguments.
    pub fn start_with(arguments: &[&str]) -> Self {
        VenueBox::launch(arguments, None)
    }

    /// A box whose sockets the test holds, as systemd does: it can be started again.
    pub fn start_held(arguments: &[&str]) -> Self {
        VenueBox::launch(arguments, Some(HeldSockets::bind()))
    }

    fn launch(arguments: &[&str], held: Option<HeldSockets>) -> Self {
        let turn = Turn::side_by_side();
        let folders = tempfile::tempdir().unwrap();
        let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let process = run(folders.path(), &arguments, held.as_ref());
        let (http, rtmp) = addresses(&process);
        VenueBox { process, http, rtmp, folders, arguments, held, _turn: turn }
    }

    /// Starts it again with the same folders and sockets; it must have ended.
    pub fn start_again(&mut self) {
        assert!(!self.process.is_running());
        self.process = run(self.folders.path(), &self.arguments, self.held.as_ref());
        assert_eq!(addresses(&self.process), (self.http, self.rtmp), "the sockets are not held");
    }

    /// Kills it in the midst of whatever it does, and starts it again.
    pub fn kill_and_start(&mut self) {
        self.process.kill();
        self.start_again();
    }

    /// The folder of what survives a power cut.
    pub fn data(&self) -> PathBuf {
        self.folders.path().join("data")
    }

    /// The folder of what survives a restart, as it is given to the box.
    pub fn runtime(&self) -> PathBuf {
        self.folders.path().join("runtime")
    }

    /// Where the running event is kept.
    pub fn snapshot(&self) -> PathBuf {
        let own = std::fs::read_dir(self.runtime()).unwrap().next().expect("no runtime folder");
        own.unwrap().path().join("snapshot")
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

fn run(folders: &Path, arguments: &[String], held: Option<&HeldSockets>) -> Process {
    let program = env!("CARGO_BIN_EXE_venuebox");
    let mut command = held.map_or_else(|| Command::new(program), |held| held.handed_to(program));
    // What the developer's shell says of a box must not reach this one.
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("VENUEBOX_")) {
        command.env_remove(name);
    }
    command.env("VENUEBOX_STREAM_KEY", KEY);
    command.args(["run", "--data"]).arg(folders.join("data"));
    command.arg("--runtime").arg(folders.join("runtime"));
    for port in ["--http", "--rtmp", "--stun", "--tracker-udp", "--bittorrent"] {
        command.args([port, "127.0.0.1:0"]);
    }
    command.args(arguments);
    Process::start(&mut command)
}

/// Where it says that viewers and encoders go.
fn addresses(process: &Process) -> (SocketAddr, SocketAddr) {
    let field = |name: &str, before: &str, after: &str| -> SocketAddr {
        process.line(PATIENCE, |line| {
            let rest = line.strip_prefix(name)?.trim().strip_prefix(before)?.strip_suffix(after)?;
            rest.parse().ok()
        })
    };
    (field("viewers", "http://", "/"), field("server", "rtmp://", "/live"))
}
