//! What the box promised: once it was told, it survives kill -9 and a power cut.

use crate::stream::RenditionId;

/// A promise, told after its transaction is on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Acknowledged {
    /// A segment is kept, and queued where the cloud wants it.
    Kept {
        /// Its rendition.
        rendition: RenditionId,
        /// Its Media Sequence Number.
        msn: u64,
    },
    /// An object is in the bucket.
    Uploaded {
        /// Its key, below the prefix.
        key: String,
    },
}
