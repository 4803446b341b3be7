//! Bencoding (BEP 3): a reader that borrows and is bounded, and a writer.

/// Lists and dictionaries within each other. Threat: a megabyte of `l` overflows the stack; a torrent needs five.
const MAX_DEPTH: usize = 16;

/// Values in one document. Threat: each `0:` of two bytes becomes a value of forty.
const MAX_VALUES: usize = 4_096;

/// A value that borrows its strings from the bytes it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// `i…e`
    Integer(i64),
    /// `length:bytes`
    Bytes(&'a [u8]),
    /// `l…e`
    List(Vec<Value<'a>>),
    /// `d…e`, keys in ascending order.
    Dictionary(Vec<(&'a [u8], Value<'a>)>),
}

/// Why bytes are not bencoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BencodeError {
    /// They end in the middle of a value.
    #[error("the bencoded value is cut off")]
    Short,
    /// A byte that starts no value, or a number that is none.
    #[error("not a bencoded value")]
    Syntax,
    /// Keys out of order, or one of them twice.
    #[error("a dictionary's keys are not in ascending order")]
    Keys,
    /// Deeper than [`MAX_DEPTH`].
    #[error("values lie more than {MAX_DEPTH} deep within each other")]
    Deep,
    /// More than [`MAX_VALUES`].
    #[error("more than {MAX_VALUES} values")]
    Many,
    /// Something follows the value.
    #[error("there are bytes behind the value")]
    Trailing,
}

impl<'a> Value<'a> {
    /// The value that `bytes` are, to their last one.
    ///
    /// # Errors
    /// [`BencodeError`] when they are not exactly one value.
    pub fn read(bytes: &'a [u8]) -> Result<Self, BencodeError> {
        let (value, rest) = Value::read_first(bytes)?;
        if rest.is_empty() { Ok(value) } else { Err(BencodeError::Trailing) }
    }

    /// The value that `bytes` start with, and what follows it.
    ///
    /// # Errors
    /// [`BencodeError`] when they start with none.
    pub fn read_first(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), BencodeError> {
        let mut parser = Parser { rest: bytes, left: MAX_VALUES };
        let value = parser.value(MAX_DEPTH)?;
        Ok((value, parser.rest))
    }

    /// A dictionary's entry.
    pub fn get(&self, key: &[u8]) -> Option<&Value<'a>> {
        let Value::Dictionary(entries) = self else { return None };
        entries.iter().find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// The integer that it is.
    pub fn integer(&self) -> Option<i64> {
        if let Value::Integer(value) = self { Some(*value) } else { None }
    }

    /// The string that it is.
    pub fn bytes(&self) -> Option<&'a [u8]> {
        if let Value::Bytes(value) = self { Some(value) } else { None }
    }

    /// The list that it is.
    pub fn list(&self) -> Option<&[Value<'a>]> {
        if let Value::List(values) = self { Some(values) } else { None }
    }

    /// Appends its bencoding. A dictionary's entries are written in the order they have, which has to be ascending.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Value::Integer(value) => {
                out.push(b'i');
                out.extend_from_slice(value.to_string().as_bytes());
                out.push(b'e');
            }
            Value::Bytes(bytes) => write_bytes(bytes, out),
            Value::List(values) => {
                out.push(b'l');
                values.iter().for_each(|value| value.write(out));
                out.push(b'e');
            }
            Value::Dictionary(entries) => {
                debug_assert!(
                    entries.is_sorted_by(|(one, _), (next, _)| one < next),
                    "keys in ascending order"
                );
                out.push(b'd');
                for (key, value) in entries {
                    write_bytes(key, out);
                    value.write(out);
                }
                out.push(b'e');
            }
        }
    }

    /// Its bencoding.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }
}

fn write_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(bytes.len().to_string().as_bytes());
    out.push(b':');
    out.extend_from_slice(bytes);
}

struct Parser<'a> {
    rest: &'a [u8],
    left: usize,
}

impl<'a> Parser<'a> {
    fn value(&mut self, depth: usize) -> Result<Value<'a>, BencodeError> {
        self.left = self.left.checked_sub(1).ok_or(BencodeError::Many)?;
        match self.rest.first() {
            None => Err(BencodeError::Short),
            Some(b'i') => {
                self.rest = &self.rest[1..];
                self.number(b'e').map(Value::Integer)
            }
            Some(b'l') => {
                let depth = depth.checked_sub(1).ok_or(BencodeError::Deep)?;
                self.rest = &self.rest[1..];
                let mut values = Vec::new();
                while !self.ends()? {
                    values.push(self.value(depth)?);
                }
                Ok(Value::List(values))
            }
            Some(b'd') => {
                let depth = depth.checked_sub(1).ok_or(BencodeError::Deep)?;
                self.rest = &self.rest[1..];
                let mut entries: Vec<(&[u8], Value<'_>)> = Vec::new();
                while !self.ends()? {
                    let key = self.bytes()?;
                    if entries.last().is_some_and(|(last, _)| *last >= key) {
                        return Err(BencodeError::Keys);
                    }
                    entries.push((key, self.value(depth)?));
                }
                Ok(Value::Dictionary(entries))
            }
            Some(b'0'..=b'9') => self.bytes().map(Value::Bytes),
            Some(_) => Err(BencodeError::Syntax),
        }
    }

