//! Settings of the box itself, of its streams, and of its set-up.

use serde::{Deserialize, Serialize};

use super::check::text;
use super::{Invalid, Section, Settings, Versioned};

/// The box.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BoxSettings {
    /// What people call it.
    pub name: String,
    /// IANA name of the place's time zone.
    pub time_zone: String,
    /// Mbit/s that viewers may take of the network port; `None`: 70 % of its speed.
    pub egress_budget: Option<u32>,
}

impl Default for BoxSettings {
    fn default() -> Self {
        BoxSettings { name: String::from("Venuebox"), time_zone: String::from("UTC"), egress_budget: None }
    }
}

impl Section for BoxSettings {
    const NAME: &'static str = "box";

    fn check(&self) -> Result<(), Invalid> {
        text("name", &self.name, 1, 40)?;
        let zone = &self.time_zone;
        let sound = (1..=64).contains(&zone.len())
            && zone.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+-/".contains(&byte))
            && !zone.starts_with('/');
        if !sound {
            return Err(Invalid::new("timeZone", "a time zone such as Europe/Berlin"));
        }
        match self.egress_budget {
            Some(budget) if !(1..=100_000).contains(&budget) => {
                Err(Invalid::new("egressBudget", "between 1 and 100000 Mbit/s, or nothing"))
            }
            _ => Ok(()),
        }
    }

    fn place(settings: &mut Settings) -> &mut Versioned<Self> {
        &mut settings.machine
    }
}

/// How far behind the page plays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Latency {
    /// Two seconds; good networks.
    #[default]
    Low,
    /// Four seconds.
    Balanced,
    /// Eight seconds; networks that stutter.
    Steady,
}

impl Latency {
    /// Seconds between the newest part and what the page plays.
    pub fn seconds(self) -> f64 {
        match self {
            Latency::Low => 1.8,
            Latency::Balanced => 4.0,
            Latency::Steady => 8.0,
        }
    }
}

/// How streams are watched and held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StreamSettings {
    /// How far behind the page plays.
    pub latency: Latency,
    /// Seconds that an event waits for its encoder.
    pub grace_seconds: u32,
}

impl Default for StreamSettings {
    fn default() -> Self {
        StreamSettings { latency: Latency::Low, grace_seconds: 120 }
    }
}

impl Section for StreamSettings {
    const NAME: &'static str = "stream";

    fn check(&self) -> Result<(), Invalid> {
        if (1..=86_400).contains(&self.grace_seconds) {
            Ok(())
        } else {
            Err(Invalid::new("graceSeconds", "between 1 second and a day (86400)"))
        }
    }

    fn place(settings: &mut Settings) -> &mut Versioned<Self> {
        &mut settings.stream
    }
}

/// How far the set-up went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetupSettings {
    /// The step that the page shows next.
    pub step: Option<String>,
    /// Nothing of it is left.
    pub done: bool,
}

impl Section for SetupSettings {
    const NAME: &'static str = "setup";

    fn check(&self) -> Result<(), Invalid> {
        match &self.step {
            Some(step) => text("step", step, 1, 40),
            None => Ok(()),
        }
    }

    fn place(settings: &mut Settings) -> &mut Versioned<Self> {
        &mut settings.setup
    }
}
