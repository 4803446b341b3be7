//! Why a file is not one of ours.

/// An initialization section or a segment cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Mp4Error {
    /// The file could not be read.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// A box that says something else than it has.
    #[error("a box does not parse: {0}")]
    Box(#[from] mp4_atom::Error),
    /// A box that has to be there.
    #[error("there is no {0} box")]
    Missing(&'static str),
    /// More than any segment of ours has.
    #[error("a box or a run is larger than any of ours")]
    TooLarge,
    /// Samples that lie outside their file.
    #[error("samples lie beyond the end of their file")]
    Beyond,
    /// A track that its initialization section does not have.
    #[error("there is no track {0} in the initialization section")]
    Track(u32),
    /// Nothing at all.
    #[error("there is nothing to play")]
    Empty,
}
