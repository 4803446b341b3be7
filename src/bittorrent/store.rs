//! Content that lies elsewhere, such as on a disk, and is read when it is asked for.

use std::fmt::Debug;
use std::io;
use std::sync::Arc;

use bytes::Bytes;

use super::VirtualFile;

/// Bytes that are read when they are asked for.
pub trait Store: Debug + Send + Sync {
    /// How many there are.
    fn length(&self) -> u64;

    /// The bytes from `offset` on: as many as wanted, or fewer where they lie apart, never none before the end. It may
    /// wait for a disk.
    ///
    /// # Errors
    /// What the system says.
    fn read(&self, offset: u64, most: usize) -> io::Result<Bytes>;
}

/// A torrent's bytes.
#[derive(Clone, Debug)]
pub enum Body {
    /// In memory.
    Here(VirtualFile),
    /// Elsewhere.
    Stored(Arc<dyn Store>),
}

impl Body {
    /// Its length in bytes.
    pub fn length(&self) -> u64 {
        match self {
            Body::Here(file) => file.length(),
            Body::Stored(store) => store.length(),
        }
    }
}

impl From<VirtualFile> for Body {
    fn from(file: VirtualFile) -> Self {
        Body::Here(file)
    }
}

/// A stretch of what lies elsewhere, to be read by whoever may wait.
#[derive(Clone, Debug)]
pub struct Stretch {
    /// Where it lies.
    pub store: Arc<dyn Store>,
    /// Its first byte.
    pub offset: u64,
    /// Its length in bytes.
    pub length: usize,
}

impl Stretch {
    /// All of it; waits for wherever it lies.
    ///
    /// # Errors
    /// What the system says, or that it ends too early.
    pub fn read(&self) -> io::Result<Vec<Bytes>> {
        let (mut chunks, mut offset, mut left) = (Vec::new(), self.offset, self.length);
        while left > 0 {
            let chunk = self.store.read(offset, left)?;
            if chunk.is_empty() || chunk.len() > left {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            left -= chunk.len();
            offset += u64::try_from(chunk.len()).unwrap_or(u64::MAX);
            chunks.push(chunk);
        }
        Ok(chunks)
    }
}
