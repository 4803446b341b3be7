//! AMF0 values (Action Message Format, Adobe 2007): what commands and metadata are written in.

use std::borrow::Cow;

use bytes::BufMut;

/// Objects within objects. Threat: a message of nested objects overflows the stack.
pub const MAX_DEPTH: usize = 16;
/// Values in one message. Threat: 16 MB of one-byte nulls become half a gigabyte of values.
pub const MAX_VALUES: usize = 4096;

mod marker {
    pub const NUMBER: u8 = 0x00;
    pub const BOOLEAN: u8 = 0x01;
    pub const STRING: u8 = 0x02;
    pub const OBJECT: u8 = 0x03;
    pub const NULL: u8 = 0x05;
    pub const UNDEFINED: u8 = 0x06;
    pub const REFERENCE: u8 = 0x07;
    pub const ECMA_ARRAY: u8 = 0x08;
    pub const OBJECT_END: u8 = 0x09;
    pub const STRICT_ARRAY: u8 = 0x0A;
    pub const DATE: u8 = 0x0B;
    pub const LONG_STRING: u8 = 0x0C;
    pub const UNSUPPORTED: u8 = 0x0D;
    pub const XML: u8 = 0x0F;
    pub const TYPED_OBJECT: u8 = 0x10;
}

/// One value. Properties keep their order, and their duplicates.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Any number.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// Text, short or long; an XML document comes as one. Bytes that are not UTF-8 are replaced by U+FFFD.
    String(String),
    /// An object; a typed one loses its class name.
    Object(Vec<(String, Value)>),
    /// Nothing.
    Null,
    /// No value at all; a reference or an unsupported value comes as it.
    Undefined,
    /// An associative array.
    EcmaArray(Vec<(String, Value)>),
    /// An array.
    StrictArray(Vec<Value>),
    /// Milliseconds since 1970-01-01T00:00:00Z.
    Date(f64),
}

/// The bytes are not AMF0, or more of it than anybody needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Amf0Error {
    /// The bytes end within a value.
    #[error("the message ends in the middle of a value")]
    Truncated,
    /// A type marker that no encoder has a use for.
    #[error("type {0:#04x} is unknown")]
    UnknownType(u8),
    /// [`MAX_DEPTH`].
    #[error("objects are nested deeper than {MAX_DEPTH}")]
    TooDeep,
    /// [`MAX_VALUES`].
    #[error("there are more than {MAX_VALUES} values")]
    TooMany,
}

