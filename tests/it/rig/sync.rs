//! When a film flashes and when it beeps: whether picture and sound are together is measured on what a viewer
//! sees and hears, not on stamps.

use std::io::Write;
use std::process::{Command, Stdio};

/// ffmpeg's source of a picture that flashes white for a tenth of each second over a moving pattern.
pub fn flashing(width: u32, height: u32, rate: u32) -> String {
    format!(
        "testsrc2=size={width}x{height}:rate={rate},eq=brightness=-0.3,\
         drawbox=color=white:t=fill:enable='lt(mod(t,1),0.1)'"
    )
}

/// ffmpeg's source of a tone that sounds for a tenth of each second.
pub const BEEPING: &str = "aevalsrc='if(lt(mod(t,1),0.1),0.5*sin(2*PI*1000*t),0)':s=48000:c=stereo";

/// The starts of all flashes and beeps in the media, in seconds on its own timeline.
pub fn flashes_and_beeps(media: &[u8]) -> (Vec<f64>, Vec<f64>) {
    let mut child = Command::new("ffmpeg")
        .args(["-v", "info", "-nostats", "-copyts", "-i", "pipe:0"])
        .args(["-vf", "signalstats,metadata=print:key=lavfi.signalstats.YAVG"])
        .args(["-af", "silencedetect=noise=-30dB:duration=0.3", "-f", "null", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(media));
        child.wait_with_output().unwrap()
    });
    let text = String::from_utf8_lossy(&output.stderr);
    let (mut flashes, mut beeps) = (Vec::new(), Vec::new());
    let (mut at, mut bright) = (0.0, true);
    for line in text.lines() {
        if let Some((_, time)) = line.split_once("pts_time:") {
            at = time.trim().parse().unwrap();
        } else if let Some((_, luma)) = line.split_once("lavfi.signalstats.YAVG=") {
            let now = luma.trim().parse::<f64>().unwrap() > 180.0;
            if now && !bright {
                flashes.push(at);
            }
            bright = now;
        } else if let Some((_, rest)) = line.split_once("silence_end: ") {
            beeps.push(rest.split_whitespace().next().unwrap().parse().unwrap());
        }
    }
    (flashes, beeps)
}
