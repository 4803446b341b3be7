//! Random bytes that the box keeps for itself.

use rusqlite::params;

use super::{Storage, StorageError};

impl Storage {
    /// The secret of that name; `fresh` becomes it when there is none yet.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn secret<const N: usize>(
        &self,
        name: &'static str,
        fresh: [u8; N],
    ) -> Result<[u8; N], StorageError> {
        self.ask(move |desk| {
            let text = "INSERT INTO secrets (name, bytes) VALUES (?, ?) ON CONFLICT (name) DO UPDATE \
                        SET bytes = CASE length(bytes) WHEN length(excluded.bytes) THEN bytes ELSE excluded.bytes END \
                        RETURNING bytes";
            let kept: Vec<u8> =
                desk.connection.query_row(text, params![name, fresh.as_slice()], |row| row.get(0))?;
            // A secret of another length was replaced above.
            Ok(kept.try_into().unwrap_or(fresh))
        })
        .await
    }
}