    /// Takes the `e` of a list or dictionary, if it is next.
    fn ends(&mut self) -> Result<bool, BencodeError> {
        let first = self.rest.first().ok_or(BencodeError::Short)?;
        if *first == b'e' {
            self.rest = &self.rest[1..];
        }
        Ok(*first == b'e')
    }

    fn bytes(&mut self) -> Result<&'a [u8], BencodeError> {
        if !self.rest.first().is_some_and(u8::is_ascii_digit) {
            return Err(if self.rest.is_empty() { BencodeError::Short } else { BencodeError::Syntax });
        }
        let length = usize::try_from(self.number(b':')?).map_err(|_| BencodeError::Syntax)?;
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or(BencodeError::Short)?;
        self.rest = rest;
        Ok(bytes)
    }

    /// A decimal number up to `end`: no leading zero, no minus zero, no plus (BEP 3).
    fn number(&mut self, end: u8) -> Result<i64, BencodeError> {
        // An i64 has at most 19 digits and a sign.
        let at = self.rest.iter().take(21).position(|byte| *byte == end);
        let at = at.ok_or(if self.rest.len() > 20 { BencodeError::Syntax } else { BencodeError::Short })?;
        let digits = std::str::from_utf8(&self.rest[..at]).map_err(|_| BencodeError::Syntax)?;
        let value: i64 = digits.parse().map_err(|_| BencodeError::Syntax)?;
        // Only one spelling is right: two would give one torrent two info hashes.
        if value.to_string() != digits {
            return Err(BencodeError::Syntax);
        }
        self.rest = &self.rest[at + 1..];
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_examples_of_bep_3_are_read() {
        assert_eq!(Value::read(b"4:spam"), Ok(Value::Bytes(b"spam")));
        assert_eq!(Value::read(b"i-3e"), Ok(Value::Integer(-3)));
        assert_eq!(Value::read(b"l4:spam4:eggse").unwrap().list().map(<[_]>::len), Some(2));
        let dictionary = Value::read(b"d3:cow3:moo4:spaml1:a1:bee").unwrap();
        assert_eq!(dictionary.get(b"cow").and_then(Value::bytes), Some(&b"moo"[..]));
    }

    #[test]
    fn what_is_not_exactly_one_value_is_refused() {
        for (bytes, error) in [
            (&b""[..], BencodeError::Short),
            (b"i03e", BencodeError::Syntax),
            (b"i-0e", BencodeError::Syntax),
            (b"i+1e", BencodeError::Syntax),
            (b"ie", BencodeError::Syntax),
            (b"i9223372036854775808e", BencodeError::Syntax),
            (b"01:a", BencodeError::Syntax),
            (b"-1:a", BencodeError::Syntax),
            (b"99999999999:a", BencodeError::Short),
            (b"99999999999999999999999:a", BencodeError::Syntax),
            (b"5:spam", BencodeError::Short),
            (b"l4:spam", BencodeError::Short),
            (b"d1:b0:1:a0:e", BencodeError::Keys),
            (b"d1:a0:1:a0:e", BencodeError::Keys),
            (b"di1e0:e", BencodeError::Syntax),
            (b"x", BencodeError::Syntax),
            (b"i1ei2e", BencodeError::Trailing),
        ] {
            assert_eq!(Value::read(bytes), Err(error), "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn a_bomb_is_refused_before_it_goes_off() {
        assert_eq!(Value::read(&[b'l'; 1_000_000]), Err(BencodeError::Deep));
        assert_eq!(Value::read(&b"d0:".repeat(1_000_000)), Err(BencodeError::Deep));
        let flat = [&b"l"[..], &b"0:".repeat(1_000_000), b"e"].concat();
        assert_eq!(Value::read(&flat), Err(BencodeError::Many));
    }

    #[derive(Clone, Debug)]
    enum Owned {
        Integer(i64),
        Bytes(Vec<u8>),
        List(Vec<Owned>),
        Dictionary(std::collections::BTreeMap<Vec<u8>, Owned>),
    }

    impl Owned {
        fn value(&self) -> Value<'_> {
            match self {
                Owned::Integer(value) => Value::Integer(*value),
                Owned::Bytes(bytes) => Value::Bytes(bytes),
                Owned::List(values) => Value::List(values.iter().map(Owned::value).collect()),
                Owned::Dictionary(entries) => {
                    Value::Dictionary(entries.iter().map(|(key, value)| (&key[..], value.value())).collect())
                }
            }
        }
    }

    fn any_value() -> impl Strategy<Value = Owned> {
        let leaf = prop_oneof![
            any::<i64>().prop_map(Owned::Integer),
            prop::collection::vec(any::<u8>(), 0..20).prop_map(Owned::Bytes),
        ];
        leaf.prop_recursive(4, 64, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Owned::List),
                prop::collection::btree_map(prop::collection::vec(any::<u8>(), 0..6), inner, 0..6)
                    .prop_map(Owned::Dictionary),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_as_the_same(value in any_value()) {
            let bytes = value.value().to_bytes();
            prop_assert_eq!(Value::read(&bytes), Ok(value.value()));
        }

        #[test]
        fn what_is_read_is_written_as_the_same(bytes in prop::collection::vec(
            prop::sample::select(&b"ilde0123456789:-ab"[..]), 0..40)) {
            if let Ok(value) = Value::read(&bytes) {
                prop_assert_eq!(value.to_bytes(), bytes);
            }
        }
    }
}
