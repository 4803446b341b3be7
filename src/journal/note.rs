//! Everything that is told to the operator, and its words.

use std::net::IpAddr;

use super::Level;
use super::sentence::{capital, sentence};
use super::words::{Words, bare, encoder_at, span, who, words};

/// Why an event is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// The operator ended it.
    Operator,
    /// No encoder came back for so many seconds.
    Grace(u64),
}

/// What happened. Names and addresses are data here; the words are made in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// An event begins.
    OnAir {
        /// What the encoder calls itself.
        encoder: Option<String>,
        /// Where it is.
        address: Option<IpAddr>,
    },
    /// No picture comes; the last one is held.
    EncoderGone {
        /// For how many seconds the event waits.
        grace: u64,
    },
    /// The picture goes on.
    EncoderBack {
        /// How many seconds it was held.
        away: u64,
    },
    /// Another encoder feeds the event now.
    Takeover {
        /// What it calls itself.
        encoder: Option<String>,
        /// Where it is.
        address: Option<IpAddr>,
    },
    /// The feed that the box pulls does not come.
    FeedAway {
        /// What it is called.
        feed: String,
        /// Why, as an error says it.
        why: String,
        /// It has ended as it should.
        ended: bool,
    },
    /// A second encoder waits.
    StandBy {
        /// What it calls itself.
        encoder: Option<String>,
        /// Where it is.
        address: Option<IpAddr>,
    },
    /// The event is over.
    EventOver(Over),
    /// The stream goes on with another configuration.
    Reconfigured,
    /// What the encoder sends cannot be packaged.
    Unusable {
        /// Why.
        why: String,
    },
    /// The encoder sends too little.
    TooLittle,
    /// A publisher came with a key that is not ours.
    WrongKey {
        /// Where it is.
        address: IpAddr,
    },
    /// A publisher was refused for another reason.
    EncoderRefused {
        /// Where it is.
        address: IpAddr,
        /// What it was told.
        why: String,
    },
    /// The operator sent the encoder away.
    Disconnected {
        /// Where it is.
        address: Option<IpAddr>,
    },
    /// The operator gave the encoder's place to another one.
    Released {
        /// Where it is.
        address: Option<IpAddr>,
        /// For how many seconds it is kept away.
        seconds: u64,
    },
    /// A key of a publishing encoder was revoked.
    RevokedEncoderDropped {
        /// The key's name.
        key: String,
        /// Where the encoder is.
        address: IpAddr,
    },
    /// A stream key was made.
    KeyMade {
        /// Its name.
        key: String,
    },
    /// A stream key was revoked.
    KeyRevoked {
        /// Its name.
        key: String,
    },
    /// A recording was deleted.
    RecordingDeleted {
        /// What it was called.
        title: String,
    },
    /// Settings were changed.
    SettingsChanged {
        /// Which, in the operator's words: "the page", "the box".
        what: String,
    },
    /// The box was claimed.
    Claimed {
        /// From where.
        address: IpAddr,
    },
    /// Somebody signed in.
    SignedIn {
        /// From where.
        address: IpAddr,
    },
    /// Somebody gave a wrong password.
    LogInFailed {
        /// From where.
        address: IpAddr,
    },
    /// The admin password was changed.
    PasswordChanged,
    /// An API token was made.
    TokenMade {
        /// Its name.
        name: String,
    },
    /// An API token was revoked.
    TokenRevoked {
        /// Its name.
        name: String,
    },
    /// The program started.
    Started {
        /// The program's version.
        version: &'static str,
    },
    /// The program started in the middle of an event, which goes on.
    RestartedInEvent,
    /// The database was damaged and a fresh one took its place.
    DatabaseReplaced {
        /// Where the damaged one was put.
        aside: String,
    },
    /// Another device has the box's name on the network.
    NameTaken {
        /// The name that the box has instead.
        name: String,
    },
    /// The disk is nearly full.
    DiskLow {
        /// Percent that are free.
        percent: u8,
    },
    /// The disk has room again.
    DiskFine,
    /// The clock is not in step with a time server.
    ClockOff,
    /// The clock is in step.
    ClockOn,
    /// The processor is slowed down.
    Throttled {
        /// Why, as a sentence.
        why: String,
    },
    /// It is not any more.
    ThrottleOver,
    /// More goes out than the budget allows.
    OverBudget {
        /// Mbit/s going out.
        rate: u64,
        /// Mbit/s allowed.
        budget: u64,
    },
    /// Nothing gets to the cloud.
    CloudAway {
        /// Why, and what to do.
        why: String,
    },
    /// It does again.
    CloudBack {
        /// After how many seconds.
        away: u64,
    },
    /// Files were gone before they were sent.
    UploadsLost {
        /// How many.
        objects: usize,
    },
    /// What a caller says in words of its own.
    Other {
        /// How much it matters.
        level: Level,
        /// What happened.
        text: String,
        /// What it means, or what to do.
        more: Option<String>,
    },
}

impl Note {
    /// What may come often and is said at most once a minute for one address.
    pub(super) fn repeats_by(&self) -> Option<(&'static str, IpAddr)> {
        match self {
            Note::WrongKey { address } => Some(("key", *address)),
            Note::EncoderRefused { address, .. } => Some(("refused", *address)),
            Note::LogInFailed { address } => Some(("log-in", *address)),
            _ => None,
        }
    }

