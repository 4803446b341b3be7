//! What is answered to whom: commands, refusals, control messages, limits.

use crate::rtmp::chunk::ChunkError;
use crate::rtmp::handshake::HandshakeError;

use super::*;

#[test]
fn a_refused_encoder_is_told_why_and_closed_and_nothing_it_sends_counts() {
    let mut pair = Pair::new(100);
    pair.server.answer = Some(Err("This stream key is not known."));
    pair.run();
    let reason = "This stream key is not known.".to_owned();
    assert_eq!(pair.heard, [ClientAction::Refused(reason), ClientAction::Close]);
    assert_eq!(pair.server.did.last(), Some(&ServerAction::Close));
    assert_eq!(pair.server.take(&[0xFF; 5000]), Ok(()));
    assert_eq!(pair.server.did.len(), 2);
}

#[test]
fn a_refusal_is_the_status_at_which_obs_stops() {
    let mut server = Appliance::new();
    server.answer = Some(Err("no"));
    server.take(&Script::publishing().out).unwrap();
    assert_eq!(server.statuses(), [status(1, "error", "NetStream.Publish.BadName")]);
}

#[test]
fn an_encoder_that_the_box_lets_go_of_is_told_why() {
    let mut pair = Pair::new(4096);
    pair.run();
    pair.server.server.end("Another encoder took over.");
    pair.run();
    let reason = "Another encoder took over.".to_owned();
    assert_eq!(pair.heard, [ClientAction::Ready, ClientAction::Refused(reason), ClientAction::Close]);
    assert_eq!(pair.server.did.last(), Some(&ServerAction::Close));
    assert!(!pair.server.server.is_publishing());
}

#[test]
fn an_answer_counts_for_the_request_that_was_asked() {
    let mut server = Appliance::new();
    server.answer = None;
    let script =
        Script::publishing().call("FCUnpublish", 0.0, vec![Value::Null, "key".into()], 0).publish("other");
    server.take(&script.out).unwrap();
    server.server.accept();
    server.drain();
    assert_eq!(server.did, [request("key"), ServerAction::Unpublish, request("other")]);
    assert!(!server.server.is_publishing(), "the second waits for its own answer");
}

#[test]
fn a_failure_in_what_was_held_back_closes_and_is_named_later() {
    let mut server = Appliance::new();
    server.answer = None;
    server.take(&Script::publishing().say(Message::SetChunkSize(0), 0, 0).out).unwrap();
    server.server.accept();
    server.drain();
    assert_eq!(server.did.last(), Some(&ServerAction::Close));
    assert_eq!(server.take(&[]), Err(ChunkError::ChunkSize(0).into()));
}

#[test]
fn pings_windows_and_bandwidths_are_answered() {
    let script = Script::handshake()
        .say(Message::PingRequest(77), 0, 0)
        .say(Message::PeerBandwidth(2_500_000, 2), 0, 0)
        .say(Message::PeerBandwidth(1_000_000, 2), 0, 0);
    let (server, _) = script.play();
    assert_eq!(
        server.replies(),
        [(0, Message::PingResponse(77)), (0, Message::WindowSize(1_000_000))],
        "the bandwidth that the peer knows already is not repeated"
    );
}

#[test]
fn acknowledgements_carry_the_total_once_a_window() {
    let mut server = Appliance::new();
    let script = Script::handshake().say(Message::WindowSize(20_000), 0, 0);
    let start = script.out.len();
    server.take(&script.out).unwrap();
    let abort = &Script::handshake().say(Message::Abort(9), 0, 0).out[3073..];
    let mut total = start;
    let mut expected = vec![];
    let mut last = 0;
    for _ in 0..5000 {
        server.take(abort).unwrap();
        total += abort.len();
        if total - last >= 20_000 {
            last = total;
            expected.push((0, Message::Acknowledgement(u32::try_from(total).unwrap())));
        }
    }
    assert!(expected.len() > 2);
    assert_eq!(server.replies(), expected);
}

