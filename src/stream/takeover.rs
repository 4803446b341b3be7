//! What happens when a second encoder comes.

/// A stream key's rule for a second encoder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Takeover {
    /// It is refused while another one publishes.
    #[default]
    Reject,
    /// It replaces the one that publishes.
    Replace,
    /// It waits and goes on air when the first one drops.
    Standby,
}
