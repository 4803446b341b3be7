//! Our own page in a real browser, from before the encoder comes to after the event.

use std::time::Instant;

use serde_json::json;

use crate::rig::{Browser, Cable, Operator, PASSWORD, PATIENCE, Publisher, Tab, Turn, VenueBox};

const VIDEO: &str = "document.querySelector('video')";
/// Waits until the picture and the sound have gone on for this long, seconds.
fn plays_on(tab: &Tab, seconds: f64) {
    let from = tab.report(|report| !report.paused && report.width > 0 && report.time > 0.0);
    tab.clock.passes(from.time + seconds, Instant::now() + PATIENCE);
    let pictures = from.decoded_frames + 5;
    tab.report(|report| report.decoded_frames > pictures && report.audio_bytes > from.audio_bytes);
}

/// A number that another picture would change.
fn look(tab: &Tab) -> String {
    let painted = "(() => { const canvas = document.createElement('canvas'); canvas.width = 160; \
                   canvas.height = 90; const paper = canvas.getContext('2d'); \
                   paper.drawImage(document.querySelector('video'), 0, 0, 160, 90); \
                   return canvas.toDataURL(); })()";
    tab.evaluate(painted).as_str().unwrap().to_owned()
}

/// Fifteen pictures in a row, a second of the film, are not all alike.
fn assert_picture_moves(tab: &Tab) {
    let different = "new Promise((resolve) => { const canvas = document.createElement('canvas'); \
                     canvas.width = 160; canvas.height = 90; const paper = canvas.getContext('2d'); \
                     const video = document.querySelector('video'); const seen = []; \
                     const look = () => { paper.drawImage(video, 0, 0, 160, 90); seen.push(canvas.toDataURL()); \
                     if (seen.length < 15) video.requestVideoFrameCallback(look); \
                     else resolve(new Set(seen).size); }; video.requestVideoFrameCallback(look); })";
    let different = tab.evaluate(different).as_u64().unwrap();
    assert!(different > 5, "{different} different pictures of 15");
}

fn stats(tab: &Tab, name: &str) -> f64 {
    tab.evaluate(&format!("window.venuebox.stats().{name}")).as_f64().unwrap()
}

#[tokio::test]
async fn it_plays_with_picture_and_sound_and_without_a_stall_and_asks_nobody_but_the_box() {
    let _machine = Turn::alone();
    let venuebox = VenueBox::start();
    let _publisher = Publisher::ffmpeg(&venuebox.ingest());
    venuebox.media_playlist_url().await;
    let browser = Browser::start();
    let tab = browser.page(&venuebox.url("/"));
    plays_on(&tab, 2.0);
    assert!(tab.report(|_| true).muted, "a page with sound may not start by itself");
    tab.click("Tap for sound");
    tab.until(&format!("!{VIDEO}.muted"));
    plays_on(&tab, 15.0);
    assert_picture_moves(&tab);

    let names = tab.evaluate("Object.keys(window.venuebox.stats()).sort().join(' ')");
    assert_eq!(names, "httpBytes latency p2pBytes peers stalls");
    assert_eq!(stats(&tab, "stalls"), 0.0);
    assert!(stats(&tab, "httpBytes") > 100_000.0);
    let latency = stats(&tab, "latency");
    assert!(latency > 0.3 && latency < 5.0, "{latency} s behind");
    assert_eq!(tab.complaints(), [""; 0]);
    let own = [format!("http://{}/", venuebox.http), format!("ws://{}/api/live", venuebox.http)];
    for url in tab.requests() {
        let inside = url.strip_prefix("blob:").unwrap_or(&url);
        assert!(own.iter().any(|own| inside.starts_with(own)), "{url} is not the box");
    }
}

#[tokio::test]
async fn it_starts_by_itself_when_the_stream_does() {
    let venuebox = VenueBox::start();
    let browser = Browser::start();
    let tab = browser.page(&venuebox.url("/"));
    tab.until_it_says("Nothing is on yet.");
    let _publisher = Publisher::ffmpeg(&venuebox.ingest());
    plays_on(&tab, 3.0);
    assert!(!tab.says("Nothing is on yet."));
    assert_eq!(tab.complaints(), [""; 0]);
}

#[tokio::test]
async fn it_says_quietly_that_the_picture_is_held_and_goes_on() {
    let venuebox = VenueBox::start();
    let mut publisher = Publisher::ffmpeg(&venuebox.ingest());
    let browser = Browser::start();
    let tab = browser.page(&venuebox.url("/"));
    plays_on(&tab, 2.0);
    publisher.0.kill();
    tab.until_it_says("Back in a moment");
    // A held picture plays as any other, and stays as it is.
    plays_on(&tab, 3.0);
    let held = look(&tab);
    plays_on(&tab, 2.0);
    assert_eq!(held, look(&tab));
    let _again = Publisher::ffmpeg(&venuebox.ingest());
    tab.until("!document.body.innerText.includes('Back in a moment')");
    plays_on(&tab, 3.0);
    assert_picture_moves(&tab);
    assert_eq!(tab.complaints(), [""; 0]);
}

#[tokio::test]
async fn it_goes_over_to_the_next_event_by_itself() {
    let venuebox = VenueBox::start_with(&["--grace", "3"]);
    let mut publisher = Publisher::ffmpeg(&venuebox.ingest());
    let browser = Browser::start();
    let tab = browser.page(&venuebox.url("/"));
    plays_on(&tab, 2.0);
    publisher.0.kill();
    tab.until_it_says("The event is over.");
    let before = tab.requests().len();
    let _again = Publisher::ffmpeg(&venuebox.ingest());
    tab.until("!document.body.innerText.includes('The event is over.')");
    plays_on(&tab, 3.0);
    let requests = tab.requests();
    assert!(requests[before..].iter().any(|url| url.contains("/2-0/")), "{requests:#?}");
    assert_eq!(tab.complaints(), [""; 0]);
}

