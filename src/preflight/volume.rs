//! The rule about bit rates: how many viewers fit through the network port.

use super::{Check, Observed};

/// A venue expects at least so many before it worries.
const EXPECTED: u64 = 20;

/// HTTP, TCP and IP headers on top of the media, in percent.
const OVERHEAD: u64 = 6;

/// Nothing below it is a stream anybody would want to watch: the encoder struggles.
const THIN: u64 = 150_000;

/// How many viewers of a stream fit into a budget, both in bits a second.
pub fn fits(bit_rate: u64, budget: u64) -> u64 {
    let each = bit_rate.saturating_mul(100 + OVERHEAD) / 100;
    budget.checked_div(each).unwrap_or(u64::MAX)
}

pub(super) fn bitrate(observed: &Observed<'_>) -> Option<Check> {
    const ID: &str = "bitrate";
    let rate = observed.bit_rate?;
    let (shown, budget) = (megabits(rate), observed.budget / 1_000_000);
    if observed.video.is_some() && rate < THIN {
        let text =
            format!("Only {shown} Mbit/s come: the picture will be poor, or the encoder's network is.");
        return Some(Check::look(ID, text, setting(2_500)));
    }
    let fit = fits(rate, observed.budget);
    // A fifth is left for those who join next.
    let wanted = observed.viewers.saturating_add(observed.viewers / 5).max(EXPECTED);
    let lower = (observed.budget / wanted).saturating_mul(100) / (100 + OVERHEAD) / 1_000;
    Some(if fit < observed.viewers || fit == 0 {
        let text = format!(
            "{shown} Mbit/s is too much for {} viewers over {budget} Mbit/s.",
            observed.viewers.max(1)
        );
        Check::bad(ID, text, setting(lower))
    } else if fit < wanted {
        let text = format!("{shown} Mbit/s: only {fit} viewers fit into the {budget} Mbit/s of this box.");
        Check::look(ID, text, setting(lower))
    } else {
        Check::pass(ID, format!("{shown} Mbit/s: {fit} viewers fit into the {budget} Mbit/s of this box."))
    })
}

/// Kbit/s as an operator would enter it: hundreds, and no less than what makes a picture.
fn setting(kilobits: u64) -> String {
    const LEAST: u64 = 500;
    let round = (kilobits / 100 * 100).max(LEAST);
    format!("OBS → Settings → Output → Streaming → Video Bitrate: {round} Kbps")
}

/// Mbit/s to a tenth.
fn megabits(rate: u64) -> String {
    let tenths = rate.saturating_add(50_000) / 100_000;
    format!("{}.{}", tenths / 10, tenths % 10)
}
