//! Network ports: their addresses, which of them viewers reach, and how much goes through.

use std::collections::BTreeMap;
use std::fs;
use std::net::IpAddr;
use std::path::Path;

use nix::ifaddrs::getifaddrs;
use nix::net::if_::InterfaceFlags;
use nix::sys::socket::{SockaddrLike, SockaddrStorage};

/// Percent of the port's speed that viewers may take when nobody says otherwise: the rest is for the encoder, uploads
/// and the hitches of a full network.
const BUDGET_SHARE: u64 = 70;

/// Bits a second of a port that does not say: virtual ones, and most of Wi-Fi's.
const USUAL_SPEED: u64 = 1_000_000_000;

const MEGABIT: u64 = 1_000_000;

/// Ports that programs make: they lead to containers and tunnels, rarely to an audience.
const MADE: [&str; 12] =
    ["docker", "veth", "br-", "virbr", "cni", "flannel", "tun", "tap", "wg", "ifb", "dummy", "tailscale"];

/// A network port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Its name.
    pub name: String,
    /// Its addresses and how many of their bits are the network's, IPv4 first.
    pub addresses: Vec<(IpAddr, u8)>,
    /// Mbit/s, where the port says.
    pub speed: Option<u64>,
    /// A cable or a Wi-Fi is there.
    pub up: bool,
    /// A device of the machine, not one that a program made.
    pub physical: bool,
}

impl Interface {
    /// Worse is larger.
    fn rank(&self) -> (bool, bool, bool, std::cmp::Reverse<u64>) {
        let private = self.addresses.iter().any(|(address, _)| is_private(address));
        (!self.up, !self.physical, !private, std::cmp::Reverse(self.speed.unwrap_or_default()))
    }
}

/// An IPv4 address of a private network: what a venue hands out.
fn is_private(address: &IpAddr) -> bool {
    matches!(address, IpAddr::V4(address) if address.is_private())
}

/// All ports but the loopback, the best first: those that an audience most likely reaches.
pub fn interfaces(root: &Path) -> Vec<Interface> {
    let mut addresses: BTreeMap<String, Vec<(IpAddr, u8)>> = BTreeMap::new();
    for found in getifaddrs().into_iter().flatten() {
        if found.flags.contains(InterfaceFlags::IFF_LOOPBACK) {
            continue;
        }
        let listed = addresses.entry(found.interface_name).or_default();
        let Some(address) = found.address.as_ref().and_then(ip) else { continue };
        let mask = found.netmask.as_ref().and_then(ip);
        listed.push((address, prefix(address, mask)));
    }
    arrange(root, addresses)
}

fn arrange(root: &Path, addresses: BTreeMap<String, Vec<(IpAddr, u8)>>) -> Vec<Interface> {
    let mut ports: Vec<Interface> = addresses
        .into_iter()
        .map(|(name, mut addresses)| {
            addresses.sort_by_key(|(address, _)| address.is_ipv6());
            let folder = root.join("sys/class/net").join(&name);
            let read = |file: &str| fs::read_to_string(folder.join(file)).ok();
            let state = read("operstate").unwrap_or_default();
            // Linux says -1 without a cable; "unknown" is what drivers say that cannot tell.
            let speed = read("speed").and_then(|speed| speed.trim().parse::<u64>().ok());
            let up = match state.trim() {
                "up" => true,
                "unknown" => !addresses.is_empty(),
                _ => false,
            };
            let made = MADE.iter().any(|prefix| name.starts_with(prefix));
            let physical = !made && (folder.join("device").exists() || !folder.join("bridge").exists());
            Interface { name, addresses, speed: speed.filter(|speed| *speed > 0), up, physical }
        })
        .collect();
    ports.sort_by_key(Interface::rank);
    ports
}

fn ip(address: &SockaddrStorage) -> Option<IpAddr> {
    address.family()?;
    let v4 = address.as_sockaddr_in().map(|address| IpAddr::V4(address.ip()));
    v4.or_else(|| address.as_sockaddr_in6().map(|address| IpAddr::V6(address.ip())))
}

