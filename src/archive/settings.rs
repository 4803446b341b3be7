//! What shall be kept.

use crate::time::MediaTime;

/// What shall be kept. Nothing is written while none of it is wanted: a memory card wears with every write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The event is recorded.
    pub record: bool,
    /// How far viewers may go back in what is on air; `None`: no further than the live window.
    pub rewind: Option<MediaTime>,
    /// The cloud gets everything.
    pub cloud: bool,
    /// What a recording that begins now is called.
    pub title: String,
}

impl Wanted {
    /// Whether anything is written at all.
    pub fn any(&self) -> bool {
        self.record || self.rewind.is_some() || self.cloud
    }
}
