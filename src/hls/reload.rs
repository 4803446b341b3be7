//! Blocking playlist reload (RFC 8216bis 6.2.5.2) and delta requests (6.2.5.1).

use crate::stream::Window;

/// A request for more than this many segments beyond the live edge is refused: it would be answered by the
/// patience of the box, not by media.
const MAX_AHEAD: u64 = 2;

/// The delivery directives of a playlist request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Request {
    msn: Option<u64>,
    part: Option<u64>,
    skip: bool,
    magnets: bool,
}

/// The directives contradict RFC 8216bis 6.2.5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DirectiveError {
    /// Not a decimal number.
    #[error("_HLS_msn and _HLS_part are whole decimal numbers")]
    NotANumber,
    /// `_HLS_part` alone.
    #[error("_HLS_part needs _HLS_msn")]
    PartWithoutSegment,
    /// The same directive twice.
    #[error("a directive stands there twice")]
    Twice,
    /// `_HLS_skip` with another value than YES or v2.
    #[error("_HLS_skip is YES or v2")]
    Skip,
}

/// What a playlist request gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The window has what was asked for.
    Ready,
    /// Not yet.
    Wait,
    /// It asks for what no player can know of.
    Reject,
}

impl Request {
    /// Reads the directives of a query; other parameters are ignored.
    ///
    /// # Errors
    /// [`DirectiveError`] when a directive is not one.
    pub fn parse(query: &str) -> Result<Self, DirectiveError> {
        let (mut msn, mut part, mut skip, mut magnets) = (None, None, None, false);
        for field in query.split('&') {
            let (name, value) = field.split_once('=').unwrap_or((field, ""));
            let twice = match name {
                "_HLS_msn" => msn.replace(number(value)?).is_some(),
                "_HLS_part" => part.replace(number(value)?).is_some(),
                "_HLS_skip" if value == "YES" || value == "v2" => skip.replace(true).is_some(),
                "_HLS_skip" => return Err(DirectiveError::Skip),
                "magnets" => {
                    magnets = value == "1";
                    false
                }
                _ => false,
            };
            if twice {
                return Err(DirectiveError::Twice);
            }
        }
        if part.is_some() && msn.is_none() {
            return Err(DirectiveError::PartWithoutSegment);
        }
        Ok(Request { msn, part, skip: skip.unwrap_or_default(), magnets })
    }

    /// Whether it asks to wait for a segment or part.
    pub fn blocks(&self) -> bool {
        self.msn.is_some()
    }

    /// Whether segments' magnets shall stand in the playlist (`magnets=1`, no directive of HLS).
    pub fn magnets(&self) -> bool {
        self.magnets
    }

    /// Whether it asks for a delta update.
    pub fn skip(&self) -> bool {
        self.skip
    }

    /// Whether the window has what was asked for: the segment, or the part or anything after it. A part past
    /// its segment's last means the first of the next one.
    pub fn decide(&self, window: &Window) -> Decision {
        let Some(msn) = self.msn else { return Decision::Ready };
        let next = window.next();
        if window.ended() || msn < next.msn {
            return match self.part {
                // Past the end of a sealed segment: the first part of the next one is meant.
                Some(part) if !window.ended() && msn + 1 == next.msn && next.part == 0 => {
                    match window.segment(msn).map(|segment| segment.parts.len()) {
                        Some(count) if part >= u64::try_from(count).unwrap_or(u64::MAX) => Decision::Wait,
                        _ => Decision::Ready,
                    }
                }
                _ => Decision::Ready,
            };
        }
        if msn > next.msn + MAX_AHEAD {
            return Decision::Reject;
        }
        match self.part {
            Some(part) if msn == next.msn && part < u64::try_from(next.part).unwrap_or(u64::MAX) => {
                Decision::Ready
            }
            _ => Decision::Wait,
        }
    }
}

fn number(text: &str) -> Result<u64, DirectiveError> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().ok_or(DirectiveError::NotANumber)
}

#[cfg(test)]
mod tests {
    use super::super::media_playlist::tests::{push, window};
    use super::*;

    fn decide(window: &Window, query: &str) -> Decision {
        Request::parse(query).unwrap().decide(window)
    }

    #[test]
    fn directives_are_read_strictly_and_others_ignored() {
        assert!(Request::parse("a=b&_HLS_msn=7&_HLS_part=0&_HLS_skip=v2&token").unwrap().skip);
        assert_eq!(Request::parse("_HLS_msn=+7"), Err(DirectiveError::NotANumber));
        assert_eq!(Request::parse("_HLS_msn="), Err(DirectiveError::NotANumber));
        assert_eq!(Request::parse("_HLS_msn=99999999999999999999"), Err(DirectiveError::NotANumber));
        assert_eq!(Request::parse("_HLS_part=7"), Err(DirectiveError::PartWithoutSegment));
        assert_eq!(Request::parse("_HLS_msn=7&_HLS_msn=7"), Err(DirectiveError::Twice));
        assert_eq!(Request::parse("_HLS_skip=no"), Err(DirectiveError::Skip));
    }

    #[test]
    fn magnets_are_asked_for_beside_the_directives() {
        assert!(Request::parse("magnets=1&_HLS_msn=7").unwrap().magnets());
        assert!(!Request::parse("magnets=0").unwrap().magnets());
        assert!(!Request::parse("_HLS_msn=7").unwrap().magnets());
    }

    #[test]
    fn a_part_is_ready_once_it_or_a_later_one_is_there() {
        let mut window = window();
        push(&mut window, 2, false);
        assert_eq!(decide(&window, ""), Decision::Ready);
        assert_eq!(decide(&window, "_HLS_msn=10&_HLS_part=1"), Decision::Ready);
        assert_eq!(decide(&window, "_HLS_msn=10&_HLS_part=2"), Decision::Wait);
        assert_eq!(decide(&window, "_HLS_msn=10"), Decision::Wait);
        assert_eq!(decide(&window, "_HLS_msn=9"), Decision::Ready);
    }

    #[test]
    fn a_part_past_the_end_of_a_sealed_segment_is_the_next_ones_first() {
        let mut window = window();
        push(&mut window, 4, true);
        assert_eq!(decide(&window, "_HLS_msn=10&_HLS_part=3"), Decision::Ready);
        assert_eq!(decide(&window, "_HLS_msn=10&_HLS_part=4"), Decision::Wait);
        assert_eq!(decide(&window, "_HLS_msn=10"), Decision::Ready);
        push(&mut window, 1, false);
        assert_eq!(decide(&window, "_HLS_msn=10&_HLS_part=4"), Decision::Ready);
    }

    #[test]
    fn what_is_too_far_ahead_is_refused_and_an_ended_playlist_never_waits() {
        let mut window = window();
        push(&mut window, 4, true);
        assert_eq!(decide(&window, "_HLS_msn=13"), Decision::Wait);
        assert_eq!(decide(&window, "_HLS_msn=14"), Decision::Reject);
        window.end();
        assert_eq!(decide(&window, "_HLS_msn=11"), Decision::Ready);
    }
}
