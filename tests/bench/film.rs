//! The films that are published: encoded once, then only copied.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What a film is like.
#[derive(Clone, Copy, Debug)]
pub struct Film {
    /// Megabits a second of picture and sound together.
    pub rate: f64,
    size: &'static str,
    picture: &'static str,
}

/// 720p30 at 2.5 Mbit/s.
pub const SMALL: Film = Film { rate: 2.5, size: "1280x720", picture: "2370k" };
/// 1080p30 at 6 Mbit/s.
pub const LARGE: Film = Film { rate: 6.0, size: "1920x1080", picture: "5870k" };

/// Seconds of a round.
const LENGTH: &str = "20";

impl Film {
    /// What the table calls it.
    pub fn name(self) -> String {
        format!("{} Mbit/s", self.rate)
    }

    /// The film's file. Noise over the test picture, so that the encoder needs its bit rate; groups of 2 s.
    pub fn file(self) -> PathBuf {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench");
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(format!("{}-{}.mp4", self.size, self.picture));
        if path.exists() {
            return path;
        }
        let unfinished = path.with_extension("part");
        let picture = format!("testsrc2=size={}:rate=30,noise=alls=12:allf=t", self.size);
        let mut command = Command::new("ffmpeg");
        command.args(["-v", "error", "-y", "-f", "lavfi", "-i", &picture]);
        command.args(["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"]);
        command
            .args(["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-g", "60", "-bf", "2"]);
        command.args(["-sc_threshold", "0", "-b:v", self.picture, "-maxrate", self.picture]);
        command.args(["-bufsize", self.picture, "-c:a", "aac", "-b:a", "128k", "-ac", "2", "-t", LENGTH]);
        let status = command.args(["-f", "mp4"]).arg(&unfinished).status().expect("ffmpeg did not start");
        assert!(status.success(), "{self:?} could not be encoded");
        std::fs::rename(&unfinished, &path).unwrap();
        path
    }
}
