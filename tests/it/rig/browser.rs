//! Players in a browser: one headless Chromium with a window for each, through `tests/browser/driver.mjs`.

use std::collections::HashMap;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{ChildStdin, Command};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::PATIENCE;
use super::clock::Clock;
use super::host::Host;
use super::process::Process;

/// What a player in a page says of itself once a second.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Its media element's current time, seconds.
    pub time: f64,
    pub paused: bool,
    pub muted: bool,
    pub decoded_frames: u64,
    /// Bytes of sound that were decoded.
    pub audio_bytes: u64,
    pub width: u32,
    pub height: u32,
    /// The longest standstill since the report before, seconds.
    pub stood: f64,
}

pub struct Browser {
    link: Arc<Link>,
    process: Process,
    _profile: TempDir,
}

/// A page in a window of its own.
pub struct Tab {
    pub clock: Clock,
    link: Arc<Link>,
}

/// The wire to the driver: commands go out, answers and reports come in.
struct Link {
    input: Mutex<Option<ChildStdin>>,
    heard: Mutex<Heard>,
    news: Condvar,
}

#[derive(Default)]
struct Heard {
    ready: bool,
    gone: bool,
    asked: u64,
    answers: HashMap<u64, Result<Value, String>>,
    reports: HashMap<String, Report>,
    clocks: HashMap<String, Clock>,
}

/// Its browser looks for itself ten times as often as the driver asks it.
const REPORTED_EVERY: Duration = Duration::from_millis(1_500);

impl Browser {
    pub fn start() -> Self {
        Browser::launch(Command::new("node"))
    }

    /// One on another machine of the test's.
    pub fn start_in(host: &Host) -> Self {
        Browser::launch(host.command("node"))
    }

    fn launch(mut command: Command) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let driver = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/driver.mjs");
        let link = Arc::new(Link {
            input: Mutex::new(None),
            heard: Mutex::new(Heard::default()),
            news: Condvar::new(),
        });
        let listening = Arc::clone(&link);
        // The profile lies in the folder for temporary files, and so goes with it however the browser ends.
        command.arg(driver).env("TMPDIR", profile.path());
        let mut process = Process::conversing(&mut command, move |line| listening.hear(line));
        *link.input.lock().unwrap() = Some(process.take_input());
        link.wait_for("Chromium", |heard| heard.ready.then_some(()));
        Browser { link, process, _profile: profile }
    }

    /// The box's own page at `url`.
    pub fn page(&self, url: &str) -> Tab {
        self.open("our page", json!({"kind": "ours", "url": url}))
    }

    /// One of several of the box's own pages.
    pub fn page_called(&self, name: &'static str, url: &str) -> Tab {
        self.open(name, json!({"kind": "ours", "url": url}))
    }

    /// The box's own page at `url` in a window of that size, pixels.
    pub fn page_of(&self, url: &str, width: u32, height: u32) -> Tab {
        self.open("our page", json!({"kind": "ours", "url": url, "width": width, "height": height}))
    }

    /// The operator's page, in a large window, beside a viewer's.
    pub fn operator(&self, url: &str) -> Tab {
        self.open("the operator's page", json!({"kind": "ours", "url": url, "width": 1280, "height": 800}))
    }

    /// A page of the test's whose player shares with its peers: `peers-hlsjs` or `peers-shaka`.
    pub fn sharing_player(&self, name: &'static str, kind: &str, playlist: &str, stun: SocketAddr) -> Tab {
        self.open(name, json!({"kind": kind, "url": playlist, "stun": stun}))
    }

    /// A page of the test's that fetches torrents.
    pub fn webtorrent(&self) -> Tab {
        self.open("WebTorrent", json!({"kind": "webtorrent"}))
    }

    /// A page of the test's with an untuned player: `hlsjs`, `hlsjs-plain`, `shaka`, `shaka-plain` or `native`.
    pub fn player(&self, kind: &'static str, playlist: &str) -> Tab {
        self.open(kind, json!({"kind": kind, "url": playlist}))
    }

    fn open(&self, name: &'static str, mut how: Value) -> Tab {
        let clock = Clock::new(name);
        self.link.heard.lock().unwrap().clocks.insert(name.to_owned(), clock.clone());
        let tab = Tab { clock, link: Arc::clone(&self.link) };
        how["command"] = json!("open");
        tab.ask(how);
        tab
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver closes Chromium when nobody speaks to it any more.
        *self.link.input.lock().unwrap() = None;
        if !std::thread::panicking() {
            self.process.wait(PATIENCE);
        }
    }
}

impl Tab {
    /// What an expression comes to in the page; a promise is waited for.
    pub fn evaluate(&self, expression: &str) -> Value {
        self.ask(json!({"command": "evaluate", "expression": expression}))
    }

    /// Waits until an expression comes to something true.
    pub fn until(&self, expression: &str) -> Value {
        self.ask(json!({"command": "until", "expression": expression}))
    }

    /// Waits until a text can be read in the page.
    pub fn until_it_says(&self, text: &str) {
        self.until(&format!("document.body.innerText.includes({})", json!(text)));
    }

