//! How a box comes to its operator.

use std::path::Path;

use serde_json::{Value, json};

use crate::rig::{Operator, PASSWORD, PATIENCE, Publisher, VenueBox};

/// The file and its log: with the log alone SQLite mends the file.
fn damage(data: &Path) {
    for name in ["venuebox.db", "venuebox.db-wal"] {
        std::fs::write(data.join(name), vec![0xa5; 20_000]).unwrap();
    }
}

#[test]
fn a_box_without_a_password_is_claimed_with_the_code_that_it_tells() {
    let mut venuebox = VenueBox::start_unclaimed();
    // A box whose database was set aside is never open without its code, however young its boot is.
    venuebox.start_again_after(damage);
    let code = venuebox
        .process
        .line(PATIENCE, |line| line.strip_prefix("claim ").map(|code| code.trim().to_owned()));
    let file = venuebox.data().join("claim-code.txt");
    assert!(std::fs::read_to_string(&file).unwrap().contains(&code));

    let stranger = Operator::stranger(venuebox.http);
    let session = stranger.read("session");
    assert_eq!((&session["claimed"], &session["signedIn"]), (&json!(false), &json!(false)));
    assert_eq!(session["claim"], json!({"withoutCode": false, "secondsLeft": null}));
    let claim = |code: Value| stranger.post("claim", &json!({"password": "long enough 1", "code": code}));
    for wrong in [Value::Null, json!(""), json!("BCDF-GHJK")] {
        let refused = claim(wrong);
        assert_eq!((refused.status, refused.json()["field"].as_str()), (422, Some("code")));
    }
    let short = stranger.post("claim", &json!({"password": "short", "code": code}));
    assert_eq!((short.status, short.json()["field"].as_str()), (422, Some("password")));

    let claimed = claim(json!(code.to_lowercase().replace('-', " ")));
    assert_eq!(claimed.status, 204, "{}", claimed.text());
    let cookie = claimed.header("set-cookie").unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && cookie.contains("Path=/"));
    assert_eq!(stranger.with_cookie_of(&claimed).read("session")["signedIn"], true);
    assert!(!file.exists(), "the code is told on");
    assert_eq!(claim(json!(code)).status, 409);
}

#[test]
fn a_provisioned_box_is_claimed_and_set_up() {
    let venuebox = VenueBox::start_with(&["--grace", "77"]);
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    let session = operator.read("session");
    for (name, wanted) in [("claimed", true), ("signedIn", true), ("setupDone", true)] {
        assert_eq!(session[name], wanted, "{name}");
    }
    assert_eq!(operator.read("settings")["stream"]["value"]["graceSeconds"], 77);
    assert_eq!(operator.read("keys")[0]["name"], "Main");
    assert!(!venuebox.data().join("claim-code.txt").exists());
}

#[test]
fn flags_change_nothing_in_a_box_that_is_set_up() {
    let mut venuebox = VenueBox::start_unclaimed();
    let code = std::fs::read_to_string(venuebox.data().join("claim-code.txt")).unwrap();
    let code = code.split("box is ").nth(1).unwrap()[..9].to_owned();
    let own = "my own password";
    let stranger = Operator::stranger(venuebox.http);
    assert_eq!(stranger.post("claim", &json!({"password": own, "code": code})).status, 204);
    venuebox.provision_next_start();
    venuebox.start_again_after(|_| {});
    venuebox.process.says(PATIENCE, "--admin-password: this box is set up");
    Operator::sign_in(venuebox.http, own);
    let refused = Operator::stranger(venuebox.http).post("login", &json!({"password": PASSWORD}));
    assert_eq!(refused.status, 401);
}

#[test]
fn with_database_and_snapshot_lost_the_box_streams_under_a_new_epoch() {
    let mut venuebox = VenueBox::start();
    let epoch = |venuebox: &VenueBox| {
        let _publisher = Publisher::ffmpeg(&venuebox.ingest());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let url = runtime.block_on(venuebox.media_playlist_url());
        url.split('/').nth(4).unwrap().to_owned()
    };
    let before = epoch(&venuebox);
    venuebox.start_again_after(|data| {
        damage(data);
        // With the running event's memory it would go on under its own epoch.
        std::fs::remove_dir_all(data.with_file_name("runtime")).unwrap();
    });
    venuebox.process.says(PATIENCE, "the database was damaged");
    assert_ne!(epoch(&venuebox), before);
    assert!(venuebox.data().join("venuebox.db.damaged-1").exists());
}
