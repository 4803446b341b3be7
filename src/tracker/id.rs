//! Names of 20 bytes: info hashes, peer ids and offer ids.

use std::fmt::{self, Write};

/// Every name's length.
pub const LENGTH: usize = 20;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; LENGTH]);

        impl $name {
            /// From a JSON string of WebTorrent: each character is one byte.
            pub fn from_latin1(text: &str) -> Option<Self> {
                latin1(text).map($name)
            }

            /// From raw bytes, if there are 20.
            pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map($name)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

id!(
    /// A swarm's name: the SHA-1 of a torrent's info dictionary, or whatever a page's player makes of its stream.
    InfoHash
);
id!(
    /// A peer's name, chosen by itself.
    PeerId
);
id!(
    /// An offer's name, chosen by whoever offers.
    OfferId
);

fn latin1(text: &str) -> Option<[u8; LENGTH]> {
    let mut bytes = [0; LENGTH];
    let mut characters = text.chars();
    for byte in &mut bytes {
        *byte = u8::try_from(u32::from(characters.next()?)).ok()?;
    }
    characters.next().is_none().then_some(bytes)
}

/// Appends bytes as a JSON string in which each character is one byte, escaped as JSON.stringify does.
pub fn write_latin1(bytes: &[u8], out: &mut String) {
    out.push('"');
    for &byte in bytes {
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            // Writing into a String cannot fail.
            0..0x20 => drop(write!(out, "\\u{byte:04x}")),
            byte => out.push(char::from(byte)),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_has_twenty_characters_of_one_byte_each() {
        assert!(PeerId::from_latin1(&"ÿ".repeat(20)).is_some_and(|id| id.0 == [0xff; 20]));
        assert_eq!(PeerId::from_latin1(&"a".repeat(19)), None);
        assert_eq!(PeerId::from_latin1(&"a".repeat(21)), None);
        assert_eq!(PeerId::from_latin1(&"Ā".repeat(20)), None, "U+0100 is no byte");
        assert_eq!(InfoHash([0xab; 20]).to_string(), "ab".repeat(20));
    }

    proptest! {
        #[test]
        fn any_bytes_survive_json(bytes: [u8; 20]) {
            let mut json = String::new();
            write_latin1(&bytes, &mut json);
            let text: String = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(OfferId::from_latin1(&text), Some(OfferId(bytes)));
        }
    }
}
