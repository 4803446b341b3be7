//! Settings of what is kept: recordings and rewind.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::check::within;
use super::{Invalid, Section, Settings, Versioned};

/// What is kept on the disk. As delivered nothing is: a memory card wears with every write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordingSettings {
    /// Whether each event is recorded.
    pub record: bool,
    /// Whether viewers may watch recordings.
    pub share: bool,
    /// Whether viewers may go back in what is on air.
    pub rewind: bool,
    /// How far they may go back.
    pub rewind_minutes: u32,
}

impl Default for RecordingSettings {
    fn default() -> Self {
        RecordingSettings { record: false, share: true, rewind: false, rewind_minutes: 30 }
    }
}

/// Less is in memory anyway. Threat: the playlist names every segment, and a player without delta updates fetches all
/// of it each time.
const REWIND: RangeInclusive<u32> = 2..=240;

impl Section for RecordingSettings {
    const NAME: &'static str = "recording";

    fn check(&self) -> Result<(), Invalid> {
        within("rewindMinutes", self.rewind_minutes, &REWIND, "minutes")
    }

    fn place(settings: &mut Settings) -> &mut Versioned<Self> {
        &mut settings.recording
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rewind_has_its_range() {
        let check = |rewind_minutes| {
            let settings = RecordingSettings { rewind_minutes, ..RecordingSettings::default() };
            settings.check().map_err(|invalid| invalid.field)
        };
        assert_eq!((check(30), check(2), check(240)), (Ok(()), Ok(()), Ok(())));
        assert_eq!((check(1), check(241)), (Err("rewindMinutes"), Err("rewindMinutes")));
    }
}
