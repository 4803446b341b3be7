//! `venuebox status`: what a running box says of itself, for a terminal.

use std::io::Write;

use anyhow::{Context, bail};

use super::config::{StatusConfig, reachable};
use super::inquiry;
use crate::web::Status;

/// Asks the box and prints its answer.
pub fn print(config: &StatusConfig) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let address = reachable(config.http);
    let (answer, body) = runtime.block_on(inquiry::get(address, "/api/status"))?;
    if !answer.is_success() {
        bail!("{address} answered {answer}; is it a venuebox?");
    }
    let status: Status =
        serde_json::from_slice(&body).with_context(|| format!("{address} is not a venuebox"))?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "on air        {}", if status.online { "yes" } else { "no" })?;
    writeln!(out, "watching      {}", status.viewer_count)?;
    writeln!(out, "title         {}", status.stream_title)?;
    writeln!(out, "encoder came  {}", status.last_connect_time.as_deref().unwrap_or("never"))?;
    writeln!(out, "encoder went  {}", status.last_disconnect_time.as_deref().unwrap_or("never"))?;
    writeln!(out, "clock         {}", status.server_time)?;
    writeln!(out, "version       {}", status.version_number)?;
    Ok(())
}
