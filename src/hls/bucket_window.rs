//! Which segments stand in the bucket's live playlist, and under which numbers.
//!
//! Uploads end in any order, and may be hours behind. The list goes on in order while the uplink is a little late;
//! beyond that it begins anew where the newest uploads are, behind EXT-X-DISCONTINUITY. What was skipped is uploaded
//! later, for the recording: a segment is never put into the middle of a list that players have read, and none is
//! marked with EXT-X-GAP, over which half of all players stumble.

/// So many segments the list may be behind what is sealed before it begins anew. Three are what players hold back.
pub const MAX_LAG: usize = 3;

/// What is older than so many segments before the live edge is no place to begin anew.
const RECENT: usize = 6;

/// The end of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The segment's number on the box.
    pub msn: u64,
    /// Its number in the bucket's list.
    pub number: u64,
}

/// A segment after the end of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Queued {
    /// Its number on the box.
    pub msn: u64,
    /// It is in the bucket.
    pub there: bool,
    /// EXT-X-DISCONTINUITY stands before it on the box.
    pub discontinuity: bool,
}

/// A segment that joins the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Joined {
    /// Its number on the box.
    pub msn: u64,
    /// Its number in the list: one more than the one before it.
    pub number: u64,
    /// EXT-X-DISCONTINUITY stands before it in the list.
    pub discontinuity: bool,
}

/// What joins a list that ends with `edge`, of what is queued after it, in order. One that has no end yet begins with
/// the first that is queued.
pub fn advance(edge: Option<Edge>, queued: &[Queued]) -> Vec<Joined> {
    let mut joined: Vec<Joined> = Vec::new();
    let mut join = |segment: &Queued| {
        let last = joined.last().map(|last| Edge { msn: last.msn, number: last.number }).or(edge);
        joined.push(Joined {
            msn: segment.msn,
            // A list of another time in this bucket had no higher numbers.
            number: last.map_or(segment.msn, |last| last.number + 1),
            discontinuity: last
                .is_some_and(|last| segment.discontinuity || last.msn.checked_add(1) != Some(segment.msn)),
        });
    };
    let in_order = queued.iter().take_while(|segment| segment.there).count();
    let (next, behind) = queued.split_at(in_order);
    next.iter().for_each(&mut join);
    if let Some(at) = begins_anew_at(behind) {
        let follows = |pair: &[Queued]| match pair {
            [before, after] => before.there && before.msn.checked_add(1) == Some(after.msn),
            _ => false,
        };
        let (before, after) = behind.split_at(at);
        let first = behind.get(..=at).unwrap_or_default().windows(2).rposition(|pair| !follows(pair));
        let before = before.iter().skip(first.map_or(0, |gap| gap + 1));
        before.chain(after.iter().take_while(|segment| segment.there)).for_each(&mut join);
    }
    joined
}

