//! Chunk headers (RTMP 1.0, 5.3.1) as they stand on the wire.

use bytes::BufMut;

/// The 24 bits that say that the time stamp stands behind the header in 32 (5.3.1.3).
pub const EXTENDED: u32 = 0xFF_FFFF;

/// A basic header and a message header, without the extended time stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Chunk stream id.
    pub chunk_stream: u32,
    /// What the message header says, as much as its type has.
    pub fields: Fields,
    /// Bytes that both take.
    pub length: usize,
}

/// The four message headers (5.3.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fields {
    /// Type 0: everything, the time stamp absolute.
    Full { timestamp: u32, length: usize, kind: u8, stream: u32 },
    /// Type 1: the stream is as before, the time a difference.
    SameStream { delta: u32, length: usize, kind: u8 },
    /// Type 2: nothing but a time difference.
    SameLength { delta: u32 },
    /// Type 3: nothing.
    Same,
}

impl Header {
    /// Reads a header, or nothing while it is not all there.
    pub fn parse(input: &[u8]) -> Option<Header> {
        let (&first, rest) = input.split_first()?;
        // 5.3.1.1: ids 0 and 1 stand for longer forms. The longest writes its low byte first.
        let (chunk_stream, rest) = match first & 0x3F {
            0 => rest.split_first().map(|(&low, rest)| (64 + u32::from(low), rest))?,
            1 => {
                let (id, rest) = rest.split_first_chunk::<2>()?;
                (64 + u32::from(u16::from_le_bytes(*id)), rest)
            }
            id => (u32::from(id), rest),
        };
        let (fields, rest) = match first >> 6 {
            0 => {
                let (&[t0, t1, t2, l0, l1, l2, kind, s0, s1, s2, s3], rest) =
                    rest.split_first_chunk::<11>()?;
                let fields = Fields::Full {
                    timestamp: u24([t0, t1, t2]),
                    length: size([l0, l1, l2]),
                    kind,
                    // 5.3.1.2.1: the one little-endian field.
                    stream: u32::from_le_bytes([s0, s1, s2, s3]),
                };
                (fields, rest)
            }
            1 => {
                let (&[t0, t1, t2, l0, l1, l2, kind], rest) = rest.split_first_chunk::<7>()?;
                (Fields::SameStream { delta: u24([t0, t1, t2]), length: size([l0, l1, l2]), kind }, rest)
            }
            2 => {
                let (&time, rest) = rest.split_first_chunk::<3>()?;
                (Fields::SameLength { delta: u24(time) }, rest)
            }
            _ => (Fields::Same, rest),
        };
        Some(Header { chunk_stream, fields, length: input.len() - rest.len() })
    }

    /// Writes the header; `length` is not looked at.
    pub fn write(&self, out: &mut impl BufMut) {
        let format = match self.fields {
            Fields::Full { .. } => 0,
            Fields::SameStream { .. } => 0x40,
            Fields::SameLength { .. } => 0x80,
            Fields::Same => 0xC0,
        };
        match self.chunk_stream {
            id @ 2..64 => out.put_u8(format | low_byte(id)),
            id @ 64..320 => {
                out.put_u8(format);
                out.put_u8(low_byte(id - 64));
            }
            id => {
                out.put_u8(format | 1);
                out.put_u16_le(u16::try_from(id.saturating_sub(64)).unwrap_or(u16::MAX));
            }
        }
        match self.fields {
            Fields::Full { timestamp, length, kind, stream } => {
                put_u24(timestamp, out);
                put_u24(u32::try_from(length).unwrap_or(u32::MAX), out);
                out.put_u8(kind);
                out.put_u32_le(stream);
            }
            Fields::SameStream { delta, length, kind } => {
                put_u24(delta, out);
                put_u24(u32::try_from(length).unwrap_or(u32::MAX), out);
                out.put_u8(kind);
            }
            Fields::SameLength { delta } => put_u24(delta, out),
            Fields::Same => {}
        }
    }
}

fn u24([a, b, c]: [u8; 3]) -> u32 {
    u32::from_be_bytes([0, a, b, c])
}

fn size(bytes: [u8; 3]) -> usize {
    // 24 bits fit any usize of a machine that has FFmpeg.
    usize::try_from(u24(bytes)).unwrap_or(usize::MAX)
}

fn put_u24(value: u32, out: &mut impl BufMut) {
    let [_, rest @ ..] = value.min(EXTENDED).to_be_bytes();
    out.put_slice(&rest);
}

fn low_byte(value: u32) -> u8 {
    let [low, ..] = value.to_le_bytes();
    low
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_header() -> impl Strategy<Value = Header> {
        let length = 0usize..=0xFF_FFFF;
        let fields = prop_oneof![
            (0..=EXTENDED, length.clone(), any::<u8>(), any::<u32>()).prop_map(
                |(timestamp, length, kind, stream)| Fields::Full { timestamp, length, kind, stream }
            ),
            (0..=EXTENDED, length, any::<u8>()).prop_map(|(delta, length, kind)| Fields::SameStream {
                delta,
                length,
                kind
            }),
            (0..=EXTENDED).prop_map(|delta| Fields::SameLength { delta }),
            Just(Fields::Same),
        ];
        (2u32..65_600, fields).prop_map(|(chunk_stream, fields)| Header { chunk_stream, fields, length: 0 })
    }

    proptest! {
        #[test]
        fn headers_read_back_as_they_were_written_and_never_early(header in any_header()) {
            let mut bytes = Vec::new();
            header.write(&mut bytes);
            for end in 0..bytes.len() {
                prop_assert_eq!(Header::parse(&bytes[..end]), None);
            }
            let length = bytes.len();
            bytes.push(0xFF);
            prop_assert_eq!(Header::parse(&bytes), Some(Header { length, ..header }));
        }
    }

    #[test]
    fn an_id_takes_one_two_or_three_bytes() {
        for (id, bytes) in [
            (63, vec![0xFF]),
            (64, vec![0xC0, 0]),
            (319, vec![0xC0, 255]),
            (320, vec![0xC1, 0, 1]),
            (65_599, vec![0xC1, 255, 255]),
        ] {
            let header = Header { chunk_stream: id, fields: Fields::Same, length: bytes.len() };
            assert_eq!(Header::parse(&bytes), Some(header));
        }
        // The long form may carry a small id too.
        assert_eq!(Header::parse(&[0xC1, 0, 0]).map(|header| header.chunk_stream), Some(64));
    }
}
