//! Queries of native clients: a peer is where it asks from, whatever it claims.
#![no_main]

use std::net::IpAddr;

use libfuzzer_sys::fuzz_target;
use venuebox::tracker::http::{MAX_SCRAPED, read_announce, read_scrape};

fuzz_target!(|query: &str| {
    let asker = IpAddr::from([10, 0, 0, 7]);
    if let Ok(query) = read_announce(query, asker) {
        assert!(query.announce.address.ip() == asker && query.announce.address.port() != 0);
    }
    if let Ok(swarms) = read_scrape(query) {
        assert!((1..=MAX_SCRAPED).contains(&swarms.len()));
    }
});
