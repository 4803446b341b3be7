//! Where the box is reached: what goes into a browser, into an encoder and on the poster.

use std::net::{IpAddr, SocketAddr};

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::access::is_private;
use crate::web::App;
use crate::web::network::{Interface, interfaces};

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
    speed: Option<u32>,
    up: bool,
}

/// `GET addresses`.
pub async fn show(State(app): State<App>) -> Response {
    let desk = app.desk();
    let all = interfaces();
    let mut watch: Vec<String> = desk.public_url.iter().map(|url| with_slash(url)).collect();
    watch.extend(reached_at(desk.http, &all).map(|host| match desk.http.port() {
        HTTP => format!("http://{host}/"),
        port => format!("http://{host}:{port}/"),
    }));
    let server = reached_at(desk.rtmp, &all).map(|host| format!("rtmp://{host}:{}/live", desk.rtmp.port()));
    let shown = Shown {
        watch,
        server: server.collect(),
        interfaces: all.iter().filter(|one| !one.loopback).map(shown).collect(),
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
        addresses: interface.prefixes.iter().map(|own| format!("{}/{}", own.address, own.length)).collect(),
        speed: interface.speed,
        up: interface.up,
    }
}

/// Hosts under which a bound port is reached, best first: private IPv4 of real ports, then the rest. Link-local
/// addresses need a zone that no URL carries.
fn reached_at(bound: SocketAddr, all: &[Interface]) -> impl Iterator<Item = String> {
    let own = all
        .iter()
        .filter(|one| one.up)
        .flat_map(|one| one.prefixes.iter().map(move |own| (one, own.address)));
    let usable = |address: &IpAddr| match address {
        IpAddr::V4(v4) => !v4.is_link_local(),
        IpAddr::V6(v6) => bound.is_ipv6() && !v6.is_unicast_link_local(),
    };
    let mut hosts: Vec<(_, IpAddr)> = if bound.ip().is_unspecified() {
        own.filter(|(_, address)| usable(address))
            .map(|(one, address)| {
                ((one.loopback, address.is_ipv6(), !one.device, !is_private(address)), address)
            })
            .collect()
    } else {
        vec![((false, false, false, false), bound.ip())]
    };
    hosts.sort_by_key(|(order, _)| *order);
    // This machine's own address helps nobody else, unless there is no other.
    let only_loopback = hosts.iter().all(|((loopback, ..), _)| *loopback);
    hosts.retain(|((loopback, ..), _)| only_loopback || !loopback);
    hosts.into_iter().map(|(_, address)| match address {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => format!("[{v6}]"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Prefix;

    fn interface(name: &str, device: bool, addresses: &[&str]) -> Interface {
        let prefixes =
            addresses.iter().map(|own| Prefix { address: own.parse().unwrap(), length: 24 }).collect();
        Interface { name: name.into(), prefixes, speed: None, up: true, device, loopback: name == "lo" }
    }

    #[test]
    fn what_a_guest_can_use_comes_first() {
        let all = [
            interface("docker0", false, &["172.17.0.1"]),
            interface("eth0", true, &["fe80::2", "fd00::2", "10.0.4.2", "169.254.1.1"]),
            interface("lo", false, &["127.0.0.1"]),
        ];
        let hosts = |bound: &str| reached_at(bound.parse().unwrap(), &all).collect::<Vec<_>>();
        assert_eq!(hosts("[::]:80"), ["10.0.4.2", "172.17.0.1", "[fd00::2]"]);
        assert_eq!(hosts("0.0.0.0:80"), ["10.0.4.2", "172.17.0.1"]);
        assert_eq!(hosts("127.0.0.1:80"), ["127.0.0.1"]);
        assert_eq!(reached_at("[::]:80".parse().unwrap(), &all[2..]).collect::<Vec<_>>(), ["127.0.0.1"]);
    }
}
