//! Small pictures that the operator gave: the poster.

use bytes::Bytes;
use rusqlite::{OptionalExtension, params};

use super::{Storage, StorageError};

/// A picture as it is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Grows with every change; never goes back, so that a URL with it means one picture.
    pub version: u32,
    /// JPEG.
    pub bytes: Vec<u8>,
}

impl Storage {
    /// The picture of that name.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn picture(&self, name: &'static str) -> Result<Option<Picture>, StorageError> {
        self.ask(move |desk| {
            let query = "SELECT version, bytes FROM pictures WHERE name = ? AND length(bytes) > 0";
            let picture = desk
                .connection
                .query_row(query, [name], |row| Ok(Picture { version: row.get(0)?, bytes: row.get(1)? }));
            Ok(picture.optional()?)
        })
        .await
    }

    /// Replaces the picture of that name; without bytes there is none any more.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn set_picture(&self, name: &'static str, bytes: Bytes) -> Result<u32, StorageError> {
        self.ask(move |desk| {
            let version = desk.connection.query_row(
                "INSERT INTO pictures (name, version, bytes) VALUES (?1, 1, ?2) ON CONFLICT (name) DO UPDATE \
                 SET version = version + 1, bytes = ?2 RETURNING version",
                params![name, bytes.as_ref()],
                |row| row.get(0),
            )?;
            Ok(version)
        })
        .await
    }
}
