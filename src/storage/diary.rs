//! What happened, kept for the operator over restarts.

use rusqlite::params;

use super::{Storage, StorageError};

/// Lines that are kept; at a few a minute that is a long event. Threat: the card fills up.
const MAX_LINES: i64 = 2_000;

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiaryEntry {
    /// Its number; they grow.
    pub id: i64,
    /// Milliseconds since 1970.
    pub at: i64,
    /// `info`, `good`, `warn` or `bad`.
    pub level: String,
    /// What happened.
    pub text: String,
    /// What it means, or what to do.
    pub more: Option<String>,
}

impl Storage {
    /// Keeps a line.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn add_diary(&self, entry: DiaryEntry) -> Result<(), StorageError> {
        self.ask(move |desk| {
            let transaction = desk.connection.transaction()?;
            transaction.execute(
                "INSERT OR REPLACE INTO diary (id, at, level, text, more) VALUES (?, ?, ?, ?, ?)",
                params![entry.id, entry.at, entry.level, entry.text, entry.more],
            )?;
            transaction.execute("DELETE FROM diary WHERE id <= ?", [entry.id - MAX_LINES])?;
            Ok(transaction.commit()?)
        })
        .await
    }

    /// Lines before the one numbered so (or the newest), newest first.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn diary(&self, before: Option<i64>, count: u32) -> Result<Vec<DiaryEntry>, StorageError> {
        self.ask(move |desk| {
            let mut query = desk.connection.prepare(
                "SELECT id, at, level, text, more FROM diary WHERE id < ? ORDER BY id DESC LIMIT ?",
            )?;
            let lines = query.query_map(params![before.unwrap_or(i64::MAX), count], |row| {
                Ok(DiaryEntry {
                    id: row.get(0)?,
                    at: row.get(1)?,
                    level: row.get(2)?,
                    text: row.get(3)?,
                    more: row.get(4)?,
                })
            })?;
            Ok(lines.collect::<Result<_, _>>()?)
        })
        .await
    }
}
