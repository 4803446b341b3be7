//! The box's own screen as somebody before it sees it: `venuebox console` on a terminal of the test's.

use std::fs::File;
use std::io::Read;
use std::num::NonZero;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use super::{PATIENCE, VenueBox};

pub struct Console {
    child: Child,
    shown: Arc<(Mutex<vt100::Parser>, Condvar)>,
    reader: Option<JoinHandle<()>>,
}

impl Console {
    /// One of that box, so large.
    pub fn start(of: &VenueBox, columns: u16, rows: u16) -> Self {
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&controller).unwrap();
        unlockpt(&controller).unwrap();
        let name = ptsname(&controller, Vec::new()).unwrap();
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let terminal = open(name.as_c_str(), flags, Mode::empty()).unwrap();
        let size = Winsize { ws_col: columns, ws_row: rows, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&terminal, size).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_venuebox"));
        command.args(["console", "--http", &of.http.to_string(), "--data"]).arg(of.data());
        let child = command.stdin(Stdio::null()).stdout(Stdio::from(terminal)).spawn().unwrap();
        // The child alone holds the terminal, so that reading ends with it.
        drop(command);
        let side = |length| NonZero::new(length).unwrap();
        let shown = Arc::new((Mutex::new(vt100::Parser::new(side(rows), side(columns), 0)), Condvar::new()));
        let showing = Arc::clone(&shown);
        let reader = thread::spawn(move || {
            let (mut controller, mut bytes) = (File::from(controller), [0; 4_096]);
            while let Ok(read @ 1..) = controller.read(&mut bytes) {
                showing.0.lock().unwrap().process(&bytes[..read]);
                showing.1.notify_all();
            }
        });
        Console { child, shown, reader: Some(reader) }
    }

    /// Waits until a text stands on it.
    pub fn until_it_says(&self, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        let mut parser = self.shown.0.lock().unwrap();
        while !parser.screen().contents().contains(text) {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{text:?} never stood on the screen:\n{}", parser.screen().contents());
            parser = self.shown.1.wait_timeout(parser, left).unwrap().0;
        }
    }

    /// Asks it to end, and says whether it left the terminal usable.
    pub fn end(mut self) -> bool {
        let id = Pid::from_raw(i32::try_from(self.child.id()).unwrap());
        kill(id, Signal::SIGTERM).unwrap();
        let well = self.child.wait().unwrap().success();
        self.reader.take().unwrap().join().unwrap();
        let parser = self.shown.0.lock().unwrap();
        well && !parser.screen().hide_cursor() && parser.screen().contents().trim().is_empty()
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