    /// Whether a text can be read in the page.
    pub fn says(&self, text: &str) -> bool {
        self.evaluate(&format!("document.body.innerText.includes({})", json!(text))) == true
    }

    /// Presses the button with that name.
    pub fn click(&self, button: &str) {
        self.ask(json!({"command": "click", "button": button}));
    }

    /// Types into the field with that label.
    pub fn fill(&self, label: &str, text: &str) {
        self.ask(json!({"command": "fill", "label": label, "text": text}));
    }

    /// Gives a file to the field with that label.
    pub fn upload(&self, label: &str, path: &Path) {
        self.ask(json!({"command": "upload", "label": label, "path": path}));
    }

    /// Follows the link with that text.
    pub fn follow(&self, link: &str) {
        self.ask(json!({"command": "follow", "link": link}));
    }

    /// Goes to another address.
    pub fn visit(&self, url: &str) {
        self.ask(json!({"command": "visit", "url": url}));
    }

    /// Keeps pictures of the page in light, dark and at 360 px, as build output to be looked at.
    pub fn keep_pictures(&self, name: &str) {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        for (variant, theme, width) in
            [("light", "light", 1280), ("dark", "dark", 1280), ("phone", "light", 360)]
        {
            let path = folder.join(format!("{name}-{variant}.png"));
            self.ask(json!({"command": "screenshot", "path": path, "theme": theme, "width": width}));
        }
    }

    /// Prints the page.
    pub fn print(&self, path: &Path) {
        self.ask(json!({"command": "pdf", "path": path}));
    }

    /// What axe-core finds serious, in light and in dark.
    pub fn barriers(&self) -> Vec<String> {
        let found = ["light", "dark"].map(|theme| self.ask(json!({"command": "axe", "theme": theme})));
        found.into_iter().flat_map(|found| serde_json::from_value::<Vec<String>>(found).unwrap()).collect()
    }

    pub fn press(&self, key: &str) {
        self.ask(json!({"command": "press", "key": key}));
    }

    /// URLs of all that the page asked for, sockets among it.
    pub fn requests(&self) -> Vec<String> {
        serde_json::from_value(self.ask(json!({"command": "requests"}))).unwrap()
    }

    /// Errors and warnings on the page's console, and exceptions that nothing caught.
    pub fn complaints(&self) -> Vec<String> {
        serde_json::from_value(self.ask(json!({"command": "complaints"}))).unwrap()
    }

    /// The newest report that satisfies the test.
    pub fn report(&self, wanted: impl Fn(&Report) -> bool) -> Report {
        let what = format!("a wanted report of {}", self.clock.name);
        self.link.wait_for(&what, |heard| {
            heard.reports.get(self.clock.name).filter(|report| wanted(report)).cloned()
        })
    }

    fn ask(&self, mut what: Value) -> Value {
        what["player"] = json!(self.clock.name);
        self.link.ask(what)
    }
}

impl Link {
    fn ask(&self, mut what: Value) -> Value {
        let id = {
            let mut heard = self.heard.lock().unwrap();
            heard.asked += 1;
            heard.asked
        };
        what["id"] = json!(id);
        writeln!(self.input.lock().unwrap().as_mut().unwrap(), "{what}").expect("the driver is gone");
        let answer = self.wait_for(&what.to_string(), |heard| heard.answers.remove(&id));
        answer.unwrap_or_else(|error| panic!("{error}"))
    }

    fn wait_for<T>(&self, what: &str, mut wanted: impl FnMut(&mut Heard) -> Option<T>) -> T {
        // The driver's own patience ends first and says more.
        let deadline = Instant::now() + PATIENCE + Duration::from_secs(5);
        let mut heard = self.heard.lock().unwrap();
        loop {
            if let Some(found) = wanted(&mut heard) {
                return found;
            }
            assert!(!heard.gone, "the browser is gone; wanted: {what}");
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "never came: {what}; reports: {:#?}", heard.reports);
            heard = self.news.wait_timeout(heard, left).unwrap().0;
        }
    }

    fn hear(&self, line: Option<&str>) {
        // A test that has failed while it listened is not to fail its reader too.
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        match line {
            None => {
                heard.gone = true;
                heard.clocks.values().for_each(|clock| clock.fail("its browser is gone"));
            }
            // What is no JSON is a complaint of Node's; the process remembers it.
            Some(line) => heard.message(serde_json::from_str(line).unwrap_or_default()),
        }
        drop(heard);
        self.news.notify_all();
    }
}

impl Heard {
    fn message(&mut self, message: Value) {
        if let Some(id) = message["id"].as_u64() {
            let answer = match message["error"].as_str() {
                Some(error) => Err(error.to_owned()),
                None => Ok(message["value"].clone()),
            };
            self.answers.insert(id, answer);
        } else if let Some(player) = message["player"].as_str() {
            let clock = &self.clocks[player];
            if let Some(error) = message["error"].as_str() {
                clock.fail(error);
            }
            let player = player.to_owned();
            if let Ok(report) = serde_json::from_value::<Report>(message) {
                clock.report(report.time, REPORTED_EVERY);
                clock.stood_for(report.stood);
                self.reports.insert(player, report);
            }
        } else if message["ready"] == true {
            self.ready = true;
        }
    }
}
