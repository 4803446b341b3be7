//! The chunk stream as a whole: what is written is read, whatever happens between.

use bytes::{Bytes, BytesMut};
use proptest::prelude::*;

use super::header::{Fields, Header};
use super::*;

/// A peer that writes as encoders do: any header that says the same, any interleaving.
#[derive(Default)]
struct Encoder {
    previous: std::collections::BTreeMap<u32, (u32, Option<u32>, usize, u8, u32)>,
    out: Vec<u8>,
}

impl Encoder {
    /// Begins a message with the shortest header that says it; what the chunks after the first repeat.
    fn begin(&mut self, message: &Message) -> Option<u32> {
        let (length, kind, stream) = (message.payload.len(), message.kind, message.stream);
        let id = message.chunk_stream;
        let (fields, time) = match self.previous.get(&id) {
            Some(&(timestamp, delta, l, k, s)) if s == stream => {
                let now = message.timestamp.wrapping_sub(timestamp);
                if (l, k) != (length, kind) {
                    (Fields::SameStream { delta: now.min(0xFF_FFFF), length, kind }, now)
                } else if delta == Some(now) && now < 0xFF_FFFF {
                    (Fields::Same, now)
                } else {
                    (Fields::SameLength { delta: now.min(0xFF_FFFF) }, now)
                }
            }
            _ => {
                let timestamp = message.timestamp.min(0xFF_FFFF);
                (Fields::Full { timestamp, length, kind, stream }, message.timestamp)
            }
        };
        self.previous.insert(id, (message.timestamp, Some(time), length, kind, stream));
        Header { chunk_stream: id, fields, length: 0 }.write(&mut self.out);
        let extended = (time >= 0xFF_FFFF).then_some(time);
        self.out.extend(extended.iter().flat_map(|time| time.to_be_bytes()));
        extended
    }

    /// Writes messages of different chunk streams at once, chunk by chunk.
    fn interleave(&mut self, messages: &[Message], chunk_size: usize) {
        let mut open: Vec<_> = messages.iter().map(|message| (message, 0, None)).collect();
        while !open.is_empty() {
            open.retain_mut(|(message, sent, extended)| {
                if *sent == 0 {
                    *extended = self.begin(message);
                } else {
                    Header { chunk_stream: message.chunk_stream, fields: Fields::Same, length: 0 }
                        .write(&mut self.out);
                    self.out.extend(extended.iter().flat_map(|time: &u32| time.to_be_bytes()));
                }
                let end = message.payload.len().min(*sent + chunk_size);
                self.out.extend_from_slice(&message.payload[*sent..end]);
                *sent = end;
                end < message.payload.len()
            });
        }
    }
}

fn message(chunk_stream: u32, timestamp: u32, length: usize) -> Message {
    let payload = (0..length).map(|n| u8::try_from(n % 253).unwrap()).collect();
    Message { chunk_stream, timestamp, kind: 9, stream: 1, payload }
}

fn read(reader: &mut Reader, bytes: &[u8]) -> Vec<Message> {
    reader.feed(bytes);
    std::iter::from_fn(|| reader.next().unwrap()).collect()
}

fn reader() -> Reader {
    Reader::new(Limits::PUBLISHER)
}

