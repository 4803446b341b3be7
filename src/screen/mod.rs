//! The box's own screen, on a television or monitor: what stands on it, as rows of characters.
//!
//! Belongs here: what is said in which state, and how it is laid out. Does not: where it is shown (`app`), or where
//! the facts come from (`web`).
//!
//! A console has one size of letters, so what is read from the back of a room is drawn of blocks.

mod blocks;
mod canvas;
mod layout;
mod qr;
mod words;

use serde::{Deserialize, Serialize};

pub use canvas::{Canvas, Size};
pub use layout::draw;

/// Where the box stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "standing", rename_all = "kebab-case")]
pub enum Standing {
    /// It belongs to nobody yet.
    NotClaimed,
    /// An encoder may come.
    Ready,
    /// An event is on.
    OnAir,
    /// The encoder is away.
    #[serde(rename_all = "camelCase")]
    Holding {
        /// How long the event waits for it.
        seconds_left: u64,
    },
}

/// What a running box says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// What the operator calls it.
    pub name: String,
    /// The program's version.
    pub version: String,
    /// Where it stands.
    #[serde(flatten)]
    pub standing: Standing,
    /// The viewers' page, best address first; none without a network.
    pub watch: Vec<String>,
    /// Where encoders publish, best address first.
    pub server: Vec<String>,
}

/// What goes on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View<'a> {
    /// The program answers.
    Answers(&'a Facts),
    /// It does not yet, or not just now; what it said last.
    Starting(Option<&'a Facts>),
    /// It has not for so long that somebody should do something.
    Silent(Option<&'a Facts>),
}

impl<'a> View<'a> {
    fn facts(self) -> Option<&'a Facts> {
        match self {
            View::Answers(facts) => Some(facts),
            View::Starting(facts) | View::Silent(facts) => facts,
        }
    }
}

#[cfg(test)]
mod tests;
