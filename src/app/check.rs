//! `venuebox check`: what the box needs, and what is missing, in plain words.

use std::io::Write;
use std::path::Path;

use anyhow::bail;

use super::config::RunConfig;
use super::ports::{bind, bind_udp};
use crate::media;

/// Checks ports, folders and codecs, and prints a line for each.
pub fn check(config: &RunConfig) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let _inside = runtime.enter();
    let checks = [
        ("HTTP port", bind(config.http, "the HTTP", "--http").map(drop)),
        ("RTMP port", bind(config.rtmp, "the RTMP", "--rtmp").map(drop)),
        ("STUN port", bind_udp(config.stun, "the STUN", "--stun").map(drop)),
        ("UDP tracker port", bind_udp(config.tracker_udp, "the UDP tracker", "--tracker-udp").map(drop)),
        ("BitTorrent port", bind(config.bittorrent, "the BitTorrent", "--bittorrent").map(drop)),
        ("data folder", writable(&config.data)),
        ("test card", media::test_card_possible().map_err(anyhow::Error::from)),
    ];
    let mut out = std::io::stdout().lock();
    let mut failed = 0_u32;
    for (name, outcome) in checks {
        match outcome {
            Ok(()) => writeln!(out, "ok    {name}")?,
            Err(error) => {
                failed += 1;
                writeln!(out, "FAIL  {name}: {error:#}")?;
            }
        }
    }
    if failed > 0 {
        bail!("{failed} of the checks failed");
    }
    Ok(())
}

/// The folder can be written; one that is not there yet is made by the first start, in a folder that is.
fn writable(folder: &Path) -> anyhow::Result<()> {
    let existing = folder.ancestors().find(|ancestor| ancestor.is_dir() || ancestor.as_os_str().is_empty());
    let existing = existing.filter(|path| !path.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let flags = nix::unistd::AccessFlags::W_OK | nix::unistd::AccessFlags::X_OK;
    if nix::unistd::access(existing, flags).is_err() {
        bail!("{} cannot be written; choose another folder with --data", existing.display());
    }
    Ok(())
}
