//! What the bucket's multivariant playlists say of a rendition: steady, so that they are seldom written anew.

use crate::stream::{KeptInit, KeptSegment, Rendition, RenditionId};

/// Bit rates are rounded up to this, bit/s; they would be others with every segment.
const BANDWIDTH_STEP: u64 = 100_000;

/// Of these segments; `None` when nothing is known of them.
pub(super) fn variant(id: RenditionId, inits: &[KeptInit], segments: &[KeptSegment]) -> Option<Rendition> {
    let told = Rendition::recorded(id, inits, segments);
    let round = |rate: u64| rate.div_ceil(BANDWIDTH_STEP) * BANDWIDTH_STEP;
    (!told.codecs.is_empty()).then(|| Rendition {
        bandwidth: round(told.bandwidth),
        average_bandwidth: round(told.average_bandwidth),
        ..told
    })
}

/// What is said stays said until it is too little or wrong.
pub(super) fn follow(said: &mut Option<Rendition>, newer: Option<Rendition>) {
    let Some(newer) = newer else { return };
    let holds = said.as_ref().is_some_and(|said| {
        said.codecs == newer.codecs
            && said.resolution == newer.resolution
            && said.bandwidth >= newer.bandwidth
    });
    if !holds {
        *said = Some(newer);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::stream::EventId;
    use crate::time::MediaTime;

    const ID: RenditionId = RenditionId { event: EventId(3), rendition: 0 };

    /// One with a single segment of two seconds.
    pub fn sized(id: RenditionId, size: u64) -> Option<Rendition> {
        let init = KeptInit { number: 0, codecs: "avc1".into(), resolution: None, size: 5 };
        let segment = KeptSegment {
            msn: 7,
            init: 0,
            discontinuity: false,
            start: MediaTime::ZERO,
            date: 0,
            duration: MediaTime::from_millis(2_000),
            size,
            kept: false,
        };
        variant(id, &[init], &[segment])
    }

    #[test]
    fn a_variant_is_rounded_up_and_said_anew_when_it_was_too_little() {
        let mut said = sized(ID, 500_000);
        let bandwidth = |said: &Option<Rendition>| said.as_ref().unwrap().bandwidth;
        assert_eq!(said.as_ref().unwrap().average_bandwidth, 2_000_000);
        assert_eq!((bandwidth(&said), bandwidth(&sized(ID, 500_001))), (2_000_000, 2_100_000));
        follow(&mut said, sized(ID, 400_000));
        assert_eq!(bandwidth(&said), 2_000_000);
        follow(&mut said, sized(ID, 600_000));
        assert_eq!(bandwidth(&said), 2_400_000);
        follow(&mut said, None);
        assert_eq!(bandwidth(&said), 2_400_000);
    }

    #[test]
    fn nothing_is_said_of_a_rendition_without_segments() {
        assert_eq!(variant(ID, &[], &[]), None);
    }
}
