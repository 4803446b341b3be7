//! What is put together is read back by FFmpeg, beside the fragments that it was made of.

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::mp4::runs;

const AVC: &str = "-c:v libx264 -preset ultrafast -bf 2 -g 15";
const AAC: &str = "-c:a aac -b:a 64k";

/// Fragmented as the box's own: no edit list, decode times as they are, ten seconds into a timeline.
const FRAGMENTED: &str = "-movflags frag_keyframe+empty_moov+default_base_moof+frag_discont+skip_trailer \
                          -use_editlist 0 -avoid_negative_ts disabled -output_ts_offset 10 -f mp4 pipe:1";

/// An initialization section, and segments of one fragment each.
struct Film {
    init: Vec<u8>,
    segments: Vec<Vec<u8>>,
}

fn run(command: &mut Command, input: &[u8]) -> Vec<u8> {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || {
            let _ = stdin.write_all(input);
        });
        child.wait_with_output().unwrap()
    });
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && complaint.is_empty(), "{complaint}");
    output.stdout
}

/// Four seconds of moving picture, sound, or both.
fn film(size: &str, video: &str, audio: &str) -> Film {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin"]);
    if !video.is_empty() {
        command.args(["-f", "lavfi", "-i", &format!("testsrc2=size={size}:rate=15")]);
    }
    if !audio.is_empty() {
        command.args(["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"]);
    }
    command.args(video.split_whitespace()).args(audio.split_whitespace());
    command.args(["-t", "4", "-pix_fmt", "yuv420p"]).args(FRAGMENTED.split_whitespace());
    if video.is_empty() {
        // Nothing else says where a fragment ends.
        command.args(["-frag_duration", "1000000"]);
        command = again_with_output_last(&command);
    }
    split(&run(&mut command, &[]))
}

/// Options stand before the output that they are for.
fn again_with_output_last(command: &Command) -> Command {
    let arguments: Vec<_> = command.get_args().map(ToOwned::to_owned).collect();
    let (output, options): (Vec<_>, Vec<_>) = arguments.into_iter().partition(|word| word == "pipe:1");
    let mut again = Command::new("ffmpeg");
    again.args(options).args(output);
    again
}

fn split(file: &[u8]) -> Film {
    let (mut init, mut segments) = (Vec::new(), Vec::<Vec<u8>>::new());
    for child in super::super::boxes::children(file).unwrap() {
        match child.kind.as_ref() {
            b"ftyp" | b"moov" => init.extend_from_slice(child.whole),
            b"moof" => segments.push(child.whole.to_vec()),
            _ => segments.last_mut().unwrap().extend_from_slice(child.whole),
        }
    }
    Film { init, segments }
}

fn read(segment: &[u8]) -> impl FnMut(u64, &mut [u8]) -> std::io::Result<()> + '_ {
    |at, buffer| {
        let at = usize::try_from(at).unwrap();
        buffer.copy_from_slice(&segment[at..at + buffer.len()]);
        Ok(())
    }
}

/// The whole file of these segments, each with its initialization section.
fn whole<'a>(parts: impl Iterator<Item = (&'a [u8], &'a [u8])>) -> Vec<u8> {
    let (mut movie, mut media) = (Movie::default(), Vec::new());
    for (init, segment) in parts {
        let init = Init::read(init).unwrap();
        let size = u64::try_from(segment.len()).unwrap();
        movie.push(&init, &runs(read(segment), size, &init).unwrap(), size).unwrap();
        media.extend_from_slice(segment);
    }
    let head = movie.finish().unwrap();
    let file = [head.bytes.to_vec(), media].concat();
    assert_eq!(u64::try_from(file.len()).unwrap(), head.length, "its length was known before");
    file
}

fn of(film: &Film) -> Vec<u8> {
    whole(film.segments.iter().map(|segment| (&film.init[..], &segment[..])))
}

fn fragments(film: &Film) -> Vec<u8> {
    [film.init.clone(), film.segments.concat()].concat()
}

