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

/// The operator's password of a box that was provisioned with one.
pub const PASSWORD: &str = "a test's password";

/// What its command line provisions.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Given {
    /// Password and stream key.
    All,
    /// The stream key.
    Key,
    Nothing,
}

pub struct VenueBox {
    pub process: Process,
    pub http: SocketAddr,
    pub rtmp: SocketAddr,
    folders: TempDir,
    arguments: Vec<String>,
    /// The sockets that outlive it.
    held: Option<HeldSockets>,
    given: Given,
    _turn: Turn,
}

impl VenueBox {
    pub fn start() -> Self {
        VenueBox::start_with(&[])
    }

    /// A box with further arguments.
    pub fn start_with(arguments: &[&str]) -> Self {
        VenueBox::launch(Given::All, arguments, None)
    }

    /// A box that belongs to nobody.
    pub fn start_unclaimed() -> Self {
        VenueBox::launch(Given::Key, &[], None)
    }

    /// A box that was given nothing at all.
    pub fn start_fresh() -> Self {
        VenueBox::launch(Given::Nothing, &[], None)
    }

    /// A box whose sockets the test holds, as systemd does: it can be started again.
    pub fn start_held(arguments: &[&str]) -> Self {
        VenueBox::launch(Given::All, arguments, Some(HeldSockets::bind()))
    }

    fn launch(given: Given, arguments: &[&str], held: Option<HeldSockets>) -> Self {
        let turn = Turn::side_by_side();
        let folders = tempfile::tempdir().unwrap();
        let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let process = run(folders.path(), given, &arguments, held.as_ref());
        let (http, rtmp) = addresses(&process);
        VenueBox { process, http, rtmp, folders, given, arguments, held, _turn: turn }
    }

    /// From its next start on it is given a password by its command line.
    pub fn provision_next_start(&mut self) {
        self.given = Given::All;
    }

    /// Starts it again with the same folders, and sockets if they are held; it must have ended.
    pub fn start_again(&mut self) {
        assert!(!self.process.is_running());
        self.process = run(self.folders.path(), self.given, &self.arguments, self.held.as_ref());
        let addresses = addresses(&self.process);
        assert!(self.held.is_none() || addresses == (self.http, self.rtmp), "the sockets are not held");
        (self.http, self.rtmp) = addresses;
    }

    /// Kills it in the midst of whatever it does, and starts it again.
    pub fn kill_and_start(&mut self) {
        self.start_again_after(|_| {});
    }

    /// Kills the box as a power cut would, lets something be done to its data folder, and starts it again.
    pub fn start_again_after(&mut self, meanwhile: impl FnOnce(&Path)) {
        self.process.kill();
        meanwhile(&self.data());
        self.start_again();
    }

    /// The code that claims it, as it says it.
    pub fn claim_code(&self) -> String {
        self.process.line(PATIENCE, |line| line.strip_prefix("claim").map(|code| code.trim().to_owned()))
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

fn run(folders: &Path, given: Given, arguments: &[String], held: Option<&HeldSockets>) -> Process {
    let program = env!("CARGO_BIN_EXE_venuebox");
    let mut command = held.map_or_else(|| Command::new(program), |held| held.handed_to(program));
    // What the developer's shell says of a box must not reach this one.
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("VENUEBOX_")) {
        command.env_remove(name);
    }
    if given != Given::Nothing {
        command.env("VENUEBOX_STREAM_KEY", KEY);
    }
    if given == Given::All {
        command.env("VENUEBOX_ADMIN_PASSWORD", PASSWORD);
    }
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
