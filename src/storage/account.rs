//! The operator's account, signed-in browsers, and tokens for scripts.
//!
//! Secrets come in as hashes and go out not at all.

use rusqlite::{Connection, OptionalExtension, params};

use super::{Storage, StorageError, StreamKey, stream_key};

/// Browsers that are signed in at once; beyond this the oldest is signed out. Threat: a script that signs in with
/// every request.
const MAX_SESSIONS: i64 = 100;

/// Tokens at once.
const MAX_TOKENS: i64 = 100;

/// A signed-in browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Milliseconds since 1970.
    pub created: i64,
    /// Milliseconds since 1970; from then on it is none any more.
    pub expires: i64,
    /// Where it signed in from.
    pub address: String,
    /// Its User-Agent.
    pub agent: String,
}

/// What a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// See the dashboard and the settings.
    Read,
    /// End the event, send the encoder away.
    Control,
    /// Change settings and stream keys.
    Settings,
}

impl Scope {
    const ALL: [(Scope, &'static str); 3] =
        [(Scope::Read, "read"), (Scope::Control, "control"), (Scope::Settings, "settings")];
}

/// A script's token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its number.
    pub id: i64,
    /// What the operator calls it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Milliseconds since 1970.
    pub created: i64,
    /// Milliseconds since 1970.
    pub last_used: Option<i64>,
}

pub(super) fn is_claimed(connection: &Connection) -> Result<bool, StorageError> {
    Ok(connection.query_row("SELECT EXISTS (SELECT 1 FROM account)", [], |row| row.get(0))?)
}

impl Storage {
    /// Gives the box its operator, with a stream key if one is provisioned and there is none yet.
    ///
    /// # Errors
    /// [`StorageError::Claimed`] when it has one; then nothing changes.
    pub async fn claim(&self, password_hash: String, key: Option<StreamKey>) -> Result<(), StorageError> {
        self.ask(move |desk| {
            if is_claimed(&desk.connection)? {
                return Err(StorageError::Claimed);
            }
            let transaction = desk.connection.transaction()?;
            transaction.execute("INSERT INTO account (id, password_hash) VALUES (1, ?)", [password_hash])?;
            if let Some(key) = key {
                stream_key::insert(&transaction, &key)?;
            }
            transaction.commit()?;
            desk.stream_keys.send_replace(stream_key::load(&desk.connection)?);
            desk.claimed.send_replace(true);
            Ok(())
        })
        .await
    }

    /// The operator's password hash.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn password_hash(&self) -> Result<Option<String>, StorageError> {
        let query = "SELECT password_hash FROM account";
        self.ask(|desk| Ok(desk.connection.query_row(query, [], |row| row.get(0)).optional()?)).await
    }

