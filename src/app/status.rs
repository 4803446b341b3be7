//! `venuebox status`: what a running box says of itself, for a terminal.

use std::io::Write;
use std::time::Duration;

use anyhow::{Context, bail};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::config::StatusConfig;
use crate::web::Status;

/// A box that answers at all answers at once.
const TIMEOUT: Duration = Duration::from_secs(5);

/// More than any status; whatever listens there may not be a box.
const MAX_BODY: usize = 64 << 10;

/// Asks the box and prints its answer.
pub fn print(config: &StatusConfig) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let status = runtime
        .block_on(async { tokio::time::timeout(TIMEOUT, ask(config)).await })
        .with_context(|| format!("{} did not answer in {} s", config.http, TIMEOUT.as_secs()))??;
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

async fn ask(config: &StatusConfig) -> anyhow::Result<Status> {
    let address = super::config::reachable(config.http);
    let socket = TcpStream::connect(address).await;
    let socket = socket.with_context(|| format!("no box answers at {address}; is it running?"))?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(socket)).await?;
    let driver = tokio::spawn(connection);
    let request = hyper::Request::get("/api/status").header(hyper::header::HOST, address.to_string());
    let response = sender.send_request(request.body(Empty::<Bytes>::new())?).await?;
    if !response.status().is_success() {
        bail!("{address} answered {}; is it a venuebox?", response.status());
    }
    let body = Limited::new(response.into_body(), MAX_BODY).collect().await;
    let body = body.map_err(|error| anyhow::anyhow!("the answer broke off: {error}"))?;
    driver.abort();
    serde_json::from_slice(&body.to_bytes()).with_context(|| format!("{address} is not a venuebox"))
}
