//! The picture that is repeated while the encoder is away.

use bytes::Bytes;

use super::{held_av1, held_avc, held_hevc, vp9};
use crate::stream::{VideoCodec, VideoConfig};

/// One picture, as often as it is wanted, each time decodable on its own and right behind the last time.
#[derive(Clone, Debug)]
pub struct HeldPicture {
    next: Bytes,
    after: Bytes,
}

impl HeldPicture {
    /// Of an access unit that decoding can start at. `None` when it is none, or its parameter sets are neither in
    /// it nor in the configuration, or it is not understood well enough to be repeated by the rules.
    pub fn new(config: &VideoConfig, unit: &Bytes) -> Option<Self> {
        let [next, after] = match config.codec {
            VideoCodec::H264 => held_avc::pictures(&config.record, unit)?.map(Bytes::from),
            VideoCodec::Hevc => twice(held_hevc::picture(&config.record, unit)?.into()),
            VideoCodec::Av1 => twice(held_av1::picture(&config.record, unit)?.into()),
            VideoCodec::Vp9 => twice(vp9::is_key_frame(unit).then(|| unit.clone())?),
        };
        Some(HeldPicture { next, after })
    }

    /// The next sample. H.264's first differs in idr_pic_id from the access unit itself, the second from the
    /// first, and so on: whichever came last, two in a row are never alike (7.4.3).
    #[expect(clippy::should_implement_trait, reason = "it never ends, so it is no iterator")]
    pub fn next(&mut self) -> Bytes {
        std::mem::swap(&mut self.next, &mut self.after);
        self.after.clone()
    }
}

fn twice(picture: Bytes) -> [Bytes; 2] {
    [picture.clone(), picture]
}

#[cfg(test)]
mod tests {
    use super::super::samples::{CAVLC, bytes};
    use super::super::video_config;
    use super::*;

    #[test]
    fn two_pictures_in_a_row_are_never_alike() {
        let config = video_config(VideoCodec::H264, bytes(CAVLC.record)).unwrap();
        let unit = CAVLC.sample(0);
        let mut held = HeldPicture::new(&config, &unit).unwrap();
        let (first, second, third) = (held.next(), held.next(), held.next());
        assert_ne!(first, unit);
        assert_eq!(second, unit);
        assert_eq!(third, first);
    }

    #[test]
    fn vp9_is_held_from_a_key_frame_alone() {
        let key = bytes("824983420003f002f60438241c184a00");
        let config = super::super::vp9_config(Bytes::new(), &key).unwrap();
        assert_eq!(HeldPicture::new(&config, &key).unwrap().next(), key);
        assert!(HeldPicture::new(&config, &bytes("86004092")).is_none());
    }
}
