//! Asking a running box: what `status`, `health` and `console` have in common.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::StatusCode;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// A box that answers at all answers at once; one whose database does not says so after three seconds.
pub const TIMEOUT: Duration = Duration::from_secs(5);

/// More than any answer; whatever listens there may not be a box.
const MAX_BODY: usize = 64 << 10;

/// Asks the box at `address` for `path`.
pub async fn get(address: SocketAddr, path: &str) -> anyhow::Result<(StatusCode, Bytes)> {
    let answered = tokio::time::timeout(TIMEOUT, ask(address, path)).await;
    answered.with_context(|| format!("{address} did not answer in {} s", TIMEOUT.as_secs()))?
}

async fn ask(address: SocketAddr, path: &str) -> anyhow::Result<(StatusCode, Bytes)> {
    let socket = TcpStream::connect(address).await;
    let socket = socket.with_context(|| format!("no box answers at {address}; is it running?"))?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(socket)).await?;
    let driver = tokio::spawn(connection);
    let request = hyper::Request::get(path).header(hyper::header::HOST, address.to_string());
    let response = sender.send_request(request.body(Empty::<Bytes>::new())?).await?;
    let status = response.status();
    let body = Limited::new(response.into_body(), MAX_BODY).collect().await;
    let body = body.map_err(|error| anyhow::anyhow!("the answer broke off: {error}"))?;
    driver.abort();
    Ok((status, body.to_bytes()))
}
