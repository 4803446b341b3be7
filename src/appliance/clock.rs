//! Whether the clock is in step with a time server.

use std::path::Path;

/// What is known of the clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClockState {
    /// A time server set it.
    InStep,
    /// It is looked after, and no time server has answered yet.
    Off,
    /// Nobody can tell.
    #[default]
    Unknown,
}

impl ClockState {
    /// systemd-timesyncd leaves a file behind once it has set the clock, in a folder that it makes when it starts.
    /// Other time services tell nothing without asking their sockets.
    pub(super) fn read(root: &Path) -> Self {
        let folder = root.join("run/systemd/timesync");
        if folder.join("synchronized").exists() {
            ClockState::InStep
        } else if folder.is_dir() {
            ClockState::Off
        } else {
            ClockState::Unknown
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn it_is_known_only_where_somebody_says_so() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(ClockState::read(root.path()), ClockState::Unknown);
        let folder = root.path().join("run/systemd/timesync");
        fs::create_dir_all(&folder).unwrap();
        assert_eq!(ClockState::read(root.path()), ClockState::Off);
        fs::write(folder.join("synchronized"), "").unwrap();
        assert_eq!(ClockState::read(root.path()), ClockState::InStep);
    }
}
