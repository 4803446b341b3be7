//! A child process in a group of its own, ended with its whole group when the test is done with it.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

/// Lines of output that are remembered for a failed test's message.
const REMEMBERED: usize = 200;

/// How long the last words of a process that has ended are waited for.
const LAST_WORDS: Duration = Duration::from_secs(5);

pub struct Process {
    child: Child,
    name: String,
    said: Arc<Mutex<Vec<String>>>,
    lines: Receiver<String>,
    input: Option<ChildStdin>,
    readers: Vec<JoinHandle<()>>,
}

/// What hears each line of a process at once, and `None` when an output is closed.
type Hear = dyn Fn(Option<&str>) + Send + Sync;

impl Process {
    /// Starts a command whose standard output and error are read line by line.
    pub fn start(command: &mut Command) -> Self {
        Process::spawn(command.stdin(Stdio::null()), Arc::new(|_| {}))
    }

    /// Starts a command that can be spoken to; `hear` gets its lines as they come, on threads of their own.
    pub fn conversing(command: &mut Command, hear: impl Fn(Option<&str>) + Send + Sync + 'static) -> Self {
        Process::spawn(command.stdin(Stdio::piped()), Arc::new(hear))
    }

    fn spawn(command: &mut Command, hear: Arc<Hear>) -> Self {
        let name = command.get_program().to_string_lossy().into_owned();
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{name} did not start: {error}"));
        let said = Arc::new(Mutex::new(Vec::new()));
        let (sender, lines) = sync_channel(10_000);
        let mut readers = Vec::new();
        for output in [
            Box::new(child.stdout.take().unwrap()) as Box<dyn Read + Send>,
            Box::new(child.stderr.take().unwrap()),
        ] {
            let (said, sender, hear) = (Arc::clone(&said), sender.clone(), Arc::clone(&hear));
            readers.push(thread::spawn(move || {
                for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
                    let line = String::from_utf8_lossy(&line).into_owned();
                    let mut said = said.lock().unwrap();
                    if said.len() >= REMEMBERED {
                        said.remove(0);
                    }
                    said.push(line.clone());
                    drop(said);
                    hear(Some(&line));
                    // A test that does not read on must not stop the process.
                    let _ = sender.try_send(line);
                }
                hear(None);
            }));
        }
        let input = child.stdin.take();
        Process { child, name, said, lines, input, readers }
    }

    /// The standard input of one that is spoken to.
    pub fn take_input(&mut self) -> ChildStdin {
        self.input.take().expect("nobody speaks to it, or somebody does already")
    }

    /// The next line of either output that `wanted` takes.
    pub fn line<T>(&self, patience: Duration, wanted: impl Fn(&str) -> Option<T>) -> T {
        let deadline = Instant::now() + patience;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => {
                    if let Some(found) = wanted(&line) {
                        return found;
                    }
                }
                Err(_) => panic!("{} never said it; it said:\n{}", self.name, self.said()),
            }
        }
    }

    /// What it said last.
    pub fn said(&self) -> String {
        self.said.lock().unwrap().join("\n")
    }

    /// Waits until it has said something, now or before.
    pub fn says(&self, patience: Duration, text: &str) {
        let deadline = Instant::now() + patience;
        while !self.said().contains(text) {
            assert!(
                Instant::now() < deadline,
                "{} never said {text:?}; it said:\n{}",
                self.name,
                self.said()
            );
            thread::park_timeout(Duration::from_millis(20));
        }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal to the process and its children.
    pub fn signal(&self, signal: Signal) {
        let group = Pid::from_raw(i32::try_from(self.child.id()).unwrap());
        killpg(group, signal).unwrap_or_else(|error| panic!("{} took no {signal}: {error}", self.name));
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits for its end, and for its last words; a child of its own may keep its outputs open for longer.
    pub fn wait(&mut self, patience: Duration) -> ExitStatus {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                let heard_until = Instant::now() + LAST_WORDS;
                while self.readers.iter().any(|reader| !reader.is_finished()) && Instant::now() < heard_until
                {
                    thread::park_timeout(Duration::from_millis(5));
                }
                return status;
            }
            assert!(Instant::now() < deadline, "{} did not end; it said:\n{}", self.name, self.said());
            thread::park_timeout(Duration::from_millis(20));
        }
    }

    /// Kills it as a power cut would.
    pub fn kill(&mut self) {
        self.end();
    }

    fn end(&mut self) {
        if let Ok(group) = i32::try_from(self.child.id()) {
            // It may be gone already.
            let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
        }
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
        if thread::panicking() {
            eprintln!("── {} said:\n{}", self.name, self.said());
        }
    }
}
