//! Listening sockets that the test holds and hands over, as systemd does with its socket units.

use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::os::fd::{AsRawFd, OwnedFd};
use std::process::Command;

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use socket2::SockRef;

pub struct HeldSockets(Vec<(&'static str, OwnedFd)>);

impl HeldSockets {
    /// The two that every box needs.
    pub fn bind() -> Self {
        HeldSockets::named(&["http", "rtmp"])
    }

    pub fn named(names: &[&'static str]) -> Self {
        let socket = |name: &str| {
            let socket: OwnedFd = match name {
                "stun" | "tracker-udp" => UdpSocket::bind("127.0.0.1:0").unwrap().into(),
                _ => TcpListener::bind("127.0.0.1:0").unwrap().into(),
            };
            fcntl(&socket, FcntlArg::F_SETFD(FdFlag::empty())).unwrap();
            socket
        };
        HeldSockets(names.iter().map(|name| (*name, socket(name))).collect())
    }

    /// Where the one of that name is bound.
    pub fn address(&self, name: &str) -> SocketAddr {
        let (_, socket) = self.0.iter().find(|(held, _)| *held == name).expect("no such socket is held");
        SockRef::from(socket).local_addr().unwrap().as_socket().unwrap()
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
