use super::*;
use proptest::prelude::*;

fn any_message() -> impl Strategy<Value = Message> {
    let bytes = || prop::collection::vec(any::<u8>(), 0..50).prop_map(Bytes::from);
    prop_oneof![
        any::<u32>().prop_map(Message::SetChunkSize),
        any::<u32>().prop_map(Message::Abort),
        any::<u32>().prop_map(Message::Acknowledgement),
        any::<u32>().prop_map(Message::WindowSize),
        any::<(u32, u8)>().prop_map(|(size, limit)| Message::PeerBandwidth(size, limit)),
        any::<u32>().prop_map(Message::StreamBegin),
        any::<u32>().prop_map(Message::PingRequest),
        any::<u32>().prop_map(Message::PingResponse),
        bytes().prop_map(Message::Audio),
        bytes().prop_map(Message::Video),
        bytes().prop_map(Message::Aggregate),
        any::<String>().prop_map(|text| Message::Data(vec![Value::String(text), Value::Null])),
        (any::<String>(), prop::num::f64::NORMAL).prop_map(|(name, transaction)| {
            Message::Command(Command { name, transaction, arguments: vec![Value::Null] })
        }),
    ]
}

proptest! {
    #[test]
    fn messages_read_back_as_they_were_packed(message in any_message(), timestamp: u32, stream: u32) {
        let packed = message.clone().pack(timestamp, stream);
        prop_assert_eq!(packed.timestamp, timestamp);
        prop_assert_eq!(Message::parse(&packed).unwrap(), message);
    }

    #[test]
    fn arbitrary_bytes_never_panic(kind in 0u8..25, payload in prop::collection::vec(any::<u8>(), 0..100)) {
        let message = chunk::Message { chunk_stream: 3, timestamp: 0, kind, stream: 0, payload: payload.into() };
        let _ = Message::parse(&message);
        prop_assert!(split(&message).map(|part| part.payload.len()).sum::<usize>() <= message.payload.len());
    }
}

fn raw(kind: u8, payload: &'static [u8]) -> chunk::Message {
    chunk::Message { chunk_stream: 3, timestamp: 1000, kind, stream: 1, payload: Bytes::from_static(payload) }
}

#[test]
fn an_amf3_command_is_amf0_behind_a_zero() {
    let bytes = b"\0\x02\0\x04ping\0\x40\0\0\0\0\0\0\0\x05";
    let Ok(Message::Command(command)) = Message::parse(&raw(17, bytes)) else { panic!() };
    assert_eq!((command.name.as_str(), command.transaction), ("ping", 2.0));
    assert_eq!(Message::parse(&raw(15, b"\0\x02\0\x01a")), Ok(Message::Data(vec!["a".into()])));
}

#[test]
fn a_command_has_a_name_and_perhaps_a_number() {
    assert_eq!(Message::parse(&raw(20, b"")), Err(ProtocolError::MalformedCommand));
    assert_eq!(Message::parse(&raw(20, b"\x05")), Err(ProtocolError::MalformedCommand));
    let bare = Message::Command(Command { name: "a".into(), transaction: 0.0, arguments: vec![] });
    assert_eq!(Message::parse(&raw(20, b"\x02\0\x01a")).as_ref(), Ok(&bare));
    assert_eq!(Message::parse(&raw(20, b"\x02\0\x01a\x05")), Ok(bare));
}

#[test]
fn metadata_that_cannot_be_read_harms_nobody() {
    assert_eq!(Message::parse(&raw(18, b"\xff")), Ok(Message::Data(vec![])));
}

#[test]
fn short_control_messages_are_errors_and_unknown_user_control_is_ignored() {
    assert_eq!(Message::parse(&raw(1, b"\0\0\0")), Err(ProtocolError::ShortControl { kind: 1, length: 3 }));
    assert_eq!(Message::parse(&raw(4, b"\0\x03\0\0\0\x01\0\0\0\xff")), Ok(Message::Ignored(4)));
    assert_eq!(Message::parse(&raw(4, b"\0")), Ok(Message::Ignored(4)));
    assert_eq!(Message::parse(&raw(6, b"\0\0\0\x09")), Ok(Message::PeerBandwidth(9, 2)));
}

#[test]
fn an_aggregate_is_split_and_its_times_begin_with_its_own() {
    let bytes = b"\x08\0\0\x02\xff\xff\xff\x01\0\0\0AA\0\0\0\x0d\
                  \x09\0\0\x01\x00\x00\x16\x02\0\0\0V\0\0\0\x0c\
                  \x09\0\0\x09\x00\x00\x17\x02\0\0\0torn";
    let parts: Vec<_> = split(&raw(22, bytes)).collect();
    let seen: Vec<_> =
        parts.iter().map(|part| (part.kind, part.timestamp, &part.payload[..], part.stream)).collect();
    assert_eq!(seen, [(8, 1000, &b"AA"[..], 1), (9, 1023, &b"V"[..], 1)]);
}
