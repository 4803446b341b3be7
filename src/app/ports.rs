//! The ports that the box listens on: a socket that was handed over, or else a new one.

use std::net::SocketAddr;

use anyhow::Context;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, UdpSocket};

use super::sockets::{BACKLOG, Sockets};

/// The TCP socket that was handed over by that name, or else what `bind` makes.
pub fn listen(
    sockets: &mut Sockets,
    name: &str,
    bind: impl FnOnce() -> anyhow::Result<TcpListener>,
) -> anyhow::Result<TcpListener> {
    match sockets.listener(name) {
        Some(listener) => TcpListener::from_std(listener).with_context(|| useless(name)),
        None => bind(),
    }
}

/// The UDP socket that was handed over by that name, or else what `bind` makes.
pub fn receive(
    sockets: &mut Sockets,
    name: &str,
    bind: impl FnOnce() -> anyhow::Result<UdpSocket>,
) -> anyhow::Result<UdpSocket> {
    match sockets.datagram(name) {
        Some(socket) => UdpSocket::from_std(socket).with_context(|| useless(name)),
        None => bind(),
    }
}

fn useless(name: &str) -> String {
    format!("the socket that was handed over as \"{name}\" cannot be used")
}

/// Binds a TCP port; `[::]` takes IPv4 as well.
pub fn bind(address: SocketAddr, what: &str, flag: &str) -> anyhow::Result<TcpListener> {
    let bound = || -> std::io::Result<TcpListener> {
        let socket = socket(address, Type::STREAM, Protocol::TCP)?;
        socket.set_reuse_address(true)?;
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        TcpListener::from_std(socket.into())
    };
    bound().with_context(|| taken(address, what, flag))
}

/// Binds a UDP port; `[::]` takes IPv4 as well.
pub fn bind_udp(address: SocketAddr, what: &str, flag: &str) -> anyhow::Result<UdpSocket> {
    let bound = || -> std::io::Result<UdpSocket> {
        let socket = socket(address, Type::DGRAM, Protocol::UDP)?;
        socket.bind(&address.into())?;
        UdpSocket::from_std(socket.into())
    };
    bound().with_context(|| taken(address, what, flag))
}

fn socket(address: SocketAddr, kind: Type, protocol: Protocol) -> std::io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), kind, Some(protocol))?;
    if address.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    socket.set_nonblocking(true)?;
    Ok(socket)
}

fn taken(address: SocketAddr, what: &str, flag: &str) -> String {
    let port = address.port();
    format!("{what} port {port} cannot be opened; is another program using it? Choose another with {flag}")
}
