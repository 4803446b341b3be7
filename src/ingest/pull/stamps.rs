//! A feed's stamps made one clock: wraps of 33 bits undone, and what lies behind a discontinuity put where the media
//! before it ended.
//!
//! Picture and sound may come in playlists of their own. Each is a lane; they share an offset wherever they can, so
//! that they stay together as the feed has them.

use std::time::Duration;

use crate::stream::{AccessUnit, Track};
use crate::time::MediaTime;

/// MPEG's stamps are of 33 bits of 90 kHz (ISO/IEC 13818-1 2.4.3.7): they begin anew every 26 hours.
const WRAP: i64 = 1 << 33;

/// Media that lies further from where it was expected is behind a discontinuity that nobody announced.
const JUMP: MediaTime = MediaTime::from_millis(1_500);

/// Stamps within one segment that are further apart than it may be long belong to no segment.
const WIDEST: MediaTime = MediaTime::from_millis(70_000);

/// Where a lane's media goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mapping {
    discontinuity: u64,
    offset: MediaTime,
}

#[derive(Clone, Copy, Debug, Default)]
struct Lane {
    mapping: Option<Mapping>,
    /// The newest stamp as the feed has it, wraps undone.
    last: Option<MediaTime>,
    /// Where the next segment should begin.
    end: Option<MediaTime>,
}

/// The stamps of a feed.
#[derive(Debug, Default)]
pub struct Stamps {
    lanes: [Lane; 2],
}

/// A lane of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaneId {
    /// The playlist of the picture, or of all.
    Main = 0,
    /// The playlist of the sound.
    Sound = 1,
}

impl Stamps {
    /// So much of a lane was left out.
    pub fn skip(&mut self, lane: LaneId, length: Duration) {
        if let Some(end) = &mut self.lanes[lane as usize].end {
            *end += MediaTime::from_duration(length);
        }
    }

    /// Restamps a segment's units, which are in order. `wraps`: its stamps are of 33 bits.
    pub fn place(&mut self, lane: LaneId, discontinuity: u64, wraps: bool, units: &mut Vec<AccessUnit>) {
        let Some(first) = units.first().map(|unit| unit.dts) else { return };
        units.retain(|unit| unit.dts - first <= WIDEST);
        let other = self.lanes[1 - lane as usize];
        let own = &mut self.lanes[lane as usize];
        let near = own.last.or(other.last);
        let unwrapped = near.filter(|_| wraps).map_or(first, |near| unwrap(first, near));
        let wrapped = unwrapped - first;
        let there = other.mapping.filter(|mapping| mapping.discontinuity == discontinuity);
        let offset = match (own.mapping, own.end) {
            (Some(mapping), Some(end)) => {
                let fits = |offset: MediaTime| (unwrapped + offset - end).abs() <= JUMP;
                let known = (mapping.discontinuity == discontinuity).then_some(mapping.offset);
                let known = known.into_iter().chain(there.map(|mapping| mapping.offset));
                known.into_iter().find(|offset| fits(*offset)).unwrap_or(end - unwrapped)
            }
            _ => there.map_or(-unwrapped, |mapping| mapping.offset),
        };
        own.mapping = Some(Mapping { discontinuity, offset });
        for unit in units.iter_mut() {
            own.last = Some(unit.dts + wrapped);
            unit.dts += wrapped + offset;
        }
        own.end = Some(end_of(units));
    }
}

/// The stamp among those that are equal in 33 bits which is nearest to `near`.
fn unwrap(stamp: MediaTime, near: MediaTime) -> MediaTime {
    let rounds = (near - stamp).ticks() + WRAP / 2;
    stamp + MediaTime::from_ticks(rounds.div_euclid(WRAP) * WRAP)
}

