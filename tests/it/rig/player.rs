//! Players that are programs of their own, with their defaults, playing to nobody: each tells its clock.

use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::thread;
use std::time::Duration;

use nix::unistd::{Uid, User};
use tempfile::TempDir;

use super::clock::Clock;
use super::process::Process;

/// Between two of VLC's answers, which are whole seconds.
const VLC_ASKED_EVERY: Duration = Duration::from_millis(250);

pub struct Player {
    pub clock: Clock,
    process: Process,
    home: Option<TempDir>,
}

impl Player {
    pub fn mpv(url: &str) -> Self {
        let mut command = Command::new("mpv");
        command.args([
            "--no-config",
            "--vo=null",
            "--ao=null",
            "--term-status-msg=clock ${=time-pos}\n",
            url,
        ]);
        Player::of("mpv", &mut command, Duration::from_millis(67), |line| {
            line.split_once("clock ")?.1.trim().parse().ok()
        })
    }

    /// FFmpeg as a player without a clock of its own: it stands where its data stand, and takes whole segments.
    pub fn ffmpeg(url: &str) -> Self {
        let mut command = Command::new("ffmpeg");
        command.args(["-v", "warning", "-nostdin", "-progress", "pipe:1", "-stats_period", "0.2", "-i", url]);
        command.args(["-f", "null", "-"]);
        Player::of("ffmpeg", &mut command, Duration::from_secs(2), |line| {
            line.strip_prefix("out_time_us=")?.parse::<f64>().ok().map(|us| us / 1e6)
        })
    }

    pub fn playbin(url: &str) -> Self {
        Player::gstreamer("playbin", url)
    }

    pub fn playbin3(url: &str) -> Self {
        Player::gstreamer("playbin3", url)
    }

    /// Each picture's time as it goes into a sink that waits for its moment.
    fn gstreamer(playbin: &'static str, url: &str) -> Self {
        let mut command = Command::new("gst-launch-1.0");
        command.args(["--verbose", playbin, &format!("uri={url}")]);
        command.arg("video-sink=identity name=shown silent=false ! fakesink sync=true");
        command.arg("audio-sink=fakesink sync=true");
        Player::of(playbin, &mut command, Duration::from_millis(67), |line| {
            let (_, rest) = line.split_once("shown: last-message = chain")?;
            let clock = rest.split_once(" pts: ")?.1.split(',').next()?;
            let mut fields = clock.split(':').map(|field| field.parse::<f64>().ok());
            Some((fields.next()?? * 60.0 + fields.next()??) * 60.0 + fields.next()??)
        })
    }

    /// VLC refuses to be root.
    pub fn vlc(url: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut command = Command::new("cvlc");
        command.args([
            "-I",
            "oldrc",
            "--rc-fake-tty",
            "--no-color",
            "--vout",
            "vdummy",
            "--aout",
            "adummy",
            url,
        ]);
        command.env("HOME", home.path()).current_dir(home.path());
        for name in ["XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"] {
            command.env_remove(name);
        }
        if Uid::effective().is_root() {
            std::fs::set_permissions(home.path(), Permissions::from_mode(0o777)).unwrap();
            let nobody = User::from_name("nobody").unwrap().expect("no user is called nobody");
            command.uid(nobody.uid.as_raw()).gid(nobody.gid.as_raw());
        }
        let mut player = Player::of("VLC", &mut command, Duration::from_secs(1), vlc_time);
        let mut input = player.process.take_input();
        thread::spawn(move || {
            while writeln!(input, "get_time").is_ok() {
                thread::park_timeout(VLC_ASKED_EVERY);
            }
        });
        player.home = Some(home);
        player
    }

    fn of(
        name: &'static str,
        command: &mut Command,
        step: Duration,
        time: impl Fn(&str) -> Option<f64> + Send + Sync + 'static,
    ) -> Self {
        let clock = Clock::new(name);
        let told = clock.clone();
        let process = Process::conversing(command, move |line| match line {
            Some(line) => {
                if let Some(time) = time(line) {
                    told.report(time, step);
                }
            }
            None => told.fail("it ended"),
        });
        Player { clock, process, home: None }
    }
}

/// An answer to `get_time` is a number alone; the moments before the first picture and after the last are 0.
fn vlc_time(line: &str) -> Option<f64> {
    line.trim_start_matches("> ").trim().parse().ok().filter(|time| *time > 0.0)
}
