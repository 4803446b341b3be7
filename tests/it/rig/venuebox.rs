//! A box of the test's own: the real program on free ports, with empty folders.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::PATIENCE;
use super::held_sockets::HeldSockets;
use super::host::Host;
use super::http::{Response, get};
use super::live::LiveEvents;
use super::playlist::MediaPlaylist;
use super::process::Process;
use super::small_disk::SmallDisk;
use super::turn::Turn;

pub const KEY: &str = "test-key";

/// The operator's password of a box that was provisioned with one.
pub const PASSWORD: &str = "a test's password";

/// What says where its ports are.
const PORTS: [&str; 5] = ["--http", "--rtmp", "--stun", "--tracker-udp", "--bittorrent"];

/// Arguments that take a free port for each, for a box beside others.
pub fn free_ports() -> impl Iterator<Item = &'static str> {
    PORTS.iter().flat_map(|port| [*port, "127.0.0.1:0"])
}

/// What its command line provisions.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Given {
    /// Password and stream key.
    All,
    /// The stream key.
    Key,
    Nothing,
}

/// Where it runs, and on which sockets.
enum Place {
    /// On free ports of this machine's own.
    Here,
    /// On sockets that outlive it.
    Held(HeldSockets),
    /// On free ports at an address of another machine of the test's, with the words that lead there.
    There(Vec<String>, String),
    /// On free ports, with a disk of its own for what survives a power cut.
    OnDisk(SmallDisk),
}

pub struct VenueBox {
    pub process: Process,
    pub http: SocketAddr,
    pub rtmp: SocketAddr,
    pub tracker: SocketAddr,
    pub stun: SocketAddr,
    folders: TempDir,
    arguments: Vec<String>,
    place: Place,
    given: Given,
    _turn: Turn,
}

impl VenueBox {
    pub fn start() -> Self {
        VenueBox::start_with(&[])
    }

    /// A box with further arguments.
    pub fn start_with(arguments: &[&str]) -> Self {
        VenueBox::launch(Given::All, arguments, Place::Here)
    }

    /// A box that belongs to nobody.
    pub fn start_unclaimed() -> Self {
        VenueBox::start_unclaimed_with(&[])
    }

    /// The same with further arguments.
    pub fn start_unclaimed_with(arguments: &[&str]) -> Self {
        VenueBox::launch(Given::Key, arguments, Place::Here)
    }

    /// A box that was given nothing at all.
    pub fn start_fresh() -> Self {
        VenueBox::launch(Given::Nothing, &[], Place::Here)
    }

    /// A box whose sockets the test holds, as systemd does: it can be started again.
    pub fn start_held(arguments: &[&str]) -> Self {
        VenueBox::launch(Given::All, arguments, Place::Held(HeldSockets::bind()))
    }

    /// A box on another machine of the test's, all of whose ports are free ones at `address`.
    pub fn start_in(host: &Host, address: &str) -> Self {
        VenueBox::launch(Given::All, &[], Place::There(host.way(), address.to_owned()))
    }

    /// A box whose data lie on a small disk; none where this user may not make one.
    pub fn start_on_disk(megabytes: u32, arguments: &[&str]) -> Option<Self> {
        let folders = tempfile::tempdir().unwrap();
        let data = folders.path().join("data");
        std::fs::create_dir(&data).unwrap();
        let disk = SmallDisk::mount(&data, megabytes)?;
        Some(VenueBox::launch_in(folders, Given::All, arguments, Place::OnDisk(disk)))
    }

    fn launch(given: Given, arguments: &[&str], place: Place) -> Self {
        VenueBox::launch_in(tempfile::tempdir().unwrap(), given, arguments, place)
    }

    fn launch_in(folders: TempDir, given: Given, arguments: &[&str], place: Place) -> Self {
        let turn = Turn::side_by_side();
        let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let process = run(folders.path(), given, &arguments, &place);
        let Addresses { http, rtmp, tracker, stun } = addresses(&process);
        VenueBox { process, http, rtmp, tracker, stun, folders, given, arguments, place, _turn: turn }
    }

    /// From its next start on it is given a password by its command line.
    pub fn provision_next_start(&mut self) {
        self.given = Given::All;
    }

    /// Starts it again with the same folders, and sockets if they are held; it must have ended.
    pub fn start_again(&mut self) {
        assert!(!self.process.is_running());
        self.process = run(self.folders.path(), self.given, &self.arguments, &self.place);
        let Addresses { http, rtmp, tracker, stun } = addresses(&self.process);
        let held = matches!(self.place, Place::Held(_));
        assert!(!held || (http, rtmp) == (self.http, self.rtmp), "the sockets are not held");
        (self.http, self.rtmp, self.tracker, self.stun) = (http, rtmp, tracker, stun);
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

    /// The same where it lies on a disk of the box's own.
    pub fn data_on_disk(&self) -> PathBuf {
        match &self.place {
            Place::OnDisk(disk) => disk.path(&self.data()),
            _ => panic!("it has no disk of its own"),
        }
    }

    /// The folder of what survives a restart, as it is given to the box.
    pub fn runtime(&self) -> PathBuf {
        self.folders.path().join("runtime")
    }

    /// The folder in which its system says how updates stand; who plays the system makes it.
    pub fn updates(&self) -> PathBuf {
        self.folders.path().join("updates")
    }

    /// Where the running event is kept.
    pub fn snapshot(&self) -> PathBuf {
        let mut found = std::fs::read_dir(self.runtime()).unwrap().map(|found| found.unwrap().path());
        found.find(|path| path.join("snapshot").is_dir()).expect("no runtime folder").join("snapshot")
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

fn run(folders: &Path, given: Given, arguments: &[String], place: &Place) -> Process {
    let program = env!("CARGO_BIN_EXE_venuebox");
    let mut command = match place {
        Place::Here => Command::new(program),
        Place::Held(sockets) => sockets.handed_to(program),
        Place::There(way, _) => {
            let mut command = Command::new(&way[0]);
            command.args(&way[1..]).arg(program);
            command
        }
        Place::OnDisk(disk) => disk.command(program),
    };
    let address = match place {
        Place::Here | Place::Held(_) | Place::OnDisk(_) => "127.0.0.1:0",
        Place::There(_, address) => address,
    };
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
    command.arg("--updates").arg(folders.join("updates"));
    command.args(PORTS.iter().flat_map(|port| [*port, address]));
    command.args(arguments);
    Process::start(&mut command)
}

struct Addresses {
    http: SocketAddr,
    rtmp: SocketAddr,
    tracker: SocketAddr,
    stun: SocketAddr,
}

/// Where it says that viewers, encoders and peers go, in the order in which it says so.
fn addresses(process: &Process) -> Addresses {
    let field = |name: &str, before: &str, after: &str| -> SocketAddr {
        process.line(PATIENCE, |line| {
            let rest = line.strip_prefix(name)?.trim().strip_prefix(before)?.strip_suffix(after)?;
            rest.parse().ok()
        })
    };
    Addresses {
        http: field("viewers", "http://", "/"),
        rtmp: field("server", "rtmp://", "/live"),
        tracker: field("tracker", "udp://", "/announce"),
        stun: field("stun", "stun:", ""),
    }
}
