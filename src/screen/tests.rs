//! Whole screens against golden files, and their codes against a scanner.

use std::path::PathBuf;
use std::{env, fs};

use super::*;

const SMALL: Size = Size { columns: 80, rows: 25 };
/// A television's 1920 by 1080 with a console's usual letters of 8 by 16.
const LARGE: Size = Size { columns: 240, rows: 67 };

fn facts(standing: Standing) -> Facts {
    Facts {
        name: String::from("St. Mary's, great hall"),
        version: String::from("1.2.3"),
        standing,
        watch: vec![String::from("http://192.168.178.24/"), String::from("http://venuebox.local/")],
        server: vec![String::from("rtmp://192.168.178.24:1935/live")],
    }
}

/// The file is written anew with VENUEBOX_BLESS set.
fn golden(name: &str, canvas: &Canvas) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if env::var_os("VENUEBOX_BLESS").is_some() {
        fs::write(&path, canvas.text()).unwrap();
    }
    assert_eq!(canvas.text(), fs::read_to_string(&path).unwrap(), "{} says otherwise", path.display());
}

/// What a telephone's camera reads from the screen: light where a block is, four dots for each half of a character.
fn scanned(canvas: &Canvas) -> Vec<String> {
    const DOTS: usize = 4;
    let lines: Vec<Vec<char>> = canvas.text().lines().map(|line| line.chars().collect()).collect();
    let width = lines.iter().map(Vec::len).max().unwrap_or_default();
    let is_light = |x: usize, y: usize| match lines[y / 2].get(x) {
        Some('█') => true,
        Some('▀') => y.is_multiple_of(2),
        Some('▄') => !y.is_multiple_of(2),
        _ => false,
    };
    let (wide, high) = (width * DOTS, lines.len() * 2 * DOTS);
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(wide, high, |x, y| {
        255 * u8::from(is_light(x / DOTS, y / DOTS))
    });
    image.detect_grids().iter().map(|grid| grid.decode().unwrap().1).collect()
}

#[test]
fn each_state_has_its_screen_on_a_small_terminal() {
    let code = Some("WMXW-MWVM");
    for (name, standing, code) in [
        ("not-claimed", Standing::NotClaimed, code),
        ("ready", Standing::Ready, None),
        ("on-air", Standing::OnAir, None),
        ("holding", Standing::Holding { seconds_left: 107 }, None),
    ] {
        let facts = facts(standing);
        golden(&format!("screen-{name}.txt"), &draw(View::Answers(&facts), code, SMALL));
    }
    let known = facts(Standing::OnAir);
    golden("screen-starting.txt", &draw(View::Starting(Some(&known)), None, SMALL));
    golden("screen-first-start.txt", &draw(View::Starting(None), None, SMALL));
    golden("screen-not-running.txt", &draw(View::Silent(Some(&known)), None, SMALL));
    let nowhere = Facts { watch: Vec::new(), server: Vec::new(), ..facts(Standing::Ready) };
    golden("screen-no-network.txt", &draw(View::Answers(&nowhere), None, SMALL));
}

#[test]
fn a_television_shows_the_same_larger() {
    golden(
        "screen-television.txt",
        &draw(View::Answers(&facts(Standing::NotClaimed)), Some("BCDF-GHJK"), LARGE),
    );
}

#[test]
fn the_code_on_the_screen_is_scanned_as_the_viewers_page() {
    for size in [SMALL, Size::USUAL, Size { columns: 100, rows: 37 }, LARGE, Size { columns: 480, rows: 135 }]
    {
        let facts = facts(Standing::Ready);
        let found = scanned(&draw(View::Answers(&facts), None, size));
        assert_eq!(found, ["HTTP://192.168.178.24/"], "{size:?}");
    }
}

#[test]
fn everything_that_matters_is_on_the_smallest_screen_whatever_the_code_and_the_address() {
    let long = Facts {
        watch: vec![
            String::from("http://192.168.200.200:8080/"),
            String::from("http://venuebox-2.local:8080/"),
        ],
        server: vec![String::from("rtmp://192.168.200.200:1935/live")],
        ..facts(Standing::NotClaimed)
    };
    let canvas = draw(View::Answers(&long), Some("MMMM-WWWW"), Size::USUAL);
    let text = canvas.text();
    assert_eq!(text.lines().count(), 24);
    assert!(text.contains("http://192.168.200.200:8080/admin"), "{text}");
    assert!(text.contains("rtmp://192.168.200.200:1935/live"), "{text}");
    assert_eq!(scanned(&canvas), ["HTTP://192.168.200.200:8080/"]);
}

#[test]
fn a_screen_too_small_for_the_code_has_the_words() {
    for (columns, rows) in [(0, 0), (1, 1), (20, 5), (40, 12), (60, 20)] {
        let size = Size { columns, rows };
        let text = draw(View::Answers(&facts(Standing::OnAir)), None, size).text();
        assert!(text.lines().all(|line| line.chars().count() <= columns) && text.lines().count() == rows);
        assert!(rows < 12 || text.contains("ON AIR") || text.contains('█'), "{text}");
    }
}

#[test]
fn a_name_cannot_move_the_cursor() {
    let name = String::from("Hall\x1b[2J\r\n\u{9b}1m");
    let facts = Facts { name, ..facts(Standing::Ready) };
    let shown = draw(View::Answers(&facts), None, SMALL);
    assert!(shown.text().starts_with("  Hall?[2J???1m "), "{}", shown.text());
    let size = |side| std::num::NonZero::new(side).unwrap();
    let mut terminal = vt100::Parser::new(size(25), size(80), 0);
    terminal.process(shown.ansi().as_bytes());
    let seen: String = terminal.screen().rows(0, 80).map(|line| format!("{}\n", line.trim_end())).collect();
    assert_eq!(seen, shown.text());
}
