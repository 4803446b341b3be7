//! The house's one-way rule: imports run downward only, and never between two rooms of floor 1 or of floor 2.
//!
//! It reads `use crate::…` paths and `crate::…` in bodies, so it holds whatever compiles.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

/// Which floor a room stands on. Rooms that do not exist yet are listed, so that they start on the right one.
const FLOORS: &[(&str, u8)] = &[
    ("time", 0),
    ("turnstile", 0),
    ("stream", 0),
    ("rtmp", 0),
    ("codec", 0),
    ("hls", 0),
    ("mp4", 0),
    ("bittorrent", 0),
    ("tracker", 0),
    ("mesh", 0),
    ("stun", 0),
    ("stremio", 0),
    ("access", 0),
    ("preflight", 0),
    ("screen", 0),
    ("live", 1),
    ("media", 1),
    ("storage", 1),
    ("rendezvous", 1),
    ("journal", 1),
    ("fetch", 1),
    ("event", 2),
    ("ingest", 2),
    ("coordinator", 2),
    ("archive", 2),
    ("sync", 2),
    ("seeder", 2),
    ("lan", 2),
    ("appliance", 2),
    ("web", 3),
    ("app", 4),
];

/// What floor 0 must not know: it is pure.
const IMPURE: &[&str] =
    &["tokio::", "std::net::Tcp", "std::fs", "Instant::now", "SystemTime::now", "std::thread"];

fn floor(room: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

/// The rooms that a source file names by `crate::`.
fn imports(source: &str) -> Vec<String> {
    let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    let text: String = code.collect::<Vec<_>>().join("\n");
    let mut rooms = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = text[at + "crate::".len()..].trim_start();
        if let Some(group) = rest.strip_prefix('{') {
            rooms.extend(group_heads(group));
        } else {
            rooms.push(identifier(rest));
        }
    }
    rooms.retain(|room| !room.is_empty());
    rooms
}

/// The first names of each branch of `{a::b, c::{d, e}, f}`.
fn group_heads(group: &str) -> Vec<String> {
    let (mut heads, mut depth, mut expects) = (Vec::new(), 0_usize, true);
    let mut rest = group;
    while let Some(first) = rest.chars().next() {
        match first {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => expects = true,
            _ if expects && depth == 0 && !first.is_whitespace() => {
                heads.push(identifier(rest));
                expects = false;
            }
            _ => {}
        }
        rest = &rest[first.len_utf8()..];
    }
    heads
}

fn identifier(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// What is wrong with a file of `room`.
fn violations(room: &str, source: &str) -> Vec<String> {
    let Some(own) = floor(room) else { return vec![format!("the room {room} stands on no floor")] };
    let mut wrong = Vec::new();
    for other in imports(source) {
        // Names of the crate root that are no rooms (macros) have no floor.
        let Some(theirs) = floor(&other) else { continue };
        let sideways = theirs == own && other != room && (own == 1 || own == 2);
        if theirs > own {
            wrong.push(format!("{room} (floor {own}) imports {other} (floor {theirs}): upward"));
        } else if sideways {
            wrong.push(format!("{room} imports {other}: both stand on floor {own}"));
        }
    }
    if own == 0 {
        let code = source.split("#[cfg(test)]").next().unwrap_or(source);
        let impure = IMPURE.iter().filter(|word| code.contains(**word));
        wrong.extend(impure.map(|word| format!("{room} is pure and names {word}")));
    }
    wrong
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().is_some_and(|name| name == "node_modules" || name == "dist") {
            continue;
        }
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn room_of(source: &Path, file: &Path) -> String {
    let first = file.strip_prefix(source).unwrap().components().next().unwrap();
    first.as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned()
}

#[test]
fn imports_run_downward_only() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&source, &mut files);
    assert!(files.len() > 30, "the source was not found");
    let mut wrong = Vec::new();
    for file in files {
        let room = room_of(&source, &file);
        if room == "main" || room == "lib" {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        // Tests read golden files and the clock; whom they import still counts.
        let tests = file.components().any(|part| part.as_os_str().to_string_lossy().contains("tests"));
        let text = if tests { format!("#[cfg(test)]\n{text}") } else { text };
        wrong.extend(violations(&room, &text).into_iter().map(|why| format!("{}: {why}", file.display())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_room_in_the_source_is_in_the_map() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let map = fs::read_to_string(root.join("src/lib.rs")).unwrap();
    for entry in fs::read_dir(root.join("src")).unwrap() {
        let path = entry.unwrap().path();
        let room = path.file_stem().unwrap().to_str().unwrap();
        if room != "main" && room != "lib" {
            assert!(map.contains(&format!("[`{room}`]")), "{room} is not in the map of src/lib.rs");
        }
    }
}

#[test]
fn a_planted_upward_import_is_found() {
    let upward = "use crate::web::App;";
    assert_eq!(violations("live", upward).len(), 1);
    assert_eq!(violations("hls", "use crate::{stream::Window, live::{Hub, Offer}};").len(), 1);
    assert_eq!(violations("stream", "fn f() { crate::event::Stage::new(); }").len(), 1);
    assert!(violations("app", upward).is_empty());
}

#[test]
fn a_planted_sideways_import_is_found_on_floors_one_and_two_alone() {
    assert_eq!(violations("event", "use crate::ingest::Listener;").len(), 1);
    assert_eq!(violations("media", "use crate::live::Hub;").len(), 1);
    assert!(violations("hls", "use crate::stream::Window;").is_empty());
}

#[test]
fn a_planted_clock_on_floor_zero_is_found_and_comments_are_not_code() {
    assert_eq!(violations("stream", "fn f() { std::time::Instant::now(); }").len(), 1);
    assert!(violations("stream", "// see crate::web::hls").is_empty());
}
