//! Opus: its identification header (RFC 7845 5.1) and the length of a packet (RFC 6716 3.1, 3.2).

use bytes::Bytes;

use super::error::CodecError;
use crate::stream::{AudioCodec, AudioConfig};

const NAME: &str = "Opus configuration (OpusHead)";
const MAGIC: &[u8] = b"OpusHead";
/// The header of mapping family 0, magic included.
const LENGTH: usize = 19;
/// A packet holds at most 120 ms.
const LONGEST_PACKET: u32 = 5_760;

pub(super) fn config(record: Bytes) -> Result<AudioConfig, CodecError> {
    if !record.starts_with(&MAGIC[..record.len().min(MAGIC.len())]) {
        return Err(CodecError::NoOpusHead);
    }
    let cut = CodecError::Truncated(NAME);
    let head: &[u8; LENGTH] = record.first_chunk().ok_or(cut)?;
    let (version, channels, family) = (head[8], head[9], head[18]);
    // RFC 7845 5.1: minor versions are compatible, those from 16 on are not.
    if version > 15 {
        return Err(CodecError::Version { record: NAME, version });
    }
    let malformed = CodecError::Malformed(NAME);
    match family {
        0 if (1..=2).contains(&channels) => {}
        1 if (1..=8).contains(&channels) => {
            let (counts, mapping) = record[LENGTH..].split_first_chunk::<2>().ok_or(cut)?;
            let mapping = mapping.get(..usize::from(channels)).ok_or(cut)?;
            let [streams, coupled] = counts.map(u16::from);
            let decoded = streams + coupled;
            let known = |index: &u8| *index == u8::MAX || u16::from(*index) < decoded;
            if streams == 0 || coupled > streams || decoded > 255 || !mapping.iter().all(known) {
                return Err(malformed);
            }
        }
        0 | 1 => return Err(malformed),
        _ => return Err(CodecError::MappingFamily(family)),
    }
    Ok(AudioConfig {
        codec: AudioCodec::Opus,
        record,
        sample_rate: 48_000,
        channels,
        frame_length: 960,
        codecs: "opus".to_owned(),
        // A packet of several streams is silent only with a silent frame of each.
        silence_possible: family == 0,
    })
}

/// How many samples at 48 kHz a packet lasts; `None` when it is none.
pub fn opus_duration(packet: &[u8]) -> Option<u32> {
    let toc = *packet.first()?;
    let frame = match (toc >> 3, (toc >> 3) & 3) {
        // SILK, hybrid, CELT: table 2.
        (0..=11, size) => [480, 960, 1_920, 2_880][usize::from(size)],
        (12..=15, size) => [480, 960][usize::from(size & 1)],
        (_, size) => [120, 240, 480, 960][usize::from(size)],
    };
    let frames = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => u32::from(packet.get(1)? & 0x3f),
    };
    let duration = frame * frames;
    (1..=LONGEST_PACKET).contains(&duration).then_some(duration)
}

#[cfg(test)]
mod tests {
    use super::super::samples::bytes;
    use super::*;
    use proptest::prelude::*;

    const STEREO: &str = "4f707573486561640102380180bb0000000000";
    const SURROUND: &str = "4f707573486561640106380180bb000000000104020004010203 05";

    #[test]
    fn stereo_can_be_made_silent_and_surround_is_carried() {
        let stereo = config(bytes(STEREO)).unwrap();
        assert_eq!((stereo.sample_rate, stereo.channels, stereo.frame_length), (48_000, 2, 960));
        assert!(stereo.silence_possible);
        let surround = config(bytes(SURROUND)).unwrap();
        assert_eq!((surround.channels, surround.codecs.as_str()), (6, "opus"));
        assert!(!surround.silence_possible);
    }

    #[test]
    fn a_header_says_why_it_is_refused() {
        let surround = bytes(SURROUND);
        for length in [0, 5, 18, 20, 26] {
            assert_eq!(config(surround.slice(..length)), Err(CodecError::Truncated(NAME)), "{length}");
        }
        assert_eq!(config(surround.slice(8..)), Err(CodecError::NoOpusHead));
        let with = |index: usize, byte| {
            let mut head = surround.to_vec();
            head[index] = byte;
            config(head.into())
        };
        assert_eq!(with(8, 16), Err(CodecError::Version { record: NAME, version: 16 }));
        assert_eq!(with(18, 2), Err(CodecError::MappingFamily(2)));
        assert_eq!(with(18, 0), Err(CodecError::Malformed(NAME)));
        assert_eq!(with(21, 6), Err(CodecError::Malformed(NAME)));
        assert_eq!(with(9, 0), Err(CodecError::Malformed(NAME)));
    }

    #[test]
    fn a_packet_lasts_its_frames() {
        for (packet, samples) in [
            (&[0xfc][..], Some(960)),
            (&[0x00], Some(480)),
            (&[0x18, 1], Some(2_880)),
            (&[0x68], Some(960)),
            (&[0x80], Some(120)),
            (&[0xe1, 1], Some(240)),
            (&[0xea, 1], Some(480)),
            (&[0xfb, 0x86], Some(5_760)),
            (&[0xfb, 0x07], None),
            (&[0xfb, 0x00], None),
            (&[0xfb], None),
            (&[], None),
        ] {
            assert_eq!(opus_duration(packet), samples, "{packet:x?}");
        }
    }

    proptest! {
        #[test]
        fn a_duration_is_a_multiple_of_the_shortest_frame(packet in prop::collection::vec(any::<u8>(), 0..4)) {
            if let Some(samples) = opus_duration(&packet) {
                prop_assert!(samples % 120 == 0 && samples <= LONGEST_PACKET);
            }
            let _ = config([MAGIC, &packet].concat().into());
        }
    }
}
