//! How a stream goes on at one of its pictures behind pictures of another stream.
//!
//! An IDR picture begins anew by itself. A CRA picture of HEVC does not: unless it is a bitstream's first, its
//! leading pictures refer to what came before (H.265 8.3.3). So it is entered as the BLA picture that it stands
//! for, and its RASL pictures are left out. H.264's recovery points have no such form; they are no way in.

use bytes::Bytes;

use super::hevc::{HevcRecord, unit_type};
use super::nal::{append, split};
use super::{avc::AvcRecord, avc_slice::IDR_SLICE};
use crate::stream::{VideoCodec, VideoConfig};

const BLA_W_RADL: u8 = 17;
const CRA: u8 = 21;
/// BLA_W_LP to CRA (H.265 table 7-1).
const IRAP: std::ops::RangeInclusive<u8> = 16..=CRA;
const RASL: std::ops::RangeInclusive<u8> = 8..=9;
const RADL: std::ops::RangeInclusive<u8> = 6..=7;
/// The last nal_unit_type of a coded slice.
const LAST_SLICE: u8 = 31;

/// Whether another stream's pictures may stand before this key frame.
pub fn is_entrance(config: &VideoConfig, unit: &Bytes) -> bool {
    match config.codec {
        VideoCodec::H264 => {
            let units = AvcRecord::parse(&config.record).ok().and_then(|r| split(unit, r.length_size));
            units.is_some_and(|units| units.iter().any(|unit| unit[0] & 0x1f == IDR_SLICE))
        }
        VideoCodec::Hevc => slice_type(config, unit).is_some_and(|kind| IRAP.contains(&kind)),
        VideoCodec::Av1 | VideoCodec::Vp9 => true,
    }
}

/// Lets a stream in; the first picture is the entrance.
#[derive(Debug, Default)]
pub struct Entrance(Step);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Step {
    /// The entrance itself is next.
    #[default]
    First,
    /// Leading pictures of the entrance may come.
    Leading,
    /// All that comes is taken as it is.
    Open,
}

impl Entrance {
    /// The picture as it may stand in the stream, or `None` where it may not.
    pub fn admit(&mut self, config: &VideoConfig, unit: &Bytes) -> Option<Bytes> {
        if self.0 == Step::Open || config.codec != VideoCodec::Hevc {
            return Some(unit.clone());
        }
        let kind = slice_type(config, unit);
        match (self.0, kind) {
            (Step::First, Some(CRA)) => {
                self.0 = Step::Leading;
                Some(broken_link(config, unit).unwrap_or_else(|| unit.clone()))
            }
            (Step::Leading, Some(kind)) if RASL.contains(&kind) => None,
            (Step::Leading, Some(kind)) if RADL.contains(&kind) => Some(unit.clone()),
            _ => {
                self.0 = Step::Open;
                Some(unit.clone())
            }
        }
    }
}

/// nal_unit_type of the picture's first slice.
fn slice_type(config: &VideoConfig, unit: &[u8]) -> Option<u8> {
    let record = HevcRecord::parse(&config.record).ok()?;
    let kinds = split(unit, record.length_size)?.into_iter().filter_map(unit_type);
    kinds.into_iter().find(|kind| *kind <= LAST_SLICE)
}

/// A CRA picture as BLA_W_RADL: the fields of its slice headers are the same (H.265 7.3.6.1).
fn broken_link(config: &VideoConfig, unit: &[u8]) -> Option<Bytes> {
    let record = HevcRecord::parse(&config.record).ok()?;
    let mut out = Vec::with_capacity(unit.len());
    for unit in split(unit, record.length_size)? {
        let mut unit = unit.to_vec();
        if unit_type(&unit) == Some(CRA) {
            unit[0] = unit[0] & 0x81 | BLA_W_RADL << 1;
        }
        append(&mut out, &unit, record.length_size)?;
    }
    Some(Bytes::from(out))
}

#[cfg(test)]
mod tests {
    use super::super::samples::{CAVLC, HEVC, bytes};
    use super::*;

    fn config() -> VideoConfig {
        super::super::video_config(VideoCodec::Hevc, bytes(HEVC)).unwrap()
    }

    /// One slice of this type.
    fn slice(kind: u8) -> Bytes {
        Bytes::from(vec![0, 0, 0, 4, kind << 1, 1, 0xaf, 0x80])
    }

    #[test]
    fn a_cra_picture_enters_as_a_broken_link_without_its_rasl_pictures() {
        let (config, mut entrance) = (config(), Entrance::default());
        assert_eq!(entrance.admit(&config, &slice(CRA)), Some(slice(BLA_W_RADL)));
        assert_eq!(entrance.admit(&config, &slice(9)), None);
        assert_eq!(entrance.admit(&config, &slice(7)), Some(slice(7)));
        assert_eq!(entrance.admit(&config, &slice(8)), None);
        assert_eq!(entrance.admit(&config, &slice(1)), Some(slice(1)));
        assert_eq!(entrance.admit(&config, &slice(CRA)), Some(slice(CRA)));
        assert_eq!(entrance.admit(&config, &slice(9)), Some(slice(9)), "its own leading pictures stay");
    }

    #[test]
    fn an_idr_picture_enters_as_it_is() {
        let (config, mut entrance) = (config(), Entrance::default());
        assert_eq!(entrance.admit(&config, &slice(19)), Some(slice(19)));
        assert_eq!(entrance.admit(&config, &slice(9)), Some(slice(9)));
    }

    #[test]
    fn a_recovery_point_of_h264_is_no_entrance() {
        let config = super::super::video_config(VideoCodec::H264, bytes(CAVLC.record)).unwrap();
        assert!(is_entrance(&config, &CAVLC.sample(0)));
        assert!(!is_entrance(&config, &Bytes::from_static(&[0, 0, 0, 2, 0x41, 0x9a])));
    }
}