#[test]
fn commands_that_nobody_needs_are_passed_over_in_silence() {
    let key = || vec![Value::Null, "key".into()];
    let before = Script::connected().play().0.replies().len();
    let script = Script::connected()
        .call("releaseStream", 3.0, key(), 0)
        .call("FCPublish", 4.0, key(), 0)
        .call("_checkbw", 5.0, key(), 0)
        .call("getStreamLength", 6.0, key(), 0)
        .call("ünknown", 7.0, vec![], 0);
    let (server, result) = script.play();
    assert_eq!(result, Ok(()));
    assert_eq!(server.replies().len(), before);
    // Who said FCPublish hears onFCPublish before the status.
    let (server, _) = script.publish("key").play();
    let names: Vec<_> = server
        .replies()
        .into_iter()
        .filter_map(
            |(_, message)| if let Message::Command(command) = message { Some(command.name) } else { None },
        )
        .collect();
    assert_eq!(names, ["_result", "_result", "onFCPublish", "onStatus"]);
}

#[test]
fn the_reply_to_connect_advertises_enhanced_rtmp() {
    let (server, _) = Script::connected().play();
    let replies = server.replies();
    let result = replies.iter().find_map(|(_, message)| match message {
        Message::Command(command) if command.transaction == 1.0 => Some(command),
        _ => None,
    });
    let result = result.unwrap();
    assert_eq!(result.name, "_result");
    for object in &result.arguments {
        let Some(Value::StrictArray(list)) = object.get("fourCcList") else { panic!() };
        assert!(["hvc1", "av01", "vp09", "Opus"].iter().all(|&code| list.contains(&code.into())));
        assert!(object.get("videoFourCcInfoMap").and_then(|map| map.get("hvc1")).is_some());
        assert!(object.get("audioFourCcInfoMap").and_then(|map| map.get("Opus")).is_some());
        assert_eq!(object.get("capsEx").and_then(Value::as_number), Some(6.0));
    }
    assert!(replies.iter().any(|(_, message)| *message
        == Message::Command(Command {
            name: "_result".into(),
            transaction: 2.0,
            arguments: vec![Value::Null, 1.0.into()]
        })));
}

#[test]
fn names_come_as_they_were_sent_but_for_ffmpegs_prefix() {
    for (sent, seen) in [("mp4:show.mp4", "show.mp4"), ("a/b?key=c", "a/b?key=c"), ("", "")] {
        assert_eq!(Script::connected().publish(sent).play().0.did, [request(seen)]);
    }
    for kind in ["record", "append", "live"] {
        let arguments = vec![Value::Null, "key".into(), kind.into()];
        assert_eq!(Script::connected().call("publish", 3.0, arguments, 1).play().0.did, [request("key")]);
    }
}

#[test]
fn who_wants_to_play_is_told_that_there_is_nothing_here() {
    let (server, result) = Script::connected().call("play", 3.0, vec![Value::Null, "key".into()], 1).play();
    assert_eq!(result, Ok(()));
    assert_eq!(server.did, [ServerAction::Close]);
    assert_eq!(server.statuses(), [status(1, "error", "NetStream.Play.StreamNotFound")]);
}

#[test]
fn a_second_publish_beside_the_first_is_refused_and_the_first_goes_on() {
    let (server, _) = Script::publishing().publish("other").video(5, b"a").play();
    assert_eq!(server.did, [request("key"), video(5, b"a")]);
    assert_eq!(server.statuses()[1], status(1, "error", "NetStream.Publish.BadName"));
}

#[test]
fn strangers_reach_limits() {
    let (_, result) = Script::handshake().publish("key").play();
    assert_eq!(result, Err(ProtocolError::NotConnected { command: "publish" }));
    let mut script = Script::connected();
    for _ in 0..8 {
        script = script.call("createStream", 9.0, vec![Value::Null], 0);
    }
    assert_eq!(script.play().1, Err(ProtocolError::TooManyStreams { limit: 8 }));
    let mut script = Script::connected();
    for _ in 0..63 {
        script = script.call("_checkbw", 0.0, vec![], 0);
    }
    assert_eq!(script.play().1, Err(ProtocolError::TooManyCommands { limit: 64 }));
}

#[test]
fn a_browser_on_the_rtmp_port_gets_a_clear_error_that_stays() {
    let mut server = Appliance::new();
    let expected = Err(HandshakeError::Text.into());
    assert_eq!(server.take(b"GET / HTTP/1.1\r\n\r\n"), expected);
    assert_eq!(server.take(b"more"), expected);
    assert!(!server.server.handshake_done());
    assert_eq!(server.did, [ServerAction::Close]);
}
