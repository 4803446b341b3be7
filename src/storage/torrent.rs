//! What hashing a recording came to, so that a restart does not read gigabytes again.

use rusqlite::{OptionalExtension, params};

use super::recording::number;
use super::{Storage, StorageError};
use crate::stream::RenditionId;

impl Storage {
    /// Keeps the hashes of a recording's pieces. `digest` says of which file; of a recording that is gone nothing is
    /// kept.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn keep_pieces(
        &self,
        rendition: RenditionId,
        digest: [u8; 32],
        pieces: Vec<u8>,
    ) -> Result<(), StorageError> {
        self.ask(move |desk| {
            let keep = "INSERT OR REPLACE INTO torrents (event, rendition, digest, pieces)
                        SELECT event, ?2, ?3, ?4 FROM recordings WHERE event = ?1";
            let row = params![number(rendition.event.0), rendition.rendition, digest, pieces];
            desk.connection.execute(keep, row)?;
            Ok(())
        })
        .await
    }

    /// The hashes of a recording's pieces, if this file of it was hashed.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn pieces(
        &self,
        rendition: RenditionId,
        digest: [u8; 32],
    ) -> Result<Option<Vec<u8>>, StorageError> {
        self.ask(move |desk| {
            let query = "SELECT pieces FROM torrents WHERE event = ? AND rendition = ? AND digest = ?";
            let key = params![number(rendition.event.0), rendition.rendition, digest];
            Ok(desk.connection.query_row(query, key, |row| row.get(0)).optional()?)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::{Recording, fixture};
    use crate::stream::EventId;

    const ID: RenditionId = RenditionId { event: EventId(3), rendition: 0 };

    #[tokio::test]
    async fn hashes_are_of_one_file_and_go_with_its_recording() {
        let folder = tempfile::tempdir().unwrap();
        let storage = fixture::fresh(&folder);
        storage.keep_pieces(ID, [1; 32], vec![9; 20]).await.unwrap();
        assert_eq!(storage.pieces(ID, [1; 32]).await.unwrap(), None, "there is no such recording");
        let recording = Recording { kept: true, ..fixture::recording(ID.event) };
        storage.begin_recording(recording).await.unwrap();
        storage.keep_pieces(ID, [1; 32], vec![9; 20]).await.unwrap();
        assert_eq!(storage.pieces(ID, [1; 32]).await.unwrap(), Some(vec![9; 20]));
        assert_eq!(storage.pieces(ID, [2; 32]).await.unwrap(), None);
        storage.forget_recording(ID.event).await.unwrap();
        assert_eq!(storage.pieces(ID, [1; 32]).await.unwrap(), None);
    }
}
