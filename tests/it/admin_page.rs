//! The operator's evening in a real browser: claims a fresh box, sets it up, goes on air, changes things, leaves.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::rig::{Browser, PATIENCE, Publisher, Tab, Turn, VenueBox};

const PASSWORD: &str = "a few words in a row";

/// A page is looked at by axe-core and kept as a picture, in light, dark and on a phone.
pub fn inspect(tab: &Tab, name: &str) {
    assert_eq!(tab.barriers(), [""; 0], "{name}");
    tab.keep_pictures(name);
}

/// Nothing that the page loaded came from anywhere but the box.
pub fn assert_inside(tab: &Tab, venuebox: &VenueBox) {
    let own = [venuebox.url("/"), format!("ws://{}/", venuebox.http)];
    for url in tab.requests() {
        let inside = url.strip_prefix("blob:").unwrap_or(&url);
        assert!(own.iter().any(|own| inside.starts_with(own)), "{url} is not the box");
    }
}

fn claim(tab: &Tab, venuebox: &VenueBox) {
    tab.until_it_says("This box is yours to claim");
    inspect(tab, "claim");
    tab.fill("New password", PASSWORD);
    tab.fill("The same once more", PASSWORD);
    // A machine that was switched on a moment ago asks for none.
    if tab.says("Claim code") {
        tab.fill("Claim code", &venuebox.claim_code());
    }
    tab.click("Claim this box");
}

/// Walks through the set-up and returns the server and the key that it shows.
fn set_up(tab: &Tab, venuebox: &VenueBox) -> (String, String) {
    tab.until_it_says("What is this box called?");
    inspect(tab, "setup-name");
    tab.fill("Name", "Main hall");
    tab.click("Next");
    tab.until_it_says("Where is it?");
    inspect(tab, "setup-zone");
    tab.fill("Time zone", "Berlin");
    tab.press("Enter");
    tab.click("Next");
    tab.until_it_says("Its place in your network");
    inspect(tab, "setup-network");
    // It keeps its place over a reload.
    tab.visit(&venuebox.url("/admin"));
    tab.until_it_says("Its place in your network");
    tab.click("Next");
    tab.until_it_says("Waiting for OBS…");
    let lines = "(() => { const lines = [...document.querySelectorAll('.copy')].map((line) => \
                 [line.querySelector('.field-label').textContent, line.querySelector('.copy-text').textContent]); \
                 return lines.length > 1 && Object.fromEntries(lines); })()";
    let lines = tab.until(lines);
    let line =
        |label: &str| lines[label].as_str().unwrap_or_else(|| panic!("no {label}: {lines}")).to_owned();
    (line("Server"), line("Stream key"))
}

/// A picture larger than the box keeps.
fn stage_picture(folder: &Path) -> PathBuf {
    let path = folder.join("stage.png");
    let source = "testsrc2=size=1920x1080:rate=1";
    let arguments = ["-v", "error", "-f", "lavfi", "-i", source, "-frames:v", "1"];
    assert!(Command::new("ffmpeg").args(arguments).arg(&path).status().unwrap().success());
    path
}

#[tokio::test]
async fn an_operator_claims_a_fresh_box_goes_on_air_and_leaves() {
    let _machine = Turn::alone();
    let venuebox = VenueBox::start_fresh();
    let browser = Browser::start();
    let tab = browser.operator(&venuebox.url("/admin"));
    claim(&tab, &venuebox);

    let (server, key) = set_up(&tab, &venuebox);
    inspect(&tab, "setup-obs");
    assert!(server.starts_with("rtmp://") && server.ends_with("/live"), "{server}");
    let mut publisher = Publisher::ffmpeg(&venuebox.ingest_with(&key));
    tab.until_it_says("The picture is here.");
    for (title, name) in [
        ("Near or calm?", "setup-delay"),
        ("Cloud storage", "setup-cloud"),
        ("What do people read?", "setup-page"),
        ("A picture for the time before", "setup-poster"),
    ] {
        tab.click(if title == "What do people read?" { "Skip for now" } else { "Next" });
        tab.until_it_says(title);
        inspect(&tab, name);
    }
    tab.click("Skip for now");
    tab.until_it_says("Your box is ready");
    inspect(&tab, "setup-done");
    tab.click("To the dashboard");

    // On air, with the picture and the figures of the input.
    tab.until("document.title.includes('ON AIR')");
    tab.until_it_says("Before you rely on it");
    tab.until("document.querySelector('video').currentTime > 2");
    tab.until_it_says("640 × 360");
    tab.until_it_says("Keyframe");
    inspect(&tab, "live");

    // The picture for the time before is taken, and shown at once.
    tab.follow("Page");
    let folder = tempfile::tempdir().unwrap();
    tab.upload("Poster picture", &stage_picture(folder.path()));
    tab.until_it_says("The picture is on the page.");
    tab.until("document.querySelector('.poster-picture-image').naturalWidth === 1280");

    // A viewer sees the new title without doing anything.
    let viewer = browser.page(&venuebox.url("/"));
    viewer.report(|report| report.time > 0.0 && report.width > 0);
    tab.fill("Title", "Evensong");
    tab.press("Enter");
    viewer.until_it_says("Evensong");
    inspect(&tab, "page");
    viewer.clock.passes(viewer.report(|_| true).time + 1.0, Instant::now() + PATIENCE);

    // The revoked key's encoder is dropped, and the dashboard says so.
    tab.follow("Keys");
    tab.until_it_says("on air");
    inspect(&tab, "keys");
    tab.click("Revoke… Main");
    tab.until_it_says("Revoke “Main”?");
    inspect(&tab, "keys-revoke");
    tab.click("Revoke key");
    publisher.0.wait(PATIENCE);
    tab.until("document.title.includes('HOLDING')");
    viewer.until_it_says("Back in a moment");
    tab.follow("Live");
    tab.until_it_says("ends in");
    inspect(&tab, "holding");

    // The event is ended by its operator.
    tab.click("End event…");
    tab.until_it_says("End the event?");
    tab.click("End event");
    viewer.until_it_says("The event is over.");
    tab.until("!document.title.includes('HOLDING')");
    inspect(&tab, "standby");

    for (link, said) in [
        ("Recordings", "There is no recording yet"),
        ("Network", "Where people watch"),
        ("Settings", "Access for scripts"),
    ] {
        tab.follow(link);
        tab.until_it_says(said);
        inspect(&tab, &link.to_lowercase());
    }

    // The poster prints on one sheet of A4.
    tab.visit(&venuebox.url("/admin/poster"));
    tab.until_it_says("Scan to watch");
    inspect(&tab, "poster");
    let sheet = folder.path().join("poster.pdf");
    tab.print(&sheet);
    let pdf = String::from_utf8_lossy(&std::fs::read(&sheet).unwrap()).into_owned();
    assert!(pdf.starts_with("%PDF-"));
    assert!(pdf.contains("/Count 1"), "more than one page");
    assert!(
        pdf.contains("/MediaBox [0 0 594.95996 841.91998]") || pdf.contains("/MediaBox [0 0 595"),
        "not A4"
    );

    tab.visit(&venuebox.url("/admin"));
    tab.click("Sign out");
    tab.until_it_says("You are signed out.");
    inspect(&tab, "signed-out");
    tab.fill("Password", PASSWORD);
    tab.click("Sign in");
    tab.until_it_says("What happened");

    assert_eq!(tab.complaints(), [""; 0]);
    assert_eq!(viewer.complaints(), [""; 0]);
    assert_inside(&tab, &venuebox);
    assert_inside(&viewer, &venuebox);
}
