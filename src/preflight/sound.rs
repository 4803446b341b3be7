//! The rule about sound.

use super::{Check, Observed};
use crate::stream::AudioCodec;

/// What every player takes.
const RATES: [u32; 2] = [44_100, 48_000];

const RATE: &str = "OBS → Settings → Audio → Sample Rate: 48 kHz";
const ENCODER: &str = "OBS → Settings → Output → Streaming → Audio Encoder: FFmpeg AAC";
const CHANNELS: &str = "OBS → Settings → Audio → Channels: Stereo";
const SOURCE: &str = "OBS → Settings → Audio → Global Audio Devices: choose one; OBS → Settings → Output → Streaming → \
                      Audio Track: 1";

pub(super) fn audio(observed: &Observed<'_>) -> Option<Check> {
    const ID: &str = "audio";
    let Some(audio) = observed.audio else {
        return observed.settled.then(|| Check::look(ID, "No sound comes.", SOURCE));
    };
    // With SBR the core runs at half the rate that is heard.
    let rate = if audio.sample_rate <= 24_000 && audio.codecs.as_str() != "mp4a.40.2" {
        audio.sample_rate * 2
    } else {
        audio.sample_rate
    };
    let channels = match audio.channels {
        1 => String::from("mono"),
        2 => String::from("stereo"),
        count => format!("{count} channels"),
    };
    let codec = match audio.codec {
        AudioCodec::Aac => "AAC",
        AudioCodec::Opus => "Opus",
    };
    let text = format!("{codec} {channels}, {} kHz", f64::from(rate) / 1_000.0);
    Some(match audio.codec {
        AudioCodec::Opus => {
            Check::look(ID, format!("{text}: older iPhones and many televisions stay silent."), ENCODER)
        }
        AudioCodec::Aac if !RATES.contains(&rate) => {
            Check::look(ID, format!("{text}: some players stay silent at this rate."), RATE)
        }
        AudioCodec::Aac if audio.channels > 2 || audio.channels == 0 => {
            Check::look(ID, format!("{text}: many phones play stereo only."), CHANNELS)
        }
        AudioCodec::Aac => Check::pass(ID, format!("{text}.")),
    })
}