/// Where a segment's leading track ends: behind its last unit, which lasts as long as the one before.
fn end_of(units: &[AccessUnit]) -> MediaTime {
    let pictured = units.iter().any(|unit| unit.track == Track::Video);
    let leads = |unit: &&AccessUnit| !pictured || unit.track == Track::Video;
    let mut last = units.iter().rev().filter(leads).map(|unit| unit.dts);
    let end = last.next().unwrap_or_default();
    end + last.next().map_or(MediaTime::ZERO, |before| end - before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use proptest::prelude::*;

    fn units(track: Track, start: i64, count: i64) -> Vec<AccessUnit> {
        let unit = |index| AccessUnit {
            track,
            dts: MediaTime::from_ticks(start + index * 3_600),
            composition: MediaTime::ZERO,
            random_access: index == 0,
            data: Bytes::from_static(b"x"),
        };
        (0..count).map(unit).collect()
    }

    /// Places 25 pictures from this tick on; returns where the first one went, in ticks.
    fn place(stamps: &mut Stamps, lane: LaneId, discontinuity: u64, start: i64) -> i64 {
        let track = if lane == LaneId::Main { Track::Video } else { Track::Audio };
        let mut units = units(track, start, 25);
        stamps.place(lane, discontinuity, true, &mut units);
        units[0].dts.ticks()
    }

    #[test]
    fn stamps_go_on_over_the_wrap() {
        let mut stamps = Stamps::default();
        assert_eq!(place(&mut stamps, LaneId::Main, 0, WRAP - 180_000), 0);
        assert_eq!(place(&mut stamps, LaneId::Main, 0, WRAP - 90_000), 90_000);
        assert_eq!(place(&mut stamps, LaneId::Main, 0, 0), 180_000);
        assert_eq!(place(&mut stamps, LaneId::Main, 0, 90_000), 270_000);
        // libavformat may have made one negative already.
        assert_eq!(place(&mut stamps, LaneId::Main, 0, 180_000 - WRAP), 360_000);
    }

    #[test]
    fn what_is_behind_a_discontinuity_follows_what_was_before_it() {
        let mut stamps = Stamps::default();
        place(&mut stamps, LaneId::Main, 0, 5_000_000);
        assert_eq!(place(&mut stamps, LaneId::Main, 1, 77), 90_000);
        assert_eq!(place(&mut stamps, LaneId::Main, 1, 90_077), 180_000);
    }

    #[test]
    fn an_unannounced_jump_is_closed_and_a_segment_left_out_is_not() {
        let mut stamps = Stamps::default();
        place(&mut stamps, LaneId::Main, 0, 0);
        assert_eq!(place(&mut stamps, LaneId::Main, 0, 900_000_000), 90_000);
        stamps.skip(LaneId::Main, Duration::from_secs(4));
        assert_eq!(place(&mut stamps, LaneId::Main, 0, 900_000_000 + 450_000), 180_000 + 360_000);
    }

    #[test]
    fn sound_of_its_own_playlist_stays_with_its_picture() {
        let mut stamps = Stamps::default();
        place(&mut stamps, LaneId::Main, 0, 1_000_000);
        assert_eq!(place(&mut stamps, LaneId::Sound, 0, 1_000_900), 900);
        assert_eq!(place(&mut stamps, LaneId::Main, 1, 50), 90_000);
        // 800 ticks before the picture, as in the feed.
        assert_eq!(place(&mut stamps, LaneId::Sound, 1, WRAP - 750), 90_000 - 800);
    }

    #[test]
    fn a_stray_stamp_within_a_segment_is_left_out() {
        let mut stamps = Stamps::default();
        let mut stray = units(Track::Video, 0, 25);
        stray.extend(units(Track::Audio, 90_000 * 3_600, 1));
        stamps.place(LaneId::Main, 0, true, &mut stray);
        assert_eq!(stray.len(), 25);
    }

    proptest! {
        #[test]
        fn the_nearest_of_the_equal_stamps_is_taken(near in -1_i64 << 50..1 << 50, stamp in 0..WRAP) {
            let found = unwrap(MediaTime::from_ticks(stamp), MediaTime::from_ticks(near));
            prop_assert_eq!((found.ticks() - stamp).rem_euclid(WRAP), 0);
            prop_assert!((found.ticks() - near).abs() <= WRAP / 2);
        }
    }
}
