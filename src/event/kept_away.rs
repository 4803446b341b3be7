//! Who may not come back at once after the operator sent them away.
//!
//! Encoders reconnect by themselves: OBS after 2 s, then after each time half as long again, and a test card every
//! three seconds. An event that was ended would begin again before its operator looked up. So whoever asks again is
//! kept away for twice as long as it waited since it last asked: what reconnects by itself never gets in, and who
//! waits a moment and presses the button does.

use std::net::IpAddr;
use std::time::Duration;

use crate::live::{Rank, Refusal};

/// After the end of an event nobody who fed it comes back sooner.
const AFTER_END: Duration = Duration::from_secs(10);

/// Who asks again is kept away for at most so long more. OBS gives up long after that; it would have been noticed.
const AT_MOST: Duration = Duration::from_secs(300);

/// For how long a released encoder leaves its place to another one.
pub const RELEASED: Duration = Duration::from_secs(30);

/// Entries at once. There is one per encoder that was sent away; the oldest goes first.
const MAX_ENTRIES: usize = 32;

/// Everybody who is kept away.
#[derive(Debug, Default)]
pub struct KeptAway(Vec<Entry>);

#[derive(Debug)]
struct Entry {
    rank: Rank,
    /// `None`: any.
    address: Option<IpAddr>,
    refusal: Refusal,
    until: Duration,
    /// When it last asked; `None` for one whose time is fixed.
    asked: Option<Duration>,
}

impl KeptAway {
    /// An event was ended by the operator; `encoders` fed it or waited to.
    pub fn ended(&mut self, now: Duration, encoders: impl IntoIterator<Item = Option<IpAddr>>) {
        let entry = |rank, address, refusal| Entry {
            rank,
            address,
            refusal,
            until: now + AFTER_END,
            asked: Some(now),
        };
        for address in encoders.into_iter().flatten() {
            self.push(entry(Rank::Encoder, Some(address), Refusal::Ended));
        }
        self.push(entry(Rank::Feed, None, Refusal::Ended));
        self.push(entry(Rank::TestCard, None, Refusal::CardEnded));
    }

    /// The operator gave a source's place to another one.
    pub fn released(&mut self, now: Duration, rank: Rank, address: Option<IpAddr>) {
        let until = now + RELEASED;
        self.push(Entry { rank, address, refusal: Refusal::Released, until, asked: None });
    }

    fn push(&mut self, entry: Entry) {
        self.0.retain(|known| (known.rank, known.address) != (entry.rank, entry.address));
        if self.0.len() >= MAX_ENTRIES {
            self.0.remove(0);
        }
        self.0.push(entry);
    }

    /// A source asks to be let in; why it may not, if it may not.
    pub fn ask(&mut self, now: Duration, rank: Rank, address: Option<IpAddr>) -> Option<Refusal> {
        self.0.retain(|entry| now < entry.until);
        let matches =
            |entry: &&mut Entry| entry.rank == rank && (entry.address.is_none() || entry.address == address);
        let entry = self.0.iter_mut().find(matches)?;
        if let Some(asked) = entry.asked.replace(now) {
            let waited = now.saturating_sub(asked);
            entry.until = entry.until.max(now + (waited * 2).clamp(AFTER_END, AT_MOST));
        } else {
            entry.asked = None;
        }
        Some(entry.refusal)
    }

    /// A new event began: what was ended is past.
    pub fn begun(&mut self) {
        self.0.retain(|entry| entry.refusal == Refusal::Released);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const CAMERA: Option<IpAddr> = Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)));
    const OTHER: Option<IpAddr> = Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2)));

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    fn ended() -> KeptAway {
        let mut kept = KeptAway::default();
        kept.ended(Duration::ZERO, [CAMERA]);
        kept
    }

    #[test]
    fn an_encoder_that_reconnects_by_itself_does_not_begin_a_new_event() {
        let mut kept = ended();
        let (mut now, mut delay) = (0.0, 2.0);
        for attempt in 0..12 {
            now += delay;
            delay *= 1.5;
            let answer = kept.ask(seconds(now), Rank::Encoder, CAMERA);
            assert_eq!(answer, Some(Refusal::Ended), "attempt {attempt} at {now} s");
        }
    }

    #[test]
    fn who_waits_a_moment_and_starts_again_gets_in() {
        let mut kept = ended();
        assert_eq!(kept.ask(seconds(10.0), Rank::Encoder, CAMERA), None);
        let mut kept = ended();
        assert!(kept.ask(seconds(9.0), Rank::Encoder, CAMERA).is_some());
        assert_eq!(kept.ask(seconds(30.0), Rank::Encoder, CAMERA), None);
    }

    #[test]
    fn another_encoder_gets_in_at_once() {
        assert_eq!(ended().ask(seconds(0.0), Rank::Encoder, OTHER), None);
    }

    #[test]
    fn a_test_card_that_goes_on_asking_waits_for_the_next_event() {
        let mut kept = ended();
        for attempt in 1..100 {
            let now = seconds(f64::from(attempt) * 3.0);
            assert_eq!(kept.ask(now, Rank::TestCard, OTHER), Some(Refusal::CardEnded));
        }
        kept.begun();
        assert_eq!(kept.ask(seconds(300.0), Rank::TestCard, OTHER), None);
    }

    #[test]
    fn a_released_encoder_is_away_for_its_time_however_often_it_asks() {
        let mut kept = KeptAway::default();
        kept.released(Duration::ZERO, Rank::Encoder, CAMERA);
        for second in 0..30 {
            let answer = kept.ask(seconds(f64::from(second)), Rank::Encoder, CAMERA);
            assert_eq!(answer, Some(Refusal::Released));
        }
        assert_eq!(kept.ask(RELEASED, Rank::Encoder, CAMERA), None);
    }

    #[test]
    fn it_is_bounded() {
        let mut kept = KeptAway::default();
        for address in 0..1_000_u32 {
            kept.released(Duration::ZERO, Rank::Encoder, Some(IpAddr::V4(Ipv4Addr::from(address))));
        }
        assert_eq!(kept.0.len(), MAX_ENTRIES);
    }
}
