//! Renditions: one playable version of an event, and the names that its URLs carry.

use std::fmt;
use std::str::FromStr;

use super::{EventId, KeptInit, KeptSegment};
use crate::time::MediaTime;

/// Where an epoch's characters come from: digits and lower-case letters without those that look alike.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// 12 characters of 5 bits: 60 random bits, so that no two databases ever share a media URL.
const EPOCH_LENGTH: usize = 12;

/// The first element of every media URL: random per database, so that a cached URL never means other bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Epoch(String);

impl Epoch {
    /// From random bytes of the caller's.
    pub fn from_random(random: [u8; EPOCH_LENGTH]) -> Self {
        Epoch(random.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect())
    }

    /// The characters as they stand in a URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text is no epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an epoch of 12 letters and digits")]
pub struct ParseEpochError;

impl FromStr for Epoch {
    type Err = ParseEpochError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let sound = text.len() == EPOCH_LENGTH && text.bytes().all(|byte| ALPHABET.contains(&byte));
        if sound { Ok(Epoch(text.to_owned())) } else { Err(ParseEpochError) }
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One rendition of one event: the `{event}-{rendition}` of its URLs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RenditionId {
    /// The event.
    pub event: EventId,
    /// 0 is the encoder's own stream; a ladder counts on.
    pub rendition: u8,
}

impl fmt::Display for RenditionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.event, self.rendition)
    }
}

/// The text is not `{event}-{rendition}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an event and a rendition, such as 7-0")]
pub struct ParseRenditionIdError;

impl FromStr for RenditionId {
    type Err = ParseRenditionIdError;

    /// Accepts exactly what `Display` writes: one URL per rendition, or a cache would hold it twice.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (event, rendition) = text.split_once('-').ok_or(ParseRenditionIdError)?;
        let id = RenditionId {
            event: EventId(event.parse().map_err(|_| ParseRenditionIdError)?),
            rendition: rendition.parse().map_err(|_| ParseRenditionIdError)?,
        };
        if id.to_string() == text { Ok(id) } else { Err(ParseRenditionIdError) }
    }
}

/// What a multivariant playlist says of one rendition.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendition {
    /// Its name.
    pub id: RenditionId,
    /// The CODECS attribute (RFC 6381).
    pub codecs: String,
    /// Width and height in pixels, if there is a picture.
    pub resolution: Option<(u32, u32)>,
    /// Frames a second, if there is a picture and it was measured.
    pub frame_rate: Option<f64>,
    /// Peak segment bit rate in bit/s (BANDWIDTH).
    pub bandwidth: u64,
    /// Average bit rate in bit/s (AVERAGE-BANDWIDTH).
    pub average_bandwidth: u64,
}

impl Rendition {
    /// What the kept parts of a rendition come to. Its codecs are those of every configuration it had.
    pub fn recorded(id: RenditionId, inits: &[KeptInit], segments: &[KeptSegment]) -> Self {
        let used = inits.iter().filter(|init| segments.iter().any(|segment| segment.init == init.number));
        let mut codecs: Vec<&str> = Vec::new();
        for codec in used.clone().flat_map(|init| init.codecs.split(',')) {
            if !codec.is_empty() && !codecs.contains(&codec) {
                codecs.push(codec);
            }
        }
        let rate = |bytes: u64, length: MediaTime| {
            let millis = u64::try_from(length.millis()).unwrap_or_default().max(1);
            bytes.saturating_mul(8_000) / millis
        };
        let size = segments.iter().map(|segment| segment.size).sum();
        let length = segments.iter().fold(MediaTime::ZERO, |sum, segment| sum + segment.duration);
        let average_bandwidth = rate(size, length).max(1);
        let peak = segments.iter().map(|segment| rate(segment.size, segment.duration)).max();
        Rendition {
            id,
            codecs: codecs.join(","),
            resolution: used
                .filter_map(|init| init.resolution)
                .max_by_key(|(width, height)| u64::from(*width) * u64::from(*height)),
            frame_rate: None,
            bandwidth: peak.unwrap_or_default().max(average_bandwidth),
            average_bandwidth,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rendition_id_reads_back_what_it_writes_and_nothing_else() {
        let id = RenditionId { event: EventId(7), rendition: 0 };
        assert_eq!("7-0".parse(), Ok(id));
        for wrong in ["07-0", "7-00", "7", "-0", "7-", "+7-0", "7-256", "7-0-0", ""] {
            assert_eq!(wrong.parse::<RenditionId>(), Err(ParseRenditionIdError), "{wrong}");
        }
    }

    #[test]
    fn a_recording_is_described_by_all_that_it_had() {
        let id = RenditionId { event: EventId(7), rendition: 0 };
        let init = |number, codecs: &str, resolution| KeptInit {
            number,
            codecs: codecs.into(),
            resolution,
            size: 9,
        };
        let inits = [
            init(0, "avc1.64001f,mp4a.40.2", Some((1_280, 720))),
            init(1, "avc1.640028,mp4a.40.2", Some((1_920, 1_080))),
            init(2, "hvc1.unused", Some((3_840, 2_160))),
        ];
        let segment = |msn, init, size| KeptSegment {
            msn,
            init,
            discontinuity: false,
            start: MediaTime::ZERO,
            date: 0,
            duration: MediaTime::from_millis(2_000),
            size,
            kept: true,
        };
        let rendition = Rendition::recorded(id, &inits, &[segment(7, 0, 1_000), segment(8, 1, 3_000)]);
        assert_eq!(rendition.codecs, "avc1.64001f,mp4a.40.2,avc1.640028");
        assert_eq!(rendition.resolution, Some((1_920, 1_080)));
        assert_eq!((rendition.bandwidth, rendition.average_bandwidth), (12_000, 8_000));
    }

    #[test]
    fn an_epoch_is_safe_in_a_url() {
        let epoch = Epoch::from_random([255, 0, 31, 32, 7, 8, 9, 10, 11, 12, 13, 14]);
        assert_eq!(epoch.as_str().len(), 12);
        assert!(epoch.as_str().bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase()));
    }
}