/// Every decoded frame's track and hash, in the order of the tracks.
fn frames(file: &[u8]) -> Vec<String> {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-xerror", "-i", "pipe:0", "-map", "0", "-fps_mode", "passthrough"]);
    let text = String::from_utf8(run(command.args(["-f", "framemd5", "pipe:1"]), file)).unwrap();
    let frame = |line: &str| {
        let fields: Vec<&str> = line.split(',').map(str::trim).collect();
        format!("{} {}", fields[0], fields[5])
    };
    let mut frames: Vec<String> = text.lines().filter(|line| !line.starts_with('#')).map(frame).collect();
    frames.sort_by_key(|frame| frame.split(' ').next().unwrap().to_owned());
    frames
}

/// When each packet of a track is shown, milliseconds.
fn times(file: &[u8], track: &str) -> Vec<i64> {
    let mut command = Command::new("ffprobe");
    command.args(["-v", "error", "-select_streams", track, "-show_entries", "packet=pts_time"]);
    let text = String::from_utf8(run(command.args(["-of", "csv=p=0", "pipe:0"]), file)).unwrap();
    let mut times: Vec<i64> = text
        .lines()
        .filter_map(|line| line.trim_end_matches(',').parse::<f64>().ok())
        .map(|seconds| {
            let millis = (seconds * 1_000.0).round();
            format!("{millis}").parse().unwrap()
        })
        .collect();
    times.sort_unstable();
    times
}

/// Every frame decodes to the same, and picture and sound are as far apart as they were.
fn assert_same(film: &Film) {
    let (before, after) = (fragments(film), of(film));
    let expected = frames(&before);
    assert!(expected.len() > 30, "{}", expected.len());
    let found = frames(&after);
    let differs = expected.iter().zip(&found).position(|(expected, found)| expected != found);
    assert_eq!((expected.len(), differs), (found.len(), None), "{:?}", &expected[differs.unwrap_or(0)..]);
    let origin = |file: &[u8]| ["v", "a"].iter().flat_map(|track| times(file, track)).min().unwrap();
    let (was, is) = (origin(&before), origin(&after));
    for track in ["v", "a"] {
        let (before, after) = (times(&before, track), times(&after, track));
        assert_eq!(before.len(), after.len());
        let far = before.iter().zip(&after).map(|(before, after)| (before - was - (after - is)).abs()).max();
        assert!(far.unwrap_or(0) <= 1, "{track}: {before:?} {after:?}");
    }
}

#[test]
fn h264_with_b_pictures_and_aac_is_the_same_frame_by_frame_and_in_step() {
    assert_same(&film("320x180", AVC, AAC));
}

#[test]
fn sound_alone_is_a_file_too() {
    assert_same(&film("", "", AAC));
}

#[test]
fn hevc_av1_and_opus_keep_their_own_boxes() {
    let hevc = "-c:v libx265 -preset ultrafast -x265-params log-level=none:keyint=15 -tag:v hvc1";
    assert_same(&film("320x180", hevc, "-c:a libopus"));
    assert_same(&film("320x180", "-c:v libaom-av1 -cpu-used 8 -usage realtime -g 15", AAC));
}

#[test]
fn what_is_missing_in_the_middle_is_a_cut_and_sound_stays_with_its_picture() {
    let film = film("320x180", AVC, AAC);
    assert_eq!(film.segments.len(), 4);
    let kept = [0, 1, 3];
    let file = whole(kept.iter().map(|at| (&film.init[..], &film.segments[*at][..])));
    let (picture, sound) = (times(&file, "v"), times(&file, "a"));
    assert_eq!(picture.len(), 45);
    // Three seconds play in three seconds: no picture stands for the fourth.
    assert!((2_900..3_100).contains(&(picture.last().unwrap() - picture[0])), "{picture:?}");
    let alone: Vec<i64> = times(&fragments(&film), "a");
    assert!(sound.len() < alone.len() && sound.windows(2).all(|pair| pair[1] - pair[0] < 80), "{sound:?}");
    assert!((sound.last().unwrap() - picture.last().unwrap()).abs() < 100);
}

