//! Which network an address stands in, as far as the box can know.

use std::net::IpAddr;

use crate::access::Prefix;

/// Bits of a network that the box has no foot in: what one router's LAN usually is.
const V4_BITS: u32 = 24;
const V6_BITS: u32 = 64;

/// A network, comparable and small.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subnet(u128);

impl Subnet {
    /// The network of `address`: the box's own link that holds it (a venue is often one flat /21), or what a LAN
    /// usually is.
    pub fn of(address: IpAddr, links: &[Prefix]) -> Self {
        let link = links.iter().find(|link| link.holds(address));
        let (mapped, bits) = match address {
            IpAddr::V4(v4) => (v4.to_ipv6_mapped(), 96 + link.map_or(V4_BITS, |link| link.length)),
            IpAddr::V6(v6) => (v6, link.map_or(V6_BITS, |link| link.length)),
        };
        let host = 128_u32.saturating_sub(bits);
        // A shift by all 128 bits is no shift.
        let mask = u128::MAX.checked_shl(host).unwrap_or(0);
        Subnet(u128::from(mapped) & mask)
    }
}

/// The box's own address on the link of `asker`; elsewhere, its first one of the same family.
pub fn own_address(asker: IpAddr, links: &[Prefix]) -> Option<IpAddr> {
    let near = links.iter().find(|link| link.holds(asker));
    let family = || {
        let same = |link: &&Prefix| link.address.is_ipv4() == asker.is_ipv4();
        links.iter().filter(same).find(|link| !link.address.is_loopback())
    };
    near.or_else(family).map(|link| link.address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_link_of_the_box_is_one_network_and_elsewhere_a_24_is() {
        let links = [Prefix { address: ip("10.0.0.2"), length: 21 }];
        let of = |text: &str| Subnet::of(ip(text), &links);
        assert_eq!(of("10.0.0.9"), of("10.0.7.9"));
        assert_ne!(of("10.0.0.9"), of("10.0.8.9"));
        assert_eq!(of("192.168.1.1"), of("192.168.1.254"));
        assert_ne!(of("192.168.1.1"), of("192.168.2.1"));
        assert_eq!(of("fd00::1"), of("fd00::ffff:1"));
        assert_ne!(of("fd00::1"), of("fd00:0:0:1::1"));
    }

    #[test]
    fn the_box_names_itself_as_the_asker_reaches_it() {
        let link = |address, length| Prefix { address: ip(address), length };
        let links =
            [link("127.0.0.1", 8), link("10.0.0.2", 21), link("192.168.1.2", 24), link("fe80::2", 64)];
        assert_eq!(own_address(ip("192.168.1.7"), &links), Some(ip("192.168.1.2")));
        assert_eq!(own_address(ip("172.16.0.7"), &links), Some(ip("10.0.0.2")), "it came through a router");
        assert_eq!(own_address(ip("127.0.0.5"), &links), Some(ip("127.0.0.1")));
        assert_eq!(own_address(ip("fe80::7"), &links), Some(ip("fe80::2")));
        assert_eq!(own_address(ip("10.0.0.7"), &[]), None);
    }
}
