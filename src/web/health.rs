//! `/healthz`: whether the box can serve. A monitor and the box's own start ask it.
//!
//! The program answers, or nobody does; so what is said is of what else a box needs: its pages and its database.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::{App, assets};
use crate::storage::Storage;

/// The database answers in this time, also while a card flushes what was recorded. Longer, and whoever signs in or
/// changes a setting believes that the box is dead.
const DATABASE_ANSWERS: Duration = Duration::from_secs(3);

/// An answer of the database is good for so long. Threat: a crowd that asks it in the name of health.
const FRESH: Duration = Duration::from_secs(1);

/// What is fine is "ok"; what is not is said in a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// All is fine.
    pub ok: bool,
    /// The viewers' page and the operator's.
    pub pages: String,
    /// What survives a power cut.
    pub database: String,
}

/// The last answer of the database; one asks at a time, and the others have the same answer.
#[derive(Debug, Default)]
pub struct Checkup(Mutex<Option<(Instant, Result<(), String>)>>);

impl Checkup {
    async fn database(&self, storage: &Storage) -> Result<(), String> {
        let mut last = self.0.lock().await;
        if let Some((at, known)) = &*last
            && at.elapsed() < FRESH
        {
            return known.clone();
        }
        let answered = match tokio::time::timeout(DATABASE_ANSWERS, storage.answers()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(format!("the database cannot be read: {error}")),
            Err(_) => Err(format!(
                "the database did not answer within {} s; the disk or card is overloaded or fails",
                DATABASE_ANSWERS.as_secs()
            )),
        };
        *last = Some((Instant::now(), answered.clone()));
        answered
    }
}

/// `GET /healthz`.
pub async fn show(State(app): State<App>) -> Response {
    let pages = if assets::are_there() { Ok(()) } else { Err(String::from("the pages are missing")) };
    let database = app.0.checkup.database(&app.desk().storage).await;
    let ok = pages.is_ok() && database.is_ok();
    let word = |found: Result<(), String>| found.err().unwrap_or_else(|| String::from("ok"));
    let health = Health { ok, pages: word(pages), database: word(database) };
    let status = if ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], Json(health)).into_response()
}
