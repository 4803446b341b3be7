//! Where the box is reached: what goes into a browser, into an encoder and on the poster.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::appliance::{Interface, interfaces};
use crate::web::App;

/// The port that a URL does not have to name.
const HTTP: u16 = 80;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    watch: Vec<String>,
    server: Vec<String>,
    interfaces: Vec<ShownInterface>,
    can_change: bool,
}

#[derive(Serialize)]
struct ShownInterface {
    name: String,
    addresses: Vec<String>,
    /// Mbit/s.
    speed: Option<u64>,
    up: bool,
}

/// `GET addresses`.
pub async fn show(State(app): State<App>) -> Response {
    let desk = app.desk();
    let ports = interfaces(Path::new("/"));
    // Its name comes last: not every phone can look it up.
    let name = desk.local_name.borrow().clone();
    let mut watch: Vec<String> = desk.public_url.iter().map(|url| with_slash(url)).collect();
    watch.extend(reached_at(desk.http, &ports).into_iter().chain(name.clone()).map(|host| {
        match desk.http.port() {
            HTTP => format!("http://{host}/"),
            port => format!("http://{host}:{port}/"),
        }
    }));
    let server = reached_at(desk.rtmp, &ports)
        .into_iter()
        .chain(name)
        .map(|host| format!("rtmp://{host}:{}/live", desk.rtmp.port()));
    let shown = Shown {
        watch,
        server: server.collect(),
        interfaces: ports.iter().map(shown).collect(),
        can_change: false,
    };
    axum::Json(shown).into_response()
}

fn with_slash(url: &str) -> String {
    format!("{}/", url.trim_end_matches('/'))
}

fn shown(interface: &Interface) -> ShownInterface {
    ShownInterface {
        name: interface.name.clone(),
        addresses: interface
            .addresses
            .iter()
            .map(|(address, length)| format!("{address}/{length}"))
            .collect(),
        speed: interface.speed,
        up: interface.up,
    }
}

/// Hosts under which a bound port is reached, best first: IPv4 before IPv6, and each in the order of its ports.
/// Link-local addresses need a zone that no URL carries.
fn reached_at(bound: SocketAddr, ports: &[Interface]) -> Vec<String> {
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
    let host = |address| match address {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => format!("[{v6}]"),
    };
    addresses.into_iter().map(host).collect()
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
        let hosts = |bound: &str| reached_at(bound.parse().unwrap(), &ports);
        assert_eq!(hosts("[::]:80"), ["10.0.4.2", "172.17.0.1", "[fd00::2]"]);
        assert_eq!(hosts("0.0.0.0:80"), ["10.0.4.2", "172.17.0.1"]);
        assert_eq!(hosts("127.0.0.1:80"), ["127.0.0.1"]);
        assert_eq!(reached_at("[::]:80".parse().unwrap(), &[]), ["127.0.0.1"]);
    }
}
