//! The files of both sides; the test plays the system.

use tempfile::TempDir;

use super::*;

const SLOTS: &str = r#"{"board":"x86_64","version":"1.2.3","slot":"A","good":true,"other":{"slot":"B","version":null,"good":true}}"#;

struct Machine {
    folder: TempDir,
    updates: Updates,
}

impl Machine {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let updates = Updates::new(at("said"), at("asked"), at("data/update"));
        fs::create_dir(at("said")).unwrap();
        let machine = Machine { folder, updates };
        machine.says("slots.json", SLOTS);
        machine
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn says(&self, name: &str, text: &str) {
        let unfinished = self.at("said").join("unfinished");
        fs::write(&unfinished, text).unwrap();
        fs::rename(unfinished, self.at("said").join(name)).unwrap();
    }

    fn progress(&self) -> Progress {
        self.updates.standing().unwrap().progress
    }

    fn receive(&self, bytes: &[u8]) -> Result<(), UpdateError> {
        let mut upload = self.updates.receive(u64::try_from(bytes.len()).unwrap())?;
        bytes.chunks(3).try_for_each(|chunk| upload.write(chunk))?;
        upload.finish()
    }

    /// What the system does with a request before it has anything to say.
    fn takes(&self, name: &str) -> String {
        let file = self.at("asked").join(name);
        let text = fs::read_to_string(&file).unwrap();
        fs::remove_file(file).unwrap();
        text
    }
}

#[test]
fn a_machine_without_slots_takes_no_updates() {
    let machine = Machine::new();
    fs::remove_file(machine.at("said/slots.json")).unwrap();
    assert_eq!(machine.updates.standing(), None);
    assert!(matches!(machine.receive(b"hsqs"), Err(UpdateError::Foreign)));
    assert!(matches!(machine.updates.restart(true), Err(UpdateError::Foreign)));
    machine.says("slots.json", "{\"board\":");
    assert_eq!(machine.updates.standing(), None, "what makes no sense is no image of ours");
}

#[test]
fn a_request_is_followed_from_the_upload_to_the_restart() {
    let machine = Machine::new();
    assert_eq!(machine.progress(), Progress::Idle);
    machine.receive(b"hsqs and all the rest").unwrap();
    assert_eq!(fs::read(machine.at("data/update/bundle.raucb")).unwrap(), b"hsqs and all the rest");
    assert_eq!(machine.progress(), Progress::Idle, "nothing was asked for yet");
    machine.updates.install(false).unwrap();
    assert_eq!(machine.progress(), Progress::Asked);
    assert_eq!(machine.takes("request"), r#"{"force":false}"#);
    assert_eq!(machine.progress(), Progress::Asked, "it has not said anything yet");
    machine.says("status.json", r#"{"state":"installing","percent":40}"#);
    assert_eq!(machine.progress(), Progress::Installing { percent: 40 });
    assert!(matches!(machine.receive(b"hsqs"), Err(UpdateError::Busy)));
    assert!(matches!(machine.updates.restart(false), Err(UpdateError::Busy)));
    machine.says("status.json", r#"{"state":"installed","version":"1.2.4"}"#);
    assert_eq!(machine.progress(), Progress::Installed { version: Some(String::from("1.2.4")) });
    machine.updates.restart(true).unwrap();
    assert_eq!(machine.takes("restart"), r#"{"force":true}"#);
    assert_eq!(machine.progress(), Progress::Restarting);
}

#[test]
fn what_was_said_of_an_earlier_request_is_no_answer_to_this_one() {
    let machine = Machine::new();
    machine.says("status.json", r#"{"state":"refused","reason":"board","message":"for another board"}"#);
    let refused = Progress::Refused { reason: Reason::Board, message: String::from("for another board") };
    assert_eq!(machine.progress(), refused);
    machine.receive(b"hsqs").unwrap();
    machine.updates.install(false).unwrap();
    machine.takes("request");
    assert_eq!(machine.progress(), Progress::Asked);
}

#[test]
fn reasons_that_this_version_does_not_know_are_told_in_the_systems_words() {
    let machine = Machine::new();
    machine.says("status.json", r#"{"state":"refused","reason":"weather","message":"It rains."}"#);
    let refused = Progress::Refused { reason: Reason::Other, message: String::from("It rains.") };
    assert_eq!(machine.progress(), refused);
}

#[test]
fn what_is_no_bundle_or_not_all_of_one_leaves_nothing() {
    let machine = Machine::new();
    assert!(matches!(machine.receive(b"\xfd7zXZ\0 an image"), Err(UpdateError::NoBundle)));
    assert!(matches!(machine.receive(b"hs"), Err(UpdateError::Short)));
    let mut upload = machine.updates.receive(10).unwrap();
    upload.write(b"hsqs").unwrap();
    assert!(matches!(machine.updates.receive(10), Err(UpdateError::Busy)), "two at once");
    assert!(matches!(upload.finish(), Err(UpdateError::Short)));
    assert_eq!(fs::read_dir(machine.at("data/update")).unwrap().count(), 0);
    assert!(matches!(machine.updates.receive(MAX_BUNDLE + 1), Err(UpdateError::Large)));
}

#[test]
fn what_a_restart_left_of_an_upload_is_removed() {
    let machine = Machine::new();
    make_folder(&machine.at("data/update")).unwrap();
    fs::write(machine.at("data/update/bundle.raucb.part"), "half").unwrap();
    Updates::new(machine.at("said"), machine.at("asked"), machine.at("data/update"));
    assert_eq!(fs::read_dir(machine.at("data/update")).unwrap().count(), 0);
}
