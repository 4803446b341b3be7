//! The QR code of an address (ISO/IEC 18004).

use qrcode::{Color, EcLevel, QrCode};

use super::blocks::Pixels;

/// Light modules around the code (ISO/IEC 18004 5.3.8): scanners look for them.
const QUIET: usize = 4;

/// The code of that address, its light modules as pixels: a console is dark, and scanners want dark on light.
pub fn code(address: &str) -> Option<Pixels> {
    let code = QrCode::with_error_correction_level(short(address), EcLevel::L).ok()?;
    let width = code.width();
    let side = 0..width + 2 * QUIET;
    let is_light = |x: usize, y: usize| {
        let inside = |at: usize| at.checked_sub(QUIET).filter(|at| *at < width);
        inside(x).zip(inside(y)).is_none_or(|at| code[at] == Color::Light)
    };
    Some(Pixels::new(side.clone().map(|y| side.clone().map(|x| is_light(x, y)).collect()).collect()))
}

/// Scheme and host are the same in capitals (RFC 3986 6.2.2.1), and those take a smaller code: 25 of them fit into
/// the smallest. A path keeps its letters.
fn short(address: &str) -> String {
    let path = address.split_once("://").and_then(|(_, rest)| rest.split_once('/'));
    match path {
        Some((_, path)) if !path.is_empty() => String::from(address),
        _ => address.to_ascii_uppercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_a_venues_network_takes_the_smallest_code() {
        assert_eq!(code("http://192.168.100.200/").unwrap().columns(), 21 + 2 * QUIET);
        assert_eq!(code("https://stream.example.org/hall/one").unwrap().columns(), 29 + 2 * QUIET);
    }

    #[test]
    fn only_what_has_no_case_is_written_in_capitals() {
        assert_eq!(short("http://venuebox.local/"), "HTTP://VENUEBOX.LOCAL/");
        assert_eq!(short("https://a.example/Hall"), "https://a.example/Hall");
        assert_eq!(short("http://10.0.0.1"), "HTTP://10.0.0.1");
    }
}
