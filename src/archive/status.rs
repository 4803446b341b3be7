//! What the archive says of itself.

/// What the archive does now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    /// The event on air is being recorded.
    pub recording: bool,
    /// Viewers may go back.
    pub rewind: bool,
    /// Since when it is recorded, milliseconds since 1970.
    pub since: Option<i64>,
    /// Hours until recording would stop; `None` while nothing comes.
    pub hours_left: Option<f64>,
    /// What is wrong, and what to do.
    pub warning: Option<String>,
    /// Bytes of media written since the program started.
    pub written: u64,
}
