//! What a recording is called as a file.

use crate::stream::EventId;

/// What a recording's file is called: its title, without what a file's name cannot have anywhere.
pub fn file_name(title: &str, event: EventId) -> String {
    let foreign =
        |c: char| c.is_control() || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|');
    let name: String = title.chars().map(|c| if foreign(c) { '-' } else { c }).collect();
    let name = name.trim_matches(|c: char| c.is_whitespace() || c == '.');
    if name.is_empty() { format!("Recording {event}.mp4") } else { format!("{name}.mp4") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_becomes_a_files_name_on_any_system() {
        let name = |title| file_name(title, EventId(3));
        assert_eq!(name("Сезон 3 — Día 1"), "Сезон 3 — Día 1.mp4");
        assert_eq!(name("../etc/passwd"), "-etc-passwd.mp4");
        assert_eq!(name("Q&A: why?\n"), "Q&A- why--.mp4");
        assert_eq!(name(" .. "), "Recording 3.mp4");
    }
}