#[tokio::test]
async fn it_survives_the_loss_of_its_socket() {
    let venuebox = VenueBox::start();
    let cable = Cable::to(venuebox.http);
    let mut publisher = Publisher::ffmpeg(&venuebox.ingest());
    let browser = Browser::start();
    let tab = browser.page(&cable.url("/"));
    plays_on(&tab, 2.0);
    let mut live = venuebox.live().await;
    live.until(|state| state.viewers == 1).await;
    assert_eq!(cable.break_off("/api/live"), 1);
    live.until(|state| state.viewers == 0).await;
    live.until(|state| state.viewers == 1).await;
    plays_on(&tab, 2.0);
    // It hears what the box has to say, on the new socket.
    publisher.0.kill();
    tab.until_it_says("Back in a moment");
}

#[tokio::test]
async fn it_works_by_keyboard() {
    let venuebox = VenueBox::start();
    let _publisher = Publisher::ffmpeg(&venuebox.ingest());
    let browser = Browser::start();
    let tab = browser.page(&venuebox.url("/"));
    plays_on(&tab, 2.0);
    tab.press(" ");
    tab.until(&format!("{VIDEO}.paused"));
    tab.press(" ");
    tab.until(&format!("!{VIDEO}.paused"));
    tab.press("m");
    tab.until(&format!("!{VIDEO}.muted"));
    tab.press("m");
    tab.until(&format!("{VIDEO}.muted"));
    tab.press("f");
    tab.until("document.fullscreenElement !== null");
    tab.press("f");
    tab.until("document.fullscreenElement === null");
    // Back in time, and to where it is live again.
    tab.until(&format!("{VIDEO}.currentTime - {VIDEO}.buffered.start(0) > 6"));
    tab.press("ArrowLeft");
    tab.until("window.venuebox.stats().latency > 5");
    tab.press("l");
    tab.until("window.venuebox.stats().latency < 4");
    plays_on(&tab, 2.0);
    assert_eq!(tab.complaints(), [""; 0]);
}

#[tokio::test]
async fn it_fits_a_phone() {
    let venuebox = VenueBox::start();
    let browser = Browser::start();
    let tab = browser.page_of(&venuebox.url("/"), 360, 640);
    let fits = "document.documentElement.scrollWidth <= 360 && innerWidth === 360";
    tab.until_it_says("Nothing is on yet.");
    assert_eq!(tab.evaluate(fits), true);
    let mut publisher = Publisher::ffmpeg(&venuebox.ingest());
    plays_on(&tab, 1.0);
    assert_eq!(tab.evaluate(fits), true);
    publisher.0.kill();
    tab.until_it_says("Back in a moment");
    assert_eq!(tab.evaluate(fits), true);
}

#[tokio::test]
async fn it_says_so_kindly_when_the_box_is_out_of_reach_and_goes_on_when_it_is_back() {
    let venuebox = VenueBox::start();
    let cable = Cable::to(venuebox.http);
    let _publisher = Publisher::ffmpeg(&venuebox.ingest());
    let browser = Browser::start();
    let tab = browser.page(&cable.url("/"));
    plays_on(&tab, 2.0);
    cable.pull();
    tab.until_it_says("The box can't be reached.");
    cable.plug();
    tab.until("!document.body.innerText.includes(\"can't be reached\")");
    plays_on(&tab, 3.0);
}

#[tokio::test]
async fn it_goes_on_from_the_cloud_while_the_box_is_gone_and_comes_back() {
    // What stands in the cloud is of another box here: the page takes it as it comes.
    let cloud = VenueBox::start();
    let _mirror = Publisher::ffmpeg(&cloud.ingest());
    cloud.media_playlist(4).await;
    let venuebox = VenueBox::start();
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    let settings = operator.read("settings");
    let account = json!({"endpoint": "http://127.0.0.1:9", "accountId": null, "jurisdiction": null,
        "bucket": "friday", "accessKeyId": "key", "secretAccessKey": "secret",
        "publicUrl": cloud.url("/"), "prefix": "hls/"});
    let set = json!({"version": settings["cloud"]["version"], "value": account});
    let answer = operator.put("settings/cloud", &set);
    assert_eq!(answer.status, 200, "{}", answer.text());

    let cable = Cable::to(venuebox.http);
    let _publisher = Publisher::ffmpeg(&venuebox.ingest());
    let browser = Browser::start();
    let tab = browser.page(&cable.url("/"));
    plays_on(&tab, 2.0);
    let asked = tab.requests();
    assert!(!asked.iter().any(|url| url.starts_with(&cloud.url("/"))), "{asked:#?}");

    cable.pull();
    tab.until_it_says("The picture comes from the cloud");
    let moves = format!("{VIDEO}.currentTime");
    let from = tab.until(&moves).as_f64().unwrap();
    tab.until(&format!("{moves} > {}", from + 3.0));
    assert!(!tab.says("can't be reached"));

    cable.plug();
    tab.until("!document.body.innerText.includes('comes from the cloud')");
    let from = tab.until(&moves).as_f64().unwrap();
    tab.until(&format!("{moves} > {}", from + 3.0));
    assert!(tab.requests().last().unwrap().starts_with(&cable.url("/")));
}
