//! Updates in a real browser, as the operator sees them; the test plays the system.

use std::path::PathBuf;

use serde_json::json;

use crate::admin_page::{assert_inside, inspect};
use crate::rig::{Browser, Publisher, System, VenueBox};
use crate::sharing_page::sign_in;

/// A file that the program takes for a bundle.
fn bundle(folder: &tempfile::TempDir) -> PathBuf {
    let path = folder.path().join("venuebox-x86_64-1.2.4.raucb");
    let mut bytes = b"hsqs".to_vec();
    bytes.resize(4 << 20, 7);
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn a_machine_with_its_own_updates_has_one_sentence() {
    let venuebox = VenueBox::start();
    let browser = Browser::start();
    let tab = browser.operator(&venuebox.url("/admin/settings"));
    sign_in(&tab);
    tab.until_it_says("Updates of this machine come with its system");
    assert!(!tab.says("Choose update file"));
    inspect(&tab, "settings-updates-foreign");
    assert_eq!(tab.complaints(), [""; 0]);
}

#[tokio::test]
async fn an_operator_updates_the_box_from_its_page() {
    let mut venuebox = VenueBox::start_held(&[]);
    let system = System::of(&venuebox);
    let folder = tempfile::tempdir().unwrap();
    let browser = Browser::start();
    let tab = browser.operator(&venuebox.url("/admin/settings"));
    sign_in(&tab);
    tab.until_it_says("A file for x86_64 whose name ends in .raucb.");
    assert!(tab.says("1.2.3") && tab.says("in slot B"));
    inspect(&tab, "settings-updates");

    tab.upload("Update file", &bundle(&folder));
    tab.until_it_says("The update is checked…");
    assert_eq!(system.takes("request"), json!({"force": false}));
    system.status(&json!({"state": "installing", "percent": 40}));
    tab.until_it_says("40 %");
    inspect(&tab, "settings-updates-installing");
    for (reason, words) in [
        ("signature", "is not signed for this box"),
        ("board", "Choose the file for x86_64."),
        ("on-air", "Try again when it is over."),
        ("other", "No space left on device"),
    ] {
        system.status(&json!({"state": "refused", "reason": reason, "message": "No space left on device"}));
        tab.until_it_says(words);
        inspect(&tab, &format!("settings-updates-refused-{reason}"));
        tab.upload("Update file", &bundle(&folder));
        system.takes("request");
        system.status(&json!({"state": "installing", "percent": 3}));
        tab.until_it_says("3 %");
    }
    system.status(&json!({"state": "installed", "version": "1.2.4"}));
    tab.until_it_says("Version 1.2.4 is installed.");
    inspect(&tab, "settings-updates-installed");

    tab.click("Restart now…");
    tab.until_it_says("Restart the box?");
    inspect(&tab, "settings-updates-restart");
    tab.click("Restart");
    assert_eq!(system.takes("restart"), json!({"force": false}));
    tab.until_it_says("The box restarts.");
    venuebox.process.kill();
    tab.until_it_says("No connection to the box");
    std::fs::remove_file(venuebox.updates().join("status.json")).unwrap();
    system.runs("B", "1.2.4", false, ("A", "1.2.3", true));
    venuebox.start_again();
    tab.until_it_says("This version is on trial.");
    inspect(&tab, "settings-updates-trial");
    assert_inside(&tab, &venuebox);
}

#[tokio::test]
async fn a_version_that_did_not_work_is_named_and_an_event_is_asked_about_first() {
    let venuebox = VenueBox::start();
    let system = System::of(&venuebox);
    system.runs("A", "1.2.3", true, ("B", "1.2.4", false));
    let folder = tempfile::tempdir().unwrap();
    let _publisher = Publisher::ffmpeg(&venuebox.ingest());
    venuebox.live().await.until(|state| state.is_live()).await;
    let browser = Browser::start();
    let tab = browser.operator(&venuebox.url("/admin/settings"));
    sign_in(&tab);
    tab.until_it_says("Version 1.2.4 did not work.");
    inspect(&tab, "settings-updates-fell-back");
    tab.upload("Update file", &bundle(&folder));
    tab.until_it_says("Install while an event is on air?");
    inspect(&tab, "settings-updates-on-air");
    tab.click("Cancel");
    assert!(!system.is_asked("request"));
    tab.upload("Update file", &bundle(&folder));
    tab.until_it_says("Install while an event is on air?");
    tab.click("Install all the same");
    assert_eq!(system.takes("request"), json!({"force": true}));
    system.status(&json!({"state": "installed", "version": "1.2.4"}));
    tab.click("Restart now…");
    tab.until_it_says("viewers lose the picture");
    assert_eq!(tab.complaints(), [""; 0]);
}
