//! Settings of what visitors see: the page, its password, the printed poster.

use serde::{Deserialize, Serialize};

use super::check::text;
use super::{Invalid, Section, Settings, Versioned};

/// The grounds that an accent colour has to stand out from: the page's dark and light one.
const GROUNDS: [[u8; 3]; 2] = [[0x0f, 0x11, 0x15], [0xf5, 0xf6, 0xf8]];

/// Least contrast of a control with what is beside it (WCAG 2.2, 1.4.11).
const LEAST_CONTRAST: f64 = 3.0;

/// The viewers' page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PageSettings {
    /// The event's title.
    pub title: String,
    /// A few words below it.
    pub welcome: String,
    /// What stands there while nothing is on.
    pub offline: String,
    /// `#rrggbb` of what can be pressed; `None`: the page's own.
    pub accent: Option<String>,
}

impl Default for PageSettings {
    fn default() -> Self {
        PageSettings {
            title: String::from("Live"),
            welcome: String::new(),
            offline: String::new(),
            accent: None,
        }
    }
}

impl Section for PageSettings {
    const NAME: &'static str = "page";

    fn check(&self) -> Result<(), Invalid> {
        text("title", &self.title, 1, 80)?;
        text("welcome", &self.welcome, 0, 500)?;
        text("offline", &self.offline, 0, 300)?;
        self.accent.as_deref().map_or(Ok(()), check_accent)
    }

    fn place(settings: &mut Settings) -> &mut Versioned<Self> {
        &mut settings.page
    }
}

fn check_accent(accent: &str) -> Result<(), Invalid> {
    let Some(colour) = parse_colour(accent) else {
        return Err(Invalid::new("accent", "a colour such as #1f5eff"));
    };
    let [dark, light] = GROUNDS.map(|ground| contrast(colour, ground));
    if dark < LEAST_CONTRAST {
        return Err(Invalid::new("accent", "too dark to be seen on the dark page; take a lighter one"));
    }
    if light < LEAST_CONTRAST {
        return Err(Invalid::new("accent", "too light to be seen on the light page; take a darker one"));
    }
    Ok(())
}

fn parse_colour(text: &str) -> Option<[u8; 3]> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
    let channel = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    let plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    plain.then(|| Some([channel(0)?, channel(2)?, channel(4)?])).flatten()
}

/// Contrast ratio (WCAG 2.2, "contrast ratio").
fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Relative luminance (WCAG 2.2).
fn luminance(colour: [u8; 3]) -> f64 {
    let [red, green, blue] = colour.map(|channel| {
        let value = f64::from(channel) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// Who may watch.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ViewerSettings {
    /// Argon2id hash of the viewers' password; `None`: everybody.
    pub password_hash: Option<String>,
}

impl std::fmt::Debug for ViewerSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ViewerSettings").field("password", &self.password_hash.is_some()).finish()
    }
}

impl Section for ViewerSettings {
    const NAME: &'static str = "viewers";

    fn check(&self) -> Result<(), Invalid> {
        Ok(())
    }

    fn place(settings: &mut Settings) -> &mut Versioned<Self> {
        &mut settings.viewers
    }
}

/// The poster beside the door.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PosterSettings {
    /// The large line; empty: the event's title.
    pub heading: String,
    /// A few words below it.
    pub text: String,
    /// The venue's Wi-Fi.
    pub wifi_name: String,
    /// Its password; empty: an open network.
    pub wifi_password: String,
    /// Whether the poster has a code to join it.
    pub show_wifi: bool,
}

impl std::fmt::Debug for PosterSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PosterSettings").field("heading", &self.heading).finish_non_exhaustive()
    }
}

impl Section for PosterSettings {
    const NAME: &'static str = "poster";

    fn check(&self) -> Result<(), Invalid> {
        text("heading", &self.heading, 0, 60)?;
        text("text", &self.text, 0, 200)?;
        // IEEE 802.11: an SSID is 32 bytes, a WPA passphrase 8 to 63 characters.
        if self.wifi_name.len() > 32 {
            return Err(Invalid::new("wifiName", "at most 32 characters"));
        }
        text("wifiName", &self.wifi_name, usize::from(self.show_wifi), 32)?;
        text("wifiPassword", &self.wifi_password, 0, 63)?;
        let length = self.wifi_password.chars().count();
        if self.show_wifi && (1..8).contains(&length) {
            return Err(Invalid::new("wifiPassword", "a Wi-Fi password has at least 8 characters"));
        }
        Ok(())
    }

    fn place(settings: &mut Settings) -> &mut Versioned<Self> {
        &mut settings.poster
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accent(colour: &str) -> Result<(), Invalid> {
        PageSettings { accent: Some(colour.into()), ..PageSettings::default() }.check()
    }

    #[test]
    fn an_accent_that_cannot_be_seen_on_either_page_is_refused() {
        assert_eq!(accent("#1f5eff"), Ok(()));
        for wrong in ["#000000", "#10131a", "#ffffff", "#ffff00", "red", "#12345", "#1f5ef€", "#+1f5ef"] {
            assert_eq!(accent(wrong).unwrap_err().field, "accent", "{wrong}");
        }
    }

    #[test]
    fn contrast_is_that_of_the_guidelines() {
        assert!((contrast([255; 3], [0; 3]) - 21.0).abs() < 0.001);
        assert!((contrast([0x77; 3], [255; 3]) - 4.48).abs() < 0.01);
    }

    #[test]
    fn a_wifi_code_needs_a_name_and_a_password_that_wifi_allows() {
        let poster = |name: &str, password: &str| PosterSettings {
            wifi_name: name.into(),
            wifi_password: password.into(),
            show_wifi: true,
            ..PosterSettings::default()
        };
        assert_eq!(poster("Venue", "").check(), Ok(()));
        assert_eq!(poster("Venue", "welcome!").check(), Ok(()));
        assert_eq!(poster("", "welcome!").check().unwrap_err().field, "wifiName");
        assert_eq!(poster(&"ü".repeat(17), "").check().unwrap_err().field, "wifiName");
        assert_eq!(poster("Venue", "short").check().unwrap_err().field, "wifiPassword");
    }

    #[test]
    fn text_for_people_is_bounded_and_can_be_shown() {
        let title = |title: &str| PageSettings { title: title.into(), ..PageSettings::default() }.check();
        assert_eq!(title("Сезон 3 — Día 1"), Ok(()));
        for wrong in ["", "   ", &"x".repeat(81), "bell\u{7}", "esc\u{1b}[2J"] {
            assert_eq!(title(wrong).unwrap_err().field, "title", "{wrong:?}");
        }
    }
}
