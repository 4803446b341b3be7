//! What an independent decoder says of media that the box served.

use std::io::Write;
use std::process::{Command, Stdio};

use mp4_atom::{Any, Decode, FourCC};

/// What a decoder complains of in these bytes; empty when it decodes them whole.
pub fn decode_errors(media: &[u8]) -> String {
    let count = ["-count_frames", "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0"];
    let decoded = run(
        Command::new("ffprobe").args(["-v", "error", "-err_detect", "explode"]).args(count).arg("pipe:0"),
        media,
    );
    match decoded {
        // A transport stream's tracks stand there once more below their program.
        Ok(counts)
            if counts
                .lines()
                .filter(|line| !line.is_empty())
                .all(|count| count.parse::<u64>().is_ok_and(|count| count > 0)) =>
        {
            String::new()
        }
        Ok(counts) => format!("a track has no frames: {counts}"),
        Err(complaint) => complaint,
    }
}

/// The samples of a stream's tracks, as its boxes say.
#[derive(Debug, Default)]
pub struct Tracks {
    pub video: Vec<Sample>,
    pub audio: Vec<Sample>,
}

/// Times in units of the track's timescale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    pub dts: i64,
    pub duration: i64,
    pub composition: i64,
}

/// The samples of an initialization section and what follows it.
pub fn tracks(media: &[u8]) -> Tracks {
    let (mut tracks, mut video_track) = (Tracks::default(), None);
    let mut rest = media;
    while !rest.is_empty() {
        match Any::decode(&mut rest).expect("a box that does not parse") {
            Any::Moov(moov) => {
                let video = moov.trak.iter().find(|trak| trak.mdia.hdlr.handler == FourCC::new(b"vide"));
                video_track = video.map(|trak| trak.tkhd.track_id);
            }
            Any::Moof(moof) => {
                for traf in &moof.traf {
                    let is_video = Some(traf.tfhd.track_id) == video_track;
                    let track = if is_video { &mut tracks.video } else { &mut tracks.audio };
                    let mut dts = i64::try_from(traf.tfdt.as_ref().unwrap().base_media_decode_time).unwrap();
                    for entry in traf.trun.iter().flat_map(|run| run.samples.iter()) {
                        let duration = entry.duration.or(traf.tfhd.default_sample_duration).unwrap();
                        let duration = i64::from(duration);
                        let composition = entry.cts.unwrap_or_default();
                        track.push(Sample { dts, duration, composition });
                        dts += duration;
                    }
                }
            }
            _ => {}
        }
    }
    tracks
}

/// Panics when a sample does not start exactly where the one before ended.
pub fn assert_contiguous(tracks: &Tracks) {
    for track in [&tracks.video, &tracks.audio] {
        for pair in track.windows(2) {
            assert_eq!(pair[0].dts + pair[0].duration, pair[1].dts, "{pair:?}");
        }
    }
}

/// Feeds the bytes to the command; its output, or what it complained of.
fn run(command: &mut Command, input: &[u8]) -> Result<String, String> {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        // A decoder that stops early closes the pipe; its complaint says why.
        scope.spawn(move || {
            let _ = stdin.write_all(input);
        });
        child.wait_with_output().unwrap()
    });
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() && complaint.is_empty() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!("{}: {complaint}", output.status))
    }
}
