//! The box's own screen, on a terminal of the test's.

use serde_json::json;

use crate::rig::{Console, Operator, Publisher, VenueBox};

/// A box that has an address for its screen: this test's is bound to this machine alone.
const ADDRESS: [&str; 2] = ["--public-url", "http://192.0.2.7"];

#[tokio::test]
async fn the_screen_follows_the_box_from_its_claim_through_an_event_and_a_restart() {
    let mut venuebox = VenueBox::start_unclaimed_with(&ADDRESS);
    let console = Console::start(&venuebox, 240, 67);
    console.until_it_says("claim it with this code:");
    console.until_it_says("http://192.0.2.7/admin");
    console.until_it_says("Encoder");

    let code = venuebox.claim_code();
    let claimed =
        Operator::stranger(venuebox.http).post("claim", &json!({"password": "long enough 1", "code": code}));
    assert_eq!(claimed.status, 204, "{}", claimed.text());
    console.until_it_says("Start the stream at the encoder.");

    let mut publisher = Publisher::ffmpeg(&venuebox.ingest());
    venuebox.live().await.until(|state| state.is_live()).await;
    console.until_it_says("Viewers see the event.");
    publisher.0.kill();
    console.until_it_says("The encoder is away.");

    venuebox.process.kill();
    console.until_it_says("This takes a moment.");
    // It still says where the box is.
    console.until_it_says("http://192.0.2.7/");
    assert!(console.end(), "it did not leave the terminal as it was");
}

#[test]
fn the_claim_code_stands_on_a_small_screen_and_nobody_but_this_machine_is_told_what_it_shows() {
    let venuebox = VenueBox::start_unclaimed_with(&ADDRESS);
    let console = Console::start(&venuebox, 80, 24);
    console.until_it_says("▀");
    console.until_it_says("yet.");
    let facts = venuebox.get("/api/screen");
    assert_eq!((facts.status, facts.json()["standing"].as_str()), (200, Some("not-claimed")));
    assert!(!facts.text().contains(&venuebox.claim_code()), "the code is told to whoever asks");
}

#[test]
fn a_box_without_a_network_asks_for_a_cable() {
    let venuebox = VenueBox::start();
    let console = Console::start(&venuebox, 80, 24);
    console.until_it_says("Plug in a network cable.");
}
