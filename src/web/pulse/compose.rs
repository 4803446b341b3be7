//! What was gathered, as the state says it. No clock and no channel: what goes in decides what comes out.

use super::Face;
use super::archive::Archive;
use super::cloud::Cloud;
use super::input::Measured;
use super::state::{Audio, Clock, Egress, Input, Lamp, Machine, Sharing, State, Timestamps, Video};
use super::watchman::warning;
use crate::appliance::{ClockState, Readings};
use crate::codec;
use crate::preflight::{self, Observed};
use crate::stream::{AudioCodec, EventState};
use crate::time::unix_millis;

pub(super) use super::state::Viewers;

/// Everything that was gathered.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    /// Milliseconds since 1970, as all times here.
    pub now: i64,
    pub face: &'a Face,
    pub phase: EventState,
    pub on_air_since: Option<i64>,
    pub input: Option<&'a Measured>,
    pub standby: usize,
    pub viewers: Viewers,
    pub egress: Egress,
    pub sharing: &'a Sharing,
    pub archive: &'a Archive,
    pub cloud: Option<&'a Cloud>,
    pub readings: &'a Readings,
}

/// Says it.
pub(super) fn compose(view: &View<'_>) -> State {
    State {
        now: view.now,
        lamp: lamp(view),
        seconds_left: match view.phase {
            EventState::Holding { remaining, .. } => Some(remaining.as_secs()),
            _ => None,
        },
        on_air_since: view.on_air_since,
        title: view.face.title.clone(),
        input: view.input.map(|measured| input(measured, view.standby)),
        checks: view.input.map(|measured| checks(measured, view)).unwrap_or_default(),
        viewers: view.viewers,
        egress: view.egress,
        sharing: view.sharing.clone(),
        archive: view.archive.clone(),
        cloud: view.cloud.cloned(),
        machine: machine(view),
    }
}

/// Standby is ready for an encoder; offline is not: there is no key, or no network.
fn lamp(view: &View<'_>) -> Lamp {
    let connected = view.input.is_some() || view.readings.interfaces.iter().any(|port| port.up);
    match view.phase {
        _ if !view.face.claimed => Lamp::NotClaimed,
        EventState::Live { .. } => Lamp::OnAir,
        EventState::Holding { .. } => Lamp::Holding,
        EventState::Waiting | EventState::Ended { .. } if view.face.has_key && connected => Lamp::Standby,
        EventState::Waiting | EventState::Ended { .. } => Lamp::Offline,
    }
}

fn input(measured: &Measured, standby: usize) -> Input {
    let Measured { origin, announced, configuration, reading, .. } = measured;
    Input {
        encoder: announced.encoder.clone(),
        address: origin.address.map(|address| address.to_string()),
        key: origin.key.clone(),
        test_card: origin.test_card,
        connected_since: unix_millis(origin.since),
        video: configuration.video.as_ref().map(|video| Video {
            codec: codec::profile(video).to_string(),
            width: video.width,
            height: video.height,
            frame_rate: measured.frame_rate,
            target_frame_rate: announced.frame_rate,
            keyframe_interval: reading.keyframe_interval.map(|interval| round(interval.seconds(), 100.0)),
        }),
        audio: configuration.audio.as_ref().map(|audio| Audio {
            codec: match audio.codec {
                AudioCodec::Aac => "AAC",
                AudioCodec::Opus => "Opus",
            },
            channels: audio.channels,
            sample_rate: audio.sample_rate,
        }),
        bit_rate: measured.bit_rate,
        target_bit_rate: announced.bit_rate,
        timestamps: Timestamps {
            ok: measured.fault.is_none(),
            text: measured.fault.map_or(String::from("steady"), |fault| fault.to_string()),
        },
        steady_since: measured.steady_since,
        standby,
    }
}

fn checks(measured: &Measured, view: &View<'_>) -> Vec<preflight::Check> {
    let viewers = view.viewers.count.max(view.viewers.peak);
    preflight::check(&Observed {
        video: measured.configuration.video.as_ref(),
        audio: measured.configuration.audio.as_ref(),
        settled: measured.settled,
        keyframe_interval: measured.reading.keyframe_interval,
        since_keyframe: measured.reading.since_keyframe,
        b_frames: measured.reading.b_frames,
        bit_rate: measured.settled.then_some(measured.bit_rate).filter(|rate| *rate > 0),
        viewers: u64::try_from(viewers).unwrap_or(u64::MAX),
        budget: view.egress.budget,
    })
}

fn machine(view: &View<'_>) -> Machine {
    let readings = view.readings;
    let disk = readings.disk.unwrap_or_default();
    let (synchronised, text) = match readings.clock {
        ClockState::InStep => (Some(true), "in step"),
        ClockState::Off => (Some(false), "No time server has answered yet; times shown may be wrong."),
        ClockState::Unknown => (None, "not known"),
    };
    Machine {
        cpu: readings.cpu,
        cores: readings.cores,
        temperature: readings.temperature.map(|degrees| round(degrees, 10.0)),
        throttled: readings.throttled.map(|why| why.to_string()),
        memory_used: readings.memory_used,
        memory_total: readings.memory_total,
        disk_free: disk.free,
        disk_total: disk.total,
        hours_left: view.archive.hours_left,
        uptime: readings.uptime,
        clock: Clock { synchronised, text: String::from(text) },
        warning: view.face.warning.clone().or_else(|| warning(readings, view.egress)),
    }
}

fn round(value: f64, steps: f64) -> f64 {
    (value * steps).round() / steps
}
