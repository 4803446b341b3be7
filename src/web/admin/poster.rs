//! The poster picture: what the operator sends is taken apart and made anew, so that nothing but pixels is served.

use std::io::Cursor;

use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use super::Refusal;
use super::body;
use crate::web::App;

/// The largest file: a phone's photograph.
const MAX_FILE: usize = 8 << 20;

/// The longest side of what is unpacked, pixels.
const MAX_SIDE: u32 = 12_000;

/// The most pixels of what is unpacked. Threat: a file of a few kilobytes that becomes gigabytes.
const MAX_PIXELS: u64 = 40_000_000;

/// The most that a decoder may take: those pixels in three colours, and as much again for its work.
const MAX_MEMORY: u64 = 256 << 20;

/// What is served: a screen's width, whatever was sent.
const WIDTH: u32 = 1_280;
const HEIGHT: u32 = 720;
const QUALITY: u8 = 85;

const BUSY: &str = "another picture is being prepared; try again in a moment";

/// Why a picture is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum PictureError {
    #[error("this is not a JPEG, PNG or WebP picture")]
    Kind,
    #[error("this picture is too large; at most {MAX_SIDE} pixels a side and {} million in all", MAX_PIXELS / 1_000_000)]
    Large,
    #[error("this picture is damaged; save it again and retry")]
    Damaged,
}

/// `PUT poster-picture`.
pub async fn replace(State(app): State<App>, body: Body) -> Result<Response, Refusal> {
    let file = body::read(body, MAX_FILE).await?;
    let _turn = app.desk().pictures.try_acquire().map_err(|_| Refusal::broken(BUSY))?;
    // On the pool for what blocks: a photograph takes a second to unpack.
    let made = tokio::task::spawn_blocking(move || prepare(&file)).await;
    let made = made.unwrap_or(Err(PictureError::Damaged));
    let jpeg = made.map_err(|error| {
        let status = match error {
            PictureError::Kind => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            PictureError::Large | PictureError::Damaged => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Refusal::new(status, &error.to_string())
    })?;
    app.set_poster(jpeg).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `DELETE poster-picture`.
pub async fn remove(State(app): State<App>) -> Result<Response, Refusal> {
    let _turn = app.desk().pictures.try_acquire().map_err(|_| Refusal::broken(BUSY))?;
    app.set_poster(Vec::new()).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The JPEG that is served, of a file that somebody sent. What the file says of itself is believed only after its
/// size was looked at.
fn prepare(file: &[u8]) -> Result<Vec<u8>, PictureError> {
    let format = image::guess_format(file).map_err(|_| PictureError::Kind)?;
    if !matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP) {
        return Err(PictureError::Kind);
    }
    // The decoder fills with grey what a torn upload lacks.
    if format == ImageFormat::Jpeg && !ends(file) {
        return Err(PictureError::Damaged);
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| said(&error))?;
    let (width, height) = decoder.dimensions();
    if width > MAX_SIDE || height > MAX_SIDE || u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(PictureError::Large);
    }
    // Phones write pictures as their sensor lies and say how to turn them.
    let turned = decoder.orientation().ok();
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| said(&error))?;
    if width > WIDTH || height > HEIGHT {
        let (most_wide, most_high) = fitting(turned.is_some_and(swaps));
        picture = picture.thumbnail(most_wide, most_high);
    }
    if let Some(turned) = turned {
        picture.apply_orientation(turned);
    }
    let mut jpeg = Vec::new();
    let encoded = JpegEncoder::new_with_quality(&mut jpeg, QUALITY).encode_image(&picture.into_rgb8());
    encoded.map_err(|error| said(&error))?;
    Ok(jpeg)
}

/// Whether a JPEG goes on to its end (ITU-T T.81 B.1.1): segments have lengths, a scan's data end at a marker, and
/// EOI is the last one. Behind it phones put films and depth maps.
fn ends(file: &[u8]) -> bool {
    const EOI: u8 = 0xd9;
    // Markers without a length, in a scan's data or outside: a stuffed zero, TEM, restarts, SOI, fill bytes.
    let alone = |marker: u8| matches!(marker, 0x00 | 0x01 | 0xd0..=0xd8 | 0xff);
    let mut rest = file;
    loop {
        let Some(at) = rest.windows(2).position(|pair| pair[0] == 0xff && !alone(pair[1])) else {
            return false;
        };
        let marker = rest[at + 1];
        rest = &rest[at + 2..];
        if marker == EOI {
            return true;
        }
        let Some(length) = rest.first_chunk::<2>().map(|length| usize::from(u16::from_be_bytes(*length)))
        else {
            return false;
        };
        // A scan's header has a length as well; what follows it is looked through for the next marker.
        let Some(behind) = rest.get(length.max(2)..) else { return false };
        rest = behind;
    }
}

/// The box to fit into, before the picture is turned.
fn fitting(swapped: bool) -> (u32, u32) {
    if swapped { (HEIGHT, WIDTH) } else { (WIDTH, HEIGHT) }
}

fn swaps(turned: image::metadata::Orientation) -> bool {
    use image::metadata::Orientation;
    matches!(
        turned,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    )
}

fn said(error: &image::ImageError) -> PictureError {
    match error {
        image::ImageError::Limits(_) => PictureError::Large,
        image::ImageError::Unsupported(_) => PictureError::Kind,
        _ => PictureError::Damaged,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(width, height).write_to(&mut file, format).unwrap();
        file.into_inner()
    }

    fn size(jpeg: &[u8]) -> (u32, u32) {
        let picture = image::load_from_memory_with_format(jpeg, ImageFormat::Jpeg).unwrap();
        (picture.width(), picture.height())
    }

    #[test]
    fn pictures_of_all_three_kinds_become_a_jpeg_that_fits_a_screen() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            assert_eq!(size(&prepare(&file(2_560, 1_440, format)).unwrap()), (1_280, 720));
            assert_eq!(size(&prepare(&file(1_000, 2_000, format)).unwrap()), (360, 720));
            assert_eq!(size(&prepare(&file(64, 48, format)).unwrap()), (64, 48));
        }
    }

    #[test]
    fn a_small_file_that_unpacks_to_gigabytes_is_refused_before_it_is_unpacked() {
        // A PNG's header: width and height stand at 16 and 20, and its checksum behind them.
        let mut bomb = file(8, 8, ImageFormat::Png);
        for (side, wanted) in [(60_000_u32, PictureError::Large), (11_000, PictureError::Large)] {
            bomb[16..20].copy_from_slice(&side.to_be_bytes());
            bomb[20..24].copy_from_slice(&side.to_be_bytes());
            let sum = checksum(&bomb[12..29]);
            bomb[29..33].copy_from_slice(&sum.to_be_bytes());
            assert_eq!(prepare(&bomb), Err(wanted), "{side}");
        }
    }

    /// CRC-32 as PNG has it (its annex D).
    fn checksum(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xedb8_8320 * (sum & 1)))
        })
    }

    #[test]
    fn a_torn_file_and_another_kind_are_refused() {
        let whole = file(640, 480, ImageFormat::Jpeg);
        for part in 1..16 {
            assert_eq!(prepare(&whole[..whole.len() * part / 16]), Err(PictureError::Damaged), "{part}");
        }
        assert!(prepare(&[whole.as_slice(), b"a film".as_slice()].concat()).is_ok());
        for other in
            [&b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..], b"GIF89a\x01\x00\x01\x00", b"", b"%PDF-1.7"]
        {
            assert_eq!(prepare(other), Err(PictureError::Kind));
        }
    }
}
