//! Stream keys: who may publish, by what rule.

use std::fmt;
use std::sync::Arc;

use rusqlite::{Connection, ErrorCode, params};

use super::settings::Invalid;
use super::{Storage, StorageError};
use crate::stream::Takeover;

/// Keys at once: more cameras than any venue has. Threat: every publish is compared with all of them.
const MAX_KEYS: usize = 100;

/// A stream key.
#[derive(Clone, PartialEq, Eq)]
pub struct StreamKey {
    /// Its number; 0 before it is kept.
    pub id: i64,
    /// What the operator calls it.
    pub name: String,
    /// The key itself, which the operator may read again: it has to get into the encoder.
    pub key: String,
    /// What happens when another encoder publishes already.
    pub takeover: Takeover,
    /// Milliseconds since 1970.
    pub created: i64,
    /// Milliseconds since 1970.
    pub last_used: Option<i64>,
}

impl fmt::Debug for StreamKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamKey").field("id", &self.id).field("name", &self.name).finish_non_exhaustive()
    }
}

pub(super) fn load(connection: &Connection) -> Result<Arc<[StreamKey]>, StorageError> {
    let mut query = connection
        .prepare("SELECT id, name, key, takeover, created, last_used FROM stream_keys ORDER BY id")?;
    let keys = query.query_map([], |row| {
        Ok(StreamKey {
            id: row.get(0)?,
            name: row.get(1)?,
            key: row.get(2)?,
            takeover: match row.get::<_, String>(3)?.as_str() {
                "replace" => Takeover::Replace,
                "standby" => Takeover::Standby,
                _ => Takeover::Reject,
            },
            created: row.get(4)?,
            last_used: row.get(5)?,
        })
    })?;
    Ok(keys.collect::<Result<Vec<_>, _>>()?.into())
}

pub(super) fn insert(connection: &Connection, key: &StreamKey) -> Result<i64, StorageError> {
    let inserted = connection.execute(
        "INSERT INTO stream_keys (name, key, takeover, created) VALUES (?, ?, ?, ?)",
        params![key.name, key.key, word(key.takeover), key.created],
    );
    match inserted {
        Ok(_) => Ok(connection.last_insert_rowid()),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
            Err(Invalid::new("key", "there is such a key already; take another one").into())
        }
        Err(error) => Err(error.into()),
    }
}

fn word(takeover: Takeover) -> &'static str {
    match takeover {
        Takeover::Reject => "reject",
        Takeover::Replace => "replace",
        Takeover::Standby => "standby",
    }
}

impl Storage {
    /// Keeps a new key.
    ///
    /// # Errors
    /// [`StorageError::Full`], [`StorageError::Invalid`] and others.
    pub async fn add_stream_key(&self, key: StreamKey) -> Result<StreamKey, StorageError> {
        self.ask(move |desk| {
            if desk.stream_keys.borrow().len() >= MAX_KEYS {
                return Err(StorageError::Full);
            }
            let id = insert(&desk.connection, &key)?;
            desk.stream_keys.send_replace(load(&desk.connection)?);
            Ok(StreamKey { id, ..key })
        })
        .await
    }

    /// Changes a key's name and rule.
    ///
    /// # Errors
    /// [`StorageError::Missing`] and others.
    pub async fn change_stream_key(
        &self,
        id: i64,
        name: String,
        takeover: Takeover,
    ) -> Result<(), StorageError> {
        self.ask(move |desk| {
            let text = "UPDATE stream_keys SET name = ?, takeover = ? WHERE id = ?";
            let changed = desk.connection.execute(text, params![name, word(takeover), id])?;
            desk.stream_keys.send_replace(load(&desk.connection)?);
            if changed == 0 { Err(StorageError::Missing) } else { Ok(()) }
        })
        .await
    }

    /// Revokes a key.
    ///
    /// # Errors
    /// [`StorageError::Missing`] and others.
    pub async fn remove_stream_key(&self, id: i64) -> Result<(), StorageError> {
        self.ask(move |desk| {
            let removed = desk.connection.execute("DELETE FROM stream_keys WHERE id = ?", [id])?;
            desk.stream_keys.send_replace(load(&desk.connection)?);
            if removed == 0 { Err(StorageError::Missing) } else { Ok(()) }
        })
        .await
    }

    /// Notes that a key was used at `now` (milliseconds since 1970).
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn stream_key_used(&self, id: i64, now: i64) -> Result<(), StorageError> {
        self.ask(move |desk| {
            desk.connection.execute("UPDATE stream_keys SET last_used = ? WHERE id = ?", params![now, id])?;
            desk.stream_keys.send_replace(load(&desk.connection)?);
            Ok(())
        })
        .await
    }
}