impl Value {
    /// The text, if it is text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The first property of that name of an object or associative array.
    pub fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Value::Object(fields) | Value::EcmaArray(fields) => {
                fields.iter().find(|(key, _)| key == name).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// Appends the value.
    pub fn encode(&self, out: &mut impl BufMut) {
        match self {
            Value::Number(number) => {
                out.put_u8(marker::NUMBER);
                out.put_f64(*number);
            }
            Value::Boolean(truth) => {
                out.put_u8(marker::BOOLEAN);
                out.put_u8((*truth).into());
            }
            Value::String(text) => encode_text(text, out),
            Value::Object(fields) => {
                out.put_u8(marker::OBJECT);
                encode_fields(fields, out);
            }
            Value::Null => out.put_u8(marker::NULL),
            Value::Undefined => out.put_u8(marker::UNDEFINED),
            Value::EcmaArray(fields) => {
                out.put_u8(marker::ECMA_ARRAY);
                out.put_u32(u32::try_from(fields.len()).unwrap_or(u32::MAX));
                encode_fields(fields, out);
            }
            Value::StrictArray(values) => {
                out.put_u8(marker::STRICT_ARRAY);
                out.put_u32(u32::try_from(values.len()).unwrap_or(u32::MAX));
                values.iter().for_each(|value| value.encode(out));
            }
            Value::Date(millis) => {
                out.put_u8(marker::DATE);
                out.put_f64(*millis);
                // 2.13: the time zone is reserved and 0.
                out.put_i16(0);
            }
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::String(text.to_owned())
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Value::Number(number)
    }
}

/// An object of these properties.
pub fn object<'a>(fields: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    Value::Object(fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

/// Reads values until the bytes end.
///
/// # Errors
/// [`Amf0Error`] at the first byte that is none, and beyond the limits.
pub fn decode_all(input: &[u8]) -> Result<Vec<Value>, Amf0Error> {
    let mut decoder = Decoder { input, values: 0 };
    let mut all = Vec::new();
    while !decoder.input.is_empty() {
        all.push(decoder.value(0)?);
    }
    Ok(all)
}

struct Decoder<'a> {
    input: &'a [u8],
    values: usize,
}

impl<'a> Decoder<'a> {
    fn value(&mut self, depth: usize) -> Result<Value, Amf0Error> {
        if depth > MAX_DEPTH {
            return Err(Amf0Error::TooDeep);
        }
        self.values += 1;
        if self.values > MAX_VALUES {
            return Err(Amf0Error::TooMany);
        }
        let [kind] = self.array()?;
        Ok(match kind {
            marker::NUMBER => Value::Number(f64::from_be_bytes(self.array()?)),
            marker::BOOLEAN => Value::Boolean(self.array::<1>()? != [0]),
            marker::STRING => Value::String(self.short_text()?),
            marker::LONG_STRING | marker::XML => Value::String(self.long_text()?),
            marker::OBJECT => Value::Object(self.fields(depth, false)?),
            marker::TYPED_OBJECT => {
                self.short_text()?;
                Value::Object(self.fields(depth, false)?)
            }
            marker::NULL => Value::Null,
            marker::UNDEFINED | marker::UNSUPPORTED => Value::Undefined,
            marker::REFERENCE => {
                self.array::<2>()?;
                Value::Undefined
            }
            marker::ECMA_ARRAY => {
                // 2.10: the count is a hint, the end marker counts.
                self.array::<4>()?;
                Value::EcmaArray(self.fields(depth, true)?)
            }
            marker::STRICT_ARRAY => {
                let count = u32::from_be_bytes(self.array()?);
                let mut values = Vec::new();
                for _ in 0..count {
                    values.push(self.value(depth + 1)?);
                }
                Value::StrictArray(values)
            }
            marker::DATE => {
                let millis = f64::from_be_bytes(self.array()?);
                self.array::<2>()?;
                Value::Date(millis)
            }
            other => return Err(Amf0Error::UnknownType(other)),
        })
    }

    /// Properties up to the end marker. Some encoders leave it out after an associative array that ends the
    /// message.
    fn fields(&mut self, depth: usize, may_lack_end: bool) -> Result<Vec<(String, Value)>, Amf0Error> {
        let mut fields = Vec::new();
        while !(may_lack_end && self.input.is_empty()) {
            let key = self.short_text()?;
            if key.is_empty() && self.input.first() == Some(&marker::OBJECT_END) {
                self.take(1)?;
                break;
            }
            fields.push((key, self.value(depth + 1)?));
        }
        Ok(fields)
    }

    fn short_text(&mut self) -> Result<String, Amf0Error> {
        let length = u16::from_be_bytes(self.array()?);
        self.text(length.into())
    }

    fn long_text(&mut self) -> Result<String, Amf0Error> {
        let length = u32::from_be_bytes(self.array()?);
        self.text(usize::try_from(length).map_err(|_| Amf0Error::Truncated)?)
    }

