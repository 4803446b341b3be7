//! Whole sessions behind a good handshake, both sides: the first byte says how publishes are answered, whether one
//! was asked for already, and how the rest is cut.
#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use venuebox::rtmp::amf0::{Value, object};
use venuebox::rtmp::chunk::Writer;
use venuebox::rtmp::handshake::{PACKET, RANDOM};
use venuebox::rtmp::message::{Command, Message};
use venuebox::rtmp::{Client, ClientAction, PublishTarget, Server, ServerAction};

fuzz_target!(|input: &[u8]| {
    let Some((&choice, bytes)) = input.split_first() else { return };
    let step = 1 << (choice >> 3 & 15);
    serve(choice, bytes, step);
    publish(bytes, step);
});

fn hello() -> Vec<u8> {
    let mut hello = vec![0; 1 + 2 * PACKET];
    hello[0] = 3;
    hello
}

fn serve(choice: u8, bytes: &[u8], step: usize) {
    let mut all = BytesMut::from(&hello()[..]);
    if choice & 4 != 0 {
        say("connect", vec![object([("app", "live".into())])], &mut all);
        say("publish", vec![Value::Null, "key".into()], &mut all);
    }
    all.extend_from_slice(bytes);

    let mut server = Server::new([1; RANDOM]);
    let mut closed = false;
    for piece in all.chunks(step) {
        let failed = server.receive(piece).is_err();
        while let Some(action) = server.next_action() {
            assert!(!closed, "{action:?} after Close");
            match action {
                ServerAction::Publish(_) if choice & 3 == 0 => server.refuse("no"),
                ServerAction::Publish(_) if choice & 3 == 1 => server.end("no"),
                ServerAction::Publish(_) if choice & 3 == 2 => server.accept(),
                ServerAction::Close => closed = true,
                _ => {}
            }
        }
        assert!(closed || !failed);
        assert!(!closed || !server.is_publishing());
    }
}

fn say(name: &str, arguments: Vec<Value>, out: &mut BytesMut) {
    let command = Command { name: name.to_owned(), transaction: 1.0, arguments };
    let message = Message::Command(command).pack(0, 0);
    Writer::default().write(&message, out).expect("a short message");
}

fn publish(bytes: &[u8], step: usize) {
    let target = PublishTarget { app: "a".into(), tc_url: "b".into(), stream: "c".into(), flash_ver: "d".into() };
    let mut client = Client::new(target, [2; RANDOM]);
    client.receive(&hello()).expect("a good handshake");
    for piece in bytes.chunks(step) {
        if client.receive(piece).is_err() {
            break;
        }
        client.video(0, piece.to_vec().into());
    }
    client.finish();
    let last = std::iter::from_fn(|| client.next_action()).last();
    assert_eq!(last, Some(ClientAction::Close));
}
