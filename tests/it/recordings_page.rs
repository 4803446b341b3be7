//! Recordings in a real browser: the operator keeps an event, viewers go back in it and watch it later.

use serde_json::json;

use crate::admin_page::{assert_inside, inspect};
use crate::rig::{Browser, Operator, PASSWORD, Publisher, Tab, VenueBox};
use crate::sharing_page::{sign_in, tick};

const FITS: &str = "document.documentElement.scrollWidth <= 360 && innerWidth === 360";
const BAR: &str = "document.querySelector('.seek-slider')";

fn latency(tab: &Tab) -> f64 {
    tab.evaluate("window.venuebox.stats().latency").as_f64().unwrap()
}

/// Waits until the picture has gone on for this long from where it is, seconds.
fn goes_on(tab: &Tab, seconds: f64) {
    let from = tab.until("document.querySelector('video').currentTime").as_f64().unwrap();
    tab.until(&format!("document.querySelector('video').currentTime > {}", from + seconds));
}

/// Moves the bar's thumb by a key. Any key calls the controls back that have faded.
fn press_on_bar(tab: &Tab, key: &str) {
    tab.press("Shift");
    tab.until(&format!("{BAR}.focus(), document.activeElement === {BAR}"));
    tab.press(key);
}

fn operator_at(browser: &Browser, venuebox: &VenueBox, path: &str) -> Tab {
    let tab = browser.operator(&venuebox.url(path));
    sign_in(&tab);
    tab
}

#[tokio::test]
async fn an_operator_keeps_an_event_and_viewers_go_back_in_it_and_watch_it_later() {
    let venuebox = VenueBox::start();
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    let browser = Browser::start();
    let tab = operator_at(&browser, &venuebox, "/admin/recordings");
    tab.until_it_says("There is no recording yet. Events are not recorded now");
    inspect(&tab, "recordings-none");
    tick(&tab, "Record each event");
    tick(&tab, "Viewers may go back while it is live");
    tab.fill("How far back", "500");
    tab.press("Enter");
    tab.until_it_says("Between 2 and 240 minutes");
    tab.fill("How far back", "10");
    tab.press("Enter");
    tab.until_it_says("Saved.");
    tab.until_it_says("The next event is recorded by itself");

    let publisher = Publisher::ffmpeg(&venuebox.ingest());
    let viewer = browser.page(&venuebox.url("/"));
    tab.until_it_says("on air now");
    assert!(!tab.says("Download MP4"), "half of an event can be taken away");
    inspect(&tab, "recordings-on-air");

    // The bar comes when there is more to go back to than every player needs.
    goes_on(&viewer, 3.0);
    assert_eq!(viewer.evaluate(&format!("{BAR} === null")), true);
    goes_on(&viewer, 45.0);
    viewer.until(&format!("{BAR} !== null"));
    inspect(&viewer, "viewer-rewind");
    press_on_bar(&viewer, "ArrowLeft");
    viewer.until("window.venuebox.stats().latency > 10");
    press_on_bar(&viewer, "Home");
    viewer.until("window.venuebox.stats().latency > 60");

    // Nobody takes them back to live, until they ask for it.
    goes_on(&viewer, 8.0);
    assert!(latency(&viewer) > 60.0, "{} s behind", latency(&viewer));
    viewer.press(" ");
    viewer.until("document.querySelector('video').paused");
    viewer.press(" ");
    goes_on(&viewer, 2.0);
    assert!(latency(&viewer) > 60.0, "{} s behind", latency(&viewer));
    inspect(&viewer, "viewer-rewound");
    viewer.click("Go to live");
    viewer.until("window.venuebox.stats().latency < 5");
    goes_on(&viewer, 3.0);

    // After the event the page offers it.
    assert_eq!(operator.post("event/end", &json!({})).status, 204);
    drop(publisher);
    viewer.until_it_says("The event is over.");
    viewer.until("document.querySelector('.past-item') !== null");
    inspect(&viewer, "viewer-past");
    let offered = viewer.evaluate("document.querySelector('.past-item').href");
    assert_eq!(offered, json!(venuebox.url("/?recording=1")));
    viewer.visit(offered.as_str().unwrap());
    viewer.until(&format!("{BAR} !== null && document.querySelector('video').currentTime > 1"));
    inspect(&viewer, "viewer-recording");
    press_on_bar(&viewer, "PageUp");
    viewer.until("document.querySelector('video').currentTime > 60");
    press_on_bar(&viewer, "End");
    viewer.until_it_says("Watch again");
    inspect(&viewer, "viewer-recording-over");
    viewer.click("Watch again");
    viewer
        .until("document.querySelector('video').currentTime < 30 && !document.querySelector('video').paused");
    assert_eq!(viewer.complaints(), [""; 0]);
    assert_inside(&viewer, &venuebox);

    // Named, and deleted.
    tab.until_it_says("Download MP4");
    inspect(&tab, "recordings");
    tab.click("Rename: Live");
    tab.fill("Title", "Evensong");
    tab.press("Enter");
    tab.until_it_says("Evensong");
    let file = "(async () => { const answer = await fetch(document.querySelector('a[download]').href); \
                return [answer.status, answer.headers.get('content-type')].join(' '); })()";
    assert_eq!(tab.evaluate(file), "200 video/mp4");
    tab.click("Delete… Evensong");
    tab.until_it_says("Delete “Evensong”?");
    inspect(&tab, "recordings-delete");
    tab.click("Delete recording");
    tab.until_it_says("The next event is recorded by itself");
    viewer.visit(&venuebox.url("/?recording=1"));
    viewer.until_it_says("This recording is not here.");
    inspect(&viewer, "viewer-recording-missing");
    // The number that was wrong.
    let refusals = tab.complaints();
    assert!(refusals.len() == 1 && refusals[0].contains("422"), "{refusals:#?}");
    assert_inside(&tab, &venuebox);
}