fn any_message(chunk_stream: u32) -> impl Strategy<Value = Message> {
    let time = prop_oneof![0u32..100, any::<u32>(), 0xFF_FFF0u32..0x100_0010, 0xFFFF_FFF0u32..];
    let length = prop_oneof![Just(0usize), Just(7), 0usize..700];
    (time, length, 8u8..10, 0u32..2).prop_map(move |(timestamp, length, kind, stream)| Message {
        kind,
        stream,
        ..message(chunk_stream, timestamp, length)
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_whatever_the_chunk_size_and_the_split(
        messages in prop::collection::vec((2u32..65_600).prop_flat_map(any_message), 0..12),
        chunk_size in 1u32..900, step in 1usize..400,
    ) {
        let mut writer = Writer::default();
        writer.set_chunk_size(chunk_size);
        let mut out = BytesMut::new();
        for message in &messages {
            writer.write(message, &mut out).unwrap();
        }
        let mut reader = reader();
        reader.set_chunk_size(chunk_size).unwrap();
        let back: Vec<_> = out.chunks(step).flat_map(|piece| read(&mut reader, piece)).collect();
        prop_assert_eq!(back, messages);
    }

    #[test]
    fn short_headers_and_interleaved_messages_are_told_apart(
        rounds in prop::collection::vec((any_message(3), any_message(70), any_message(1000)), 0..8),
        chunk_size in 1usize..300, step in 1usize..400,
    ) {
        let mut encoder = Encoder::default();
        for (a, b, c) in &rounds {
            encoder.interleave(&[a.clone(), b.clone(), c.clone()], chunk_size);
        }
        let mut reader = reader();
        reader.set_chunk_size(u32::try_from(chunk_size).unwrap()).unwrap();
        let back: Vec<_> = encoder.out.chunks(step).flat_map(|piece| read(&mut reader, piece)).collect();
        for (id, sent) in [
            (3, rounds.iter().map(|round| round.0.clone()).collect::<Vec<_>>()),
            (70, rounds.iter().map(|round| round.1.clone()).collect()),
            (1000, rounds.iter().map(|round| round.2.clone()).collect()),
        ] {
            let came: Vec<_> = back.iter().filter(|message| message.chunk_stream == id).cloned().collect();
            prop_assert_eq!(came, sent);
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic_and_never_take_more_than_twice_their_size(
        bytes in prop::collection::vec(any::<u8>(), 0..3000),
    ) {
        let mut reader = reader();
        reader.feed(&bytes);
        while let Ok(Some(message)) = reader.next() {
            prop_assert!(message.payload.len() <= bytes.len());
        }
        prop_assert!(reader.reserved() <= 2 * bytes.len());
    }
}

#[test]
fn a_header_that_announces_16_megabytes_takes_no_memory() {
    let mut reader = reader();
    let mut out = BytesMut::new();
    Writer::default().write(&message(4, 0, MAX_MESSAGE), &mut out).unwrap();
    assert_eq!(read(&mut reader, &out[..12 + 128]), []);
    assert!(reader.reserved() <= 256);
}

#[test]
fn a_message_of_16_megabytes_comes_through_and_its_memory_fits_it() {
    let whole = message(6, 0x0100_0000, MAX_MESSAGE);
    let mut out = BytesMut::new();
    let mut writer = Writer::default();
    writer.set_chunk_size(4096);
    writer.write(&whole, &mut out).unwrap();
    let mut reader = reader();
    reader.set_chunk_size(4096).unwrap();
    let mut back = Vec::new();
    for piece in out.chunks(65_536) {
        back.extend(read(&mut reader, piece));
        assert!(reader.reserved() <= MAX_MESSAGE);
    }
    assert!(back == [whole]);
}

#[test]
fn too_long_a_message_is_refused_in_its_header() {
    let mut out = BytesMut::new();
    Writer::default().write(&message(6, 0, 2 << 20), &mut out).unwrap();
    let mut reader = Reader::new(Limits::STRANGER);
    reader.feed(&out[..12]);
    assert_eq!(reader.next(), Err(ChunkError::MessageTooLong { length: 2 << 20, limit: 1 << 20 }));
    let long = Message { payload: Bytes::from(vec![0; MAX_MESSAGE + 1]), ..message(6, 0, 0) };
    assert!(Writer::default().write(&long, &mut out).is_err());
}

#[test]
fn a_flood_of_unfinished_messages_ends_at_the_limit() {
    let mut reader = Reader::new(Limits { message: 1000, partial: 2000, streams: 64 });
    let feed = |reader: &mut Reader, id: u32, all: usize| {
        let mut out = BytesMut::new();
        let mut writer = Writer::default();
        writer.set_chunk_size(900);
        writer.write(&message(id, 0, 1000), &mut out).unwrap();
        reader.feed(&out[..12 + all]);
        reader.next()
    };
    reader.set_chunk_size(900).unwrap();
    assert_eq!(feed(&mut reader, 3, 900), Ok(None));
    assert_eq!(feed(&mut reader, 4, 900), Ok(None));
    // A new message on the same chunk stream replaces the unfinished one.
    assert_eq!(feed(&mut reader, 4, 900), Ok(None));
    reader.abort(3);
    assert_eq!(feed(&mut reader, 5, 900), Ok(None));
    assert_eq!(feed(&mut reader, 6, 900), Err(ChunkError::TooMuchUnfinished(2000)));
}

#[test]
fn a_flood_of_chunk_streams_ends_at_the_limit() {
    let mut reader = reader();
    for id in 2..66u8 {
        let bytes: &[u8] = if id < 64 { &[0xC0 | id] } else { &[0xC0, id - 64] };
        assert_eq!(read(&mut reader, bytes).len(), 1);
    }
    reader.feed(&[0xC0, 2]);
    assert_eq!(reader.next(), Err(ChunkError::TooManyStreams(64)));
}

#[test]
fn a_chunk_stream_may_begin_with_a_short_header() {
    let mut reader = reader();
    // Type 1 on a fresh chunk stream: 5 ms, 2 bytes of type 4.
    let came = read(&mut reader, &[0x42, 0, 0, 5, 0, 0, 2, 4, 0xAA, 0xBB]);
    let expected = Message {
        chunk_stream: 2,
        timestamp: 5,
        kind: 4,
        stream: 0,
        payload: Bytes::from_static(&[0xAA, 0xBB]),
    };
    assert_eq!(came, [expected]);
}

#[test]
fn after_a_full_header_a_type_3_header_repeats_its_time_as_the_difference() {
    // What FFmpeg writes for audio at 23 and 46 ms with frames of one size.
    let mut reader = reader();
    let came = read(&mut reader, &[4, 0, 0, 23, 0, 0, 1, 8, 1, 0, 0, 0, 0xAF, 0xC4, 0xAF]);
    assert_eq!(came.iter().map(|message| message.timestamp).collect::<Vec<_>>(), [23, 46]);
}

#[test]
fn time_differences_go_over_the_wrap_in_both_directions() {
    let mut reader = reader();
    let mut bytes = vec![4, 255, 255, 255, 0, 0, 0, 8, 1, 0, 0, 0, 255, 255, 255, 250];
    bytes.extend([0x84, 0, 0, 10]);
    bytes.extend([0x84, 255, 255, 255, 255, 255, 255, 254]);
    bytes.extend([0x84, 255, 255, 255, 255, 255, 255, 240]);
    let times: Vec<_> = read(&mut reader, &bytes).iter().map(|message| message.timestamp).collect();
    assert_eq!(times, [u32::MAX - 5, 4, 2, u32::MAX - 13]);
}

#[test]
fn peers_that_do_not_repeat_the_extended_time_stamp_are_understood() {
    let whole = message(4, 0x1234_5678, 300);
    for repeats in [true, false] {
        let mut bytes = vec![4, 255, 255, 255, 0, 1, 44, 9, 1, 0, 0, 0, 0x12, 0x34, 0x56, 0x78];
        for (number, chunk) in whole.payload.chunks(128).enumerate() {
            if number > 0 {
                bytes.push(0xC4);
                bytes.extend(if repeats { &[0x12, 0x34, 0x56, 0x78][..] } else { &[] });
            }
            bytes.extend_from_slice(chunk);
        }
        let mut reader = reader();
        assert_eq!(read(&mut reader, &bytes), std::slice::from_ref(&whole), "repeats: {repeats}");
        assert_eq!(reader.waiting(), 0);
    }
}

#[test]
fn the_chunk_size_may_change_between_chunks_of_a_message() {
    let whole = message(4, 0, 300);
    let mut bytes = vec![4, 0, 0, 0, 0, 1, 44, 9, 1, 0, 0, 0];
    bytes.extend_from_slice(&whole.payload[..128]);
    bytes.extend([2, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 1, 0]);
    bytes.push(0xC4);
    bytes.extend_from_slice(&whole.payload[128..]);
    let mut reader = reader();
    reader.feed(&bytes);
    assert_eq!(reader.next().unwrap().unwrap().kind, 1);
    reader.set_chunk_size(256).unwrap();
    assert_eq!(reader.next(), Ok(Some(whole)));
}

#[test]
fn chunk_sizes_from_1_to_31_bits_are_taken() {
    let mut reader = reader();
    assert_eq!(reader.set_chunk_size(0), Err(ChunkError::ChunkSize(0)));
    assert_eq!(reader.set_chunk_size(0x8000_0000), Err(ChunkError::ChunkSize(0x8000_0000)));
    assert_eq!(reader.set_chunk_size(1), Ok(()));
    assert_eq!(reader.set_chunk_size(0x7FFF_FFFF), Ok(()));
}
