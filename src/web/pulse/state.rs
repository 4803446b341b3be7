//! The state as the admin page reads it: names and shapes, nothing else.

use serde::Serialize;

use super::archive::Archive;
use super::cloud::Cloud;
use super::reach::Way;
use crate::preflight::Check;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Lamp {
    OnAir,
    Holding,
    Standby,
    Offline,
    NotClaimed,
}

/// Everything.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct State {
    pub now: i64,
    pub lamp: Lamp,
    pub seconds_left: Option<u64>,
    pub on_air_since: Option<i64>,
    pub title: String,
    pub input: Option<Input>,
    pub checks: Vec<Check>,
    pub viewers: Viewers,
    pub egress: Egress,
    pub sharing: Sharing,
    pub archive: Archive,
    pub cloud: Option<Cloud>,
    #[serde(rename = "box")]
    pub machine: Machine,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Input {
    pub encoder: Option<String>,
    pub address: Option<String>,
    pub key: Option<String>,
    pub test_card: bool,
    pub connected_since: i64,
    pub video: Option<Video>,
    pub audio: Option<Audio>,
    pub bit_rate: u64,
    pub target_bit_rate: Option<u64>,
    pub timestamps: Timestamps,
    pub steady_since: i64,
    pub standby: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Video {
    pub codec: String,
    pub width: u32,
    pub height: u32,
    pub frame_rate: Option<f64>,
    pub target_frame_rate: Option<f64>,
    pub keyframe_interval: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Audio {
    pub codec: &'static str,
    pub channels: u8,
    pub sample_rate: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Timestamps {
    pub ok: bool,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Viewers {
    pub count: usize,
    pub peak: usize,
    pub pages: usize,
    pub players: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Egress {
    pub rate: u64,
    pub budget: u64,
    pub link: Option<u64>,
}

/// Whether the box seeds, and if not, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Switch {
    On,
    Off,
    Password,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sharing {
    pub switch: Switch,
    pub torrents: usize,
    pub swarms: usize,
    /// Devices that share: with a page, with a program.
    pub pages: usize,
    pub programs: usize,
    /// Connections with the box itself.
    pub connected: usize,
    /// To peers: bits a second, and bytes since the start.
    pub rate: u64,
    pub total: u64,
    pub stun_port: u16,
    /// Where peers stop, while something is seeded and nobody is connected.
    pub way: Option<Way>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Machine {
    pub cpu: u8,
    pub cores: usize,
    pub temperature: Option<f64>,
    pub throttled: Option<String>,
    pub memory_used: u64,
    pub memory_total: u64,
    pub disk_free: u64,
    pub disk_total: u64,
    pub hours_left: Option<f64>,
    pub uptime: u64,
    pub clock: Clock,
    pub warning: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Clock {
    pub synchronised: Option<bool>,
    pub text: String,
}