#[tokio::test]
async fn recordings_fit_a_phone_and_are_for_the_operator_alone_where_that_is_set() {
    let venuebox = VenueBox::start();
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    let set = |share: bool| {
        let answer = operator.change("recording", |recording| {
            recording["record"] = json!(true);
            recording["share"] = json!(share);
        });
        assert_eq!(answer.status, 200, "{}", answer.text());
    };
    set(true);
    let publisher = Publisher::ffmpeg(&venuebox.ingest());
    venuebox.media_playlist(4).await;
    assert_eq!(operator.post("event/end", &json!({})).status, 204);
    drop(publisher);

    let browser = Browser::start();
    let phone = browser.page_of(&venuebox.url("/"), 360, 640);
    phone.until("document.querySelector('.past-item') !== null");
    assert_eq!(phone.evaluate(FITS), true);
    phone.visit(&venuebox.url("/?recording=1"));
    phone.until(&format!("{BAR} !== null"));
    assert_eq!(phone.evaluate(FITS), true);
    phone.follow("To the live page");
    phone.until_it_says("The event is over.");

    set(false);
    phone.visit(&venuebox.url("/?recording=1"));
    phone.until_it_says("This recording is not here.");
    let tab = browser.page_called("the operator's phone", &venuebox.url("/admin/recordings"));
    sign_in(&tab);
    tab.until_it_says("Download MP4");
    tab.visit(&venuebox.url("/?recording=1"));
    tab.until(&format!("{BAR} !== null && document.querySelector('video').currentTime > 1"));
}

#[tokio::test]
async fn the_dashboard_says_what_is_kept() {
    let venuebox = VenueBox::start();
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    let browser = Browser::start();
    let tab = operator_at(&browser, &venuebox, "/admin");
    tab.until_it_says("What happened");
    assert!(!tab.says("To the recordings"), "a card with nothing to say");
    let answer = operator.change("recording", |recording| recording["record"] = json!(true));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let _publisher = Publisher::ffmpeg(&venuebox.ingest());
    tab.until_it_says("Recording for");
    tab.until_it_says("since the box started");
    inspect(&tab, "live-recording");
    tab.follow("To the recordings");
    tab.until_it_says("on air now");
    assert_eq!(tab.complaints(), [""; 0]);
}
