//! What goes to the cloud, as the dashboard shows it.

use serde::Serialize;

use crate::sync::{Phase, Status};

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Cloud {
    state: &'static str,
    backlog_seconds: f64,
    backlog_bytes: u64,
    backlog_objects: u64,
    rate: u64,
    lag: Option<f64>,
    error: Option<String>,
    retry_in: Option<u64>,
    event_bytes: u64,
    event_writes: u64,
    /// Whoever serves the bucket counts them.
    event_reads: Option<u64>,
    cost: Option<f64>,
    watch: Option<String>,
}

impl Cloud {
    pub(super) fn of(status: Status) -> Self {
        let tenths = |seconds: f64| (seconds * 10.0).round() / 10.0;
        Cloud {
            state: match status.phase {
                Phase::Idle => "idle",
                Phase::Sending => "sending",
                Phase::Waiting => "waiting",
                Phase::Paused => "paused",
                Phase::Trouble => "trouble",
            },
            backlog_seconds: tenths(status.backlog.length.seconds()),
            backlog_bytes: status.backlog.bytes,
            backlog_objects: status.backlog.objects,
            rate: status.rate,
            lag: status.lag.map(|lag| tenths(lag.as_secs_f64())),
            error: status.error,
            retry_in: status
                .retry_in
                .map(|wait| wait.as_millis().div_ceil(1_000).try_into().unwrap_or(u64::MAX)),
            event_bytes: status.event.bytes,
            event_writes: status.writes,
            event_reads: None,
            // To a hundredth of a cent.
            cost: status.cost.map(|cost| (cost * 10_000.0).round() / 10_000.0),
            watch: status.watch,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::storage::upload::{Backlog, Sent};
    use crate::time::MediaTime;

    #[test]
    fn the_cloud_is_said_as_the_page_was_promised() {
        let status = Status {
            phase: Phase::Trouble,
            backlog: Backlog { objects: 3, bytes: 900, length: MediaTime::from_millis(4_040) },
            rate: 8_000,
            lag: Some(Duration::from_millis(2_049)),
            error: Some("x".into()),
            retry_in: Some(Duration::from_millis(1_001)),
            event: Sent { objects: 7, bytes: 70 },
            writes: 9,
            cost: Some(0.067_549),
            watch: None,
        };
        let expected = serde_json::json!({
            "state": "trouble", "backlogSeconds": 4.0, "backlogBytes": 900, "backlogObjects": 3, "rate": 8_000,
            "lag": 2.0, "error": "x", "retryIn": 2, "eventBytes": 70, "eventWrites": 9, "eventReads": null,
            "cost": 0.0675, "watch": null,
        });
        assert_eq!(serde_json::to_value(Cloud::of(status)).unwrap(), expected);
    }
}