#[test]
fn another_configuration_in_mid_event_has_a_sample_entry_of_its_own() {
    let (small, large) = (film("320x180", AVC, AAC), film("640x360", AVC, AAC));
    let parts = small.segments.iter().map(|segment| (&small.init[..], &segment[..]));
    let file = whole(parts.chain(large.segments.iter().map(|segment| (&large.init[..], &segment[..]))));
    let mut command = Command::new("ffprobe");
    command.args(["-v", "error", "-select_streams", "v", "-show_entries", "frame=width"]);
    let text = String::from_utf8(run(command.args(["-of", "csv=p=0", "pipe:0"]), &file)).unwrap();
    let widths: Vec<&str> =
        text.lines().map(|line| line.trim_end_matches(',')).filter(|width| !width.is_empty()).collect();
    assert_eq!((widths.len(), widths[0], widths[119]), (120, "320", "640"));
}

#[test]
fn a_segment_that_is_cut_or_is_none_is_refused_and_nothing_is_added() {
    let film = film("320x180", AVC, AAC);
    let (init, segment) = (Init::read(&film.init).unwrap(), &film.segments[0]);
    for length in [0, 4, 40, 200, segment.len() / 2, segment.len() - 1] {
        let cut = &segment[..length];
        assert!(runs(read(cut), u64::try_from(length).unwrap(), &init).is_err(), "{length}");
    }
    let noise: Vec<u8> = (0..4_000_u32).map(|at| u8::try_from(at * 7 % 251).unwrap()).collect();
    assert!(runs(read(&noise), 4_000, &init).is_err());
    assert!(Init::read(&noise).is_err() && Init::read(&[]).is_err());
    assert!(matches!(Movie::default().finish(), Err(Mp4Error::Empty)));
}

#[test]
fn twelve_hours_take_tens_of_megabytes_and_pass_four_gigabytes() {
    let film = film("320x180", AVC, AAC);
    let init = Init::read(&film.init).unwrap();
    let size = u64::try_from(film.segments[0].len()).unwrap();
    let one = runs(read(&film.segments[0]), size, &init).unwrap();
    let mut movie = Movie::default();
    // Two megabits a second, a fragment each second.
    for second in 0..43_200_u64 {
        let mut later = one.clone();
        for run in &mut later {
            run.decode_time += second * u64::from(init.track(run.track).unwrap().timescale);
        }
        movie.push(&init, &later, 250_000).unwrap();
    }
    let head = movie.finish().unwrap();
    assert!(head.length > 10 << 30);
    assert!(head.bytes.len() < 32 << 20, "{}", head.bytes.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn damage_anywhere_is_an_error_or_another_film_and_never_a_panic(
        at in any::<prop::sample::Index>(),
        bytes in prop::collection::vec(any::<u8>(), 1..9),
        of_init: bool,
    ) {
        static FILM: LazyLock<Film> = LazyLock::new(|| film("320x180", AVC, AAC));
        let (mut init, mut segment) = (FILM.init.clone(), FILM.segments[0].clone());
        // Boxes rather than media.
        let place = if of_init { &mut init[..] } else { &mut segment[..400] };
        let at = at.index(place.len());
        place[at..].iter_mut().zip(&bytes).for_each(|(place, byte)| *place = *byte);
        let size = u64::try_from(segment.len()).unwrap();
        if let Ok(init) = Init::read(&init)
            && let Ok(runs) = runs(read(&segment), size, &init)
        {
            let mut movie = Movie::default();
            let good = Init::read(&FILM.init).unwrap();
            let whole = crate::mp4::runs(read(&FILM.segments[0]), size, &good).unwrap();
            movie.push(&good, &whole, size).unwrap();
            let _ = movie.push(&init, &runs, size);
            let _ = movie.push(&good, &whole, size);
            prop_assert!(movie.finish().unwrap().length > size);
        }
    }
}
