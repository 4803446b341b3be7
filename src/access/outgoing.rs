//! Where the box goes for somebody: the rule for URLs that others write (a feed's playlist, a redirect).
//!
//! Threat: whoever writes them has the box ask what only the box can reach, its own pages on loopback, a neighbour by
//! link-local address, a cloud's metadata service. Private addresses are fine: a venue's encoder stands there. The
//! operator may name any host; what a name resolves to is checked where it is connected to, not before.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use thiserror::Error;
use url::{Host, Url};

/// Metadata services of clouds that are not link-local.
const METADATA: [IpAddr; 5] = [
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V4(Ipv4Addr::new(192, 0, 0, 192)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254)),
    IpAddr::V6(Ipv6Addr::new(0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x0254)),
];

/// Why the box does not go somewhere.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Forbidden {
    /// A file, a data URL or another protocol.
    #[error("a URL begins with {0}: where only http: and https: are fetched")]
    Scheme(String),
    /// No host, or no port.
    #[error("a URL names no host")]
    NoHost,
    /// An address that only an operator may name.
    #[error("{host} is {what}; the box goes there only when its operator names it")]
    Address {
        /// As the URL has it.
        host: String,
        /// What its address is.
        what: &'static str,
    },
}

/// The rule, with the hosts that the operator named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outgoing {
    named: Vec<(String, u16)>,
}

impl Outgoing {
    /// The rule for what `url` leads to, which the operator wrote: its host may be anything, on its port alone.
    pub fn from_operator(url: &Url) -> Self {
        let named = url.host_str().map(str::to_owned).zip(url.port_or_known_default());
        Outgoing { named: named.into_iter().collect() }
    }

    /// Checks what can be known of a URL before its name is resolved.
    ///
    /// # Errors
    /// [`Forbidden`].
    pub fn check_url(&self, url: &Url) -> Result<(), Forbidden> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Forbidden::Scheme(url.scheme().to_owned()));
        }
        let host = url.host().ok_or(Forbidden::NoHost)?;
        let port = url.port_or_known_default().ok_or(Forbidden::NoHost)?;
        let address = match host {
            Host::Ipv4(address) => IpAddr::V4(address),
            Host::Ipv6(address) => IpAddr::V6(address),
            Host::Domain(_) => return Ok(()),
        };
        self.check_address(&host.to_string(), port, address)
    }

    /// Checks an address that `host` was resolved to, just before it is connected to.
    ///
    /// # Errors
    /// [`Forbidden::Address`].
    pub fn check_address(&self, host: &str, port: u16, address: IpAddr) -> Result<(), Forbidden> {
        let named = self.named.iter().any(|(name, on)| name.eq_ignore_ascii_case(host) && *on == port);
        match particular(address).filter(|_| !named) {
            Some(what) => Err(Forbidden::Address { host: host.to_owned(), what }),
            None => Ok(()),
        }
    }
}

/// What an address is that nobody else may send the box to.
fn particular(address: IpAddr) -> Option<&'static str> {
    let address = embedded(address);
    let (own, link_local, many) = match address {
        IpAddr::V4(v4) => (
            v4.is_loopback() || v4.octets()[0] == 0,
            v4.is_link_local(),
            v4.is_multicast() || v4.is_broadcast(),
        ),
        IpAddr::V6(v6) => {
            (v6.is_loopback() || v6.is_unspecified(), v6.is_unicast_link_local(), v6.is_multicast())
        }
    };
    match address {
        _ if own => Some("this machine itself"),
        _ if link_local => Some("a link-local address"),
        _ if many => Some("no single machine"),
        _ if METADATA.contains(&address) => Some("a cloud's metadata service"),
        _ => None,
    }
}

