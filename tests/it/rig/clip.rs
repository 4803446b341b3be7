//! Short films that are encoded once and published by copying: the machine's cores belong to what is tested.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use super::sync::{BEEPING, flashing};

/// What a film is like. Its picture moves; once a second it flashes and beeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clip {
    pub width: u32,
    pub height: u32,
    pub rate: u32,
    pub gop: u32,
    /// ffmpeg's arguments for the picture's encoder; empty: no picture.
    pub video: &'static str,
    /// ffmpeg's arguments for the sound's encoder; empty: no sound.
    pub audio: &'static str,
    pub seconds: u32,
}

impl Default for Clip {
    /// 640×360, 15 pictures a second, H.264 with B-frames, AAC.
    fn default() -> Self {
        Clip {
            width: 640,
            height: 360,
            rate: 15,
            gop: 30,
            video: "-c:v libx264 -preset veryfast -b:v 800k -bf 2 -sc_threshold 0",
            audio: "-c:a aac -b:a 96k",
            seconds: 20,
        }
    }
}

/// The film's file, encoded by Debian's ffmpeg the first time it is asked for.
pub fn clip(clip: Clip) -> PathBuf {
    clip_by(Path::new("ffmpeg"), clip)
}

/// The film encoded by the given ffmpeg.
pub fn clip_by(ffmpeg: &Path, clip: Clip) -> PathBuf {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let words = format!("{clip:?}");
    let name = words.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("clips");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(format!("{name:016x}.mkv"));
    if path.exists() {
        return path;
    }
    let unfinished = path.with_extension("part");
    let mut command = Command::new(ffmpeg);
    command.args(["-v", "error", "-y"]);
    if !clip.video.is_empty() {
        command.args(["-f", "lavfi", "-i", &flashing(clip.width, clip.height, clip.rate)]);
    }
    if !clip.audio.is_empty() {
        command.args(["-f", "lavfi", "-i", BEEPING]);
    }
    if !clip.video.is_empty() {
        command.args(clip.video.split_whitespace());
        command.args(["-g", &clip.gop.to_string(), "-pix_fmt", "yuv420p"]);
    }
    command.args(clip.audio.split_whitespace());
    command.args(["-t", &clip.seconds.to_string(), "-f", "matroska"]).arg(&unfinished);
    let output = command.output().expect("ffmpeg did not start");
    assert!(output.status.success(), "{clip:?}: {}", String::from_utf8_lossy(&output.stderr));
    std::fs::rename(&unfinished, &path).unwrap();
    path
}
