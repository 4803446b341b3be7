use bytes::Bytes;

use super::*;
use crate::stream::{AudioCodec, VideoCodec};

const HIGH: &[u8] = &[
    0x01, 0x64, 0x10, 0x28, 0xff, 0xe1, 0x00, 0x16, 0x67, 0x64, 0x10, 0x28, 0xac, 0xb8, 0x0f, 0x00, 0x44,
    0xfc, 0xb8, 0x08, 0x80, 0x00, 0x00, 0x03, 0x00, 0x80, 0x00, 0x00, 0x0a, 0x02, 0x01, 0x00, 0x05, 0x68,
    0xee, 0x0f, 0x2c, 0x8b,
];

fn video(codec: VideoCodec, record: &'static [u8]) -> VideoConfig {
    VideoConfig {
        codec,
        record: Bytes::from_static(record),
        width: 1_920,
        height: 1_080,
        codecs: String::new(),
    }
}

fn sound(codec: AudioCodec, sample_rate: u32, channels: u8) -> AudioConfig {
    AudioConfig {
        codec,
        record: Bytes::new(),
        sample_rate,
        channels,
        frame_length: 1_024,
        codecs: String::from("mp4a.40.2"),
        silence_possible: true,
    }
}

fn well<'a>(video: &'a VideoConfig, audio: &'a AudioConfig) -> Observed<'a> {
    Observed {
        video: Some(video),
        audio: Some(audio),
        settled: true,
        keyframe_interval: Some(MediaTime::from_millis(2_000)),
        since_keyframe: MediaTime::ZERO,
        b_frames: true,
        bit_rate: Some(4_600_000),
        viewers: 30,
        budget: 700_000_000,
    }
}

fn of<'a>(checks: &'a [Check], id: &str) -> &'a Check {
    checks.iter().find(|check| check.id == id).unwrap()
}

#[test]
fn a_good_stream_passes_every_check_in_order() {
    let (video, audio) = (video(VideoCodec::H264, HIGH), sound(AudioCodec::Aac, 48_000, 2));
    let checks = check(&well(&video, &audio));
    let ids: Vec<_> = checks.iter().map(|check| check.id).collect();
    assert_eq!(ids, ["keyframes", "b-frames", "codec", "profile", "bitrate", "audio"]);
    assert!(
        checks.iter().all(|check| check.verdict == Verdict::Pass && check.setting.is_none()),
        "{checks:#?}"
    );
    assert_eq!(of(&checks, "keyframes").text, "Keyframe every 2 s.");
    assert_eq!(of(&checks, "profile").text, "H.264 High, 8 bit, 4:2:0.");
    assert_eq!(of(&checks, "bitrate").text, "4.6 Mbit/s: 143 viewers fit into the 700 Mbit/s of this box.");
    assert_eq!(of(&checks, "audio").text, "AAC stereo, 48 kHz.");
}

#[test]
fn long_keyframe_intervals_name_the_setting() {
    let (video, audio) = (video(VideoCodec::H264, HIGH), sound(AudioCodec::Aac, 48_000, 2));
    let verdict = |millis| {
        let interval = Some(MediaTime::from_millis(millis));
        let checks = check(&Observed { keyframe_interval: interval, ..well(&video, &audio) });
        let check = of(&checks, "keyframes").clone();
        (check.verdict, check.setting)
    };
    let setting = Some(String::from("OBS → Settings → Output → Streaming → Keyframe Interval: 2 s"));
    assert_eq!(verdict(2_500), (Verdict::Pass, None));
    assert_eq!(verdict(2_600), (Verdict::Look, setting.clone()));
    assert_eq!(verdict(10_000), (Verdict::Bad, setting));
}

#[test]
fn a_key_frame_that_never_comes_again_is_noticed() {
    let (video, audio) = (video(VideoCodec::H264, HIGH), sound(AudioCodec::Aac, 48_000, 2));
    let young = Observed { keyframe_interval: None, ..well(&video, &audio) };
    assert!(check(&young).iter().all(|check| check.id != "keyframes"));
    let checks = check(&Observed { since_keyframe: MediaTime::from_millis(9_000), ..young });
    assert_eq!(of(&checks, "keyframes").verdict, Verdict::Bad);
}

#[test]
fn what_browsers_cannot_play_is_bad() {
    let audio = sound(AudioCodec::Aac, 48_000, 2);
    // High 4:2:2 of HEVC's range extensions, and AV1 with 4:4:4.
    let hevc: &[u8] =
        &[1, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 93, 0xf0, 0, 0xfc, 0xfe, 0xfa, 0xfa, 0, 0, 0x0f, 0];
    let checks = check(&well(&video(VideoCodec::Hevc, hevc), &audio)).clone();
    assert_eq!(of(&checks, "profile").verdict, Verdict::Bad);
    assert!(of(&checks, "profile").setting.as_ref().unwrap().contains("Color Format: NV12"));
    assert_eq!(of(&checks, "codec").verdict, Verdict::Look);
    let av1 = video(VideoCodec::Av1, &[0x81, 0x28, 0, 0]);
    assert_eq!(of(&check(&well(&av1, &audio)), "profile").verdict, Verdict::Bad);
}

#[test]
fn a_bit_rate_beyond_the_budget_says_what_to_enter() {
    let (video, audio) = (video(VideoCodec::H264, HIGH), sound(AudioCodec::Aac, 48_000, 2));
    let checks = check(&Observed { viewers: 90, budget: 70_000_000, ..well(&video, &audio) });
    let bitrate = of(&checks, "bitrate");
    assert_eq!(bitrate.verdict, Verdict::Bad);
    assert_eq!(
        bitrate.setting.as_deref(),
        Some("OBS → Settings → Output → Streaming → Video Bitrate: 600 Kbps")
    );
    let checks = check(&Observed { viewers: 0, budget: 70_000_000, ..well(&video, &audio) });
    assert_eq!(of(&checks, "bitrate").verdict, Verdict::Look);
}

#[test]
fn missing_and_unusual_sound_is_named_once_it_had_time_to_come() {
    let video = video(VideoCodec::H264, HIGH);
    let audio = sound(AudioCodec::Aac, 22_050, 1);
    let silent = Observed { audio: None, ..well(&video, &audio) };
    assert_eq!(of(&check(&silent), "audio").text, "No sound comes.");
    assert!(check(&Observed { settled: false, ..silent }).iter().all(|check| check.id != "audio"));
    assert_eq!(of(&check(&well(&video, &audio)), "audio").verdict, Verdict::Look);
    let opus = sound(AudioCodec::Opus, 48_000, 2);
    assert!(of(&check(&well(&video, &opus)), "audio").setting.as_ref().unwrap().contains("FFmpeg AAC"));
}

#[test]
fn nothing_divides_by_zero() {
    let (video, audio) = (video(VideoCodec::H264, HIGH), sound(AudioCodec::Aac, 48_000, 2));
    for (rate, viewers, budget) in
        [(0, 0, 0), (1, u64::MAX, 0), (u64::MAX, u64::MAX, u64::MAX), (0, 0, u64::MAX)]
    {
        check(&Observed { bit_rate: Some(rate), viewers, budget, ..well(&video, &audio) });
    }
}
