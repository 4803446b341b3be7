//! What the kernel says of this machine's network: its interfaces, their addresses and speed.
//!
//! Read anew for each question: cables are plugged in while the program runs, and it costs less than a request.

use std::fs;
use std::net::IpAddr;

use nix::ifaddrs::getifaddrs;
use nix::net::if_::InterfaceFlags;

use crate::access::{Prefix, is_public};

/// A network interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// `eth0`.
    pub name: String,
    /// Its addresses, IPv4 first.
    pub prefixes: Vec<Prefix>,
    /// Mbit/s, where the kernel knows.
    pub speed: Option<u32>,
    /// It has a carrier.
    pub up: bool,
    /// A device stands behind it; bridges and tunnels have none.
    pub device: bool,
    /// It leads back to this machine.
    pub loopback: bool,
}

/// The interfaces, those with devices first. None when the kernel does not say.
pub fn interfaces() -> Vec<Interface> {
    let Ok(entries) = getifaddrs() else { return Vec::new() };
    let mut found: Vec<Interface> = Vec::new();
    for entry in entries {
        let at = found.iter().position(|known| known.name == entry.interface_name);
        let at = at.unwrap_or_else(|| {
            let flags = entry.flags;
            found.push(Interface {
                speed: speed(&entry.interface_name),
                device: fs::exists(sys(&entry.interface_name, "device")).unwrap_or(false),
                up: flags.contains(InterfaceFlags::IFF_UP | InterfaceFlags::IFF_RUNNING),
                loopback: flags.contains(InterfaceFlags::IFF_LOOPBACK),
                name: entry.interface_name.clone(),
                prefixes: Vec::new(),
            });
            found.len() - 1
        });
        let address = entry.address.as_ref().and_then(ip);
        let mask = entry.netmask.as_ref().and_then(ip);
        if let (Some(interface), Some(address)) = (found.get_mut(at), address) {
            let length = mask.map_or(u32::MAX, ones);
            interface.prefixes.push(Prefix { address, length });
        }
    }
    for interface in &mut found {
        interface.prefixes.sort_by_key(|prefix| prefix.address.is_ipv6());
    }
    found.sort_by_key(|interface| (interface.loopback, !interface.up, !interface.device));
    found
}

/// Whether an interface has a public IPv4 address.
pub fn has_public_address() -> bool {
    let all = interfaces();
    all.iter().flat_map(|one| &one.prefixes).any(|own| own.address.is_ipv4() && is_public(own.address))
}

/// Whether `address` is a neighbour on one of the links.
pub fn is_on_link(address: IpAddr) -> bool {
    interfaces().iter().flat_map(|one| &one.prefixes).any(|own| own.holds(address))
}

fn ip(address: &nix::sys::socket::SockaddrStorage) -> Option<IpAddr> {
    let v4 = address.as_sockaddr_in().map(|v4| IpAddr::V4(v4.ip()));
    v4.or_else(|| address.as_sockaddr_in6().map(|v6| IpAddr::V6(v6.ip())))
}

fn ones(mask: IpAddr) -> u32 {
    match mask {
        IpAddr::V4(v4) => u32::from(v4).count_ones(),
        IpAddr::V6(v6) => u128::from(v6).count_ones(),
    }
}

fn speed(name: &str) -> Option<u32> {
    // -1, or an error, without a cable and on Wi-Fi.
    fs::read_to_string(sys(name, "speed")).ok()?.trim().parse().ok().filter(|speed| *speed > 0)
}

fn sys(name: &str, what: &str) -> String {
    format!("/sys/class/net/{name}/{what}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_machine_has_a_loopback_interface_and_it_comes_last() {
        let all = interfaces();
        let last = all.last().unwrap();
        assert!(last.loopback, "{all:?}");
        assert!(is_on_link("127.0.0.2".parse().unwrap()));
    }
}
