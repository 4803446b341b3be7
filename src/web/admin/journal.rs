//! The operator's log, by the page.

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::Refusal;
use crate::storage::DiaryEntry;
use crate::web::App;

/// Lines of a page.
const PAGE: u32 = 50;

#[derive(Serialize)]
struct Shown {
    entries: Vec<Entry>,
    more: bool,
}

#[derive(Serialize)]
struct Entry {
    id: i64,
    at: i64,
    level: String,
    text: String,
    more: Option<String>,
}

impl From<DiaryEntry> for Entry {
    fn from(entry: DiaryEntry) -> Self {
        let DiaryEntry { id, at, level, text, more } = entry;
        Entry { id, at, level, text, more }
    }
}

/// `GET journal?before=ID`.
pub async fn page(State(app): State<App>, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let before = match query.as_deref().filter(|query| !query.is_empty()) {
        None => None,
        Some(query) => {
            let number = query.strip_prefix("before=").and_then(|number| number.parse::<i64>().ok());
            Some(number.ok_or_else(|| Refusal::value("before", "the number of a line"))?)
        }
    };
    let mut lines = app.desk().storage.diary(before, PAGE + 1).await?;
    let more = lines.len() > PAGE as usize;
    lines.truncate(PAGE as usize);
    let entries = lines.into_iter().map(Entry::from).collect();
    Ok(axum::Json(Shown { entries, more }).into_response())
}
