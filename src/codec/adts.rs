//! ADTS, the frames that AAC comes in where no container holds its configuration (ISO/IEC 14496-3 1.A.2).

use bytes::Bytes;

/// Samples of a frame; ADTS knows no others.
pub const FRAME: u32 = 1_024;

/// Without and with a checksum.
const HEADER: usize = 7;
const HEADER_WITH_CHECKSUM: usize = 9;

/// sampling_frequency_index, table 1.18.
const RATES: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

/// A frame with its header read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdtsFrame<'a> {
    /// AudioSpecificConfig that says what the header says.
    pub config: [u8; 2],
    /// Samples a second.
    pub sample_rate: u32,
    /// The raw frame.
    pub data: &'a [u8],
}

/// The first frame of the bytes, and what follows it. `None` when they do not begin with a whole one; a frame of
/// several raw blocks is none, because nobody sends it.
pub fn adts_frame(bytes: &[u8]) -> Option<(AdtsFrame<'_>, &[u8])> {
    let header: &[u8; HEADER] = bytes.first_chunk()?;
    let [sync, flags, profile, ..] = *header;
    // Sync word and layer.
    if sync != 0xff || flags & 0xf6 != 0xf0 || header[6] & 3 != 0 {
        return None;
    }
    let start = if flags & 1 == 0 { HEADER_WITH_CHECKSUM } else { HEADER };
    let object = (profile >> 6) + 1;
    let index = (profile >> 2) & 0x0f;
    let channels = (profile & 1) << 2 | header[3] >> 6;
    let sample_rate = *RATES.get(usize::from(index))?;
    let length = usize::from(header[3] & 3) << 11 | usize::from(header[4]) << 3 | usize::from(header[5] >> 5);
    let (frame, rest) = bytes.split_at_checked(length)?;
    let data = frame.get(start..).filter(|data| !data.is_empty())?;
    let config = [object << 3 | index >> 1, (index & 1) << 7 | channels << 3];
    Some((AdtsFrame { config, sample_rate, data }, rest))
}

/// Packed audio of HLS: the 90 kHz stamp of its ID3 tag, if that has one (RFC 8216 3.4), and the frames after it.
pub fn packed_audio(bytes: &Bytes) -> Option<(Option<u64>, Bytes)> {
    const OWNER: &[u8] = b"com.apple.streaming.transportStreamTimestamp\0";
    const TAG_HEADER: usize = 10;
    let mut rest = bytes.clone();
    let mut stamp = None;
    while rest.starts_with(b"ID3") {
        let size = rest.get(6..TAG_HEADER)?;
        // ID3v2 3.1: seven bits of each byte count.
        let size = size.iter().fold(0_usize, |sum, byte| sum << 7 | usize::from(byte & 0x7f));
        if rest.len() < TAG_HEADER + size {
            return None;
        }
        let tag = rest.split_to(TAG_HEADER + size);
        let owner = tag.windows(OWNER.len()).position(|window| window == OWNER);
        let value = owner.and_then(|at| tag.get(at + OWNER.len()..)).and_then(|rest| rest.first_chunk());
        stamp = stamp.or(value.map(|value| u64::from_be_bytes(*value) & ((1 << 33) - 1)));
    }
    adts_frame(&rest).is_some().then_some((stamp, rest))
}

#[cfg(test)]
mod tests {
    use super::super::audio_config;
    use super::super::samples::bytes;
    use super::*;
    use crate::stream::AudioCodec;
    use proptest::prelude::*;

    /// AAC-LC, 44.1 kHz, stereo, three bytes of data.
    const FRAME_44100: &str = "fff15080015ffc010203";

    #[test]
    fn a_frame_says_its_configuration() {
        let stream = [bytes(FRAME_44100), bytes(FRAME_44100)].concat();
        let (frame, rest) = adts_frame(&stream).unwrap();
        assert_eq!((frame.sample_rate, frame.data), (44_100, &[1, 2, 3][..]));
        let config = audio_config(AudioCodec::Aac, Bytes::copy_from_slice(&frame.config)).unwrap();
        assert_eq!((config.sample_rate, config.channels, config.codecs.as_str()), (44_100, 2, "mp4a.40.2"));
        assert_eq!(adts_frame(rest).unwrap(), (frame, &[][..]));
    }

    #[test]
    fn what_is_no_whole_frame_is_none() {
        let whole = bytes(FRAME_44100);
        for length in 0..whole.len() {
            assert_eq!(adts_frame(&whole[..length]), None, "{length}");
        }
        assert_eq!(adts_frame(&bytes("47400010015ffc010203")), None);
    }

    #[test]
    fn packed_audio_has_its_stamp_before_its_frames() {
        let owner = b"com.apple.streaming.transportStreamTimestamp\0";
        let value = [owner.as_slice(), &0x1_0000_0001_u64.to_be_bytes()].concat();
        let frame = [b"PRIV".as_slice(), &[0, 0, 0, 53, 0, 0], &value].concat();
        let tag = [b"ID3".as_slice(), &[4, 0, 0, 0, 0, 0, 63], &frame].concat();
        let packed = Bytes::from([tag, bytes(FRAME_44100).to_vec()].concat());
        assert_eq!(packed_audio(&packed), Some((Some(0x1_0000_0001), bytes(FRAME_44100))));
        assert_eq!(packed_audio(&bytes(FRAME_44100)), Some((None, bytes(FRAME_44100))));
        assert_eq!(packed_audio(&packed.slice(..40)), None);
    }

    proptest! {
        #[test]
        fn no_bytes_break_the_parser(mut stream in prop::collection::vec(any::<u8>(), 0..40), tag in any::<bool>()) {
            if tag {
                stream.splice(0..0, *b"ID3");
            }
            let _ = packed_audio(&stream.clone().into());
            stream.splice(0..0, [0xff, 0xf1]);
            if let Some((frame, rest)) = adts_frame(&stream) {
                prop_assert!(frame.data.len() + rest.len() < stream.len());
            }
        }
    }
}
