//! Stream keys and their rules.

use std::fmt;

use subtle::ConstantTimeEq;

use crate::stream::Takeover;

/// Letters and digits that nobody confuses, in a shape that is easy to read aloud: `abcd-efgh-…`.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const GROUPS: usize = 4;
const GROUP: usize = 4;

/// One key and what it allows.
#[derive(Clone)]
pub struct StreamKeyRule {
    key: String,
    /// What happens when another encoder publishes already.
    pub takeover: Takeover,
}

impl StreamKeyRule {
    /// A key with its rule.
    pub fn new(key: String, takeover: Takeover) -> Self {
        StreamKeyRule { key, takeover }
    }

    /// A key of 80 random bits.
    pub fn random(random: [u8; GROUPS * GROUP], takeover: Takeover) -> Self {
        let letters: Vec<char> =
            random.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
        let groups: Vec<String> = letters.chunks(GROUP).map(|group| group.iter().collect()).collect();
        StreamKeyRule { key: groups.join("-"), takeover }
    }

    /// The key itself, for the one place that shows it to its owner.
    pub fn reveal(&self) -> &str {
        &self.key
    }
}

impl fmt::Debug for StreamKeyRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamKeyRule").field("key", &"***").field("takeover", &self.takeover).finish()
    }
}

/// The keys that may publish.
#[derive(Clone, Debug)]
pub struct KeyRing(Vec<StreamKeyRule>);

impl KeyRing {
    /// These keys and no others.
    pub fn new(keys: Vec<StreamKeyRule>) -> Self {
        KeyRing(keys)
    }

    /// The rule of the offered key, if it is one of ours. Every key is compared to its end in constant time, so
    /// that an answer's delay tells nothing of any key but its length.
    pub fn check(&self, offered: &str) -> Option<Takeover> {
        self.0.iter().fold(None, |found, rule| {
            let equal = rule.key.as_bytes().ct_eq(offered.as_bytes());
            if bool::from(equal) { Some(rule.takeover) } else { found }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_key_opens() {
        let ring = KeyRing::new(vec![
            StreamKeyRule::new(String::from("one"), Takeover::Reject),
            StreamKeyRule::new(String::from("two"), Takeover::Standby),
        ]);
        assert_eq!(ring.check("two"), Some(Takeover::Standby));
        for wrong in ["", "on", "onee", "One", "three"] {
            assert_eq!(ring.check(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_key_never_shows_in_a_log() {
        let rule = StreamKeyRule::random([7; 16], Takeover::Reject);
        assert_eq!(rule.reveal(), "7777-7777-7777-7777");
        assert!(!format!("{rule:?}").contains("7777"));
    }
}
