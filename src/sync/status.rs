//! What goes on between the box and the bucket, for the operator.

use std::collections::VecDeque;
use std::time::Duration;

use crate::storage::settings::CloudStore;
use crate::storage::upload::{Backlog, Sent};

/// R2's list prices in US dollars, as of November 2026: a gigabyte for a month, a million writes (class A), a million
/// reads (class B). What goes out of it costs nothing.
const GIGABYTE_MONTH: f64 = 0.015;
const MILLION_WRITES: f64 = 4.50;
const MILLION_READS: f64 = 0.36;

/// What goes out is averaged over so long: segments leave in bursts.
const SPAN: Duration = Duration::from_secs(4);

/// In one word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Everything is there.
    #[default]
    Idle,
    /// Something is on its way.
    Sending,
    /// Something will be in a moment.
    Waiting,
    /// The operator paused it.
    Paused,
    /// The storage does not do its part.
    Trouble,
}

/// The state of things.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    /// In one word.
    pub phase: Phase,
    /// What waits.
    pub backlog: Backlog,
    /// Bits a second going out.
    pub rate: u64,
    /// How far the bucket's live edge is behind the box's, while an event is on air.
    pub lag: Option<Duration>,
    /// What is wrong, and what to do.
    pub error: Option<String>,
    /// When the box tries again.
    pub retry_in: Option<Duration>,
    /// What the bucket has of the newest event.
    pub event: Sent,
    /// Requests that wrote of it.
    pub writes: u64,
    /// What that costs with a month of keeping it, in US dollars; `None` where the prices are not known.
    pub cost: Option<f64>,
    /// What viewers open.
    pub watch: Option<String>,
}

/// What an event costs: a month of keeping it, and the requests that wrote it.
pub(super) fn cost(store: &CloudStore, bytes: u64, writes: u64, reads: u64) -> Option<f64> {
    let host = store.endpoint.as_deref().and_then(|endpoint| url::Url::parse(endpoint).ok());
    let host = host.as_ref().and_then(url::Url::host_str).unwrap_or_default();
    let known = store.account_id.is_some() || host.ends_with(".r2.cloudflarestorage.com");
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let of = |count: u64, each: f64, price: f64| count as f64 / each * price;
    let total =
        of(bytes, 1e9, GIGABYTE_MONTH) + of(writes, 1e6, MILLION_WRITES) + of(reads, 1e6, MILLION_READS);
    known.then_some(total)
}

/// What viewers open, where the bucket can be read at all.
pub(super) fn watch(store: &CloudStore, page: bool) -> Option<String> {
    let base = store.public_url.as_deref()?.trim_end_matches('/');
    Some(match page {
        // Buckets do not look for an index by themselves.
        true => format!("{base}/index.html"),
        false => format!("{base}/{}stream.m3u8", store.prefix),
    })
}

/// How fast bytes go out.
#[derive(Debug, Default)]
pub(super) struct Rate(VecDeque<(Duration, u64)>);

impl Rate {
    /// Bits a second, after so many bytes in all.
    pub fn see(&mut self, now: Duration, total: u64) -> u64 {
        self.0.push_back((now, total));
        while self.0.get(1).is_some_and(|(at, _)| now.saturating_sub(*at) >= SPAN) {
            self.0.pop_front();
        }
        let (since, before) = self.0.front().copied().unwrap_or((now, total));
        let millis = u64::try_from(now.saturating_sub(since).as_millis()).unwrap_or(u64::MAX);
        (total.saturating_sub(before) * 8_000).checked_div(millis).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(endpoint: Option<&str>) -> CloudStore {
        CloudStore {
            endpoint: endpoint.map(String::from),
            account_id: endpoint.is_none().then(|| "0a".into()),
            jurisdiction: None,
            bucket: "sunday".into(),
            access_key_id: "key".into(),
            secret_access_key: "secret".into(),
            public_url: Some("https://media.example.org/".into()),
            prefix: "live/".into(),
        }
    }

    #[test]
    fn an_evening_costs_cents_and_other_storages_have_prices_of_their_own() {
        // Two hours at 2.6 Mbit/s in segments of two seconds, each with its playlist.
        let cost = |store| cost(&store, 2_340_000_000, 7_200, 0);
        let dollars = cost(store(None)).unwrap();
        assert!((dollars - 0.0675).abs() < 0.0001, "{dollars}");
        assert_eq!(cost(store(Some("https://0a.eu.r2.cloudflarestorage.com"))), Some(dollars));
        assert_eq!(cost(store(Some("https://s3.example.org"))), None);
    }

    #[test]
    fn what_viewers_open_is_the_page_or_else_the_stream() {
        assert_eq!(watch(&store(None), true).unwrap(), "https://media.example.org/index.html");
        assert_eq!(watch(&store(None), false).unwrap(), "https://media.example.org/live/stream.m3u8");
        assert_eq!(watch(&CloudStore { public_url: None, ..store(None) }, true), None);
    }

    #[test]
    fn a_rate_is_that_of_the_last_seconds() {
        let mut rate = Rate::default();
        let mut see = |seconds, total| rate.see(Duration::from_secs(seconds), total);
        assert_eq!(see(0, 0), 0);
        assert_eq!(see(2, 250_000), 1_000_000);
        assert_eq!(see(20, 250_000), 0);
    }
}
