//! The system's side of updates, played by the test: it reads and writes the files that the image's own side does.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{PATIENCE, VenueBox};

pub struct System {
    said: PathBuf,
    asked: PathBuf,
    store: PathBuf,
}

impl System {
    /// One that has just started from slot A.
    pub fn of(venuebox: &VenueBox) -> Self {
        let system = System {
            said: venuebox.updates(),
            asked: venuebox.runtime().join("update"),
            store: venuebox.data().join("update"),
        };
        std::fs::create_dir(&system.said).unwrap();
        system.runs("A", "1.2.3", true, ("B", "1.2.2", true));
        system
    }

    /// Says which system runs and which is beside it.
    pub fn runs(&self, slot: &str, version: &str, good: bool, other: (&str, &str, bool)) {
        self.says(
            "slots.json",
            &json!({"board": "x86_64", "version": version, "slot": slot, "good": good,
                "other": {"slot": other.0, "version": other.1, "good": other.2}}),
        );
    }

    /// Says how the request goes.
    pub fn status(&self, status: &Value) {
        self.says("status.json", status);
    }

    fn says(&self, name: &str, what: &Value) {
        let unfinished = self.said.join("unfinished");
        std::fs::write(&unfinished, what.to_string()).unwrap();
        std::fs::rename(unfinished, self.said.join(name)).unwrap();
    }

    /// Waits for a request (`request`, `restart`), takes it away, and says what was asked.
    pub fn takes(&self, name: &str) -> Value {
        let file = self.asked.join(name);
        let deadline = Instant::now() + PATIENCE;
        while !file.exists() {
            assert!(Instant::now() < deadline, "nobody asked for {name}");
            thread::park_timeout(Duration::from_millis(10));
        }
        let asked = std::fs::read(&file).unwrap();
        std::fs::remove_file(file).unwrap();
        serde_json::from_slice(&asked).unwrap()
    }

    /// Whether that is asked for now.
    pub fn is_asked(&self, name: &str) -> bool {
        self.asked.join(name).exists()
    }

    /// The bundle that was uploaded, once it is whole.
    pub fn bundle(&self) -> PathBuf {
        self.store.join("bundle.raucb")
    }

    /// What lies where bundles do.
    pub fn stored(&self) -> Vec<String> {
        let names = |folder: &Path| -> Vec<String> {
            let entries = std::fs::read_dir(folder).into_iter().flatten();
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
        };
        names(&self.store)
    }
}
