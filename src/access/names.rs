//! Names that the box answers to, for what only its own pages may ask: Host and Origin.
//!
//! Threats: a foreign page in the operator's browser asks in the operator's name (Origin), and a foreign name that
//! was pointed at the box makes such a page look like the box's own (Host; "DNS rebinding").

use std::net::{IpAddr, Ipv6Addr};

/// What the box is called on its own network, whatever its host name is.
const OWN: [&str; 2] = ["localhost", "venuebox.local"];

/// Who asks under which name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Foreign {
    /// The Host is not the box's.
    #[error(
        "the box does not know itself by this name; open it by its address, or start it with --public-url and this \
         name"
    )]
    Host,
    /// The Origin is another page.
    #[error("this was asked by a page that is not the box's own")]
    Origin,
}

/// The names of a box.
#[derive(Clone, Debug, Default)]
pub struct Names {
    names: Vec<String>,
    /// Scheme and authority of the public URL.
    public: Option<String>,
}

impl Names {
    /// The machine's host name, and the public URL where there is one.
    pub fn new(hostname: Option<&str>, public_url: Option<&str>) -> Self {
        let mut names: Vec<String> = OWN.map(String::from).into();
        if let Some(hostname) = hostname.map(str::to_ascii_lowercase).filter(|name| !name.is_empty()) {
            names.push(format!("{hostname}.local"));
            names.push(hostname);
        }
        let public = public_url.map(str::to_ascii_lowercase).and_then(|url| {
            let (scheme, rest) = url.split_once("://")?;
            Some(format!("{scheme}://{}", rest.split('/').next()?))
        });
        let host = public.as_deref().and_then(|url| url.split_once("://")).map(|(_, host)| split(host).0);
        names.extend(host.filter(|host| !host.is_empty()).map(String::from));
        Names { names, public }
    }

    /// Checks the Host of a request that came in on the `local` address.
    ///
    /// Its port is not looked at: it is the browser's view of a port that a router may have forwarded, and proves
    /// nothing, since whoever points a name at the box chooses the port as well. A literal address has to be the one
    /// that the connection came in on, or loopback, which is the browser's own machine wherever it is typed.
    ///
    /// # Errors
    /// [`Foreign::Host`].
    pub fn host(&self, host: Option<&str>, local: IpAddr) -> Result<(), Foreign> {
        let host = host.map(str::to_ascii_lowercase).ok_or(Foreign::Host)?;
        let (name, port) = split(&host);
        if port.is_some_and(|port| port.is_empty() || !port.bytes().all(|byte| byte.is_ascii_digit())) {
            return Err(Foreign::Host);
        }
        let name = name.strip_suffix('.').unwrap_or(name);
        let literal = match name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            Some(v6) => v6.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
            None => name.parse::<IpAddr>().ok(),
        };
        let ours = match literal.map(|address| address.to_canonical()) {
            Some(address) => {
                address == local.to_canonical()
                    || address.is_loopback()
                    || self.names.iter().any(|own| own == name)
            }
            None => is_numbered(name) || self.names.iter().any(|own| own == name),
        };
        if ours { Ok(()) } else { Err(Foreign::Host) }
    }

    /// Whether that Host is the public URL's.
    pub fn is_public(&self, host: &str) -> bool {
        let public =
            self.public.as_deref().and_then(|url| url.split_once("://")).map(|(_, host)| split(host).0);
        public.is_some_and(|public| public.eq_ignore_ascii_case(split(host).0))
    }

    /// Checks the Origin of a request, if it has one, against its Host or the public URL (a proxy before the box
    /// may rewrite the Host).
    ///
    /// # Errors
    /// [`Foreign::Origin`].
    pub fn origin(&self, origin: Option<&str>, host: Option<&str>) -> Result<(), Foreign> {
        let Some(origin) = origin else { return Ok(()) };
        let origin = origin.to_ascii_lowercase();
        if self.public.as_deref() == Some(origin.as_str()) || same(&origin, host) {
            Ok(())
        } else {
            Err(Foreign::Origin)
        }
    }
}