    pub(super) fn words(&self) -> Words {
        use Level::{Bad, Good, Info, Warn};
        match self {
            Note::OnAir { encoder, address } => {
                bare(Good, format!("On air from {}.", who(encoder.as_ref(), address.as_ref())))
            }
            Note::EncoderGone { grace } => {
                let more = format!(
                    "Viewers see the last picture; the event ends in {} if it stays away.",
                    span(*grace)
                );
                words(Warn, "Encoder gone.", more)
            }
            Note::EncoderBack { away } => {
                words(Good, format!("Encoder back after {}.", span(*away)), "Nobody was cut off.")
            }
            Note::Takeover { encoder, address } => {
                bare(Info, format!("{} took over.", capital(&who(encoder.as_ref(), address.as_ref()))))
            }
            Note::FeedAway { feed, why, ended: true } => {
                words(Info, format!("{feed} is over."), sentence(why))
            }
            Note::FeedAway { feed, why, ended: false } => words(
                Warn,
                format!("{feed} does not come."),
                format!("{} The box goes on asking for it.", sentence(why)),
            ),
            Note::StandBy { encoder, address } => words(
                Info,
                format!("{} stands by.", capital(&who(encoder.as_ref(), address.as_ref()))),
                "It goes on air when the first one drops.",
            ),
            Note::EventOver(Over::Operator) => bare(Info, "The event was ended here."),
            Note::EventOver(Over::Grace(seconds)) => words(
                Warn,
                "The event is over.",
                format!("No encoder came back in {}. The next one begins a new event.", span(*seconds)),
            ),
            Note::Reconfigured => words(
                Warn,
                "The encoder's output settings changed.",
                "Some players may need a restart; keep the same output settings in OBS.",
            ),
            Note::Unusable { why } => words(
                Bad,
                "What the encoder sends cannot be used.",
                format!("{}. Change its output settings and start streaming again.", capital(why)),
            ),
            Note::TooLittle => words(
                Bad,
                "The encoder sends too little to begin an event.",
                "Look at its bitrate and its network cable.",
            ),
            Note::WrongKey { address } => words(
                Warn,
                format!("An encoder at {address} was refused: wrong stream key."),
                "If it is yours, copy the key again from the page Keys.",
            ),
            Note::EncoderRefused { address, why } => {
                words(Warn, format!("An encoder at {address} was refused."), sentence(why))
            }
            Note::Disconnected { address } => words(
                Info,
                format!("{} was disconnected here.", capital(&encoder_at(*address))),
                "If it is set to reconnect, it will be back in a moment.",
            ),
            Note::Released { address, seconds } => words(
                Info,
                format!("{} was released here.", capital(&encoder_at(*address))),
                format!("It is kept away for {}; another one may take the place.", span(*seconds)),
            ),
            Note::RevokedEncoderDropped { key, address } => {
                bare(Warn, format!("The encoder at {address} was dropped: its key “{key}” was revoked."))
            }
            Note::KeyMade { key } => bare(Info, format!("The stream key “{key}” was made.")),
            Note::KeyRevoked { key } => bare(Info, format!("The stream key “{key}” was revoked.")),
            Note::RecordingDeleted { title } => bare(Info, format!("The recording “{title}” was deleted.")),
            Note::SettingsChanged { what } => bare(Info, format!("Settings of {what} were changed.")),
            Note::Claimed { address } => bare(Good, format!("The box was claimed from {address}.")),
            Note::SignedIn { address } => bare(Info, format!("Somebody signed in from {address}.")),
            Note::LogInFailed { address } => words(
                Warn,
                format!("A wrong password was given at {address}."),
                "If that was not you, see that the password is a long one.",
            ),
            Note::PasswordChanged => {
                words(Info, "The admin password was changed.", "All other sessions have ended.")
            }
            Note::TokenMade { name } => bare(Info, format!("The API token “{name}” was made.")),
            Note::TokenRevoked { name } => bare(Info, format!("The API token “{name}” was revoked.")),
            Note::Started { version } => bare(Info, format!("The box started (version {version}).")),
            Note::RestartedInEvent => words(
                Good,
                "The box restarted in the middle of the event.",
                "The event and its players go on.",
            ),
            Note::DatabaseReplaced { aside } => words(
                Bad,
                "The box's settings were damaged and began anew.",
                format!("The old file was kept as {aside}. Claim the box again and enter your settings."),
            ),
            Note::NameTaken { name } => words(
                Warn,
                "Another device on this network has the box's name.",
                format!("This box is called {name} instead; its addresses are the same as before."),
            ),
            Note::DiskLow { percent } => words(
                Warn,
                format!("The disk is nearly full: {percent} % are free."),
                "Make room on it: settings and this log cannot be written otherwise.",
            ),
            Note::DiskFine => bare(Good, "The disk has room again."),
            Note::ClockOff => words(
                Warn,
                "The box's clock is not in step with a time server.",
                "Times shown may be wrong; viewers notice nothing. It sets itself when a time server answers.",
            ),
            Note::ClockOn => bare(Good, "The box's clock is in step."),
            Note::Throttled { why } => bare(Bad, why.clone()),
            Note::ThrottleOver => bare(Good, "The processor runs at full speed again."),
            Note::OverBudget { rate, budget } => words(
                Warn,
                format!("{rate} Mbit/s go out; the budget is {budget} Mbit/s."),
                "Lower the encoder's bitrate, or raise the budget if the network has room.",
            ),
            Note::CloudAway { why } => words(
                Warn,
                "Nothing gets to the cloud.",
                format!("{} What comes meanwhile waits on the disk.", sentence(why)),
            ),
            Note::CloudBack { away } => words(
                Good,
                format!("The cloud is reached again after {}.", span(*away)),
                "The live edge goes first; what waited follows.",
            ),
            Note::UploadsLost { objects } => words(
                Warn,
                format!("{objects} files were gone before they were sent to the cloud."),
                "The recording there jumps over them. Look at the box's disk.",
            ),
            Note::Other { level, text, more } => {
                Words { level: *level, text: text.clone(), more: more.clone() }
            }
        }
    }
}