/// The IPv4 address inside an IPv6 one: mapped or compatible (RFC 4291 2.5.5), translated (RFC 6052 2.1), 6to4
/// (RFC 3056 2).
fn embedded(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    let [a, b, c, d, e, f, g, h] = v6.segments();
    let inside = match [a, b, c, d, e, f] {
        [0, 0, 0, 0, 0, 0] if (g, h) > (0, 1) => Some([g, h]),
        [0, 0, 0, 0, 0, 0xffff] | [0x64, 0xff9b, 0, 0, 0, 0] => Some([g, h]),
        [0x2002, ..] => Some([b, c]),
        _ => None,
    };
    inside.map_or(address, |[high, low]| IpAddr::V4(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn rule() -> Outgoing {
        Outgoing::from_operator(&url("http://127.0.0.1:9000/live/stream.m3u8?token=1"))
    }

    #[test]
    fn the_operators_own_host_may_be_anything_on_its_port_alone() {
        assert_eq!(rule().check_url(&url("http://127.0.0.1:9000/segment.ts")), Ok(()));
        for other in ["http://127.0.0.1:8080/api/admin", "http://127.0.0.1/", "http://127.0.0.2:9000/"] {
            assert!(matches!(rule().check_url(&url(other)), Err(Forbidden::Address { .. })), "{other}");
        }
    }

    #[test]
    fn loopback_link_local_and_metadata_addresses_are_refused_however_they_are_written() {
        for refused in [
            "http://127.1/",
            "http://0x7f000001/",
            "http://2130706433/",
            "http://0/",
            "http://[::1]/",
            "http://[::]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::127.0.0.1]/",
            "http://[64:ff9b::a9fe:a9fe]/",
            "http://[2002:7f00:1::]/",
            "http://169.254.169.254/latest/meta-data/",
            "http://[fe80::1]/",
            "http://[fd00:ec2::254]/",
            "http://100.100.100.200/",
            "http://192.0.0.192/",
            "http://224.0.0.1/",
            "http://255.255.255.255/",
        ] {
            assert!(matches!(rule().check_url(&url(refused)), Err(Forbidden::Address { .. })), "{refused}");
        }
    }

    #[test]
    fn private_and_public_addresses_and_names_are_fine() {
        for fine in [
            "http://10.0.4.2/stream.m3u8",
            "https://192.168.1.9:8443/",
            "http://[fd12:3456::1]/",
            "https://93.184.216.34/",
            "https://[2606:2800:220:1::1]/",
            "https://live.example/",
        ] {
            assert_eq!(rule().check_url(&url(fine)), Ok(()), "{fine}");
        }
    }

    #[test]
    fn a_name_is_judged_by_what_it_resolves_to() {
        let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
        assert!(rule().check_address("rebound.example", 80, loopback).is_err());
        let named = Outgoing::from_operator(&url("http://LOCALHOST/feed"));
        assert_eq!(named.check_address("localhost", 80, loopback), Ok(()));
    }

    #[test]
    fn only_http_is_fetched() {
        for other in ["file:///etc/passwd", "data:text/plain,x", "ftp://host/", "concat:a", "rtmp://host/"] {
            assert!(matches!(rule().check_url(&url(other)), Err(Forbidden::Scheme(_))), "{other}");
        }
    }

    proptest! {
        #[test]
        fn no_form_of_a_loopback_address_is_let_through(low in any::<u32>()) {
            let v4 = Ipv4Addr::from(0x7f00_0000 | low & 0x00ff_ffff);
            let [a, b, c, d] = v4.octets().map(u16::from);
            let words = [a << 8 | b, c << 8 | d];
            for v6 in [
                v4.to_ipv6_mapped(),
                Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, words[0], words[1]),
                Ipv6Addr::new(0x2002, words[0], words[1], 0, 0, 0, 0, 1),
            ] {
                prop_assert!(rule().check_address("any", 80, IpAddr::V6(v6)).is_err());
            }
            prop_assert!(rule().check_address("any", 80, IpAddr::V4(v4)).is_err());
        }
    }
}
