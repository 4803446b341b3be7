//! How far peers come on the way to the box's bytes, and what to do where they stop. Pure.
//!
//! ```text
//!  reached ──▶ address ──▶ introduced ──▶ opened ──▶ sent
//!  WebSocket,  STUN        offer and      channel,   bytes
//!  announce                answer         handshake
//! ```
//! Whoever came to a later step has passed the earlier ones, whether they left a sign there or not: a program needs no
//! STUN, and a page may have used another's.

use serde::Serialize;

/// A step of the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Step {
    Reached,
    Address,
    Introduced,
    Opened,
    Sent,
}

/// All of them, in their order.
const STEPS: [Step; 5] = [Step::Reached, Step::Address, Step::Introduced, Step::Opened, Step::Sent];

/// What was seen in the last minutes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Signs {
    /// WebSockets that are open now.
    pub sockets: u64,
    /// Announcements, and those of them for what is not seeded.
    pub announces: u64,
    pub strangers: u64,
    /// Answers of STUN.
    pub addresses: u64,
    /// Offers and answers that were handed on between anybody, and peers that were introduced to the box.
    pub offers: u64,
    pub answers: u64,
    pub introduced: u64,
    /// Channels and handshakes, and handshakes for what is not seeded.
    pub opened: u64,
    pub mistaken: u64,
    /// Bytes.
    pub sent: u64,
}

/// The way as far as it goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Way {
    pub steps: Vec<Passed>,
    /// What it is that stops them, and what to do.
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Passed {
    pub id: Step,
    pub passed: bool,
}

/// Where it stops, with the box's STUN at `stun_port`; `None` when it does not.
pub(super) fn way(signs: &Signs, stun_port: u16) -> Option<Way> {
    let passed = |step: Step| STEPS.iter().skip_while(|other| **other != step).any(|step| signs.show(*step));
    let stop = STEPS.into_iter().find(|step| !passed(*step))?;
    let steps = STEPS.into_iter().map(|id| Passed { id, passed: passed(id) }).collect();
    Some(Way { steps, text: signs.advice(stop, stun_port) })
}

impl Signs {
    fn show(&self, step: Step) -> bool {
        match step {
            Step::Reached => self.sockets + self.announces + self.mistaken > 0,
            Step::Address => self.addresses + self.offers > 0,
            Step::Introduced => self.introduced > 0,
            Step::Opened => self.opened > 0,
            Step::Sent => self.sent > 0,
        }
    }

    fn advice(&self, stop: Step, stun_port: u16) -> String {
        let only_strangers = self.announces > 0 && self.announces == self.strangers;
        let text = match stop {
            Step::Reached => {
                "No device has asked to share in the last five minutes. That is fine, unless somebody's page or \
                 program should: is it in this network, and is its link from this box?"
            }
            Step::Address | Step::Introduced if only_strangers && self.answers > 0 => {
                "Pages share among themselves here, and need nothing of this box. While they play there is nothing \
                 to do."
            }
            Step::Address | Step::Introduced if only_strangers || self.mistaken > 0 => {
                "Somebody asks for what this box no longer has: it shares the last minutes. Give them a new link."
            }
            Step::Address if self.announces == 0 => {
                "Pages are connected to this box, but ask for nothing. Load them again; if it stays so, their player \
                 does not share."
            }
            // Whoever offers has passed this step, with an address or without: a browser that may not connect stops
            // here too.
            Step::Address => {
                return format!(
                    "Devices ask, but none has learnt its own address. Let UDP port {stun_port} through to this box; \
                     if it is open, their browser forbids direct connections (WebRTC): try another one."
                );
            }
            Step::Introduced if self.offers > 0 => {
                "Devices ask to be connected, but this box has no place for more. They try again by themselves: wait \
                 for a minute."
            }
            Step::Introduced => {
                "Devices know their own address, but ask for no connection. An extension or the browser's settings \
                 forbid it (WebRTC): try another browser."
            }
            Step::Opened => {
                "Devices reach this box, but no connection opens: the Wi-Fi keeps devices apart. Switch its client \
                 isolation off (also AP isolation, guest network), or use another network."
            }
            Step::Sent => {
                "Somebody connected, took nothing and left. A try from this page does that, and whoever has all of it \
                 already. If it is others, start their page or program again."
            }
        };
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sentence of a card has room on four lines of a phone.
    const CARD: usize = 190;

    /// How many steps were passed, and what is said.
    fn told(signs: Signs) -> (usize, String) {
        let way = way(&signs, 3478).unwrap();
        let passed = way.steps.iter().filter(|step| step.passed).count();
        assert!(way.steps.iter().take(passed).all(|step| step.passed), "a gap: {way:?}");
        (passed, way.text)
    }

    #[test]
    fn each_step_that_nobody_passes_has_its_own_advice() {
        let nobody = Signs::default();
        let silent = Signs { sockets: 3, ..nobody };
        let asking = Signs { announces: 5, ..silent };
        let knowing = Signs { addresses: 4, ..asking };
        let offering = Signs { offers: 9, ..knowing };
        let introduced = Signs { introduced: 2, answers: 2, ..offering };
        let opened = Signs { opened: 1, ..introduced };
        let all = [nobody, silent, asking, knowing, offering, introduced, opened].map(told);
        assert_eq!(all.each_ref().map(|(passed, _)| *passed), [0, 1, 1, 2, 2, 3, 4]);
        for (index, (_, text)) in all.iter().enumerate() {
            assert!(text.ends_with(['.', '?']) && text.len() <= CARD, "{text}");
            assert!(all[..index].iter().all(|(_, other)| other != text), "{text}");
        }
        assert!(all[5].1.contains("client isolation"));
        assert!(all[2].1.contains("UDP port 3478"));
        assert_eq!(way(&Signs { sent: 1, ..opened }, 3478), None);
    }

    #[test]
    fn a_program_that_is_served_needed_neither_a_socket_nor_an_address() {
        assert_eq!(told(Signs { opened: 1, ..Signs::default() }).0, 4);
        assert_eq!(way(&Signs { sent: 1, ..Signs::default() }, 3478), None);
    }

    #[test]
    fn whoever_asks_for_what_is_gone_is_told_apart() {
        let old_link = Signs { sockets: 1, announces: 2, strangers: 2, addresses: 1, ..Signs::default() };
        assert!(told(old_link).1.contains("no longer has"));
        assert!(told(Signs { mistaken: 1, ..Signs::default() }).1.contains("no longer has"));
        let among_themselves = Signs { offers: 4, answers: 4, ..old_link };
        assert!(told(among_themselves).1.contains("among themselves"));
        let one_asks_rightly = Signs { announces: 3, offers: 1, ..old_link };
        assert!(told(one_asks_rightly).1.contains("no place"));
    }
}
