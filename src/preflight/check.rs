//! One check and its verdict.

use serde::Serialize;

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Well.
    Pass,
    /// It works; some viewers may notice.
    Look,
    /// Some viewers will see nothing, or see it break.
    Bad,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Its name: keyframes, b-frames, codec, profile, bitrate or audio.
    pub id: &'static str,
    /// How it came out.
    pub verdict: Verdict,
    /// One sentence.
    pub text: String,
    /// The way to the setting in OBS, and its value.
    pub setting: Option<String>,
}

impl Check {
    pub(super) fn pass(id: &'static str, text: impl Into<String>) -> Self {
        Check { id, verdict: Verdict::Pass, text: text.into(), setting: None }
    }

    pub(super) fn look(id: &'static str, text: impl Into<String>, setting: impl Into<String>) -> Self {
        Check { id, verdict: Verdict::Look, text: text.into(), setting: Some(setting.into()) }
    }

    pub(super) fn bad(id: &'static str, text: impl Into<String>, setting: impl Into<String>) -> Self {
        Check { verdict: Verdict::Bad, ..Check::look(id, text, setting) }
    }
}
