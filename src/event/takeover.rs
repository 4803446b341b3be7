//! Who may feed the event when two want to.

use std::net::IpAddr;
use std::time::Duration;

use crate::live::{Rank, Refusal};
use crate::stream::Takeover;

/// From the same address a new encoder takes over at once when the holder has sent no media for so long: it is
/// the same encoder, come back before its old connection was noticed to be dead.
pub const SILENT_HOLDER: Duration = Duration::from_millis(1_500);

/// A feed takes the place of an encoder that has been away for so long. One that only lost its network for a moment is
/// back by then; one that somebody stopped leaves the event to the feed.
pub const FEED_AFTER: Duration = Duration::from_secs(10);

/// The encoder that a running event waits for when nobody holds the place.
#[derive(Clone, Copy, Debug)]
pub struct Awaited {
    /// Its rank.
    pub rank: Rank,
    /// For how long it has been away.
    pub away: Duration,
}

/// What is known of the one that holds the place.
#[derive(Clone, Copy, Debug)]
pub struct Holder {
    /// Its rank.
    pub rank: Rank,
    /// Its address.
    pub address: Option<IpAddr>,
    /// For how long it has sent no media.
    pub silent: Duration,
}

/// What is known of the one that wants it.
#[derive(Clone, Copy, Debug)]
pub struct Comer {
    /// Its rank.
    pub rank: Rank,
    /// Its address.
    pub address: Option<IpAddr>,
    /// Its stream key's rule.
    pub takeover: Takeover,
}

/// What becomes of the comer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The place is free.
    Enter,
    /// It takes the place; the holder feeds on until the comer's first key frame.
    Succeed,
    /// It takes the place of a holder that is as good as gone.
    Displace,
    /// It waits for the holder to leave.
    Wait,
    /// It is sent away.
    Refuse(Refusal),
}

/// Decides. `standby_taken`: one waits already.
pub fn decide(
    holder: Option<Holder>,
    awaited: Option<Awaited>,
    standby_taken: bool,
    comer: Comer,
) -> Decision {
    let Some(holder) = holder else {
        return match awaited {
            Some(awaited) if comer.rank == Rank::Feed && awaited.away >= FEED_AFTER => Decision::Enter,
            Some(awaited) if comer.rank < awaited.rank => Decision::Refuse(Refusal::OutRanked),
            _ => Decision::Enter,
        };
    };
    if comer.rank != holder.rank {
        return if comer.rank > holder.rank {
            Decision::Succeed
        } else {
            Decision::Refuse(Refusal::OutRanked)
        };
    }
    if holder.silent >= SILENT_HOLDER && holder.address == comer.address {
        return Decision::Displace;
    }
    match comer.takeover {
        Takeover::Replace => Decision::Succeed,
        Takeover::Standby if !standby_taken => Decision::Wait,
        Takeover::Standby | Takeover::Reject => Decision::Refuse(Refusal::Occupied),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    fn address(last: u8) -> Option<IpAddr> {
        Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, last)))
    }

    fn holder(silent: u64) -> Option<Holder> {
        Some(Holder { rank: Rank::Encoder, address: address(1), silent: Duration::from_millis(silent) })
    }

    fn comer(takeover: Takeover, last: u8) -> Comer {
        Comer { rank: Rank::Encoder, address: address(last), takeover }
    }

    #[test]
    fn a_free_place_is_entered() {
        assert_eq!(decide(None, None, false, comer(Takeover::Reject, 1)), Decision::Enter);
    }

    #[test]
    fn by_default_the_second_encoder_is_refused() {
        let decision = decide(holder(0), None, false, comer(Takeover::Reject, 2));
        assert_eq!(decision, Decision::Refuse(Refusal::Occupied));
    }

    #[test]
    fn one_from_the_same_address_displaces_a_silent_holder() {
        assert_eq!(decide(holder(1_500), None, false, comer(Takeover::Reject, 1)), Decision::Displace);
        let another = decide(holder(9_000), None, false, comer(Takeover::Reject, 2));
        assert_eq!(another, Decision::Refuse(Refusal::Occupied));
        let too_early = decide(holder(1_499), None, false, comer(Takeover::Reject, 1));
        assert_eq!(too_early, Decision::Refuse(Refusal::Occupied));
    }

    #[test]
    fn replace_succeeds_and_standby_waits_once() {
        assert_eq!(decide(holder(0), None, false, comer(Takeover::Replace, 2)), Decision::Succeed);
        assert_eq!(decide(holder(0), None, false, comer(Takeover::Standby, 2)), Decision::Wait);
        let third = decide(holder(0), None, true, comer(Takeover::Standby, 3));
        assert_eq!(third, Decision::Refuse(Refusal::Occupied));
    }

    #[test]
    fn the_test_card_yields_to_any_encoder_and_never_displaces_one() {
        let card = Holder { rank: Rank::TestCard, address: address(1), silent: Duration::ZERO };
        assert_eq!(decide(Some(card), None, false, comer(Takeover::Reject, 2)), Decision::Succeed);
        let card = Comer { rank: Rank::TestCard, address: address(1), takeover: Takeover::Replace };
        assert_eq!(decide(holder(60_000), None, false, card), Decision::Refuse(Refusal::OutRanked));
        let awaited = Awaited { rank: Rank::Encoder, away: Duration::from_secs(60) };
        assert_eq!(decide(None, Some(awaited), false, card), Decision::Refuse(Refusal::OutRanked));
    }

    #[test]
    fn a_feed_yields_to_any_encoder_and_takes_its_place_when_it_stays_away() {
        let feed = Comer { rank: Rank::Feed, address: None, takeover: Takeover::Reject };
        assert_eq!(decide(holder(60_000), None, false, feed), Decision::Refuse(Refusal::OutRanked));
        let away = |seconds| Some(Awaited { rank: Rank::Encoder, away: Duration::from_secs(seconds) });
        assert_eq!(decide(None, away(9), false, feed), Decision::Refuse(Refusal::OutRanked));
        assert_eq!(decide(None, away(10), false, feed), Decision::Enter);
        let feeding = Some(Holder { rank: Rank::Feed, address: None, silent: Duration::ZERO });
        assert_eq!(decide(feeding, None, false, comer(Takeover::Reject, 1)), Decision::Succeed);
        let card = Some(Holder { rank: Rank::TestCard, address: address(1), silent: Duration::ZERO });
        assert_eq!(decide(card, None, false, feed), Decision::Succeed);
    }
}
