//! What is kept on the disk, as the dashboard shows it.

use serde::Serialize;

use crate::appliance;
use crate::archive::Status;

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Archive {
    recording: bool,
    rewind: bool,
    since: Option<i64>,
    pub(super) hours_left: Option<f64>,
    warning: Option<String>,
    written: u64,
    wear: Wear,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Wear {
    percent: Option<u8>,
    written_total: Option<u64>,
}

impl Archive {
    pub(super) fn of(status: Status, wear: appliance::Wear) -> Self {
        let Status { recording, rewind, since, hours_left, warning, written } = status;
        let wear = Wear { percent: wear.percent, written_total: wear.written };
        let hours_left = hours_left.map(|hours| (hours * 10.0).round() / 10.0);
        Archive { recording, rewind, since, hours_left, warning, written, wear }
    }
}