/// What the box is called where another one has its name already: `venuebox-2.local`.
fn is_numbered(name: &str) -> bool {
    let number = name.strip_prefix("venuebox-").and_then(|rest| rest.strip_suffix(".local"));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a page of that origin asks the host that it came from.
pub fn same(origin: &str, host: Option<&str>) -> bool {
    let authority = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    authority.zip(host).is_some_and(|(authority, host)| authority.eq_ignore_ascii_case(host))
}

/// Host and port of an authority; `[::1]:8080` has its colons in brackets.
fn split(authority: &str) -> (&str, Option<&str>) {
    let end = authority.rfind(']').map_or(0, |end| end + 1);
    match authority[end..].find(':') {
        Some(at) => (&authority[..end + at], Some(&authority[end + at + 1..])),
        None => (authority, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCAL: &str = "10.0.4.2";

    fn names() -> Names {
        Names::new(Some("Hall-1"), Some("https://Stream.example.org/x"))
    }

    fn host(host: &str) -> Result<(), Foreign> {
        names().host(Some(host), LOCAL.parse().unwrap())
    }

    #[test]
    fn the_box_answers_to_its_own_names_and_the_address_that_was_dialled() {
        for own in [
            "10.0.4.2",
            "10.0.4.2:8080",
            "localhost:8080",
            "LOCALHOST",
            "127.0.0.1:9",
            "[::1]:8080",
            "hall-1",
            "hall-1.local:80",
            "hall-1.local.",
            "venuebox.local",
            "VenueBox.local:1",
            "venuebox-2.local:8080",
            "stream.example.org",
            "[::ffff:10.0.4.2]:8080",
        ] {
            assert_eq!(host(own), Ok(()), "{own}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_header_stops_it(host in ".*", origin in ".*") {
            let _ = names().host(Some(&host), LOCAL.parse().unwrap());
            let _ = names().origin(Some(&origin), Some(&host));
        }
    }

    #[test]
    fn it_does_not_answer_to_others() {
        for foreign in [
            "",
            "10.0.4.3",
            "evil.example",
            "evil.localhost",
            "localhost.evil.example",
            "10.0.4.2.evil.example",
            "venuebox.local.evil.example",
            "venuebox-.local",
            "venuebox-2.evil.local",
            "venuebox-2.local.evil.example",
            "x:y",
            "localhost:",
            "localhost:80x",
            "[::1",
            "[fe80::1]",
            "a@localhost",
            "localhost/",
        ] {
            assert_eq!(host(foreign), Err(Foreign::Host), "{foreign}");
        }
        assert_eq!(names().host(None, LOCAL.parse().unwrap()), Err(Foreign::Host));
    }

    #[test]
    fn a_page_may_ask_where_it_came_from() {
        let origin = |origin, host| names().origin(Some(origin), Some(host));
        assert_eq!(names().origin(None, Some("10.0.4.2")), Ok(()));
        for (own, at) in [
            ("http://10.0.4.2:8080", "10.0.4.2:8080"),
            ("http://hall-1.local", "Hall-1.local"),
            ("https://stream.example.org", "stream.example.org"),
            ("https://stream.example.org", "10.0.4.2:8080"),
        ] {
            assert_eq!(origin(own, at), Ok(()), "{own}");
        }
        for foreign in [
            "null",
            "",
            "http://evil.example",
            "http://10.0.4.2",
            "http://10.0.4.2:8081",
            "ftp://10.0.4.2:8080",
            "http://10.0.4.2:8080.evil.example",
            "http://10.0.4.2:8080@evil.example",
            "https://evil.example.org",
        ] {
            assert_eq!(origin(foreign, "10.0.4.2:8080"), Err(Foreign::Origin), "{foreign}");
        }
    }
}