    fn text(&mut self, length: usize) -> Result<String, Amf0Error> {
        self.take(length).map(String::from_utf8_lossy).map(Cow::into_owned)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Amf0Error> {
        let (head, rest) = self.input.split_first_chunk().ok_or(Amf0Error::Truncated)?;
        self.input = rest;
        Ok(*head)
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Amf0Error> {
        let (head, rest) = self.input.split_at_checked(count).ok_or(Amf0Error::Truncated)?;
        self.input = rest;
        Ok(head)
    }
}

fn encode_text(text: &str, out: &mut impl BufMut) {
    if let Ok(length) = u16::try_from(text.len()) {
        out.put_u8(marker::STRING);
        out.put_u16(length);
        out.put_slice(text.as_bytes());
    } else {
        let text = cut(text, u32::MAX.try_into().unwrap_or(usize::MAX));
        out.put_u8(marker::LONG_STRING);
        out.put_u32(u32::try_from(text.len()).unwrap_or_default());
        out.put_slice(text.as_bytes());
    }
}

fn encode_fields(fields: &[(String, Value)], out: &mut impl BufMut) {
    for (key, value) in fields {
        // 2.5: names have no long form.
        let key = cut(key, u16::MAX.into());
        out.put_u16(u16::try_from(key.len()).unwrap_or_default());
        out.put_slice(key.as_bytes());
        value.encode(out);
    }
    out.put_u16(0);
    out.put_u8(marker::OBJECT_END);
}

/// The longest beginning of at most so many bytes that is text.
fn cut(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encode(value: &Value) -> Vec<u8> {
        let mut out = Vec::new();
        value.encode(&mut out);
        out
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            prop::num::f64::NORMAL.prop_map(Value::Number),
            any::<bool>().prop_map(Value::Boolean),
            any::<String>().prop_map(Value::String),
            Just(Value::Null),
            Just(Value::Undefined),
            prop::num::f64::NORMAL.prop_map(Value::Date),
        ];
        leaf.prop_recursive(5, 64, 6, |inner| {
            prop_oneof![
                prop::collection::vec(("[a-zA-Z]{0,9}", inner.clone()), 0..6).prop_map(Value::Object),
                prop::collection::vec(("[a-zA-Z]{0,9}", inner.clone()), 0..6).prop_map(Value::EcmaArray),
                prop::collection::vec(inner, 0..6).prop_map(Value::StrictArray),
            ]
        })
    }

    proptest! {
        #[test]
        fn values_read_back_as_they_were_written(values in prop::collection::vec(any_value(), 0..4)) {
            let bytes: Vec<u8> = values.iter().flat_map(encode).collect();
            prop_assert_eq!(decode_all(&bytes), Ok(values));
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = decode_all(&bytes);
        }

        #[test]
        fn a_beginning_of_values_never_panics(value in any_value(), cut in any::<prop::sample::Index>()) {
            let bytes = encode(&value);
            let _ = decode_all(&bytes[..cut.index(bytes.len())]);
        }
    }

    #[test]
    fn a_long_text_goes_both_ways() {
        let value = Value::String("ä".repeat(40_000));
        assert_eq!(encode(&value)[0], 0x0C);
        assert_eq!(decode_all(&encode(&value)), Ok(vec![value]));
    }

    #[test]
    fn a_name_that_is_too_long_is_cut_between_characters() {
        let value = Value::Object(vec![("ä".repeat(40_000), Value::Null)]);
        let [Value::Object(fields)] = &decode_all(&encode(&value)).unwrap()[..] else { panic!() };
        assert_eq!(fields[0].0.len(), 65_534);
    }

    #[test]
    fn nesting_and_counts_have_their_limits() {
        let mut value = Value::Null;
        for _ in 0..MAX_DEPTH {
            value = Value::StrictArray(vec![value]);
        }
        assert!(decode_all(&encode(&value)).is_ok());
        value = Value::StrictArray(vec![value]);
        assert_eq!(decode_all(&encode(&value)), Err(Amf0Error::TooDeep));
        assert!(decode_all(&[5; MAX_VALUES]).is_ok());
        assert_eq!(decode_all(&[5; MAX_VALUES + 1]), Err(Amf0Error::TooMany));
        assert_eq!(decode_all(&[10, 255, 255, 255, 255]), Err(Amf0Error::Truncated), "nothing is reserved");
    }

    #[test]
    fn an_array_that_ends_the_message_may_lack_its_end() {
        let bytes = [8, 0, 0, 0, 1, 0, 1, b'a', 5];
        assert_eq!(decode_all(&bytes), Ok(vec![Value::EcmaArray(vec![("a".into(), Value::Null)])]));
    }

    #[test]
    fn text_that_is_not_utf_8_and_rare_types_are_taken() {
        assert_eq!(decode_all(&[2, 0, 1, 0xD6]), Ok(vec![Value::String("\u{FFFD}".into())]));
        assert_eq!(decode_all(&[7, 0, 0, 13]), Ok(vec![Value::Undefined, Value::Undefined]));
        assert_eq!(decode_all(&[16, 0, 1, b'C', 0, 0, 9]), Ok(vec![Value::Object(vec![])]));
        assert_eq!(decode_all(&[17]), Err(Amf0Error::UnknownType(17)));
    }
}
