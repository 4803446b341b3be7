//! Logging: the journal under systemd, the terminal elsewhere.

use std::io::Write;

use systemd_journal_logger::{JournalLog, connected_to_journal};

/// Starts logging at `level`. Dependencies are heard from `warn` on.
pub fn start(level: log::LevelFilter) {
    if connected_to_journal() {
        let journal =
            JournalLog::new().map(|log| log.with_extra_fields([("VERSION", env!("CARGO_PKG_VERSION"))]));
        if journal.and_then(|log| log.install().map_err(std::io::Error::other)).is_ok() {
            log::set_max_level(level);
            return;
        }
    }
    let mut builder = env_logger::Builder::new();
    builder.filter_level(level.min(log::LevelFilter::Warn)).filter_module("venuebox", level);
    // The WebRTC crates warn of what every connection begins with.
    builder.filter_module("rtc", level.min(log::LevelFilter::Error));
    // A second start (a test in the same process) keeps the first one.
    let _ = builder.try_init();
}

/// A secret for the person at the terminal. Under systemd nobody is there, and what is said would be kept in the log.
pub fn tell_secret(line: &str) {
    if !connected_to_journal() {
        tell(line);
    }
}

/// A line for the person at the terminal: addresses and keys, never part of the log.
pub fn tell(line: &str) {
    // A closed terminal is no reason to stop.
    let _ = writeln!(std::io::stdout(), "{line}");
}
