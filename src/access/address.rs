//! Private and public addresses, as the claim and the tracker mean them.
//!
//! Addresses are canonical: an IPv4 address that came over an IPv6 socket is an IPv4 address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// RFC 1918, loopback, link-local and unique-local (RFC 4193) addresses.
pub fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_private() || v4.is_loopback() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unicast_link_local() || v6.is_unique_local(),
    }
}

/// Addresses that the whole internet may reach. What is neither this nor private (a provider's shared range,
/// multicast) opens nothing and forbids nothing.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => !is_private(address) && !is_special(v4),
        IpAddr::V6(v6) => is_global(v6),
    }
}

/// Ranges of RFC 6890 that are not private and not routed either.
fn is_special(v4: Ipv4Addr) -> bool {
    let [a, b, c, _] = v4.octets();
    v4.is_unspecified()
        || v4.is_broadcast()
        || v4.is_multicast()
        || v4.is_documentation()
        || (a == 100 && (64..128).contains(&b))
        || (a, b, c) == (192, 0, 0)
        || (a == 198 && (18..20).contains(&b))
        || a == 0
        || a >= 240
}

/// Global unicast (RFC 4291 2.4: 2000::/3), without the range for documents.
fn is_global(v6: Ipv6Addr) -> bool {
    let [first, second, ..] = v6.segments();
    first & 0xe000 == 0x2000 && (first, second) != (0x2001, 0x0db8)
}

/// An interface's address with the length of its network's prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prefix {
    /// The interface's own address.
    pub address: IpAddr,
    /// Bits that its neighbours share.
    pub length: u32,
}

impl Prefix {
    /// Whether `other` is on this link.
    pub fn holds(&self, other: IpAddr) -> bool {
        match (self.address, other) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let differ = u32::from(own) ^ u32::from(other);
                differ.leading_zeros() >= self.length
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let differ = u128::from(own) ^ u128::from(other);
                differ.leading_zeros() >= self.length
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn private_is_what_no_router_carries() {
        let private = [
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.1",
            "192.168.1.1",
            "127.0.0.1",
            "169.254.3.4",
            "::1",
            "fe80::1",
            "fd00::1",
        ];
        for address in private {
            assert!(is_private(ip(address)) && !is_public(ip(address)), "{address}");
        }
        for address in ["172.32.0.1", "8.8.8.8", "100.64.0.1", "2001:4860::1", "224.0.0.1"] {
            assert!(!is_private(ip(address)), "{address}");
        }
    }

    #[test]
    fn public_is_what_the_internet_reaches() {
        for address in ["8.8.8.8", "172.32.0.1", "100.63.0.1", "100.128.0.1", "2a00:1450::1"] {
            assert!(is_public(ip(address)), "{address}");
        }
        for address in
            ["100.64.0.1", "192.0.2.1", "198.18.0.1", "0.0.0.0", "255.255.255.255", "2001:db8::1", "ff02::1"]
        {
            assert!(!is_public(ip(address)), "{address}");
        }
    }

    #[test]
    fn a_prefix_holds_its_neighbours_alone() {
        let link = Prefix { address: ip("10.0.4.2"), length: 21 };
        assert!(link.holds(ip("10.0.7.254")) && !link.holds(ip("10.0.8.1")) && !link.holds(ip("fd00::1")));
        let link = Prefix { address: ip("2001:db8::2"), length: 64 };
        assert!(link.holds(ip("2001:db8::ffff")) && !link.holds(ip("2001:db8:0:1::1")));
        assert!(Prefix { address: ip("10.0.4.2"), length: 0 }.holds(ip("8.8.8.8")));
        assert!(!Prefix { address: ip("10.0.4.2"), length: 32 }.holds(ip("10.0.4.3")));
    }
}
