//! Settings of what is sent to the cloud, once there is an account for it.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::check::within;
use super::{Invalid, Section, Settings, Versioned};

/// What is sent, and how fast.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UploadSettings {
    /// Nothing is sent; it waits.
    pub paused: bool,
    /// Mbit/s that uploads may take together; `None`: no cap.
    pub uplink_limit: Option<u32>,
    /// Days that a finished event stays in the bucket; `None`: until somebody deletes it.
    pub keep_days: Option<u32>,
    /// Whether the viewers' page lies in the bucket too, so that its public address plays without the box.
    pub page: bool,
    /// Whether players of the box move to the cloud when the box does not answer.
    pub failover: bool,
}

impl Default for UploadSettings {
    fn default() -> Self {
        UploadSettings { paused: false, uplink_limit: None, keep_days: None, page: true, failover: true }
    }
}

/// Below it no picture gets through; above it no uplink is.
const UPLINK: RangeInclusive<u32> = 1..=10_000;
/// A day, so that the last viewers are through with it; ten years.
const KEEP: RangeInclusive<u32> = 1..=3_650;

impl Section for UploadSettings {
    const NAME: &'static str = "upload";

    fn check(&self) -> Result<(), Invalid> {
        if let Some(limit) = self.uplink_limit {
            within("uplinkLimit", limit, &UPLINK, "Mbit/s, or nothing")?;
        }
        self.keep_days.map_or(Ok(()), |days| within("keepDays", days, &KEEP, "days, or nothing"))
    }

    fn place(settings: &mut Settings) -> &mut Versioned<Self> {
        &mut settings.upload
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_has_its_range_and_is_named() {
        let check = |change: fn(&mut UploadSettings)| {
            let mut upload = UploadSettings::default();
            change(&mut upload);
            upload.check().map_err(|invalid| invalid.field)
        };
        assert_eq!(check(|_| ()), Ok(()));
        assert_eq!(check(|upload| upload.uplink_limit = Some(10)), Ok(()));
        assert_eq!(check(|upload| upload.uplink_limit = Some(0)), Err("uplinkLimit"));
        assert_eq!(check(|upload| upload.keep_days = Some(3_651)), Err("keepDays"));
    }
}
