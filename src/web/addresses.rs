//! Where the box is reached: what goes into a browser and into an encoder.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::admin::Desk;
use crate::appliance::Interface;

/// The port that a URL does not have to name.
const HTTP: u16 = 80;

/// Addresses of the box, best first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// The viewers' page.
    pub watch: Vec<String>,
    /// The server as it is entered into an encoder.
    pub server: Vec<String>,
    /// No other machine reaches it.
    pub only_here: bool,
}

impl Reached {
    /// Those of a box with these network ports.
    pub fn of(desk: &Desk, ports: &[Interface]) -> Self {
        let (http, rtmp) = (reached_at(desk.http, ports), reached_at(desk.rtmp, ports));
        let only_here = desk.public_url.is_none() && http.iter().all(IpAddr::is_loopback);
        // Its name comes last: not every phone can look it up.
        let name = desk.local_name.borrow().clone();
        let mut watch: Vec<String> = desk.public_url.iter().map(|url| with_slash(url)).collect();
        watch.extend(http.into_iter().map(host).chain(name.clone()).map(|host| match desk.http.port() {
            HTTP => format!("http://{host}/"),
            port => format!("http://{host}:{port}/"),
        }));
        let server = rtmp.into_iter().map(host).chain(name);
        let server = server.map(|host| format!("rtmp://{host}:{}/live", desk.rtmp.port())).collect();
        Reached { watch, server, only_here }
    }
}

fn with_slash(url: &str) -> String {
    format!("{}/", url.trim_end_matches('/'))
}

fn host(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => format!("[{v6}]"),
    }
}

/// Addresses under which a bound port is reached, best first: IPv4 before IPv6, and each in the order of its ports.
/// Link-local addresses need a zone that no URL carries.
fn reached_at(bound: SocketAddr, ports: &[Interface]) -> Vec<IpAddr> {
    let usable = |address: &IpAddr| match address {
        IpAddr::V4(v4) => !v4.is_link_local(),
        IpAddr::V6(v6) => bound.is_ipv6() && !v6.is_unicast_link_local(),
    };
    let own = ports.iter().filter(|port| port.up).flat_map(|port| &port.addresses);
    let mut addresses: Vec<IpAddr> = if bound.ip().is_unspecified() {
        own.map(|(address, _)| *address).filter(usable).collect()
    } else {
        vec![bound.ip()]
    };
    if addresses.is_empty() {
        // Without a network only this machine reaches it.
        addresses.push(Ipv4Addr::LOCALHOST.into());
    }
    addresses.sort_by_key(IpAddr::is_ipv6);
    addresses
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(name: &str, up: bool, addresses: &[&str]) -> Interface {
        let addresses = addresses.iter().map(|address| (address.parse().unwrap(), 24)).collect();
        Interface { name: name.into(), addresses, speed: None, up, physical: true }
    }

    #[test]
    fn what_a_guest_can_use_comes_first() {
        let ports = [
            port("eth0", true, &["10.0.4.2", "169.254.1.1", "fe80::2", "fd00::2"]),
            port("docker0", true, &["172.17.0.1"]),
            port("eth1", false, &["10.9.9.9"]),
        ];
        let hosts = |bound: &str| -> Vec<String> {
            reached_at(bound.parse().unwrap(), &ports).into_iter().map(host).collect()
        };
        assert_eq!(hosts("[::]:80"), ["10.0.4.2", "172.17.0.1", "[fd00::2]"]);
        assert_eq!(hosts("0.0.0.0:80"), ["10.0.4.2", "172.17.0.1"]);
        assert_eq!(hosts("127.0.0.1:80"), ["127.0.0.1"]);
        assert_eq!(reached_at("[::]:80".parse().unwrap(), &[]), [IpAddr::from(Ipv4Addr::LOCALHOST)]);
    }
}
