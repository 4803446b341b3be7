use super::*;
use proptest::prelude::*;

const NAME: &str = "ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ";

fn announce(rest: &str) -> String {
    format!(r#"{{"action":"announce","info_hash":"{NAME}","peer_id":"aaaaaaaaaaaaaaaaaaaa"{rest}}}"#)
}

#[test]
fn an_announcement_as_bittorrent_tracker_sends_it_is_read() {
    let text = announce(
        r#","numwant":2,"uploaded":0,"downloaded":0,"left":null,"event":"started","trackerid":"x",
        "offers":[{"offer":{"type":"offer","sdp":"v=0\r\n"},"offer_id":"bbbbbbbbbbbbbbbbbbbb"}]"#,
    );
    let Ok(Message::Announce(announce)) = read(&text) else { panic!("{:?}", read(&text)) };
    assert_eq!((announce.info_hash, announce.peer_id), (InfoHash([0xff; 20]), PeerId([b'a'; 20])));
    assert_eq!((announce.event, announce.complete, announce.numwant), (Event::Started, false, Some(2)));
    assert_eq!(announce.offer_ids, [OfferId([b'b'; 20])]);
    assert_eq!(sdp(announce.offers[0]).as_deref(), Some("v=0\r\n"));
}

#[test]
fn left_of_nothing_is_complete_and_a_negative_number_wanted_is_none() {
    let text = announce(r#","left":0,"numwant":-1"#);
    let Ok(Message::Announce(announce)) = read(&text) else { panic!() };
    assert!(announce.complete && announce.numwant.is_none());
}

#[test]
fn an_answer_names_whose_offer_it_answers() {
    let whole = announce(
        r#","to_peer_id":"cccccccccccccccccccc","answer":{"type":"answer","sdp":"x"},"offer_id":"bbbbbbbbbbbbbbbbbbbb""#,
    );
    let Ok(Message::Answer(answer)) = read(&whole) else { panic!() };
    assert_eq!((answer.to_peer_id, answer.offer_id), (PeerId([b'c'; 20]), OfferId([b'b'; 20])));
    let halves = [r#","answer":{},"offer_id":"bbbbbbbbbbbbbbbbbbbb""#, r#","answer":{}"#];
    for half in halves {
        assert!(matches!(read(&announce(half)), Err(MessageError::Unaddressed)));
    }
}

#[test]
fn a_scrape_names_one_swarm_or_some_or_none() {
    let scrape = |hashes: &str| match read(&format!(r#"{{"action":"scrape"{hashes}}}"#)) {
        Ok(Message::Scrape(hashes)) => hashes,
        other => panic!("{other:?}"),
    };
    assert_eq!(scrape(""), []);
    assert_eq!(scrape(&format!(r#","info_hash":"{NAME}""#)), [InfoHash([0xff; 20])]);
    assert_eq!(scrape(&format!(r#","info_hash":["{NAME}","{NAME}"]"#)).len(), 2);
    let many = vec![format!("\"{NAME}\""); MAX_SCRAPED + 1].join(",");
    assert!(read(&format!(r#"{{"action":"scrape","info_hash":[{many}]}}"#)).is_err());
}

#[test]
fn wrong_lengths_and_strangers_are_told_what_is_wrong() {
    for (text, wrong) in [
        ("GET / HTTP/1.1", "not a tracker message"),
        ("7", "not a tracker message"),
        (r#"{"action":"dance"}"#, "\"announce\" or \"scrape\""),
        (r#"{"action":"announce"}"#, "info_hash"),
        (r#"{"action":"announce","info_hash":"short"}"#, "20 characters"),
        (r#"{"action":"announce","info_hash":7}"#, "20 characters"),
    ] {
        let told = read(text).unwrap_err().to_string();
        assert!(told.contains(wrong), "{text}: {told}");
    }
    let bad_offer = announce(r#","offers":[{"offer":{},"offer_id":"short"}]"#);
    assert!(read(&bad_offer).unwrap_err().to_string().contains("20 characters"));
    let long = announce(&format!(
        r#","offers":[{{"offer":"{}","offer_id":"bbbbbbbbbbbbbbbbbbbb"}}]"#,
        "x".repeat(MAX_DESCRIPTION)
    ));
    assert!(matches!(read(&long), Err(MessageError::TooLong)));
}

#[test]
fn ten_thousand_offers_are_counted_and_not_kept() {
    let offer = r#"{"offer":{},"offer_id":"bbbbbbbbbbbbbbbbbbbb"}"#;
    let text = announce(&format!(r#","offers":[{}]"#, vec![offer; 10_000].join(",")));
    let Ok(Message::Announce(announce)) = read(&text) else { panic!() };
    assert_eq!((announce.offers.len(), announce.surplus), (MAX_OFFERS, 10_000 - MAX_OFFERS));
}

#[test]
fn replies_are_what_webtorrent_reads() {
    let hash = InfoHash(*b"\x00\"\\\xffaaaaaaaaaaaaaaaa");
    let counts = Counts { complete: 1, incomplete: 2, downloaded: 3 };
    let told: serde_json::Value =
        serde_json::from_str(&announced(hash, Duration::from_secs(120), counts)).unwrap();
    assert_eq!(told["info_hash"], "\0\"\\ÿaaaaaaaaaaaaaaaa");
    assert_eq!(
        (&told["interval"], &told["complete"], &told["incomplete"]),
        (&120.into(), &1.into(), &2.into())
    );
    let told: serde_json::Value =
        serde_json::from_str(&scraped(Duration::from_secs(30), &[(hash, counts)])).unwrap();
    assert_eq!(told["files"]["\0\"\\ÿaaaaaaaaaaaaaaaa"]["downloaded"], 3);
    let told = answer_sdp(hash, PeerId([1; 20]), OfferId([2; 20]), "v=0\r\n");
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!((&told["answer"]["type"], &told["answer"]["sdp"]), (&"answer".into(), &"v=0\r\n".into()));
    let told: serde_json::Value = serde_json::from_str(&failure(&"no \"x\"", Some(hash))).unwrap();
    assert_eq!(told["failure reason"], "no \"x\"");
}

proptest! {
    #[test]
    fn an_offer_arrives_as_it_was_sent(sdp_text: String, from: [u8; 20], id: [u8; 20], hash: [u8; 20]) {
        let description = serde_json::json!({"type": "offer", "sdp": sdp_text}).to_string();
        let raw: &RawValue = serde_json::from_str(&description).unwrap();
        let text = offer(InfoHash(hash), PeerId(from), OfferId(id), raw);
        let told: serde_json::Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(latin1(told["peer_id"].as_str().unwrap()), Some(from));
        prop_assert_eq!(latin1(told["offer_id"].as_str().unwrap()), Some(id));
        prop_assert_eq!(told["offer"]["sdp"].as_str().unwrap(), sdp_text);
    }

    #[test]
    fn nothing_that_comes_breaks_the_reader(text: String) {
        let _ = read(&text);
    }
}
