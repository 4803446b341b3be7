//! WebTorrent's JSON: what is read is handed on as JSON with the same names, and every refusal is JSON.
#![no_main]

use libfuzzer_sys::fuzz_target;
use venuebox::tracker::message::{self, Message};
use venuebox::tracker::latin1;

fuzz_target!(|text: &str| {
    match message::read(text) {
        Ok(Message::Announce(announce)) => {
            for (id, offer) in announce.offer_ids.iter().zip(&announce.offers) {
                let relayed = message::offer(announce.info_hash, announce.peer_id, *id, offer);
                let told: serde_json::Value = serde_json::from_str(&relayed).unwrap();
                let name = |field: &str| told[field].as_str().unwrap();
                assert_eq!(latin1(name("peer_id")), Some(announce.peer_id.0));
                assert_eq!(latin1(name("offer_id")), Some(id.0));
                let _ = message::sdp(offer);
            }
        }
        Ok(Message::Answer(said)) => {
            let relayed = message::answer(said.info_hash, said.peer_id, said.offer_id, said.answer);
            serde_json::from_str::<serde_json::Value>(&relayed).unwrap();
        }
        Ok(Message::Scrape(swarms)) => assert!(swarms.len() <= message::MAX_SCRAPED),
        Err(error) => {
            serde_json::from_str::<serde_json::Value>(&message::failure(&error, None)).unwrap();
        }
    }
});
