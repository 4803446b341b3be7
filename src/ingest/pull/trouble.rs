//! Why a feed does not come, in sentences for the operator.

use std::time::Duration;

use super::playlist::PlaylistError;
use crate::fetch::FetchError;
use crate::media::MediaError;

/// A feed does not come, or comes no more.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// Something of it cannot be fetched.
    #[error("{0}")]
    Fetch(#[from] FetchError),
    /// Its playlist cannot be followed.
    #[error("{0}")]
    Playlist(#[from] PlaylistError),
    /// Its media cannot be used.
    #[error("{0}")]
    Media(#[from] MediaError),
    /// A multivariant playlist leads to another one.
    #[error("its multivariant playlist leads to another one instead of to segments")]
    Nested,
    /// EXT-X-ENDLIST.
    #[error("it has ended; the box looks whether it begins anew")]
    Ended,
    /// Its playlist has no segment yet.
    #[error("its playlist has no segments yet")]
    Empty,
    /// No new segment for longer than its target duration allows.
    #[error("its playlist has had nothing new for {} s", .0.as_secs())]
    Stalled(Duration),
    /// A helper of the box is gone.
    #[error("the box could not read it")]
    Reader,
}

impl Trouble {
    /// Trying again in a moment would change nothing.
    pub fn is_lasting(&self) -> bool {
        match self {
            Trouble::Fetch(error) => matches!(error, FetchError::Forbidden(_)),
            Trouble::Playlist(error) => *error != PlaylistError::NotHls,
            Trouble::Media(MediaError::NotCarried(_)) | Trouble::Nested => true,
            _ => false,
        }
    }
}
