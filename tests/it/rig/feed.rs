//! Somebody else's HLS stream: a film that ffmpeg packages into a folder, and a web server that serves it.

use std::collections::HashMap;
use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

use nix::sys::signal::Signal;
use tempfile::TempDir;

use super::PATIENCE;
use super::process::Process;

/// ffmpeg's packager, running.
pub struct Packager {
    process: Process,
}

impl Packager {
    /// Packages a film round and round, without encoding, into `folder`; `how` are arguments of ffmpeg's HLS muxer.
    pub fn start(film: &Path, folder: &Path, how: &[&str], playlist: &str) -> Self {
        let mut command = Command::new("ffmpeg");
        command.args(["-v", "error", "-nostdin", "-y", "-re", "-stream_loop", "-1", "-i"]).arg(film);
        command.args(["-c", "copy", "-f", "hls", "-hls_time", "2", "-hls_list_size", "6"]);
        command.args(how).arg(playlist).current_dir(folder);
        let mut process = Process::start(&mut command);
        let path = folder.join("stream.m3u8");
        let deadline = std::time::Instant::now() + PATIENCE;
        while !fs::read_to_string(&path).is_ok_and(|text| text.contains('\n')) {
            assert!(process.is_running() && std::time::Instant::now() < deadline, "{}", process.said());
            thread::park_timeout(std::time::Duration::from_millis(20));
        }
        Packager { process }
    }

    /// Ends the stream as it should be ended: with EXT-X-ENDLIST.
    pub fn finish(mut self) {
        self.process.signal(Signal::SIGINT);
        self.process.wait(PATIENCE);
    }
}

/// A folder on a web server.
pub struct Feed {
    pub folder: TempDir,
    pub address: SocketAddr,
    server: Process,
}

impl Feed {
    /// An empty one, served by Python.
    pub fn serve() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("python3");
        command.args(["-u", "-m", "http.server", "--bind", "127.0.0.1", "0", "--directory"]);
        let server = Process::start(command.arg(folder.path()));
        let port = server.line(PATIENCE, |line| line.split(" port ").nth(1)?.split(' ').next()?.parse().ok());
        Feed { folder, address: SocketAddr::from(([127, 0, 0, 1], port)), server }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn url(&self) -> String {
        format!("http://{}/stream.m3u8", self.address)
    }

    /// What was asked of the server last.
    pub fn said(&self) -> String {
        self.server.said()
    }

    /// Removes what a packager left.
    pub fn clear(&self) {
        for left in fs::read_dir(self.path()).unwrap() {
            fs::remove_file(left.unwrap().path()).unwrap();
        }
    }
}

/// A web server that does what a hostile one would.
#[derive(Clone)]
pub struct HostileSite {
    pub address: SocketAddr,
    answers: Arc<Mutex<Answers>>,
}

#[derive(Default)]
struct Answers {
    given: HashMap<String, Answer>,
    asked: Vec<String>,
}

#[derive(Clone)]
pub enum Answer {
    Text(String),
    File(PathBuf),
    Redirect(String),
    /// Bytes without end.
    Endless,
}

impl HostileSite {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let site = HostileSite { address: listener.local_addr().unwrap(), answers: Arc::default() };
        let serving = site.clone();
        thread::spawn(move || {
            for socket in listener.incoming().map_while(Result::ok) {
                let site = serving.clone();
                thread::spawn(move || site.answer(socket));
            }
        });
        site
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn give(&self, path: &str, answer: Answer) {
        self.answers.lock().unwrap().given.insert(path.to_owned(), answer);
    }

    pub fn was_asked_for(&self, path: &str) -> bool {
        self.answers.lock().unwrap().asked.iter().any(|asked| asked == path)
    }

    fn answer(&self, mut socket: TcpStream) -> Option<()> {
        let mut head = Vec::new();
        while !head.windows(4).any(|end| end == b"\r\n\r\n") {
            let mut byte = [0; 512];
            let read = socket.read(&mut byte).ok().filter(|read| *read > 0)?;
            head.extend_from_slice(&byte[..read]);
        }
        let path = String::from_utf8_lossy(&head).split(' ').nth(1)?.to_owned();
        let answer = {
            let mut answers = self.answers.lock().unwrap();
            answers.asked.push(path.clone());
            answers.given.get(&path).cloned()
        };
        let body = |body: &[u8]| {
            let head =
                format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            [head.as_bytes(), body].concat()
        };
        match answer {
            None => {
                socket.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            }
            Some(Answer::Text(text)) => socket.write_all(&body(text.as_bytes())),
            Some(Answer::File(path)) => socket.write_all(&body(&fs::read(path).ok()?)),
            Some(Answer::Redirect(to)) => socket.write_all(
                format!(
                    "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                )
                .as_bytes(),
            ),
            Some(Answer::Endless) => {
                socket.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n").ok()?;
                while socket.write_all(&[0x47; 64 << 10]).is_ok() {}
                Ok(())
            }
        }
        .ok()
    }
}
