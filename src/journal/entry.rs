//! What one line of the operator's log is.

use serde::{Deserialize, Serialize};

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// It happened.
    Info,
    /// What was wrong is well again, or what was wanted came.
    Good,
    /// Look at it; viewers see nothing of it yet.
    Warn,
    /// Viewers see it, or soon will.
    Bad,
}

impl Level {
    /// Its word, as it is kept and sent.
    pub fn word(self) -> &'static str {
        match self {
            Level::Info => "info",
            Level::Good => "good",
            Level::Warn => "warn",
            Level::Bad => "bad",
        }
    }

    /// The level of a word that was kept; an unknown one is [`Level::Info`].
    pub fn from_word(word: &str) -> Self {
        match word {
            "good" => Level::Good,
            "warn" => Level::Warn,
            "bad" => Level::Bad,
            _ => Level::Info,
        }
    }
}

/// A line of the operator's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number; they grow.
    pub id: i64,
    /// When, in milliseconds since 1970 by the box's clock.
    pub at: i64,
    /// How much it matters.
    pub level: Level,
    /// What happened.
    pub text: String,
    /// What it means, or what to do.
    pub more: Option<String>,
}
