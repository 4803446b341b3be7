//! `venuebox console`: the box's own screen, kept up to date on a terminal. It outlives the box's program and says
//! when that is away.

use std::io::{self, Write};
use std::time::Duration;

use anyhow::Context;
use hyper::StatusCode;
use rustix::termios::tcgetwinsize;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::Instant;

use super::config::{ConsoleConfig, reachable};
use super::{claim_file, inquiry};
use crate::screen::{Facts, Size, Standing, View, draw};

/// How often the box is looked at: what is shown is at most this old.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Drawn anew so often, also without a change: the kernel writes on the same terminal.
const REPAINT: Duration = Duration::from_secs(30);

/// A box that has not answered for so long does not start by itself any more.
const SILENT_AFTER: Duration = Duration::from_secs(120);

/// DECTCEM: a screen on the wall has no cursor.
const HIDE_CURSOR: &str = "\x1b[?25l";
const SHOW_CURSOR: &str = "\x1b[0m\x1b[2J\x1b[H\x1b[?25h";

/// console_codes(4): a Linux console goes dark after ten minutes, and this one should not.
const STAY_BRIGHT: &str = "\x1b[9;0]\x1b[14;0]";

const CLEAR: &str = "\x1b[2J";

/// Shows the screen until somebody ends it.
pub fn show(config: &ConsoleConfig) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate()).context("SIGTERM cannot be watched")?;
        let mut interrupt = signal(SignalKind::interrupt()).context("SIGINT cannot be watched")?;
        let mut console = Console::new(config);
        let mut looks = tokio::time::interval(LOOK_EVERY);
        write(HIDE_CURSOR)?;
        if std::env::var_os("TERM").is_some_and(|terminal| terminal == "linux") {
            write(STAY_BRIGHT)?;
        }
        loop {
            tokio::select! {
                _ = terminate.recv() => break,
                _ = interrupt.recv() => break,
                _ = looks.tick() => console.look().await?,
            }
        }
        write(SHOW_CURSOR)
    })
}

struct Console<'a> {
    config: &'a ConsoleConfig,
    /// What the box said last.
    known: Option<Facts>,
    /// When it last said something, or when somebody began to ask.
    heard: Instant,
    painted: Option<(Instant, Size, String)>,
}

impl<'a> Console<'a> {
    fn new(config: &'a ConsoleConfig) -> Self {
        Console { config, known: None, heard: Instant::now(), painted: None }
    }

    async fn look(&mut self) -> anyhow::Result<()> {
        let answer = inquiry::get(reachable(self.config.http), "/api/screen").await;
        let facts = match answer {
            Ok((StatusCode::OK, body)) => serde_json::from_slice::<Facts>(&body).ok(),
            Ok(_) | Err(_) => None,
        };
        let view = if let Some(facts) = facts {
            self.heard = Instant::now();
            View::Answers(self.known.insert(facts))
        } else if self.heard.elapsed() < SILENT_AFTER {
            View::Starting(self.known.as_ref())
        } else {
            View::Silent(self.known.as_ref())
        };
        let unclaimed = matches!(view, View::Answers(Facts { standing: Standing::NotClaimed, .. }));
        let code = if unclaimed { claim_file::read(&claim_file::path(&self.config.data)) } else { None };
        let size = size();
        let screen = draw(view, code.as_deref(), size).ansi();
        self.paint(size, screen)
    }

    fn paint(&mut self, size: Size, screen: String) -> anyhow::Result<()> {
        match &self.painted {
            Some((at, _, shown)) if *shown == screen && at.elapsed() < REPAINT => return Ok(()),
            Some((_, before, _)) if *before == size => write(&screen)?,
            _ => write(&format!("{CLEAR}{screen}"))?,
        }
        self.painted = Some((Instant::now(), size, screen));
        Ok(())
    }
}

/// The terminal's size; a serial line does not know it.
fn size() -> Size {
    let known = tcgetwinsize(io::stdout()).ok().filter(|size| size.ws_col > 0 && size.ws_row > 0);
    known.map_or(Size::USUAL, |size| Size { columns: size.ws_col.into(), rows: size.ws_row.into() })
}

fn write(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).context("the terminal cannot be written to")
}
