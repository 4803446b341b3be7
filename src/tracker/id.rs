//! Names of 20 bytes in WebTorrent's JSON, where each character stands for one byte.

use std::fmt::Write;

/// An offer's name, chosen by whoever offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OfferId(pub [u8; 20]);

/// The name that a JSON string is.
pub fn latin1(text: &str) -> Option<[u8; 20]> {
    let mut bytes = [0; 20];
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
        assert_eq!(latin1(&"ÿ".repeat(20)), Some([0xff; 20]));
        assert_eq!(latin1(&"a".repeat(19)), None);
        assert_eq!(latin1(&"a".repeat(21)), None);
        assert_eq!(latin1(&"Ā".repeat(20)), None, "U+0100 is no byte");
    }

    proptest! {
        #[test]
        fn any_bytes_survive_json(bytes: [u8; 20]) {
            let mut json = String::new();
            write_latin1(&bytes, &mut json);
            let text: String = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(latin1(&text), Some(bytes));
        }
    }
}
