//! Listening sockets that the test holds and hands over, as systemd does with its socket units.

use std::net::TcpListener;
use std::os::fd::AsRawFd;
use std::process::Command;

use nix::fcntl::{FcntlArg, FdFlag, fcntl};

pub struct HeldSockets(Vec<(&'static str, TcpListener)>);

impl HeldSockets {
    /// The two that every box needs.
    pub fn bind() -> Self {
        HeldSockets::named(&["http", "rtmp"])
    }

    pub fn named(names: &[&'static str]) -> Self {
        let socket = || {
            let socket = TcpListener::bind("127.0.0.1:0").unwrap();
            fcntl(&socket, FcntlArg::F_SETFD(FdFlag::empty())).unwrap();
            socket
        };
        HeldSockets(names.iter().map(|name| (*name, socket())).collect())
    }

    /// The program with the sockets from descriptor 3 on.
    pub fn handed_to(&self, program: &str) -> Command {
        let names: Vec<&str> = self.0.iter().map(|(name, _)| *name).collect();
        // By way of numbers that are in nobody's way.
        let away = self.0.iter().zip(200..).map(|((_, socket), to)| format!("{to}<&{}", socket.as_raw_fd()));
        let back =
            (0..self.0.len()).map(|index| format!("{}<&{} {}<&-", 3 + index, 200 + index, 200 + index));
        let moves: Vec<String> = away.chain(back).collect();
        let script = format!("exec {}; LISTEN_PID=$$ exec \"$@\"", moves.join(" "));
        // Debian's sh takes no descriptor of two digits.
        let mut command = Command::new("bash");
        command.args(["-c", &script, "bash", program]);
        command.env("LISTEN_FDS", names.len().to_string()).env("LISTEN_FDNAMES", names.join(":"));
        command
    }
}
