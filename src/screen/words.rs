//! What the screen says in each state.

use super::canvas::Look;
use super::{Facts, Standing, View};

/// A state in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// What is drawn large: letters that are drawn of blocks.
    pub state: &'static str,
    pub look: Look,
    /// What it means for whoever stands before the screen.
    pub sentence: String,
}

/// What is said of it.
pub fn words(view: View<'_>, code: Option<&str>) -> Words {
    let (state, look, sentence) = match view {
        View::Starting(_) => ("STARTING", Look::Warning, String::from("This takes a moment.")),
        View::Silent(_) => (
            "NOT RUNNING",
            Look::OnAir,
            String::from("The box does not answer. Switch it off, wait ten seconds, and switch it on again."),
        ),
        View::Answers(Facts { standing, watch, .. }) => match standing {
            _ if watch.is_empty() => (
                "NO NETWORK",
                Look::Warning,
                String::from("Plug in a network cable. The address appears here by itself."),
            ),
            Standing::NotClaimed => ("NOT CLAIMED", Look::Warning, unclaimed(code.is_some())),
            Standing::Ready => ("READY", Look::Good, String::from("Start the stream at the encoder.")),
            Standing::OnAir => ("ON AIR", Look::OnAir, String::from("Viewers see the event.")),
            Standing::Holding { seconds_left } => (
                "HOLDING",
                Look::Warning,
                format!(
                    "The encoder is away. Viewers see the last picture for {} more; then the event ends.",
                    time(*seconds_left)
                ),
            ),
        },
    };
    Words { state, look, sentence }
}

fn unclaimed(code_shown: bool) -> String {
    let how = if code_shown { "with this code:" } else { "with the code in claim-code.txt." };
    format!("It belongs to nobody yet. Open the admin page and claim it {how}")
}

/// Minutes while there are any; a screen that counts seconds for hours wears out.
fn time(seconds: u64) -> String {
    match seconds {
        0..=90 => format!("{seconds} s"),
        _ => format!("{} min", seconds.div_ceil(60)),
    }
}

/// Breaks a text into lines of at most so many characters.
pub fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(String::from(word)),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("unbreakable", 3), ["unbreakable"]);
    }

    #[test]
    fn what_is_left_is_counted_in_seconds_at_the_end_alone() {
        assert_eq!((time(90), time(91), time(3_600)), ("90 s".into(), "2 min".into(), "60 min".into()));
    }
}
