//! The schema, as the steps that lead to it. A step that was ever released is never changed; a new one follows it.

use rusqlite::{Connection, TransactionBehavior};

/// `user_version` counts the steps that were taken.
const STEPS: [&str; 3] =
    [include_str!("migrations/1.sql"), include_str!("migrations/2.sql"), include_str!("migrations/3.sql")];

/// The schema that this program knows.
pub fn known() -> i64 {
    i64::try_from(STEPS.len()).unwrap_or(i64::MAX)
}

/// The schema of a file.
pub fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Takes the steps that are missing, each in a transaction of its own.
pub fn run(connection: &mut Connection) -> rusqlite::Result<()> {
    let done = version(connection)?;
    for (step, text) in (1_i64..).zip(STEPS).skip_while(|(step, _)| *step <= done) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(text)?;
        transaction.pragma_update(None, "user_version", step)?;
        transaction.commit()?;
    }
    Ok(())
}