/// Where a list that is too far behind begins anew: at the live edge, as soon as its first segment is there. Where the
/// uplink is too slow for that, with what was the live edge a moment ago; an old segment of the backlog is no beginning.
fn begins_anew_at(behind: &[Queued]) -> Option<usize> {
    let edge = behind.len().checked_sub(MAX_LAG).filter(|edge| *edge > 0)?;
    if behind.get(edge)?.there {
        return Some(edge);
    }
    let recent = edge.saturating_sub(RECENT);
    let newest = behind.get(recent..edge)?.iter().rposition(|segment| segment.there)?;
    Some(recent + newest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// One character a segment from 11 on: `x` is there, `.` waits, `D` is there behind a discontinuity, a blank is
    /// lost.
    fn queued(text: &str) -> Vec<Queued> {
        let segments = (11_u64..).zip(text.chars()).filter(|(_, char)| *char != ' ');
        let queued =
            segments.map(|(msn, char)| Queued { msn, there: char != '.', discontinuity: char == 'D' });
        queued.collect()
    }

    fn joins(edge: Option<Edge>, text: &str) -> Vec<(u64, u64, bool)> {
        let joined = advance(edge, &queued(text)).into_iter();
        joined.map(|segment| (segment.msn, segment.number, segment.discontinuity)).collect()
    }

    const EDGE: Option<Edge> = Some(Edge { msn: 10, number: 5 });

    #[test]
    fn uploads_in_order_join_in_order() {
        assert_eq!(joins(EDGE, "x"), [(11, 6, false)]);
        assert_eq!(joins(EDGE, "xxD."), [(11, 6, false), (12, 7, false), (13, 8, true)]);
        assert_eq!(joins(EDGE, "...."), []);
    }

    #[test]
    fn one_that_overtook_waits_while_the_lag_is_small() {
        assert_eq!(joins(EDGE, ".xx"), []);
        assert_eq!(joins(EDGE, "xxx"), [(11, 6, false), (12, 7, false), (13, 8, false)]);
    }

    #[test]
    fn too_far_behind_it_begins_anew_at_the_live_edge() {
        assert_eq!(joins(EDGE, "........x.."), [(19, 6, true)]);
        assert_eq!(joins(EDGE, "x.......x.."), [(11, 6, false), (19, 7, true)]);
        assert_eq!(
            joins(EDGE, "......xxxx."),
            [(17, 6, true), (18, 7, false), (19, 8, false), (20, 9, false)]
        );
    }

    #[test]
    fn one_that_overtook_the_first_of_the_live_edge_waits_for_it() {
        assert_eq!(joins(EDGE, "..........x"), []);
        assert_eq!(joins(EDGE, "........x.x"), [(19, 6, true)]);
        assert_eq!(joins(EDGE, "........xxx"), [(19, 6, true), (20, 7, false), (21, 8, false)]);
    }

    #[test]
    fn on_a_slow_uplink_it_begins_anew_with_what_was_the_live_edge() {
        assert_eq!(joins(EDGE, ".....x...."), [(16, 6, true)]);
        assert_eq!(joins(EDGE, ".x............"), [], "that is backlog");
    }

    #[test]
    fn what_was_lost_is_not_waited_for() {
        assert_eq!(joins(EDGE, " x"), [(12, 6, true)]);
        assert_eq!(joins(EDGE, ".... xx."), [(16, 6, true), (17, 7, false)]);
    }

    #[test]
    fn a_list_begins_with_the_first_and_has_no_discontinuity_before_it() {
        assert_eq!(joins(None, "D"), [(11, 11, false)]);
        assert_eq!(joins(None, ".x"), []);
        assert_eq!(joins(None, "....x.."), [(15, 15, false)]);
    }

    proptest! {
        #[test]
        fn uploads_in_any_order_make_a_list_that_only_grows(order in prop::collection::vec(0_usize..30, 1..120)) {
            let mut all = queued(&".".repeat(30));
            let mut edge: Option<Edge> = None;
            for (step, index) in order.into_iter().enumerate() {
                // Two more are sealed with each upload.
                let sealed = (step * 2 + 2).min(30);
                all[index % sealed].there = true;
                let after: Vec<_> = all[..sealed]
                    .iter().copied().filter(|segment| edge.is_none_or(|edge| segment.msn > edge.msn)).collect();
                for segment in advance(edge, &after) {
                    if let Some(edge) = edge {
                        prop_assert_eq!(segment.number, edge.number + 1);
                        prop_assert!(segment.msn > edge.msn);
                        prop_assert_eq!(segment.discontinuity, segment.msn != edge.msn + 1);
                    }
                    prop_assert!(after.iter().any(|other| other.msn == segment.msn && other.there));
                    edge = Some(Edge { msn: segment.msn, number: segment.number });
                }
                // It is never further behind than it may be while the first of the live edge is there.
                let behind: Vec<_> = all[..sealed]
                    .iter().filter(|segment| edge.is_none_or(|edge| segment.msn > edge.msn)).collect();
                let edge = behind.len().checked_sub(MAX_LAG).filter(|edge| *edge > 0);
                prop_assert!(edge.is_none_or(|edge| !behind[edge].there));
            }
        }
    }
}
