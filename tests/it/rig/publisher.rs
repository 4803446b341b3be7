//! Real encoders on the other end of RTMP.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::clip::{Clip, clip};
use super::host::Host;
use super::process::Process;
use super::venuebox::{KEY, VenueBox};

const PROGRAM: &str = env!("CARGO_BIN_EXE_venuebox");

pub struct Publisher(pub Process);

impl Publisher {
    /// Debian's ffmpeg, a film of the usual kind round and round, without encoding.
    pub fn ffmpeg(url: &str) -> Self {
        Publisher::ffmpeg_with(url, Clip::default())
    }

    pub fn ffmpeg_with(url: &str, film: Clip) -> Self {
        Publisher::copying(Path::new("ffmpeg"), url, &clip(film))
    }

    /// An ffmpeg that publishes a file round and round.
    pub fn copying(ffmpeg: &Path, url: &str, film: &Path) -> Self {
        Publisher::copying_tracks(ffmpeg, url, film, &[])
    }

    /// The same with a choice of the film's tracks.
    pub fn copying_tracks(ffmpeg: &Path, url: &str, film: &Path, tracks: &[&str]) -> Self {
        let mut command = Command::new(ffmpeg);
        command.args(["-v", "error", "-nostdin", "-re", "-stream_loop", "-1", "-i"]).arg(film);
        command.args(tracks).args(["-c", "copy", "-f", "flv", url]);
        Publisher(Process::start(&mut command))
    }

    /// GStreamer with `rtmpsink` or `rtmp2sink`; it encodes.
    pub fn gstreamer(sink: &str, url: &str) -> Self {
        let mut command = Command::new("gst-launch-1.0");
        let pipeline = format!(
            "-q videotestsrc is-live=true ! video/x-raw,width=320,height=180,framerate=15/1 \
             ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=30 bitrate=400 \
             ! video/x-h264,profile=main ! h264parse ! queue ! mux. \
             audiotestsrc is-live=true ! audio/x-raw,rate=48000,channels=2 ! avenc_aac ! aacparse ! queue ! mux. \
             flvmux streamable=true name=mux ! {sink} location={url}"
        );
        command.args(pipeline.split_whitespace());
        Publisher(Process::start(&mut command))
    }

    /// `venuebox testcard`, small enough for a busy machine.
    pub fn test_card(venuebox: &VenueBox) -> Self {
        Publisher::card(Command::new(PROGRAM), venuebox)
    }

    /// The same on another machine of the test's.
    pub fn test_card_in(host: &Host, venuebox: &VenueBox) -> Self {
        Publisher::card(host.command(PROGRAM), venuebox)
    }

    fn card(program: Command, venuebox: &VenueBox) -> Self {
        let mut command = Publisher::of_the_box(program, venuebox, "testcard");
        command.args(["--size", "640x360", "--fps", "15", "--bitrate", "800000"]);
        Publisher(Process::start(&mut command))
    }

    /// `venuebox play --loop`.
    pub fn play(venuebox: &VenueBox, film: Clip) -> Self {
        let mut command = Publisher::of_the_box(Command::new(PROGRAM), venuebox, "play");
        command.arg("--loop").arg(clip(film));
        Publisher(Process::start(&mut command))
    }

    fn of_the_box(mut program: Command, venuebox: &VenueBox, subcommand: &str) -> Command {
        program.args([subcommand, "--server", &venuebox.server()]).env("VENUEBOX_STREAM_KEY", KEY);
        program
    }
}

/// The newer FFmpeg inside PyPI's imageio-ffmpeg, which speaks Enhanced RTMP.
pub fn imageio_ffmpeg() -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.unwrap_or_else(|| PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache"));
    let output = Command::new(cache.join("venuebox/python/bin/python"))
        .args(["-c", "import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())"])
        .output()
        .expect("run scripts/setup --test first");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    PathBuf::from(String::from_utf8(output.stdout).unwrap().trim())
}
