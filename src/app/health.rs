//! `venuebox health`: whether a box can serve, as an exit status. A start of the system is good when this says so.
//!
//! It asks the box on this machine and nothing beyond: a venue without the internet has a healthy box.

use std::time::Duration;

use anyhow::{Context, bail};
use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::chance::random;
use super::config::{HealthConfig, reachable};
use super::inquiry::{self, TIMEOUT};
use super::telemetry::tell;
use crate::rtmp::handshake::Handshake;
use crate::web::Health;

/// A box that is not well yet is asked again after this.
const AGAIN: Duration = Duration::from_secs(1);

/// What one read of the handshake takes at the most.
const READ: usize = 4 << 10;

/// Waits until the box is well, at most as long as is wanted, and says what is wrong then.
pub fn wait(config: &HealthConfig) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let deadline = Instant::now() + config.wait;
        let mut again = tokio::time::interval(AGAIN);
        loop {
            again.tick().await;
            match look(config).await {
                Ok(()) => {
                    tell("The box is well: pages, database and RTMP answer.");
                    return Ok(());
                }
                Err(error) if Instant::now() + AGAIN >= deadline => return Err(error),
                Err(error) => log::debug!("not well yet: {error:#}"),
            }
        }
    })
}

async fn look(config: &HealthConfig) -> anyhow::Result<()> {
    let address = reachable(config.http);
    let (status, body) = inquiry::get(address, "/healthz").await?;
    let health: Health = serde_json::from_slice(&body)
        .with_context(|| format!("{address} answered {status}; is it a venuebox?"))?;
    if !health.ok {
        bail!("the box is not well; pages: {}; database: {}", health.pages, health.database);
    }
    let address = reachable(config.rtmp);
    let shaken = tokio::time::timeout(TIMEOUT, shake_hands(address)).await;
    shaken
        .unwrap_or_else(|_| bail!("it took longer than {} s", TIMEOUT.as_secs()))
        .with_context(|| format!("the box does not answer encoders at {address}"))
}

/// A connection proves nothing where the service manager holds the socket; an answer does.
async fn shake_hands(address: std::net::SocketAddr) -> anyhow::Result<()> {
    let mut socket = TcpStream::connect(address).await?;
    let (mut out, mut read) = (BytesMut::new(), BytesMut::with_capacity(READ));
    let mut handshake = Handshake::client(random()?, &mut out);
    while !handshake.done() {
        socket.write_all(&out.split()).await?;
        if socket.read_buf(&mut read).await? == 0 {
            bail!("it hung up");
        }
        handshake.receive(&mut &read.split()[..], &mut out)?;
    }
    Ok(())
}
