//! Names of 20 bytes that swarms and peers have.

use std::fmt;
use std::str::FromStr;

/// Azureus style: two letters of the client, four digits of its version.
const CLIENT: &[u8; 8] = b"-VB0100-";

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 20]);

        impl $name {
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

impl PeerId {
    /// Client, version, and 12 random characters of the caller's.
    pub fn from_random(random: [u8; 12]) -> Self {
        let mut id = [0; 20];
        let (client, rest) = id.split_at_mut(CLIENT.len());
        client.copy_from_slice(CLIENT);
        for (place, byte) in rest.iter_mut().zip(random) {
            *place = b"0123456789abcdefghijklmnopqrstuv"[usize::from(byte % 32)];
        }
        PeerId(id)
    }
}

/// Not 40 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an info hash is 40 hexadecimal digits")]
pub struct NoInfoHash;

impl FromStr for InfoHash {
    type Err = NoInfoHash;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != 40 || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(NoInfoHash);
        }
        let mut hash = [0; 20];
        for (byte, pair) in hash.iter_mut().zip(text.as_bytes().chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| NoInfoHash)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| NoInfoHash)?;
        }
        Ok(InfoHash(hash))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_peer_id_says_who_we_are_and_is_printable() {
        let id = PeerId::from_random([255; 12]);
        assert_eq!(&id.0, b"-VB0100-vvvvvvvvvvvv");
        assert_eq!(PeerId::from_bytes(&id.0), Some(id));
        assert_eq!(PeerId::from_bytes(&id.0[1..]), None);
    }

    #[test]
    fn an_info_hash_is_forty_digits_and_nothing_else() {
        for wrong in [String::new(), "a".repeat(39), "a".repeat(41), "g".repeat(40), "é".repeat(20)] {
            assert_eq!(wrong.parse::<InfoHash>(), Err(NoInfoHash), "{wrong}");
        }
        assert_eq!("AB".repeat(20).parse(), Ok(InfoHash([0xab; 20])));
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_again(bytes: [u8; 20]) {
            prop_assert_eq!(InfoHash(bytes).to_string().parse(), Ok(InfoHash(bytes)));
        }
    }
}
