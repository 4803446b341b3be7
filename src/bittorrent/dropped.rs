//! Why the uploader gives a peer up.

use super::upload::SILENCE;
use super::wire::WireError;

/// Why a connection is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Dropped {
    /// It broke the protocol.
    #[error("{0}")]
    Wire(#[from] WireError),
    /// An extension's message that is none.
    #[error("an extended message cannot be read")]
    Extension,
    /// A bitfield of another length.
    #[error("its bitfield is not this torrent's")]
    Bitfield,
    /// Blocks that nobody asked for.
    #[error("it sends blocks, and nobody asked for any")]
    Unasked,
    /// More than `MAX_WRONG` requests beyond the content.
    #[error("it asks for what the torrent does not have")]
    Beyond,
    /// More than `MAX_CHATTER`.
    #[error("it sends a flood of messages that lead to nothing")]
    Chatter,
    /// Longer than `SILENCE`.
    #[error("it has not been heard for {} s", SILENCE.as_secs())]
    Silent,
    /// Longer than `NO_INTEREST`.
    #[error("it wants nothing")]
    NoInterest,
    /// It has every piece.
    #[error("it has everything")]
    Complete,
}