fn prefix(address: IpAddr, mask: Option<IpAddr>) -> u8 {
    let ones = match mask {
        Some(IpAddr::V4(mask)) => u32::from(mask).count_ones(),
        Some(IpAddr::V6(mask)) => u128::from(mask).count_ones(),
        None if address.is_ipv4() => 32,
        None => 128,
    };
    u8::try_from(ones).unwrap_or(128)
}

/// Bits a second of the fastest of the machine's own ports that is up and says so.
pub fn link_speed(ports: &[Interface]) -> Option<u64> {
    let speeds = ports.iter().filter(|port| port.up && port.physical).filter_map(|port| port.speed);
    speeds.max().map(|megabits| megabits * MEGABIT)
}

/// Bits a second that viewers may take: what the operator says (Mbit/s), or a share of the port.
pub fn egress_budget(wanted: Option<u32>, link: Option<u64>) -> u64 {
    match wanted {
        Some(megabits) => u64::from(megabits) * MEGABIT,
        None => link.unwrap_or(USUAL_SPEED) / 100 * BUDGET_SHARE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(root: &Path, name: &str, files: &[(&str, &str)]) {
        let folder = root.join("sys/class/net").join(name);
        fs::create_dir_all(&folder).unwrap();
        files.iter().for_each(|(file, text)| fs::write(folder.join(file), text).unwrap());
    }

    fn address(text: &str, prefix: u8) -> (IpAddr, u8) {
        (text.parse().unwrap(), prefix)
    }

    #[test]
    fn the_port_that_an_audience_reaches_comes_first() {
        let root = tempfile::tempdir().unwrap();
        port(root.path(), "docker0", &[("operstate", "up\n"), ("speed", "10000\n")]);
        port(root.path(), "eth0", &[("operstate", "up\n"), ("speed", "1000\n")]);
        port(root.path(), "eth1", &[("operstate", "down\n"), ("speed", "-1\n")]);
        port(root.path(), "wlan0", &[("operstate", "up\n")]);
        let addresses = [
            ("docker0", vec![address("172.17.0.1", 16)]),
            ("eth0", vec![address("fe80::1", 64), address("10.0.4.2", 24)]),
            ("eth1", vec![]),
            ("wlan0", vec![address("192.168.1.7", 24)]),
        ];
        let addresses = addresses.map(|(name, addresses)| (name.to_owned(), addresses));
        let ports = arrange(root.path(), addresses.into());
        let names: Vec<_> = ports.iter().map(|port| port.name.as_str()).collect();
        assert_eq!(names, ["eth0", "wlan0", "docker0", "eth1"]);
        assert_eq!(ports[0].addresses[0], address("10.0.4.2", 24));
        assert_eq!((ports[3].speed, ports[3].up), (None, false));
        assert_eq!(link_speed(&ports), Some(1_000_000_000));
    }

    #[test]
    fn the_budget_is_the_operators_or_a_share_of_the_port() {
        assert_eq!(egress_budget(Some(250), Some(1_000_000_000)), 250_000_000);
        assert_eq!(egress_budget(None, Some(2_500_000_000)), 1_750_000_000);
        assert_eq!(egress_budget(None, None), 700_000_000);
    }

    #[test]
    fn masks_become_prefixes() {
        let mask = |text: &str| Some(text.parse().unwrap());
        assert_eq!(prefix("10.0.4.2".parse().unwrap(), mask("255.255.248.0")), 21);
        assert_eq!(prefix("fe80::1".parse().unwrap(), mask("ffff:ffff:ffff:ffff::")), 64);
        assert_eq!(prefix("10.0.4.2".parse().unwrap(), None), 32);
    }

    #[test]
    fn this_machine_has_its_ports() {
        assert!(interfaces(Path::new("/")).iter().all(|port| port.name != "lo"));
    }
}
