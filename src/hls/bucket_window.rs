//! Which segments stand in the bucket's live playlist, and under which numbers.
//!
//! Uploads end in any order, and may be hours behind. The list goes on in order while the uplink is a little late;
//! beyond that it begins anew where the newest uploads are, behind EXT-X-DISCONTINUITY. What was skipped is uploaded
//! later, for the recording: a segment is never put into the middle of a list that players have read, and none is
//! marked with EXT-X-GAP, over which half of all players stumble.

/// So many segments the list may be behind what is sealed before it begins anew. Three are what players hold back.
pub const MAX_LAG: usize = 3;

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
    if behind.len() > MAX_LAG
        && let Some(newest) = behind.iter().rposition(|segment| segment.there)
    {
        let run = behind.get(..=newest).unwrap_or_default();
        let first = run.windows(2).rposition(|pair| match pair {
            [before, after] => !before.there || before.msn.checked_add(1) != Some(after.msn),
            _ => true,
        });
        // The first of what is behind is not there, so a run always has something before it.
        run.iter().skip(first.map_or(0, |before| before + 1)).for_each(&mut join);
    }
    joined
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
    fn too_far_behind_it_begins_anew_with_the_newest_run() {
        assert_eq!(joins(EDGE, ".x.xx"), [(14, 6, true), (15, 7, false)]);
        assert_eq!(joins(EDGE, "x......x."), [(11, 6, false), (18, 7, true)]);
    }

    #[test]
    fn what_was_lost_is_not_waited_for() {
        assert_eq!(joins(EDGE, " x"), [(12, 6, true)]);
        assert_eq!(joins(EDGE, ".... xx"), [(16, 6, true), (17, 7, false)]);
    }

    #[test]
    fn a_list_begins_with_the_first_and_has_no_discontinuity_before_it() {
        assert_eq!(joins(None, "D"), [(11, 11, false)]);
        assert_eq!(joins(None, ".x"), []);
        assert_eq!(joins(None, "....x"), [(15, 15, false)]);
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
                // It is never further behind than it may be while something newer is there.
                let behind: Vec<_> = all[..sealed]
                    .iter().filter(|segment| edge.is_none_or(|edge| segment.msn > edge.msn)).collect();
                prop_assert!(behind.len() <= MAX_LAG || behind.iter().all(|segment| !segment.there));
            }
        }
    }
}
