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
