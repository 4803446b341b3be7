//! What encoders call themselves, as people know them.

/// Longer names are cut. Threat: an encoder with the right key fills the dashboard.
const MAX_NAME: usize = 60;

/// The name for an operator; `None` when it says nothing: OBS and many cameras give Adobe's name when they connect,
/// and their own only with their metadata.
pub fn encoder_name(said: &str) -> Option<String> {
    let said = said.trim();
    if said.is_empty() || said.starts_with("FMLE/") || said.starts_with("LNX ") || said.starts_with("WIN ") {
        return None;
    }
    if let Some((_, version)) = said.split_once("libobs version ") {
        let version = version.trim_end_matches(')');
        return Some(cut(&format!("OBS {}", short(version))));
    }
    if let Some(version) = said.strip_prefix("Lavf") {
        return Some(cut(&format!("FFmpeg (Lavf {version})")));
    }
    Some(cut(said))
}

/// "31.0.0" and "31.0.0-rc1" are 31.0; "30.2.3" stays.
fn short(version: &str) -> &str {
    let version = version.split(['-', ' ']).next().unwrap_or(version);
    version.strip_suffix(".0").filter(|short| short.contains('.')).unwrap_or(version)
}

fn cut(name: &str) -> String {
    name.chars().filter(|letter| !letter.is_control()).take(MAX_NAME).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoders_get_the_names_that_people_know() {
        let name = |said| encoder_name(said).unwrap_or_default();
        assert_eq!(name("obs-output module (libobs version 31.0.0)"), "OBS 31.0");
        assert_eq!(name("obs-output module (libobs version 30.2.3-1-g1234)"), "OBS 30.2.3");
        assert_eq!(name("Lavf61.7.100"), "FFmpeg (Lavf 61.7.100)");
        assert_eq!(name("vMix 27"), "vMix 27");
        assert_eq!(encoder_name("FMLE/3.0 (compatible; FMSc/1.0)"), None);
        assert_eq!(encoder_name("  "), None);
    }

    #[test]
    fn a_name_is_short_and_has_no_control_characters() {
        assert_eq!(encoder_name(&"\u{7}x".repeat(500)).unwrap(), "x".repeat(MAX_NAME));
    }
}
