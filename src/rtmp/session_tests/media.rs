//! What a publisher sends, until it stops.

use crate::rtmp::chunk::{ChunkError, MAX_MESSAGE};

use super::*;

#[test]
fn each_way_to_stop_ends_the_publish_once_and_another_may_follow() {
    let fc = vec![Value::Null, "key".into()];
    let delete = vec![Value::Null, 1.0.into()];
    for (name, arguments, stream) in
        [("FCUnpublish", fc, 0), ("deleteStream", delete, 0), ("closeStream", vec![Value::Null], 1)]
    {
        let script = Script::publishing()
            .video(0, b"a")
            .call(name, 0.0, arguments, stream)
            .call("deleteStream", 0.0, vec![Value::Null, 1.0.into()], 0)
            .video(1, b"between")
            .call("createStream", 4.0, vec![Value::Null], 0)
            .publish("other")
            .video(2, b"b");
        let (server, result) = script.play();
        assert_eq!(result, Ok(()), "{name}");
        let expected =
            [request("key"), video(0, b"a"), ServerAction::Unpublish, request("other"), video(2, b"b")];
        assert_eq!(server.did, expected, "{name}");
        assert_eq!(server.statuses()[1], status(1, "status", "NetStream.Unpublish.Success"));
    }
}

#[test]
fn deleting_another_stream_ends_nothing() {
    let (server, _) = Script::publishing().call("deleteStream", 0.0, vec![Value::Null, 7.0.into()], 0).play();
    assert!(server.server.is_publishing());
}

#[test]
fn media_sent_without_waiting_for_the_answer_follows_it() {
    let mut server = Appliance::new();
    server.answer = None;
    server.take(&Script::publishing().video(0, b"configuration").video(0, b"picture").out).unwrap();
    assert_eq!(server.did, [request("key")]);
    assert!(!server.server.is_publishing());
    server.server.accept();
    server.drain();
    assert_eq!(server.did[1..], [video(0, b"configuration"), video(0, b"picture")]);
}

#[test]
fn an_encoder_without_patience_reaches_a_limit() {
    let mut server = Appliance::new();
    server.answer = None;
    server.take(&Script::publishing().out).unwrap();
    let limit = 1 << 20;
    assert_eq!(server.take(&vec![0; limit]), Ok(()));
    assert_eq!(server.take(&[0]), Err(ProtocolError::Impatient { limit }));
}

#[test]
fn time_goes_on_over_the_wrap() {
    let script = Script::publishing().video(u32::MAX - 9, b"a").video(23, b"b").video(u32::MAX, b"c");
    let (server, _) = script.play();
    assert_eq!(
        server.did[1..],
        [video(0xFFFF_FFF6, b"a"), video(0x1_0000_0017, b"b"), video(0xFFFF_FFFF, b"c")]
    );
}

#[test]
fn a_picture_of_16_megabytes_is_taken_from_a_publisher_and_not_from_a_stranger() {
    let mut pair = Pair::new(1 << 16);
    pair.run();
    let body = Bytes::from(vec![7; MAX_MESSAGE]);
    pair.client.video(40, body.clone());
    pair.client.video(80, Bytes::from(vec![7; MAX_MESSAGE + 1]));
    pair.run();
    assert!(pair.server.did[1..] == [ServerAction::Video { timestamp: 40, body: body.clone() }]);
    let (_, result) = Script::connected().say(Message::Video(body), 0, 1).play();
    let (length, limit) = (MAX_MESSAGE, 1 << 20);
    assert_eq!(result, Err(ChunkError::MessageTooLong { length, limit }.into()));
}

#[test]
fn a_publishers_interleaved_flood_ends_at_the_limit() {
    let mut server = Appliance::new();
    server.take(&Script::publishing().say(Message::SetChunkSize((4 << 20) - 12), 0, 0).out).unwrap();
    let mut result = Ok(());
    for chunk_stream in 10..20u8 {
        let mut bytes = vec![chunk_stream, 0, 0, 0, 0xFF, 0xFF, 0xFF, 9, 1, 0, 0, 0];
        bytes.resize(4 << 20, 0);
        result = result.and_then(|()| server.take(&bytes));
    }
    assert_eq!(result, Err(ChunkError::TooMuchUnfinished(32 << 20).into()));
}

#[test]
fn metadata_names_the_encoder_with_and_without_its_wrapper() {
    let fields = || Value::EcmaArray(vec![("encoder".into(), "obs-output module".into())]);
    let script = Script::publishing()
        .say(Message::Data(vec!["@setDataFrame".into(), "onMetaData".into(), fields()]), 0, 1)
        .say(Message::Data(vec!["onMetaData".into(), Value::Null]), 0, 1)
        .say(Message::Data(vec!["onTextData".into(), fields()]), 0, 1);
    let metadata = |encoder: Option<&str>| {
        ServerAction::Metadata(Metadata { encoder: encoder.map(str::to_owned), ..Metadata::default() })
    };
    assert_eq!(script.play().0.did[1..], [metadata(Some("obs-output module")), metadata(None)]);
}

#[test]
fn an_aggregate_is_as_good_as_its_parts() {
    let parts = b"\x09\0\0\x01\0\0\x0a\0\0\0\0A\0\0\0\x0c\x09\0\0\x01\0\0\x1e\0\0\0\0B\0\0\0\x0c\
                  \x14\0\0\x01\0\0\x1e\0\0\0\0!\0\0\0\x0c";
    let script = Script::publishing().say(Message::Aggregate(Bytes::from_static(parts)), 500, 1);
    let (server, result) = script.play();
    assert_eq!(result, Ok(()), "commands have no business in it");
    assert_eq!(server.did[1..], [video(500, b"A"), video(520, b"B")]);
}

#[test]
fn metadata_tells_rates_also_as_text_and_never_as_nonsense() {
    let fields = Value::EcmaArray(vec![
        ("videodatarate".into(), Value::Number(4_500.0)),
        ("audiodatarate".into(), "160".into()),
        ("framerate".into(), Value::Number(f64::NAN)),
    ]);
    let script = Script::publishing().say(Message::Data(vec!["onMetaData".into(), fields]), 0, 1);
    let expected = Metadata {
        encoder: None,
        video_data_rate: Some(4_500.0),
        audio_data_rate: Some(160.0),
        frame_rate: None,
    };
    assert_eq!(script.play().0.did[1..], [ServerAction::Metadata(expected)]);
}
