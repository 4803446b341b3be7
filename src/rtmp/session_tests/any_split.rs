//! Nothing depends on how the network cuts the bytes.

use proptest::prelude::*;

use super::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_our_client_publishes_our_server_gets_however_it_is_split(
        step in 1usize..5000, start in any::<u32>(),
        frames in prop::collection::vec((0i64..100_000, any::<bool>(), prop::collection::vec(any::<u8>(), 0..9000)), 0..12),
    ) {
        let mut pair = Pair::new(step);
        pair.run();
        prop_assert_eq!(&pair.heard, &[ClientAction::Ready]);
        prop_assert!(pair.server.server.is_publishing());
        pair.client.metadata(&[("encoder", "venuebox".into()), ("width", 1280.0.into())]);
        let mut expected = vec![ServerAction::Metadata(Metadata { encoder: Some("venuebox".into()), ..Metadata::default() })];
        let mut timestamp = i64::from(start);
        for (advance, is_video, body) in frames {
            timestamp += advance;
            let body = Bytes::from(body);
            if is_video {
                pair.client.video(timestamp, body.clone());
                expected.push(ServerAction::Video { timestamp, body });
            } else {
                pair.client.audio(timestamp, body.clone());
                expected.push(ServerAction::Audio { timestamp, body });
            }
        }
        // The first time stamp may lie beyond the wrap already, which the wire cannot tell.
        let lost = expected.iter().find_map(|action| match action {
            ServerAction::Video { timestamp, .. } | ServerAction::Audio { timestamp, .. } => Some(timestamp >> 32 << 32),
            _ => None,
        }).unwrap_or_default();
        for action in &mut expected {
            if let ServerAction::Video { timestamp, .. } | ServerAction::Audio { timestamp, .. } = action {
                *timestamp -= lost;
            }
        }
        pair.client.finish();
        pair.run();
        expected.push(ServerAction::Unpublish);
        prop_assert_eq!(&pair.server.did[1..], &expected[..]);
        prop_assert_eq!(&pair.heard, &[ClientAction::Ready, ClientAction::Close]);
    }

    #[test]
    fn any_split_of_any_bytes_ends_the_same_way_and_never_panics(
        noise in prop::collection::vec(any::<u8>(), 0..2000), step in 1usize..300, accepted: bool,
    ) {
        let script = if accepted { Script::publishing() } else { Script::handshake() };
        let bytes = [&script.out[..], &noise].concat();
        let (mut whole, mut split) = (Appliance::new(), Appliance::new());
        let _ = (whole.take(&bytes), split.take_in_steps(&bytes, step));
        prop_assert_eq!(whole.take(&[]), split.take(&[]));
        prop_assert_eq!(whole.did, split.did);
        prop_assert_eq!(whole.said, split.said);
    }

    #[test]
    fn a_server_of_noise_cannot_harm_our_client(noise in prop::collection::vec(any::<u8>(), 0..2000)) {
        let target = PublishTarget { app: "a".into(), tc_url: "b".into(), stream: "c".into(), flash_ver: "d".into() };
        let mut client = Client::new(target, [2; RANDOM]);
        client.receive(&Script::handshake().out).unwrap();
        let _ = client.receive(&noise);
        while client.next_action().is_some() {}
    }
}
