//! The cloud: how fast a backlog drains, how far the bucket is behind, and what keeping and sending costs.

mod drain;
mod edge;

use std::time::Duration;

use super::report::Section;

pub async fn measure(minute: Duration, pairs: usize) -> Section {
    let mut section = drain::measure(pairs).await;
    let edge = edge::measure(minute).await;
    section.rows.extend(edge.rows);
    section.notes.extend(edge.notes);
    section
}
