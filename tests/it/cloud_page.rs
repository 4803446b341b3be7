//! The cloud in a real browser, as the operator sees it: its test, and what is sent.

use serde_json::json;

use crate::admin_page::{assert_inside, inspect};
use crate::rig::{Browser, Operator, PASSWORD, VenueBox};
use crate::sharing_page::{sign_in, tick};

/// An account at a storage that nobody answers for.
fn set_up(operator: &Operator) {
    let version = operator.read("settings")["cloud"]["version"].clone();
    let account = json!({"endpoint": "http://127.0.0.1:9", "accountId": null, "jurisdiction": null,
        "bucket": "friday", "accessKeyId": "key", "secretAccessKey": "secret", "publicUrl": null, "prefix": "live/"});
    let answer = operator.put("settings/cloud", &json!({"version": version, "value": account}));
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[tokio::test]
async fn an_operator_says_what_is_sent_to_the_cloud() {
    let venuebox = VenueBox::start();
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    let browser = Browser::start();
    let tab = browser.operator(&venuebox.url("/admin/settings"));
    sign_in(&tab);
    tab.until_it_says("Access for scripts");
    assert!(!tab.says("What is sent to the cloud"), "without an account nothing is sent");
    set_up(&operator);
    tab.until_it_says("What is sent to the cloud");
    assert!(!tab.says("later version"));
    inspect(&tab, "settings-upload");

    tick(&tab, "Pause sending");
    tab.fill("Keep events in the cloud for · optional", "30");
    tab.fill("Uplink limit · optional", "0");
    tab.press("Enter");
    tab.until("document.querySelector('[aria-invalid=true]') !== null");
    tab.fill("Uplink limit · optional", "20");
    tab.press("Enter");
    tab.until_it_says("Saved.");
    let set = operator.read("settings")["upload"]["value"].clone();
    assert_eq!(set["paused"], true);
    assert_eq!((&set["uplinkLimit"], &set["keepDays"]), (&json!(20), &json!(30)));
    // The number that was wrong.
    let refusals = tab.complaints();
    assert!(refusals.len() == 1 && refusals[0].contains("422"), "{refusals:#?}");
    assert_inside(&tab, &venuebox);
}

#[tokio::test]
async fn an_operator_tests_the_cloud_and_sees_it_on_the_dashboard() {
    let venuebox = VenueBox::start();
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    set_up(&operator);
    let browser = Browser::start();
    let tab = browser.operator(&venuebox.url("/admin/settings"));
    sign_in(&tab);
    tab.until_it_says("Writes a small file");
    tab.click("Test");
    tab.until_it_says("Something is in the way");
    tab.until("document.querySelector('.cloud-test .step-stops') !== null");
    inspect(&tab, "settings-cloud-test");

    tab.follow("Live");
    tab.until_it_says("Waits to be sent");
    inspect(&tab, "live-cloud");
    tab.click("Pause sending");
    tab.until_it_says("Go on sending");
    assert_eq!(operator.read("settings")["upload"]["value"]["paused"], true);
    tab.click("Go on sending");
    tab.until_it_says("Pause sending");
    assert_eq!(tab.complaints(), [""; 0]);
}
