//! What an encoder says of its stream before it sends it, as far as it is believed.

use super::encoder_name::encoder_name;
use crate::live::Announced;
use crate::rtmp::Metadata;

/// Kbit/s beyond it are not believed. Threat: nonsense in the dashboard.
const MAX_DATA_RATE: f64 = 1_000_000.0;

/// Pictures a second beyond it are not believed.
const MAX_FRAME_RATE: f64 = 1_000.0;

/// Reads an encoder's onMetaData.
pub fn announcement(metadata: &Metadata) -> Announced {
    // Without the picture's rate the sound's alone says nothing of the stream.
    let kilobits = metadata.video_data_rate.map(|video| video + metadata.audio_data_rate.unwrap_or_default());
    Announced {
        encoder: metadata.encoder.as_deref().and_then(encoder_name),
        bit_rate: kilobits.and_then(bits),
        frame_rate: metadata.frame_rate.filter(|rate| *rate > 0.0 && *rate <= MAX_FRAME_RATE),
    }
}

/// Kbit/s as encoders say them, in bits.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded just before")]
fn bits(kilobits: f64) -> Option<u64> {
    (1.0..=MAX_DATA_RATE).contains(&kilobits).then_some((kilobits * 1_000.0) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(video: f64, audio: Option<f64>, frames: f64) -> (Option<u64>, Option<f64>) {
        let metadata = Metadata {
            encoder: None,
            video_data_rate: Some(video),
            audio_data_rate: audio,
            frame_rate: Some(frames),
        };
        let announced = announcement(&metadata);
        (announced.bit_rate, announced.frame_rate)
    }

    #[test]
    fn both_tracks_rates_are_one_and_nonsense_is_none() {
        assert_eq!(rates(6_000.0, Some(160.0), 59.94), (Some(6_160_000), Some(59.94)));
        assert_eq!(rates(6_000.0, None, 0.0), (Some(6_000_000), None));
        assert_eq!(rates(0.0, None, -1.0), (None, None));
        assert_eq!(rates(-5.0, None, 1e9), (None, None));
        assert_eq!(rates(1e300, Some(1e300), 1e300), (None, None));
    }
}
