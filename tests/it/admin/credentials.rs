//! Passwords, stream keys and tokens.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::rig::{Operator, PASSWORD, Response, VenueBox};

#[test]
fn stream_keys_are_made_shown_again_renamed_and_revoked() {
    let venuebox = VenueBox::start();
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    let made = operator.post("keys", &json!({"name": "Camera 2", "takeover": "standby"})).json();
    let (id, key) = (made["id"].as_i64().unwrap(), made["key"].as_str().unwrap());
    assert_eq!((key.len(), key.matches('-').count()), (19, 3));
    assert_eq!(operator.read(&format!("keys/{id}/secret")), json!({ "key": key }));
    let listed = operator.read("keys");
    assert!(
        listed[1].get("key").is_none() && listed[1]["live"] == false && listed[1]["takeover"] == "standby"
    );
    let renamed = operator.put(&format!("keys/{id}"), &json!({"name": "Stage", "takeover": "replace"}));
    assert_eq!((renamed.status, &renamed.json()["name"]), (200, &json!("Stage")));
    assert_eq!(operator.delete(&format!("keys/{id}")).status, 204);
    assert_eq!(operator.delete(&format!("keys/{id}")).status, 404);
    assert_eq!(operator.read("keys").as_array().unwrap().len(), 1);
}

#[test]
fn a_token_does_what_its_scopes_say_until_it_is_revoked() {
    let venuebox = VenueBox::start();
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    let make = |scopes: Value| {
        let made = operator.post("tokens", &json!({"name": "Script", "scopes": scopes}));
        assert_eq!(made.status, 200, "{}", made.text());
        (made.json()["id"].as_i64().unwrap(), made.json()["token"].as_str().unwrap().to_owned())
    };
    let (id, secret) = make(json!(["read", "read"]));
    assert!(secret.starts_with("vbx_"));
    let script = Operator::with_token(venuebox.http, &secret);
    assert_eq!(script.get("settings").status, 200);
    let page = script.read("settings")["page"].clone();
    assert_eq!(script.put("settings/page", &page).status, 403);
    assert_eq!(script.post("event/end", &json!({})).status, 403);
    assert_eq!(script.get("keys/1/secret").status, 403);
    assert_eq!(script.get("tokens").status, 403);

    let (_, secret) = make(json!(["control", "settings"]));
    let all_but_reading = Operator::with_token(venuebox.http, &secret);
    assert_eq!(all_but_reading.get("settings").status, 403);
    assert_eq!(all_but_reading.put("settings/page", &page).status, 200);
    assert_eq!(all_but_reading.post("event/end", &json!({})).status, 409);
    assert_eq!(all_but_reading.post("tokens", &json!({"name": "x", "scopes": ["read"]})).status, 403);

    assert!(operator.read("tokens")[0]["lastUsed"].is_i64());
    assert_eq!(operator.delete(&format!("tokens/{id}")).status, 204);
    assert_eq!(script.get("settings").status, 401);
    for wrong in [json!([]), json!(["everything"])] {
        let refused = operator.post("tokens", &json!({"name": "x", "scopes": wrong}));
        assert_eq!(refused.status, 422);
    }
}

#[test]
fn the_password_is_changed_with_the_old_one_and_other_browsers_are_signed_out() {
    let venuebox = VenueBox::start();
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    let other = Operator::sign_in(venuebox.http, PASSWORD);
    let change =
        |current: &str, next: &str| operator.post("password", &json!({"current": current, "next": next}));
    assert_eq!(change("not this one", "a newer password").json()["field"], "current");
    assert_eq!(change(PASSWORD, "short").json()["field"], "next");
    assert_eq!(change(PASSWORD, "a newer password").status, 204);
    assert_eq!(other.get("settings").status, 401);
    assert_eq!(operator.get("settings").status, 200);
    let third = Operator::sign_in(venuebox.http, "a newer password");
    assert_eq!(third.post("logout", &json!({})).status, 204);
    assert_eq!(third.get("settings").status, 401);
    assert_eq!(operator.post("logout-everywhere", &json!({})).status, 204);
    assert_eq!(operator.get("settings").status, 401);
}

#[test]
fn guesses_wait_longer_and_longer_before_anything_is_computed() {
    let venuebox = VenueBox::start();
    let stranger = Operator::stranger(venuebox.http);
    let guess = || stranger.post("login", &json!({"password": "a wild guess"}));
    let waits: Vec<Response> = (0..12).map(|_| guess()).collect();
    assert!(waits[..4].iter().all(|answer| answer.status == 401));
    let last = waits.last().unwrap();
    assert_eq!(last.status, 429);
    let seconds = last.json()["retryAfter"].as_u64().unwrap();
    assert!((1..=300).contains(&seconds));
    assert_eq!(last.header("retry-after").unwrap(), seconds.to_string());
    // A refusal costs nothing: a thousand in the time of a few hashes.
    let asked = Instant::now();
    assert!((0..100).all(|_| guess().status == 429 || asked.elapsed() > Duration::from_millis(500)));
    // The right password waits as well: nothing is tried.
    assert_eq!(stranger.post("login", &json!({"password": PASSWORD})).status, 429);
}
