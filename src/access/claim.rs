//! The first claim: when a box that belongs to nobody may be taken, and by what.
//!
//! ```text
//!   first boot ∧ 15 minutes of power ∧ asked from a private address ∧ no public address ─▶ without a code
//!   anything else ───────────────────────────────────────────────────────────────────────▶ with the claim code
//! ```

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use subtle::ConstantTimeEq;

use super::address::is_private;

/// How long after power-on a fresh box is open. Long enough to walk from the rack to a laptop. Threat: a box that
/// was forgotten in its carton's configuration and is found by a guest.
pub const OPEN_FOR: Duration = Duration::from_secs(15 * 60);

/// What the rule looks at.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances {
    /// The kernel's present boot is the one in which the data folder was made.
    pub first_boot: bool,
    /// Time since power-on, sleep included.
    pub since_boot: Duration,
    /// Who asks, canonical.
    pub from: IpAddr,
    /// The box has a public address, or was reached from beyond its own links.
    pub public: bool,
}

/// How the box can be claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// By whoever asks, for so long.
    Open(Duration),
    /// With the claim code.
    Code,
}

/// The rule.
pub fn door(at: &Circumstances) -> Door {
    let left = OPEN_FOR.saturating_sub(at.since_boot);
    let open = at.first_boot && !left.is_zero() && is_private(at.from) && !at.public;
    if open { Door::Open(left) } else { Door::Code }
}

/// Consonants that no other letter and no digit looks like, and that make no words.
const ALPHABET: &[u8; 19] = b"BCDFGHJKLMNPRTVWXYZ";
const LETTERS: usize = 8;
const GROUP: usize = 4;

/// What proves that somebody sees the box's screen, log or card: 34 bits, and attempts are limited.
#[derive(Clone, PartialEq, Eq)]
pub struct ClaimCode([u8; LETTERS]);

impl ClaimCode {
    /// Bytes of randomness that a code is made of.
    pub const RANDOM: usize = LETTERS * 2;

    /// A code of random bytes, two for a letter, so that no letter is noticeably likelier.
    pub fn from_random(random: [u8; ClaimCode::RANDOM]) -> Self {
        let mut letters = [0; LETTERS];
        for (letter, pair) in letters.iter_mut().zip(random.chunks_exact(2)) {
            let number = pair.iter().fold(0, |number, byte| number * 256 + usize::from(*byte));
            *letter = ALPHABET[number % ALPHABET.len()];
        }
        ClaimCode(letters)
    }

    /// Whether somebody typed it; case, hyphens and spaces do not matter. Takes as long for every wrong one.
    pub fn is(&self, typed: &str) -> bool {
        let letters: Vec<u8> = typed
            .bytes()
            .filter(|byte| !byte.is_ascii_whitespace() && *byte != b'-')
            .map(|byte| byte.to_ascii_uppercase())
            .take(LETTERS + 1)
            .collect();
        bool::from(letters.as_slice().ct_eq(self.0.as_slice()))
    }

    /// The code as it is shown: `BCDF-GHJK`.
    pub fn reveal(&self) -> String {
        let letters: String = self.0.iter().copied().map(char::from).collect();
        format!("{}-{}", &letters[..GROUP], &letters[GROUP..])
    }
}

impl fmt::Debug for ClaimCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClaimCode(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: u64 = 60;

    fn at(first_boot: bool, seconds: u64, from: &str, public: bool) -> Door {
        door(&Circumstances {
            first_boot,
            since_boot: Duration::from_secs(seconds),
            from: from.parse().unwrap(),
            public,
        })
    }

    #[test]
    fn a_box_is_open_only_on_its_first_boot_for_fifteen_minutes_and_only_to_its_own_network() {
        let addresses = [
            ("192.168.1.7", true),
            ("10.0.0.7", true),
            ("172.20.0.7", true),
            ("169.254.0.7", true),
            ("127.0.0.1", true),
            ("fe80::7", true),
            ("fd12::7", true),
            ("::1", true),
            ("8.8.8.8", false),
            ("100.64.0.7", false),
            ("2a00:1450::7", false),
            ("172.32.0.7", false),
        ];
        let hours = [
            (0, true),
            (1, true),
            (15 * MINUTE - 1, true),
            (15 * MINUTE, false),
            (3_600, false),
            (86_400, false),
        ];
        for (address, private) in addresses {
            for (seconds, early) in hours {
                for first in [true, false] {
                    for public in [true, false] {
                        let wanted = if private && early && first && !public {
                            Door::Open(Duration::from_secs(15 * MINUTE - seconds))
                        } else {
                            Door::Code
                        };
                        let found = at(first, seconds, address, public);
                        assert_eq!(
                            found, wanted,
                            "{address} after {seconds} s, first {first}, public {public}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn a_code_is_taken_as_people_type_it_and_not_otherwise() {
        let code = ClaimCode::from_random([7; 16]);
        let shown = code.reveal();
        assert_eq!((shown.len(), shown.find('-')), (9, Some(4)));
        for typed in [
            shown.clone(),
            shown.to_lowercase(),
            shown.replace('-', ""),
            format!(" {} ", shown.replace('-', " ")),
        ] {
            assert!(code.is(&typed), "{typed}");
        }
        let other = ClaimCode::from_random([8; 16]).reveal();
        for typed in ["", "-", &shown[..8], &format!("{shown}B"), &other, "ＢＢＢＢ-ＢＢＢＢ"] {
            assert!(!code.is(typed), "{typed}");
        }
    }

    #[test]
    fn every_letter_is_as_likely_as_the_next() {
        let mut seen = std::collections::HashMap::new();
        for number in 0..=u16::MAX {
            let mut random = [0; 16];
            random[..2].copy_from_slice(&number.to_be_bytes());
            *seen.entry(ClaimCode::from_random(random).0[0]).or_insert(0_u32) += 1;
        }
        let (least, most) = (seen.values().min().unwrap(), seen.values().max().unwrap());
        assert!(seen.len() == ALPHABET.len() && most - least <= 1);
    }

    #[test]
    fn a_code_never_shows_in_a_debug_line() {
        let code = ClaimCode::from_random([7; 16]);
        assert!(!format!("{code:?}").contains(&code.reveal()));
    }
}
