//! Sockets that outlive the program: whoever starts it holds them and hands them over (sd_listen_fds(3)).

use std::net::{TcpListener, UdpSocket};
use std::process;

use anyhow::{Context, bail, ensure};
use listenfd::ListenFd;
use socket2::SockRef;

/// More are not handed over. Threat: a number that means nothing fills the memory.
const MAX_SOCKETS: usize = 16;

/// Connections that wait to be accepted; a thousand phones come at once when the doors open, or when the program is
/// started again.
pub const BACKLOG: i32 = 4_096;

/// A socket's kind by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Tcp,
    Udp,
    Either,
}

const NAMES: [(&str, Kind); 6] = [
    ("http", Kind::Tcp),
    ("https", Kind::Tcp),
    ("rtmp", Kind::Tcp),
    ("stun", Kind::Udp),
    ("tracker-udp", Kind::Udp),
    ("bittorrent", Kind::Either),
];

/// One that was handed over.
#[derive(Debug)]
enum Handed {
    Tcp(TcpListener),
    Udp(UdpSocket),
}

/// All that were handed over. They are closed when it is dropped.
#[derive(Debug, Default)]
pub struct Sockets(Vec<(String, Handed)>);

impl Sockets {
    /// Takes what was handed over to this process. To be called before any thread starts: it takes the variables out
    /// of the environment, so that nobody else takes the sockets for theirs.
    ///
    /// # Errors
    /// Says which socket cannot be used, and why.
    pub fn take() -> anyhow::Result<Self> {
        let variable = |name| std::env::var(name).ok();
        let ours = variable("LISTEN_PID").is_some_and(|pid| pid.parse() == Ok(process::id()));
        let Some(count) = variable("LISTEN_FDS").filter(|_| ours) else { return Ok(Sockets::default()) };
        let names = named(&count, variable("LISTEN_FDNAMES").as_deref().unwrap_or_default())?;
        let mut descriptors = ListenFd::from_env();
        let mut sockets = Vec::new();
        for (index, (name, kind)) in names.into_iter().enumerate() {
            let socket = take(&mut descriptors, index, kind).with_context(|| {
                format!("the socket that was handed over as \"{name}\" is of the wrong kind, or none")
            })?;
            sockets.push((name, socket));
        }
        Ok(Sockets(sockets))
    }

    /// The listening socket of this name.
    pub fn listener(&mut self, wanted: &str) -> Option<TcpListener> {
        match self.take_if(wanted, |socket| matches!(socket, Handed::Tcp(_)))? {
            Handed::Tcp(listener) => Some(listener),
            Handed::Udp(_) => None,
        }
    }

    /// The UDP socket of this name.
    pub fn datagram(&mut self, wanted: &str) -> Option<UdpSocket> {
        match self.take_if(wanted, |socket| matches!(socket, Handed::Udp(_)))? {
            Handed::Udp(socket) => Some(socket),
            Handed::Tcp(_) => None,
        }
    }

    fn take_if(&mut self, wanted: &str, right: impl Fn(&Handed) -> bool) -> Option<Handed> {
        let index = self.0.iter().position(|(name, socket)| name == wanted && right(socket))?;
        Some(self.0.swap_remove(index).1)
    }

    /// Says which ones nobody has taken; they stay open, so that who holds them need not change with the version.
    pub fn tell_unused(&self) {
        let names: Vec<&str> = self.0.iter().map(|(name, _)| name.as_str()).collect();
        if !names.is_empty() {
            log::warn!("sockets that this version does not use yet are kept open: {}", names.join(", "));
        }
    }
}

/// The sockets' names and kinds, as many as there are.
fn named(count: &str, names: &str) -> anyhow::Result<Vec<(String, Kind)>> {
    let count: usize = count.parse().ok().filter(|count| *count <= MAX_SOCKETS).with_context(|| {
        format!("LISTEN_FDS is \"{count}\"; it should be a number of sockets up to {MAX_SOCKETS}")
    })?;
    let names: Vec<&str> = if count == 0 { Vec::new() } else { names.split(':').collect() };
    ensure!(
        names.len() == count,
        "LISTEN_FDS says {count} sockets and LISTEN_FDNAMES names {}; give each socket unit its FileDescriptorName=",
        names.len()
    );
    let mut found: Vec<(String, Kind)> = Vec::new();
    for name in names {
        let Some((_, kind)) = NAMES.iter().find(|(known, _)| *known == name) else {
            let known: Vec<&str> = NAMES.iter().map(|(known, _)| *known).collect();
            bail!("a socket was handed over as \"{name}\"; the names are {}", known.join(", "));
        };
        if found.iter().any(|(other, _)| other == name) {
            bail!("two sockets were handed over as \"{name}\"; one is enough, [::] takes IPv4 as well");
        }
        found.push((name.to_owned(), *kind));
    }
    Ok(found)
}

/// Owned, closed for child processes (by the crate), and never blocking.
fn take(descriptors: &mut ListenFd, index: usize, kind: Kind) -> anyhow::Result<Handed> {
    if kind != Kind::Udp {
        match descriptors.take_tcp_listener(index) {
            Ok(Some(listener)) => {
                listener.set_nonblocking(true)?;
                SockRef::from(&listener).listen(BACKLOG)?;
                return Ok(Handed::Tcp(listener));
            }
            Err(_) if kind == Kind::Either => {}
            Ok(None) => bail!("there is none"),
            Err(error) => return Err(error.into()),
        }
    }
    let socket = descriptors.take_udp_socket(index)?.context("there is none")?;
    socket.set_nonblocking(true)?;
    Ok(Handed::Udp(socket))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(count: &str, names: &str) -> String {
        format!("{:#}", named(count, names).unwrap_err())
    }

    #[test]
    fn each_socket_has_a_name_that_says_its_kind() {
        let found = named("3", "rtmp:stun:bittorrent").unwrap();
        let kinds: Vec<Kind> = found.iter().map(|(_, kind)| *kind).collect();
        assert_eq!(kinds, [Kind::Tcp, Kind::Udp, Kind::Either]);
        assert!(named("0", "").unwrap().is_empty());
    }

    #[test]
    fn what_makes_no_sense_is_refused_in_words() {
        assert!(refused("1", "venuebox.socket").contains("the names are http, https"));
        assert!(refused("2", "http").contains("FileDescriptorName="));
        assert!(refused("1", "").contains("\"\""));
        assert!(refused("2", "http:http").contains("one is enough"));
        assert!(refused("99999999999", "http").contains("LISTEN_FDS"));
        assert!(refused("-1", "http").contains("LISTEN_FDS"));
    }
}
