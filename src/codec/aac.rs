//! AudioSpecificConfig of AAC (ISO/IEC 14496-3 1.6.2.1, 4.4.1).

use bytes::Bytes;

use super::bits::BitReader;
use super::error::CodecError;
use crate::stream::{AudioCodec, AudioConfig};

const NAME: &str = "AAC configuration (AudioSpecificConfig)";

const AAC_LC: u32 = 2;
const SBR: u32 = 5;
const PS: u32 = 29;
const ER_BSAC: u32 = 22;
/// Main, LC, SSR and LTP.
const AAC_TYPES: std::ops::RangeInclusive<u32> = 1..=4;

/// Table 1.18; the index 15 is followed by the rate itself.
const RATES: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];
const EXPLICIT_RATE: u32 = 15;

pub(super) fn config(record: Bytes) -> Result<AudioConfig, CodecError> {
    let reader = &mut BitReader::new(&record);
    let cut = || CodecError::Truncated(NAME);
    let mut object = object_type(reader).ok_or_else(cut)?;
    let (rate, usual_rate) = sample_rate(reader)?;
    let configuration = reader.bits(4).ok_or_else(cut)?;
    let channels = channels(configuration)?;
    let mut extension = None;
    if object == SBR || object == PS {
        extension = Some(object);
        sample_rate(reader)?;
        object = object_type(reader).ok_or_else(cut)?;
        if object == ER_BSAC {
            return Err(CodecError::ObjectType(object));
        }
    }
    if !AAC_TYPES.contains(&object) {
        return Err(CodecError::ObjectType(object));
    }
    let short_frame = general_audio(reader).ok_or_else(cut)?;
    if extension.is_none() && configuration != 0 {
        extension = sync_extension(reader);
    }
    let frame_length = if short_frame { 960 } else { 1024 };
    // The box's own encoder makes silence for nothing else.
    let plain = object == AAC_LC && extension.is_none() && !short_frame && usual_rate;
    let silence_possible = plain && (1..=7).contains(&configuration);
    Ok(AudioConfig {
        codec: AudioCodec::Aac,
        record: record.clone(),
        sample_rate: rate,
        channels,
        frame_length,
        codecs: format!("mp4a.40.{}", extension.unwrap_or(object)),
        silence_possible,
    })
}

/// GetAudioObjectType().
fn object_type(reader: &mut BitReader<'_>) -> Option<u32> {
    match reader.bits(5)? {
        31 => Some(32 + reader.bits(6)?),
        object => Some(object),
    }
}

/// A sample rate by index or in full, and whether it is one of the table's.
fn sample_rate(reader: &mut BitReader<'_>) -> Result<(u32, bool), CodecError> {
    let cut = || CodecError::Truncated(NAME);
    let index = reader.bits(4).ok_or_else(cut)?;
    let rate = match usize::try_from(index).ok().and_then(|index| RATES.get(index)) {
        Some(rate) => *rate,
        None if index == EXPLICIT_RATE => reader.bits(24).ok_or_else(cut)?,
        None => return Err(CodecError::Malformed(NAME)),
    };
    // It becomes the track's timescale: what no AAC stream has would only overflow something later.
    if !(7_350..=96_000).contains(&rate) {
        return Err(CodecError::SampleRate(rate));
    }
    Ok((rate, RATES.contains(&rate)))
}

/// Table 1.19.
fn channels(configuration: u32) -> Result<u8, CodecError> {
    match configuration {
        0..=6 => u8::try_from(configuration).map_err(|_| CodecError::Channels(configuration)),
        7 | 12 | 14 => Ok(8),
        11 => Ok(7),
        13 => Ok(24),
        _ => Err(CodecError::Channels(configuration)),
    }
}

/// GASpecificConfig() up to a program config element; whether frames have 960 samples.
fn general_audio(reader: &mut BitReader<'_>) -> Option<bool> {
    let short_frame = reader.flag()?;
    if reader.flag()? {
        reader.skip(14)?;
    }
    reader.skip(1)?;
    Some(short_frame)
}

/// The backward-compatible announcement of SBR and PS after the core's configuration (1.6.6.2): the object type
/// that it amounts to. Encoders also write one that says "no SBR".
fn sync_extension(reader: &mut BitReader<'_>) -> Option<u32> {
    const SBR_SYNC: u32 = 0x2b7;
    const PS_SYNC: u32 = 0x548;
    if reader.remaining() < 16 || reader.bits(11)? != SBR_SYNC || object_type(reader)? != SBR {
        return None;
    }
    if !reader.flag()? {
        return None;
    }
    let parametric_stereo = sample_rate(reader).is_ok()
        && reader.remaining() >= 12
        && reader.bits(11) == Some(PS_SYNC)
        && reader.flag() == Some(true);
    Some(if parametric_stereo { PS } else { SBR })
}

#[cfg(test)]
mod tests {
    use super::super::samples::bytes;
    use super::*;
    use proptest::prelude::*;

    fn read(record: &str) -> AudioConfig {
        config(bytes(record)).unwrap()
    }

    #[test]
    fn plain_aac_can_be_made_silent() {
        for (record, rate, channels) in [("1210", 44_100, 2), ("11b056e500", 48_000, 6), ("1190", 48_000, 2)]
        {
            let aac = read(record);
            assert_eq!((aac.sample_rate, aac.channels, aac.frame_length), (rate, channels, 1024), "{record}");
            assert_eq!(aac.codecs, "mp4a.40.2");
            assert!(aac.silence_possible, "{record}");
        }
    }

    #[test]
    fn high_efficiency_aac_keeps_the_rate_of_its_core() {
        // Explicit hierarchical SBR and PS, then both behind the core's configuration.
        for (record, codecs) in [
            ("2b098800", "mp4a.40.5"),
            ("eb098800", "mp4a.40.29"),
            ("131056e598", "mp4a.40.5"),
            ("130856e59d4880", "mp4a.40.29"),
        ] {
            let aac = read(record);
            assert_eq!((aac.sample_rate, aac.codecs.as_str()), (24_000, codecs), "{record}");
            assert!(!aac.silence_possible, "{record}");
        }
    }

    #[test]
    fn what_the_boxs_encoder_cannot_match_is_not_made_silent() {
        // A program config element, frames of 960 samples, a rate of its own, AAC Main.
        for (record, rate, channels, frame) in [
            ("1180048004", 48_000, 0, 1024),
            ("1194", 48_000, 2, 960),
            ("17802ee010", 24_000, 2, 1024),
            ("1780271010", 20_000, 2, 1024),
            ("0990", 48_000, 2, 1024),
        ] {
            let aac = read(record);
            assert_eq!(
                (aac.sample_rate, aac.channels, aac.frame_length),
                (rate, channels, frame),
                "{record}"
            );
            assert_eq!(aac.silence_possible, rate == 24_000, "{record}");
        }
    }

    #[test]
    fn what_is_no_aac_is_refused() {
        assert_eq!(config(Bytes::new()), Err(CodecError::Truncated(NAME)));
        assert_eq!(config(bytes("12")), Err(CodecError::Truncated(NAME)));
        assert_eq!(config(bytes("1690")), Err(CodecError::Malformed(NAME)));
        assert_eq!(config(bytes("1780000010")), Err(CodecError::SampleRate(0)));
        assert_eq!(config(bytes("11c8")), Err(CodecError::Channels(9)));
        assert_eq!(config(bytes("f8e64000")), Err(CodecError::ObjectType(39)));
    }

    proptest! {
        #[test]
        fn no_bytes_break_the_parser(record in prop::collection::vec(any::<u8>(), 0..20)) {
            let _ = config(record.into());
        }
    }
}
