//! Held pictures before a real decoder: libx264, libx265, libaom and libvpx encode, the picture is held, FFmpeg
//! decodes. Every frame must come out, without a complaint, and equal to the encoder's own.

use std::path::Path;
use std::process::{Command, Output};

use bytes::Bytes;
use venuebox::codec::{HeldPicture, video_config, vp9_config};
use venuebox::stream::{VideoCodec, VideoConfig};

/// How often a picture is held behind the encoder's own.
const HELD: usize = 4;

fn ffmpeg(arguments: &[&str]) -> Output {
    let output = Command::new("ffmpeg").args(["-v", "error", "-y"]).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// Seven frames, encoded with these options.
fn encode(folder: &Path, size: &str, options: &[&str], format: &str) -> Vec<u8> {
    let path = folder.join("encoded");
    let source = format!("testsrc2=s={size}:r=10");
    let input = ["-f", "lavfi", "-i", &source, "-frames:v", "7"];
    let output = ["-f", format, path.to_str().unwrap()];
    ffmpeg(&[&input[..], options, &output[..]].concat());
    std::fs::read(path).unwrap()
}

/// Decodes and compares: every frame's hash, which must be there so often and the same.
fn assert_all_frames_are_equal(folder: &Path, stream: &[u8], format: &str, frames: usize, what: &str) {
    let path = folder.join("held");
    std::fs::write(&path, stream).unwrap();
    let path = path.to_str().unwrap();
    let input = ["-err_detect", "explode", "-f", format, "-i", path];
    let output = ffmpeg(&[&input[..], &["-fps_mode", "passthrough", "-f", "framemd5", "-"][..]].concat());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{what}");
    let text = String::from_utf8(output.stdout).unwrap();
    let hashes: Vec<_> =
        text.lines().filter(|line| !line.starts_with('#')).map(|line| line.rsplit(',').next()).collect();
    assert_eq!(hashes.len(), frames, "{what}:\n{text}");
    assert!(hashes.iter().all(|hash| *hash == hashes[0]), "{what}:\n{text}");
}

/// FFmpeg's own reading of the slice headers that were just decoded, field by field.
fn assert_headers_differ_in_idr_pic_id_alone(folder: &Path, what: &str) {
    let path = folder.join("held");
    let arguments = ["-v", "trace", "-f", "h264", "-i", path.to_str().unwrap(), "-c", "copy"];
    let output =
        Command::new("ffmpeg").args(arguments).args(["-bsf:v", "trace_headers", "-f", "null", "-"]).output();
    let text = String::from_utf8_lossy(&output.unwrap().stderr).into_owned();
    let mut slices: Vec<Vec<(String, String)>> = Vec::new();
    let mut in_slice = false;
    for line in text.lines().filter_map(|line| line.split_once("trace_headers @ ")) {
        let line = line.1.split_once("] ").unwrap().1;
        match line.split_once(" = ") {
            None => {
                in_slice = line == "Slice Header";
                slices.extend(in_slice.then(Vec::new));
            }
            Some((field, value)) if in_slice => {
                let name = field.split_whitespace().nth(1).unwrap();
                slices.last_mut().unwrap().push((name.to_owned(), value.to_owned()));
            }
            Some(_) => {}
        }
    }
    assert!(slices.len().is_multiple_of(HELD + 1) && !slices.is_empty(), "{what}: {} slices", slices.len());
    let pictures: Vec<_> = slices.chunks(slices.len() / (HELD + 1)).collect();
    let split = |picture: &[Vec<(String, String)>]| -> (Vec<_>, Vec<_>) {
        let fields = picture.iter().flatten().filter(|(name, _)| name != "cabac_alignment_one_bit").cloned();
        fields.partition(|(name, _)| name == "idr_pic_id")
    };
    for pair in pictures.windows(2) {
        let ((ids, rest), (next_ids, next_rest)) = (split(pair[0]), split(pair[1]));
        assert_eq!(rest, next_rest, "{what}");
        assert!(ids.iter().all(|id| *id == ids[0]) && next_ids.iter().all(|id| *id == next_ids[0]), "{what}");
        assert_ne!(ids[0], next_ids[0], "{what}");
    }
}

/// The NAL units of a byte stream (H.264 annex B).
fn byte_stream(stream: &[u8]) -> Vec<&[u8]> {
    let starts: Vec<_> =
        (0..stream.len().saturating_sub(3)).filter(|at| stream[*at..].starts_with(&[0, 0, 1])).collect();
    let ends = starts.iter().skip(1).copied().chain([stream.len()]);
    let unit = |(start, end): (&usize, usize)| {
        let unit = &stream[start + 3..end];
        let end = unit.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        &unit[..end]
    };
    starts.iter().zip(ends).map(unit).collect()
}

fn length_prefixed(units: &[&[u8]]) -> Bytes {
    let with_length = |unit: &&[u8]| [&u32::try_from(unit.len()).unwrap().to_be_bytes(), *unit].concat();
    units.iter().flat_map(with_length).collect()
}

fn start_codes(sample: &[u8]) -> Vec<u8> {
    let mut stream = Vec::new();
    let mut rest = sample;
    while let Some((length, after)) = rest.split_first_chunk() {
        let (unit, after) = after.split_at(u32::from_be_bytes(*length).try_into().unwrap());
        stream.extend([0, 0, 0, 1]);
        stream.extend(unit);
        rest = after;
    }
    stream
}

struct Codec {
    kind: fn(&[u8]) -> u8,
    delimiter: u8,
    sets: &'static [u8],
    random_access: &'static [u8],
    format: &'static str,
    record: fn(&[&[u8]]) -> VideoConfig,
}

const H264: Codec = Codec {
    kind: |unit| unit[0] & 0x1f,
    delimiter: 9,
    sets: &[7, 8],
    random_access: &[5],
    format: "h264",
    record: |sets| {
        let sets_of =
            |kind: u8| -> Vec<&[u8]> { sets.iter().copied().filter(|s| s[0] & 0x1f == kind).collect() };
        let (sps, pps) = (sets_of(7), sets_of(8));
        let mut record =
            vec![1, sps[0][1], sps[0][2], sps[0][3], 0xff, 0xe0 | u8::try_from(sps.len()).unwrap()];
        record.extend(array(&sps));
        record.push(pps.len().try_into().unwrap());
        record.extend(array(&pps));
        video_config(VideoCodec::H264, record.into()).unwrap()
    },
};

const HEVC: Codec = Codec {
    kind: |unit| unit[0] >> 1 & 0x3f,
    delimiter: 35,
    sets: &[32, 33, 34],
    random_access: &[16, 17, 18, 19, 20, 21],
    format: "hevc",
    record: |sets| {
        let mut record = vec![1; 23];
        record[21] = 0x0f;
        record[22] = sets.len().try_into().unwrap();
        for set in sets {
            record.extend([0x80 | (set[0] >> 1 & 0x3f), 0, 1]);
            record.extend(array(&[set]));
        }
        video_config(VideoCodec::Hevc, record.into()).unwrap()
    },
};

fn array(sets: &[&[u8]]) -> Vec<u8> {
    sets.iter().flat_map(|set| [&u16::try_from(set.len()).unwrap().to_be_bytes(), *set].concat()).collect()
}

/// Holds every random access picture of the stream; with the parameter sets in the configuration alone, or in the
/// access unit too. Returns how many there were.
fn hold_all(folder: &Path, codec: &Codec, stream: &[u8], what: &str) -> usize {
    let mut access_units: Vec<Vec<&[u8]>> = Vec::new();
    for unit in byte_stream(stream) {
        match access_units.last_mut() {
            Some(last) if (codec.kind)(unit) != codec.delimiter => last.push(unit),
            _ => access_units.push(vec![unit]),
        }
    }
    let is_set = |unit: &&[u8]| codec.sets.contains(&(codec.kind)(unit));
    let sets: Vec<_> = access_units[0].iter().copied().filter(is_set).collect();
    let config = (codec.record)(&sets);
    let is_random_access = |unit: &&[u8]| codec.random_access.contains(&(codec.kind)(unit));
    let keys: Vec<_> = access_units.iter().filter(|units| units.iter().any(&is_random_access)).collect();
    for (number, units) in keys.iter().enumerate() {
        // Once with the parameter sets in the access unit too: they are kept there.
        for in_band in [false, true].into_iter().take(if number == 0 { 2 } else { 1 }) {
            let units: Vec<_> = units.iter().copied().filter(|unit| in_band || !is_set(unit)).collect();
            let sample = length_prefixed(&units);
            let mut held =
                HeldPicture::new(&config, &sample).unwrap_or_else(|| panic!("{what}: key {number}"));
            let mut stream = start_codes(&length_prefixed(&sets));
            stream.extend(start_codes(&sample));
            for _ in 0..HELD {
                stream.extend(start_codes(&held.next()));
            }
            let what = format!("{what}, key {number}, in band: {in_band}");
            assert_all_frames_are_equal(folder, &stream, codec.format, HELD + 1, &what);
            if codec.format == "h264" {
                assert_headers_differ_in_idr_pic_id_alone(folder, &what);
            }
        }
    }
    keys.len()
}

/// Every combination of the alternatives, with commas or colons between them.
fn combinations(alternatives: &[&[&str]]) -> Vec<String> {
    alternatives.iter().fold(vec![String::new()], |so_far, choices| {
        let longer = |start: &String| {
            choices.iter().map(move |choice| format!("{start}:{choice}")).collect::<Vec<_>>()
        };
        so_far.iter().flat_map(longer).collect()
    })
}

fn hold_x264(size: &str, pixels: &str, parameters: &str) {
    let folder = tempfile::tempdir().unwrap();
    let parameters = format!("aud=1:keyint=3:min-keyint=1:scenecut=0{parameters}");
    let options = ["-c:v", "libx264", "-pix_fmt", pixels, "-preset", "fast", "-x264-params", &parameters];
    let stream = encode(folder.path(), size, &options, "h264");
    let what = format!("{size} {pixels} {parameters}");
    // idr_pic_id goes 0, 1, 0.
    assert_eq!(hold_all(folder.path(), &H264, &stream, &what), 3);
}

#[test]
fn h264_is_held_in_either_coding_with_slices_fields_and_b_frames() {
    let coding: &[&str] = &["cabac=0", "cabac=1"];
    let slices: &[&str] = &["slices=1", "slices=4"];
    let fields: &[&str] = &["bframes=0", "bframes=2", "tff=1"];
    for parameters in combinations(&[coding, slices, fields]) {
        hold_x264("100x72", "yuv420p", &parameters);
    }
}

#[test]
fn h264_is_held_with_deep_and_full_chroma_and_without_any() {
    for pixels in ["yuv422p10le", "yuv444p", "gray", "yuv420p10le"] {
        for coding in ["cabac=0", "cabac=1"] {
            hold_x264("52x38", pixels, &format!(":{coding}:slices=2"));
        }
    }
}

#[test]
fn h264_is_held_whatever_else_its_slice_headers_say() {
    for other in [
        ":no-deblock=1",
        ":deblock=-3,2",
        ":sps-id=5",
        ":cqm=jvt",
        ":qp=0",
        ":slice-max-size=200",
        ":ref=1:bframes=0:weightp=0",
        ":nal-hrd=cbr:vbv-maxrate=400:vbv-bufsize=400:bitrate=400",
        ":pulldown=32",
        ":stitchable=1:bluray-compat=1",
        ":constrained-intra=1",
    ] {
        for coding in ["cabac=0", "cabac=1"] {
            hold_x264("100x70", "yuv420p", &format!(":{coding}{other}"));
        }
    }
    hold_x264("1280x720", "yuv420p", ":cabac=0:qp=4");
    hold_x264("1280x720", "yuv420p", ":cabac=1:qp=4");
}

#[test]
fn hevc_is_held_from_idr_and_from_cra_pictures() {
    for (parameters, pixels) in [
        ("open-gop=0", "yuv420p"),
        ("open-gop=1:bframes=2", "yuv420p"),
        ("open-gop=1:bframes=2:slices=2", "yuv420p10le"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let all = format!("aud=1:repeat-headers=1:keyint=3:min-keyint=1:scenecut=0:{parameters}");
        let options = ["-c:v", "libx265", "-pix_fmt", pixels, "-preset", "fast", "-x265-params", &all];
        let stream = encode(folder.path(), "240x320", &options, "hevc");
        assert_eq!(hold_all(folder.path(), &HEVC, &stream, &all), 3);
        assert_eq!(
            parameters.starts_with("open-gop=1"),
            byte_stream(&stream).iter().any(|unit| (HEVC.kind)(unit) == 21)
        );
    }
}

#[test]
fn av1_is_held_from_its_key_frame() {
    let folder = tempfile::tempdir().unwrap();
    let options = ["-c:v", "libaom-av1", "-cpu-used", "8", "-g", "3", "-strict", "-2"];
    let stream = encode(folder.path(), "100x70", &options, "obu");
    // Temporal delimiters, obu_type 2 of size 0, stand between the units.
    let end = (2..stream.len()).find(|at| stream[*at..].starts_with(&[0x12, 0x00])).unwrap();
    let key = Bytes::copy_from_slice(&stream[2..end]);
    let sequence_header = &key[..2 + usize::from(key[1])];
    let record = [&[0x81, 0, 0x0c, 0], sequence_header].concat();
    let config = video_config(VideoCodec::Av1, record.into()).unwrap();
    let mut held = HeldPicture::new(&config, &key).unwrap();
    let mut stream = stream[..end].to_vec();
    for _ in 0..HELD {
        stream.extend([0x12, 0x00]);
        stream.extend(held.next());
    }
    assert_all_frames_are_equal(folder.path(), &stream, "obu", HELD + 1, "AV1");
}

#[test]
fn vp9_is_held_from_its_key_frame_alone() {
    let folder = tempfile::tempdir().unwrap();
    let stream = encode(folder.path(), "100x70", &["-c:v", "libvpx-vp9", "-lag-in-frames", "0"], "ivf");
    let frame = |at: usize| {
        let size = u32::from_le_bytes(stream[at..at + 4].try_into().unwrap());
        Bytes::copy_from_slice(&stream[at + 12..][..size.try_into().unwrap()])
    };
    let (key, delta) = (frame(32), frame(32 + 12 + frame(32).len()));
    let config = vp9_config(Bytes::new(), &key).unwrap();
    assert_eq!((config.width, config.height), (100, 70));
    let mut held = HeldPicture::new(&config, &key).unwrap();
    assert_eq!([held.next(), held.next()], [key.clone(), key]);
    assert!(HeldPicture::new(&config, &delta).is_none());
}
