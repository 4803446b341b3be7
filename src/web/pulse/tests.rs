use std::fs;
use std::path::PathBuf;

use bytes::Bytes;

use super::*;
use crate::appliance::{ClockState, Disk, Interface, Wear};
use crate::live::{Announced, Fault, Origin, Reading};
use crate::seeder::Traffic;
use crate::stream::{AudioCodec, AudioConfig, Configuration, Epoch, EventState, VideoCodec, VideoConfig};
use crate::time::MediaTime;
use input::Measured;

/// What peers do changes with no view.
static SHARING: std::sync::OnceLock<state::Sharing> = std::sync::OnceLock::new();
/// Nor does what is kept.
static ARCHIVE: std::sync::OnceLock<archive::Archive> = std::sync::OnceLock::new();

const NOW: i64 = 1_764_000_000_000;

/// What the admin page was promised, to the letter. The file is written anew with VENUEBOX_BLESS set.
fn golden(name: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("VENUEBOX_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    assert_eq!(text, fs::read_to_string(&path).unwrap(), "{} says otherwise", path.display());
}

fn pretty(state: &state::State) -> String {
    serde_json::to_string_pretty(state).unwrap() + "\n"
}

fn measured() -> Measured {
    let record = Bytes::from_static(&[
        0x01, 0x64, 0x10, 0x28, 0xff, 0xe1, 0x00, 0x16, 0x67, 0x64, 0x10, 0x28, 0xac, 0xb8, 0x0f, 0x00, 0x44,
        0xfc, 0xb8, 0x08, 0x80, 0x00, 0x00, 0x03, 0x00, 0x80, 0x00, 0x00, 0x0a, 0x02, 0x01, 0x00, 0x05, 0x68,
        0xee, 0x0f, 0x2c, 0x8b,
    ]);
    let codecs = String::from("avc1.641028");
    let video = VideoConfig { codec: VideoCodec::H264, record, width: 1_920, height: 1_080, codecs };
    let audio = AudioConfig {
        codec: AudioCodec::Aac,
        record: Bytes::new(),
        sample_rate: 48_000,
        channels: 2,
        frame_length: 1_024,
        codecs: String::from("mp4a.40.2"),
        silence_possible: true,
    };
    let since = SystemTime::UNIX_EPOCH + Duration::from_millis(NOW.unsigned_abs() - 600_000);
    Measured {
        origin: Origin {
            address: Some("10.0.4.12".parse().unwrap()),
            key: Some(String::from("camera-1")),
            key_id: Some(1),
            test_card: false,
            since,
        },
        announced: Announced {
            encoder: Some(String::from("OBS 31.0")),
            bit_rate: Some(6_160_000),
            frame_rate: Some(60.0),
        },
        configuration: Configuration { video: Some(video), audio: Some(audio) },
        reading: Reading {
            keyframe_interval: Some(MediaTime::from_millis(2_000)),
            b_frames: true,
            ..Reading::default()
        },
        bit_rate: 6_012_344,
        frame_rate: Some(59.9),
        fault: None,
        steady_since: NOW - 540_000,
        settled: true,
    }
}

fn readings() -> Readings {
    Readings {
        cpu: 11,
        cores: 4,
        temperature: Some(54.321),
        throttled: None,
        memory_used: 400 << 20,
        memory_total: 8 << 30,
        disk: Some(Disk { free: 100_000_000_000, total: 128_000_000_000 }),
        uptime: 11_520,
        clock: ClockState::InStep,
        interfaces: vec![Interface {
            name: String::from("eth0"),
            addresses: vec![("10.0.4.2".parse().unwrap(), 24)],
            speed: Some(1_000),
            up: true,
            physical: true,
        }],
        wear: Wear { percent: Some(10), written: Some(64_000_000_000) },
    }
}

fn face() -> Face {
    Face { claimed: true, has_key: true, title: String::from("Spring concert"), ..Face::default() }
}

fn sharing() -> state::Sharing {
    let counters = Counters { swarms: 7, pages: 12, programs: 3, ..Counters::default() };
    let traffic = Traffic { peers: 9, uploaded: 1_500_000_000, ..Traffic::default() };
    let counted = Counted { counters, traffic, stun: 24, torrents: 6 };
    let face = Face { seeds: true, ..Face::default() };
    SharingGauge::default().see(Instant::now(), &counted, &face, 3478)
}

fn archive() -> archive::Archive {
    let status = Status {
        recording: true,
        rewind: true,
        since: Some(NOW - 580_000),
        hours_left: Some(39.96),
        warning: None,
        written: 180_000_000,
    };
    archive::Archive::of(status, readings().wear)
}

fn view<'a>(face: &'a Face, input: Option<&'a Measured>, readings: &'a Readings) -> View<'a> {
    View {
        now: NOW,
        face,
        phase: EventState::Live { event: EventId(7) },
        on_air_since: Some(NOW - 590_000),
        input,
        standby: 1,
        viewers: Viewers { count: 80, peak: 93, pages: 70, players: 10 },
        egress: state::Egress { rate: 480_000_000, budget: 700_000_000, link: Some(1_000_000_000) },
        sharing: SHARING.get_or_init(sharing),
        archive: ARCHIVE.get_or_init(archive),
        cloud: None,
        readings,
    }
}