    /// Changes the password and signs everybody out but `keep`.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn change_password(&self, hash: String, keep: [u8; 32]) -> Result<(), StorageError> {
        self.ask(move |desk| {
            let transaction = desk.connection.transaction()?;
            transaction.execute("UPDATE account SET password_hash = ?", [hash])?;
            transaction.execute("DELETE FROM sessions WHERE hash <> ?", [keep.as_slice()])?;
            transaction.commit()?;
            desk.ended.send_replace(());
            Ok(())
        })
        .await
    }

    /// Signs a browser in.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn add_session(&self, hash: [u8; 32], session: Session) -> Result<(), StorageError> {
        self.ask(move |desk| {
            let transaction = desk.connection.transaction()?;
            transaction.execute("DELETE FROM sessions WHERE expires <= ?", [session.created])?;
            transaction.execute(
                "INSERT OR REPLACE INTO sessions (hash, created, expires, address, agent) VALUES (?, ?, ?, ?, ?)",
                params![hash.as_slice(), session.created, session.expires, session.address, session.agent],
            )?;
            transaction.execute(
                "DELETE FROM sessions WHERE hash NOT IN (SELECT hash FROM sessions ORDER BY created DESC, expires DESC LIMIT ?)",
                [MAX_SESSIONS],
            )?;
            Ok(transaction.commit()?)
        })
        .await
    }

    /// The session of a browser, if it is one at `now` (milliseconds since 1970).
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn session(&self, hash: [u8; 32], now: i64) -> Result<Option<Session>, StorageError> {
        self.ask(move |desk| {
            let query =
                "SELECT created, expires, address, agent FROM sessions WHERE hash = ? AND expires > ?";
            let session = desk.connection.query_row(query, params![hash.as_slice(), now], |row| {
                Ok(Session {
                    created: row.get(0)?,
                    expires: row.get(1)?,
                    address: row.get(2)?,
                    agent: row.get(3)?,
                })
            });
            Ok(session.optional()?)
        })
        .await
    }

    /// Moves a session's end.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn extend_session(&self, hash: [u8; 32], expires: i64) -> Result<(), StorageError> {
        self.ask(move |desk| {
            let text = "UPDATE sessions SET expires = ? WHERE hash = ?";
            desk.connection.execute(text, params![expires, hash.as_slice()])?;
            Ok(())
        })
        .await
    }

    /// Signs one browser out.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn end_session(&self, hash: [u8; 32]) -> Result<(), StorageError> {
        self.ask(move |desk| {
            desk.connection.execute("DELETE FROM sessions WHERE hash = ?", [hash.as_slice()])?;
            desk.ended.send_replace(());
            Ok(())
        })
        .await
    }

    /// Signs every browser out.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn end_all_sessions(&self) -> Result<(), StorageError> {
        self.ask(|desk| {
            desk.connection.execute("DELETE FROM sessions", [])?;
            desk.ended.send_replace(());
            Ok(())
        })
        .await
    }

    /// Makes a token for scripts; `hash` is of its secret.
    ///
    /// # Errors
    /// [`StorageError::Full`] and others.
    pub async fn add_token(
        &self,
        hash: [u8; 32],
        name: String,
        scopes: Vec<Scope>,
        now: i64,
    ) -> Result<Token, StorageError> {
        self.ask(move |desk| {
            let count: i64 =
                desk.connection.query_row("SELECT count(*) FROM tokens", [], |row| row.get(0))?;
            if count >= MAX_TOKENS {
                return Err(StorageError::Full);
            }
            desk.connection.execute(
                "INSERT INTO tokens (hash, name, scopes, created) VALUES (?, ?, ?, ?)",
                params![hash.as_slice(), name, written(&scopes), now],
            )?;
            let id = desk.connection.last_insert_rowid();
            Ok(Token { id, name, scopes, created: now, last_used: None })
        })
        .await
    }

    /// All tokens, oldest first.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn tokens(&self) -> Result<Vec<Token>, StorageError> {
        self.ask(|desk| {
            let mut query = desk
                .connection
                .prepare("SELECT id, name, scopes, created, last_used FROM tokens ORDER BY id")?;
            let tokens = query.query_map([], |row| {
                Ok(Token {
                    id: row.get(0)?,
                    name: row.get(1)?,
                    scopes: read(&row.get::<_, String>(2)?),
                    created: row.get(3)?,
                    last_used: row.get(4)?,
                })
            })?;
            Ok(tokens.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// What the holder of a secret may do; notes that it was used at `now`, to the hour.
    ///
    /// # Errors
    /// [`StorageError`].
    pub async fn use_token(&self, hash: [u8; 32], now: i64) -> Result<Option<Vec<Scope>>, StorageError> {
        const HOUR: i64 = 3_600_000;
        self.ask(move |desk| {
            let found = desk
                .connection
                .query_row("SELECT scopes FROM tokens WHERE hash = ?", [hash.as_slice()], |row| {
                    row.get::<_, String>(0)
                })
                .optional()?;
            if found.is_some() {
                // Not with every request: a script that asks each second would wear the card out.
                desk.connection.execute(
                    "UPDATE tokens SET last_used = ?1 WHERE hash = ?2 AND coalesce(last_used, 0) < ?1 - ?3",
                    params![now, hash.as_slice(), HOUR],
                )?;
            }
            Ok(found.map(|scopes| read(&scopes)))
        })
        .await
    }

    /// Revokes a token.
    ///
    /// # Errors
    /// [`StorageError::Missing`] and others.
    pub async fn remove_token(&self, id: i64) -> Result<(), StorageError> {
        self.ask(move |desk| match desk.connection.execute("DELETE FROM tokens WHERE id = ?", [id])? {
            0 => Err(StorageError::Missing),
            _ => {
                desk.ended.send_replace(());
                Ok(())
            }
        })
        .await
    }
}

fn written(scopes: &[Scope]) -> String {
    let names = Scope::ALL.iter().filter(|(scope, _)| scopes.contains(scope)).map(|(_, name)| *name);
    names.collect::<Vec<_>>().join(" ")
}

fn read(text: &str) -> Vec<Scope> {
    let scope = |word| Scope::ALL.iter().find(|(_, name)| *name == word).map(|(scope, _)| *scope);
    text.split(' ').filter_map(scope).collect()
}
