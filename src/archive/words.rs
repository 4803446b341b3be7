//! What the archive tells the operator.

use super::guard::Allowance;
use super::recovery::Recovered;
use crate::journal::{Level, Note};

fn note(level: Level, text: impl Into<String>, more: impl Into<String>) -> Note {
    Note::Other { level, text: text.into(), more: Some(more.into()) }
}

/// The disk cannot be written.
pub fn trouble(why: &str) -> Note {
    note(
        Level::Bad,
        "Nothing can be written to the disk.",
        format!(
            "{why}. Live goes on; what cannot be written within five minutes is missing in the recording and in the cloud."
        ),
    )
}

/// The disk takes files again.
pub fn trouble_over() -> Note {
    Note::Other { level: Level::Good, text: String::from("The disk can be written again."), more: None }
}

/// Segments left memory before they were on the disk.
pub fn missing(segments: u64) -> Note {
    note(
        Level::Bad,
        format!("{segments} pieces of the stream are missing in the recording."),
        "The disk was too slow or full for minutes. Viewers on this network saw everything.",
    )
}

/// Recording will stop.
pub fn soon(hours: f64) -> Note {
    note(Level::Warn, soon_text(hours), "Delete recordings that you do not need, or put in a larger disk.")
}

/// The same as a line on the dashboard.
pub fn soon_text(hours: f64) -> String {
    format!("Recording stops in about {hours:.1} hours: the disk is filling up.")
}

/// What the disk has room for has changed.
pub fn allowance(allowance: Allowance) -> Note {
    match allowance {
        Allowance::All => Note::Other {
            level: Level::Good,
            text: String::from("The disk has room for recordings again."),
            more: None,
        },
        Allowance::Spool | Allowance::Cloud | Allowance::Nothing => {
            let text = allowance_text(allowance).unwrap_or_default();
            note(Level::Bad, text, "Live goes on. Delete recordings that you do not need.")
        }
    }
}

/// The same as a line on the dashboard.
pub fn allowance_text(allowance: Allowance) -> Option<&'static str> {
    match allowance {
        Allowance::All => None,
        Allowance::Spool => Some("Recording has stopped: the disk is nearly full."),
        Allowance::Cloud => Some("Recording and rewind have stopped: the disk is nearly full."),
        Allowance::Nothing => {
            Some("Recording, rewind and copies to the cloud have stopped: the disk is full.")
        }
    }
}

/// What a start found, if the operator should know.
pub fn recovered(recovered: Recovered) -> Option<Note> {
    (recovered.lost > 0).then(|| {
        note(
            Level::Warn,
            format!("The disk has lost {} pieces of recordings.", recovered.lost),
            "They are skipped when the recording is played. Check the card or disk, and that nobody removed files.",
        )
    })
}