#[test]
fn the_state_on_air_is_what_the_page_was_promised() {
    let (face, measured, readings) = (face(), measured(), readings());
    golden("state-on-air.json", &pretty(&compose(&view(&face, Some(&measured), &readings))));
}

#[test]
fn the_state_of_a_box_without_anything_is_what_the_page_was_promised() {
    let (face, readings) = (Face::default(), Readings { cores: 2, ..Readings::default() });
    let nothing = Counted { torrents: 1, ..Counted::default() };
    let alone = SharingGauge::default().see(Instant::now(), &nothing, &face, 3478);
    let nobody = Viewers { count: 0, peak: 0, pages: 0, players: 0 };
    let view = View {
        phase: EventState::Waiting,
        on_air_since: None,
        standby: 0,
        viewers: nobody,
        egress: state::Egress { rate: 0, budget: 700_000_000, link: None },
        sharing: &alone,
        archive: &archive::Archive::of(Status::default(), Wear::default()),
        ..view(&face, None, &readings)
    };
    golden("state-not-claimed.json", &pretty(&compose(&view)));
}

#[test]
fn the_lamp_says_what_an_operator_may_rely_on() {
    let (face, readings) = (face(), readings());
    let lamp = |phase, face: &Face, readings: &Readings| {
        let state = compose(&View { phase, ..view(face, None, readings) });
        (serde_json::to_value(state.lamp).unwrap(), state.seconds_left)
    };
    let remaining = Duration::from_millis(61_900);
    let holding = EventState::Holding { event: EventId(7), remaining };
    assert_eq!(lamp(holding, &face, &readings), ("holding".into(), Some(61)));
    assert_eq!(lamp(EventState::Waiting, &face, &readings).0, "standby");
    assert_eq!(lamp(EventState::Ended { event: EventId(7) }, &face, &readings).0, "standby");
    let unplugged = Readings::default();
    assert_eq!(lamp(EventState::Waiting, &face, &unplugged).0, "offline");
    let keyless = Face { has_key: false, ..face.clone() };
    assert_eq!(lamp(EventState::Waiting, &keyless, &readings).0, "offline");
    let fresh = Face { claimed: false, ..face.clone() };
    assert_eq!(lamp(EventState::Live { event: EventId(1) }, &fresh, &readings).0, "not-claimed");
}

#[test]
fn a_fault_of_the_stamps_is_a_sentence() {
    let (face, readings) = (face(), readings());
    let fault = Some(Fault::WentBack(MediaTime::from_millis(4_000)));
    let measured = Measured { fault, ..measured() };
    let state = compose(&view(&face, Some(&measured), &readings));
    let stamps = state.input.unwrap().timestamps;
    assert!(!stamps.ok && stamps.text.contains("went back by 4.0 s"), "{}", stamps.text);
}

#[tokio::test]
async fn who_looks_gets_a_beat_at_once_and_all_get_the_same_one() {
    let (hub, _requests, _broadcast) = Hub::new(Epoch::from_random([0; 12]));
    let (_face, face) = watch::channel(face());
    // A machine without sensors has nothing to say of its own.
    let root = tempfile::tempdir().unwrap();
    let appliance = Appliance::spawn(root.path().to_owned(), root.path().join("missing")).unwrap();
    let journal = Journal::new();
    journal.note(crate::journal::Note::TooLittle);
    let pulse = Pulse::new(Sources {
        hub,
        audience: Audience::new(),
        journal,
        egress: Egress::new(),
        history: History::new(),
        appliance,
        face,
        meetings: watch::channel(Counters::default()).1,
        torrents: Torrents::none(),
        archive: watch::channel(Status::default()).1,
        cloud: watch::channel(None).1,
        stun: (StunCount::default(), 3478),
    });
    let stop = CancellationToken::new();
    let running = tokio::spawn({
        let (pulse, stop) = (pulse.clone(), stop.clone());
        async move { pulse.run(stop).await }
    });
    let (first, second) = (pulse.look().await, pulse.look().await);
    assert_eq!(first.borrow().state, second.borrow().state);
    let hello: serde_json::Value = serde_json::from_str(&pulse.hello(&first.borrow())).unwrap();
    assert_eq!((&hello["type"], &hello["state"]["title"]), (&"hello".into(), &"Spring concert".into()));
    assert_eq!(hello["history"]["step"], 5_000);
    // Above it may stand what is wrong with the machine that the test runs on.
    assert!(!hello["journal"].as_array().unwrap().is_empty());
    let message: serde_json::Value = serde_json::from_str(&first.borrow().message).unwrap();
    assert_eq!((&message["type"], &message["state"]["lamp"].is_string()), (&"state".into(), &true));
    stop.cancel();
    running.await.unwrap();
}
