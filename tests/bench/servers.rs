//! The box and its peers: real programs on free ports of the loopback, with folders of their own.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use super::cpu::Processes;
use super::film::Film;
use super::process::Process;

const KEY: &str = "bench";
const PASSWORD: &str = "a bench's password";
const PATIENCE: Duration = Duration::from_secs(20);

/// Where Debian and others put nginx's modules.
const NGINX_MODULES: [&str; 2] = ["/usr/lib/nginx/modules", "/usr/lib64/nginx/modules"];

/// A running server; it is ended with all its children when dropped.
pub struct Server {
    pub name: String,
    pub http: SocketAddr,
    rtmp: SocketAddr,
    /// The path of the playlist that players are given.
    pub entrance: &'static str,
    process: Process,
    _folders: Vec<TempDir>,
}

impl Server {
    /// The box, with an empty data folder in memory.
    pub fn venuebox() -> Self {
        Server::venuebox_in(folder(), &[])
    }

    /// The box on a data folder, with more on its command line.
    pub fn venuebox_in(folder: TempDir, arguments: &[String]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_venuebox"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("VENUEBOX_")) {
            command.env_remove(name);
        }
        command.env("VENUEBOX_ADMIN_PASSWORD", PASSWORD);
        command.env("VENUEBOX_STREAM_KEY", KEY).args(["run", "--data"]).arg(folder.path().join("data"));
        // In memory whatever the data are on, as on the image.
        let runtime = self::folder();
        command.arg("--runtime").arg(runtime.path()).args(arguments);
        for port in ["--http", "--rtmp", "--stun", "--tracker-udp", "--bittorrent"] {
            command.args([port, "127.0.0.1:0"]);
        }
        let process = Process::start(&mut command);
        let field = |name: &str, before: &str, after: &str| -> SocketAddr {
            process.line(PATIENCE, |line| {
                let rest = line.strip_prefix(name)?.trim().strip_prefix(before)?.strip_suffix(after)?;
                rest.parse().ok()
            })
        };
        let http = field("viewers", "http://", "/");
        let rtmp = field("server", "rtmp://", "/live");
        Server {
            name: String::from("venuebox"),
            http,
            rtmp,
            entrance: "/hls/stream.m3u8",
            process,
            _folders: vec![folder, runtime],
        }
    }

    /// Debian's nginx with its RTMP module.
    pub fn nginx() -> Self {
        let folder = folder();
        let modules = NGINX_MODULES.iter().find(|path| Path::new(path).exists());
        let modules = modules.expect("nginx has no modules here; run scripts/setup --test");
        std::fs::create_dir(folder.path().join("hls")).unwrap();
        let (http, rtmp) = (free_port(), free_port());
        let text = include_str!("peers/nginx.conf").replace("@modules@", modules);
        let conf = fill(&text, &folder, "nginx.conf", http, rtmp);
        let mut command = Command::new("nginx");
        command.arg("-p").arg(folder.path()).arg("-c").arg(conf);
        if nix::unistd::geteuid().is_root() {
            // Its workers would otherwise not be let into the folder.
            command.args(["-g", "user root;"]);
        }
        let process = Process::start(&mut command);
        until_open(http);
        until_open(rtmp);
        Server {
            name: String::from("nginx-rtmp"),
            http,
            rtmp,
            entrance: "/hls/bench.m3u8",
            process,
            _folders: vec![folder],
        }
    }

    /// MediaMTX, where `scripts/bench` found one.
    pub fn mediamtx() -> Option<Self> {
        let program = PathBuf::from(std::env::var_os("BENCH_MEDIAMTX")?);
        let version = Command::new(&program).arg("--version").output().ok()?;
        let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
        let folder = folder();
        let (http, rtmp) = (free_port(), free_port());
        let conf = fill(include_str!("peers/mediamtx.yml"), &folder, "mediamtx.yml", http, rtmp);
        let process = Process::start(Command::new(&program).arg(conf).current_dir(folder.path()));
        until_open(http);
        until_open(rtmp);
        let entrance = "/live/bench/index.m3u8?cookieCheck=1";
        Some(Server {
            name: format!("MediaMTX {version}"),
            http,
            rtmp,
            entrance,
            process,
            _folders: vec![folder],
        })
    }

    /// aquatic_ws, where `scripts/bench` found one.
    pub fn aquatic() -> Option<Self> {
        let program = PathBuf::from(std::env::var_os("BENCH_AQUATIC_WS")?);
        let folder = folder();
        let http = free_port();
        let conf = fill(include_str!("peers/aquatic_ws.toml"), &folder, "aquatic_ws.toml", http, http);
        let process = Process::start(Command::new(&program).arg("-c").arg(conf).current_dir(folder.path()));
        until_open(http);
        let name = String::from("aquatic_ws");
        Some(Server { name, http, rtmp: http, entrance: "", process, _folders: vec![folder] })
    }

    /// Publishes a film to it round and round, by Debian's ffmpeg and without encoding.
    pub fn publish(&self, film: Film) -> Process {
        let mut command = Command::new("ffmpeg");
        command.args(["-v", "error", "-nostdin", "-re", "-stream_loop", "-1", "-i"]).arg(film.file());
        command.args(["-c", "copy", "-f", "flv", &format!("{}/{KEY}", self.ingest())]);
        Process::start(&mut command)
    }

    /// Its RTMP server, as it is entered into OBS.
    pub fn ingest(&self) -> String {
        format!("rtmp://{}/live", self.rtmp)
    }

    /// Where it takes RTMP, and the stream key.
    pub fn rtmp(&self) -> (SocketAddr, &'static str) {
        (self.rtmp, KEY)
    }

    /// Its processes, those there are now.
    pub fn processes(&self) -> Processes {
        Processes::of(self.process.id())
    }

    /// What it said last.
    pub fn said(&self) -> String {
        self.process.said()
    }
}

/// In memory, as both the box and a tuned nginx keep their segments.
pub fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap()
}

fn free_port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn fill(text: &str, folder: &TempDir, name: &str, http: SocketAddr, rtmp: SocketAddr) -> PathBuf {
    let text = text
        .replace("@folder@", &folder.path().to_string_lossy())
        .replace("@http@", &http.port().to_string())
        .replace("@rtmp@", &rtmp.port().to_string());
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn until_open(address: SocketAddr) {
    let deadline = std::time::Instant::now() + PATIENCE;
    while std::net::TcpStream::connect(address).is_err() {
        assert!(std::time::Instant::now() < deadline, "nothing listens on {address}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
