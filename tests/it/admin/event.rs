//! What the operator does to a running event, and what a guarded stream looks like to a player.

use serde_json::{Value, json};

use crate::rig::{Operator, PASSWORD, PATIENCE, Publisher, VenueBox, get_with};

/// What a publisher was told when it was let go.
fn told(publisher: &mut Publisher, text: &str) {
    assert!(!publisher.0.wait(PATIENCE).success());
    publisher.0.says(PATIENCE, text);
}

fn key_with_id(operator: &Operator, id: i64) -> Value {
    let keys = operator.read("keys");
    keys.as_array().unwrap().iter().find(|key| key["id"] == id).cloned().unwrap_or_default()
}

#[tokio::test]
async fn a_key_that_is_made_while_the_box_runs_publishes_until_it_is_revoked() {
    let venuebox = VenueBox::start();
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    let made = operator.post("keys", &json!({"name": "Camera 2", "takeover": "reject"})).json();
    let (id, key) = (made["id"].as_i64().unwrap(), made["key"].as_str().unwrap());
    let mut publisher = Publisher::ffmpeg(&venuebox.ingest_with(key));
    venuebox.media_playlist_url().await;
    assert_eq!(key_with_id(&operator, id)["live"], true);
    assert_eq!(key_with_id(&operator, 1)["live"], false);
    assert!(key_with_id(&operator, id)["lastUsed"].is_i64());
    assert_eq!(operator.delete(&format!("keys/{id}")).status, 204);
    told(&mut publisher, "revoked");
    let mut again = Publisher::ffmpeg(&venuebox.ingest_with(key));
    told(&mut again, "stream key is not known");
}

#[tokio::test]
async fn the_operator_sends_the_encoder_away_and_ends_the_event() {
    let venuebox = VenueBox::start();
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    let control = |what: &str| operator.post(what, &json!({})).status;
    for what in ["event/end", "encoder/disconnect", "encoder/release"] {
        assert_eq!(control(what), 409, "{what}");
    }
    let mut publisher = Publisher::ffmpeg(&venuebox.ingest());
    let url = venuebox.media_playlist_url().await;
    assert_eq!(control("encoder/disconnect"), 204);
    assert!(!publisher.0.wait(PATIENCE).success());
    let mut live = venuebox.live().await;
    live.until(|state| state.is_holding()).await;
    assert_eq!(control("event/end"), 204);
    live.until(|state| state.is_ended()).await;
    assert!(get_with(&url, &[]).text().ends_with("#EXT-X-ENDLIST\n"));
    assert_eq!(control("event/end"), 409);
}

#[tokio::test]
async fn no_encoder_is_let_into_a_box_that_belongs_to_nobody() {
    let venuebox = VenueBox::start_unclaimed();
    let mut publisher = Publisher::ffmpeg(&venuebox.ingest());
    told(&mut publisher, "not set up yet");
    let _card = Publisher::test_card(&venuebox);
    venuebox.media_playlist_url().await;
}

#[tokio::test]
async fn a_player_watches_a_guarded_stream_by_the_password_in_its_address() {
    let venuebox = VenueBox::start();
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    let _publisher = Publisher::ffmpeg(&venuebox.ingest());
    let url = venuebox.media_playlist(2).await.url;
    let mut viewers = operator.read("settings")["viewers"].clone();
    viewers["value"]["password"] = json!("doors-open");
    assert_eq!(operator.put("settings/viewers", &viewers).status, 200);
    let path = url.split_once("/hls/").unwrap().1;
    assert_eq!(get_with(&url, &[]).status, 401);
    let watch = |password: &str| {
        let guarded = format!("http://anybody:{password}@{}/hls/{path}", venuebox.http);
        std::process::Command::new("ffmpeg")
            .args(["-v", "error", "-nostdin", "-i", &guarded, "-t", "1", "-f", "null", "-"])
            .output()
            .unwrap()
    };
    let seen = watch("doors-open");
    assert!(seen.status.success(), "{}", String::from_utf8_lossy(&seen.stderr));
    assert!(!watch("doors-shut").status.success());
}

#[tokio::test]
async fn a_database_that_is_lost_in_mid_event_does_not_end_it() {
    let mut venuebox = VenueBox::start_held(&[]);
    let publisher = Publisher::test_card(&venuebox);
    let url = venuebox.media_playlist(1).await.url;
    venuebox.start_again_after(|data| std::fs::remove_dir_all(data).unwrap());
    let after = venuebox.media_playlist(1).await;
    assert_eq!(after.url, url, "the event has other addresses");
    drop(publisher);
}
