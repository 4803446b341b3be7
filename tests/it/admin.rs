//! The operator's interface as it is meant to be used.

use std::path::Path;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::rig::{Operator, PASSWORD, PATIENCE, Response, VenueBox, get_with, request};

fn change(operator: &Operator, section: &str, edit: impl FnOnce(&mut Value)) -> Response {
    let mut whole = operator.read("settings")[section].clone();
    edit(&mut whole["value"]);
    operator.put(&format!("settings/{section}"), &whole)
}

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
        let _publisher = crate::rig::Publisher::ffmpeg(&venuebox.ingest());
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

#[test]
fn settings_are_read_whole_and_written_by_the_version_that_was_seen() {
    let venuebox = VenueBox::start();
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    let first = operator.read("settings");
    let names: Vec<&String> = first.as_object().unwrap().keys().collect();
    assert_eq!(names, ["box", "cloud", "page", "poster", "setup", "stream", "viewers"]);

    let title = |title: &'static str| move |value: &mut Value| value["title"] = json!(title);
    let changed = change(&operator, "page", title("Сезон 3"));
    assert_eq!((changed.status, &changed.json()["value"]["title"]), (200, &json!("Сезон 3")));
    let mut stale = first["page"].clone();
    title("Other")(&mut stale["value"]);
    let refused = operator.put("settings/page", &stale);
    assert_eq!(refused.status, 409);
    assert!(refused.json()["error"].as_str().unwrap().ends_with('.'));
    assert_eq!(operator.read("settings")["page"], changed.json());
    assert!(venuebox.get("/api/status").text().contains("Сезон 3"));
}

#[test]
fn a_wrong_value_names_its_field() {
    let venuebox = VenueBox::start();
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    let wrong = [
        ("box", "name", json!("")),
        ("box", "timeZone", json!("Mars/Olympus")),
        ("box", "timeZone", json!("../../etc/passwd")),
        ("box", "egressBudget", json!(0)),
        ("box", "egressBudget", json!("much")),
        ("page", "title", json!("x".repeat(81))),
        ("page", "title", json!(7)),
        ("page", "accent", json!("#ffffff")),
        ("stream", "latency", json!("none")),
        ("stream", "graceSeconds", json!(9)),
        ("stream", "graceSeconds", json!(-1)),
        ("viewers", "password", json!("abc")),
        ("viewers", "password", json!("x".repeat(201))),
        ("poster", "wifiName", json!("x".repeat(33))),
        ("setup", "done", json!("yes")),
    ];
    let before = operator.read("settings");
    for (section, field, value) in wrong {
        let refused = change(&operator, section, |whole| whole[field] = value.clone());
        assert_eq!(refused.status, 422, "{section}.{field} = {value}: {}", refused.text());
        assert_eq!(refused.json()["field"], *field, "{section}.{field} = {value}: {}", refused.text());
    }
    let missing = change(&operator, "page", |whole| drop(whole.as_object_mut().unwrap().remove("accent")));
    assert_eq!((missing.status, missing.json()["field"].as_str()), (422, Some("accent")));
    let unknown = change(&operator, "page", |whole| whole["colour"] = json!("red"));
    assert_eq!(unknown.status, 422);
    assert_eq!(operator.read("settings"), before);
}

#[test]
fn secrets_are_never_read_back_and_stars_keep_them() {
    let venuebox = VenueBox::start();
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    let account = json!({
        "endpoint": "https://s3.example.org", "accountId": null, "jurisdiction": null, "bucket": "sunday-stream",
        "accessKeyId": "id", "secretAccessKey": "hidden-one", "publicUrl": "", "prefix": "live/"
    });
    let kept = operator.put("settings/cloud", &json!({"version": 0, "value": account}));
    assert_eq!(kept.status, 200, "{}", kept.text());
    let mut again = kept.json();
    assert_eq!(again["value"]["secretAccessKey"], "***");
    again["value"]["bucket"] = json!("other-bucket");
    assert_eq!(operator.put("settings/cloud", &again).status, 200);

    assert_eq!(change(&operator, "viewers", |value| value["password"] = json!("hidden-two")).status, 200);
    assert_eq!(operator.read("settings")["viewers"]["value"]["password"], "***");
    assert_eq!(change(&operator, "viewers", |_| {}).status, 200);
    assert_eq!(venuebox.get("/hls/stream.m3u8").status, 401, "writing stars took the password away");

    let everything = operator.get("settings").text();
    assert!(!everything.contains("hidden") && !everything.contains("argon2"), "{everything}");
    let mut cleared = operator.read("settings")["cloud"].clone();
    cleared["value"] = Value::Null;
    assert_eq!(operator.put("settings/cloud", &cleared).json()["value"], Value::Null);
    let stars = json!({"version": 3, "value": again["value"]});
    assert_eq!(operator.put("settings/cloud", &stars).json()["field"], "secretAccessKey");
}

#[test]
fn kill_9_in_the_midst_of_two_hundred_writes_loses_no_acknowledged_one() {
    let mut venuebox = VenueBox::start();
    let mut operator = Operator::sign_in(venuebox.http, PASSWORD);
    let mut seen = operator.read("settings")["page"]["version"].as_u64().unwrap();
    for round in 0..4 {
        let (http, id) = (venuebox.http, venuebox.process.id());
        let writer = std::thread::spawn(move || {
            let operator = operator;
            let mut acknowledged = Vec::new();
            for number in 0..50 {
                let value = json!({
                    "title": format!("{round}-{number}"), "welcome": "", "offline": "", "accent": null
                });
                let body = json!({"version": seen, "value": value}).to_string();
                let Some(answer) = put_or_none(http, &operator, &body) else { break };
                seen = answer["version"].as_u64().unwrap();
                acknowledged.push((seen, answer["value"]["title"].as_str().unwrap().to_owned()));
                if number == 20 + round * 5 {
                    // The kill meets the writes that follow.
                    std::thread::spawn(move || {
                        let _ = nix::sys::signal::kill(
                            nix::unistd::Pid::from_raw(i32::try_from(id).unwrap()),
                            nix::sys::signal::Signal::SIGKILL,
                        );
                    });
                }
            }
            (operator, acknowledged)
        });
        let (signed_in, acknowledged) = writer.join().unwrap();
        operator = signed_in;
        let (version, title) = acknowledged.last().unwrap().clone();
        venuebox.start_again_after(|_| {});
        operator = operator.moved_to(venuebox.http);
        let page = operator.read("settings")["page"].clone();
        let found = page["version"].as_u64().unwrap();
        // The write that was under way may have come to be without having been acknowledged.
        assert!(found == version || found == version + 1, "{found} after {version}");
        if found == version {
            assert_eq!(page["value"]["title"], title);
        }
        seen = found;
    }
}

/// A write whose answer may never come.
fn put_or_none(http: std::net::SocketAddr, operator: &Operator, body: &str) -> Option<Value> {
    use std::io::{Read, Write};
    let mut socket = std::net::TcpStream::connect(http).ok()?;
    let head = format!(
        "PUT /api/admin/settings/page HTTP/1.1\r\nHost: {http}\r\nCookie: {}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        operator.cookie(),
        body.len()
    );
    socket.write_all(head.as_bytes()).ok()?;
    socket.write_all(body.as_bytes()).ok()?;
    let mut answer = String::new();
    socket.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
    serde_json::from_str(body).ok()
}

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

#[test]
fn the_viewers_password_guards_the_stream_and_players_send_it_as_they_can() {
    let venuebox = VenueBox::start();
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    let watch = |headers: &[(&str, &str)]| get_with(&venuebox.url("/api/watch"), headers).json();
    assert_eq!(watch(&[]), json!({"password": false, "open": true}));
    assert_eq!(venuebox.get("/hls/stream.m3u8").status, 404);

    assert_eq!(change(&operator, "viewers", |value| value["password"] = json!("doors open")).status, 200);
    assert_eq!(watch(&[]), json!({"password": true, "open": false}));
    let refused = venuebox.get("/hls/stream.m3u8");
    assert_eq!(refused.status, 401);
    assert!(refused.header("www-authenticate").unwrap().starts_with("Basic"));
    assert_eq!(venuebox.get("/hls/x/1-0/1.m4s").status, 401);
    assert_eq!(venuebox.get("/api/live").status, 401);
    assert_eq!(venuebox.get("/api/status").status, 200);

    let enter = |password: &str| {
        let body = json!({ "password": password }).to_string();
        let headers = [("content-type", "application/json")];
        request("POST", &venuebox.url("/api/watch"), &headers, body.as_bytes())
    };
    assert_eq!(enter("doors shut").status, 401);
    let entered = enter("doors open");
    assert_eq!(entered.status, 204);
    let cookie = entered.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let with_cookie = |path: &str| get_with(&venuebox.url(path), &[("cookie", &cookie)]).status;
    assert_eq!(with_cookie("/hls/stream.m3u8"), 404);
    assert_eq!(watch(&[("cookie", &cookie)]), json!({"password": true, "open": true}));

    // player:doors open, and without a name.
    for word in ["cGxheWVyOmRvb3JzIG9wZW4=", "OmRvb3JzIG9wZW4="] {
        let basic = format!("Basic {word}");
        assert_eq!(get_with(&venuebox.url("/hls/stream.m3u8"), &[("authorization", &basic)]).status, 404);
    }
    assert_eq!(get_with(&venuebox.url("/hls/stream.m3u8"), &[("authorization", "Basic eDp5")]).status, 401);
    let foreign = [("content-type", "application/json"), ("origin", "http://evil.example")];
    let body = json!({ "password": "doors open" }).to_string();
    assert_eq!(request("POST", &venuebox.url("/api/watch"), &foreign, body.as_bytes()).status, 403);

    assert_eq!(change(&operator, "viewers", |value| value["password"] = json!("doors open")).status, 200);
    assert_eq!(with_cookie("/hls/stream.m3u8"), 401, "a new password keeps old cookies");
    assert_eq!(change(&operator, "viewers", |value| value["password"] = Value::Null).status, 200);
    assert_eq!(venuebox.get("/hls/stream.m3u8").status, 404);
}

/// A PNG of one colour, as ffmpeg makes it.
fn picture(width: u32, height: u32, kind: &str) -> Vec<u8> {
    let source = format!("color=red:size={width}x{height}");
    let made = std::process::Command::new("ffmpeg")
        .args([
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            &source,
            "-frames:v",
            "1",
            "-f",
            "image2pipe",
            "-c:v",
            kind,
            "-",
        ])
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    made.stdout
}

#[tokio::test]
async fn the_poster_picture_is_made_anew_and_what_is_none_is_refused() {
    let venuebox = VenueBox::start();
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    let put =
        |kind: &str, body: &[u8]| operator.send("PUT", "poster-picture", &[("content-type", kind)], body);
    assert_eq!(venuebox.get("/poster.jpg").status, 404);
    let good = picture(2_000, 1_000, "png");
    assert_eq!(put("image/png", &good).status, 204);
    let shown = venuebox.get("/poster.jpg?1");
    assert_eq!((shown.status, shown.header("content-type")), (200, Some("image/jpeg")));
    assert!(shown.header("cache-control").unwrap().contains("immutable"));
    assert_eq!(&shown.body[..3], [0xff, 0xd8, 0xff]);
    assert_eq!(venuebox.get("/poster.jpg").header("cache-control"), Some("no-cache"));

    let jpeg = picture(640, 360, "mjpeg");
    let bomb = picture(16_000, 16_000, "png");
    assert!(bomb.len() < 8 << 20);
    let refused: [(&str, &[u8], u16); 7] = [
        ("image/png", &bomb, 422),
        ("image/jpeg", &jpeg[..jpeg.len() / 4], 422),
        ("text/html", &vec![b'x'; 9 << 20], 415),
        ("image/svg+xml", b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>", 415),
        ("image/gif", b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", 415),
        ("application/json", b"{}", 415),
        ("image/png", &vec![0; (8 << 20) + 1], 413),
    ];
    for (kind, body, status) in refused {
        let answer = put(kind, body);
        assert_eq!(answer.status, status, "{kind}: {}", answer.text());
        assert!(answer.json()["error"].is_string());
    }
    assert_eq!(venuebox.get("/poster.jpg?1").body, shown.body);
    assert_eq!(put("image/jpeg", &jpeg).status, 204);
    assert_eq!(venuebox.get("/poster.jpg?1").header("cache-control"), Some("no-cache"));
    assert_eq!(operator.delete("poster-picture").status, 204);
    assert_eq!(venuebox.get("/poster.jpg").status, 404);
}

async fn dashboard(venuebox: &VenueBox, who: &Operator) -> impl StreamExt<Item = String> + Unpin {
    let mut request = format!("ws://{}/api/admin/live", venuebox.http).into_client_request().unwrap();
    request.headers_mut().insert("cookie", who.cookie().parse().unwrap());
    let (socket, _) = connect_async(request).await.unwrap();
    Box::pin(socket.filter_map(async |message| match message {
        Ok(Message::Text(text)) => Some(text.to_string()),
        _ => None,
    }))
}

async fn next(socket: &mut (impl StreamExt<Item = String> + Unpin)) -> Option<Value> {
    let text = tokio::time::timeout(PATIENCE, socket.next()).await.expect("the dashboard says nothing")?;
    Some(serde_json::from_str(&text).unwrap())
}

/// The next message of that kind; what pulses each second is passed over.
async fn until(socket: &mut (impl StreamExt<Item = String> + Unpin), kind: &str) {
    loop {
        let message = next(socket).await.expect("the box closed the dashboard");
        if message["type"] == kind {
            return;
        }
    }
}

#[tokio::test]
async fn an_open_dashboard_hears_of_changes_and_closes_when_its_session_ends() {
    let venuebox = VenueBox::start();
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    let other = Operator::sign_in(venuebox.http, PASSWORD);
    let (mut own, mut theirs) = (dashboard(&venuebox, &operator).await, dashboard(&venuebox, &other).await);
    assert_eq!(next(&mut own).await.unwrap()["type"], "hello");
    until(&mut theirs, "hello").await;
    assert_eq!(change(&operator, "page", |value| value["title"] = json!("New")).status, 200);
    until(&mut own, "settings").await;
    until(&mut theirs, "settings").await;
    assert_eq!(other.post("logout", &json!({})).status, 204);
    until(&mut theirs, "signed-out").await;
    assert_eq!(next(&mut theirs).await, None);
    assert_eq!(change(&operator, "page", |value| value["title"] = json!("Newer")).status, 200);
    until(&mut own, "settings").await;
}

#[tokio::test]
async fn the_viewers_page_hears_what_the_operator_sets_at_once() {
    let venuebox = VenueBox::start();
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    let url = format!("ws://{}/api/live", venuebox.http);
    let (socket, _) = connect_async(url).await.unwrap();
    let mut page = Box::pin(socket.filter_map(async |message| match message {
        Ok(Message::Text(text)) => Some(text.to_string()),
        _ => None,
    }));
    let first = next(&mut page).await.unwrap();
    assert_eq!(
        (&first["latency"], &first["poster"], &first["accent"]),
        (&json!(1.8), &Value::Null, &Value::Null)
    );
    change(&operator, "page", |value| {
        value["offline"] = json!("Back on Sunday");
        value["accent"] = json!("#1f5eff");
    });
    let told = next(&mut page).await.unwrap();
    assert_eq!((&told["offline"], &told["accent"]), (&json!("Back on Sunday"), &json!("#1f5eff")));
    change(&operator, "stream", |value| value["latency"] = json!("steady"));
    assert_eq!(next(&mut page).await.unwrap()["latency"], 8.0);
    let headers = [("content-type", "image/png")];
    assert_eq!(operator.send("PUT", "poster-picture", &headers, &picture(64, 64, "png")).status, 204);
    assert_eq!(next(&mut page).await.unwrap()["poster"], "/poster.jpg?1");
    // A password that comes closes the pages that do not know it.
    assert_eq!(change(&operator, "viewers", |value| value["password"] = json!("doors open")).status, 200);
    loop {
        if next(&mut page).await.is_none() {
            break;
        }
    }
}

#[test]
fn addresses_are_those_that_the_box_is_bound_to() {
    let venuebox = VenueBox::start_with(&["--public-url", "https://stream.example.org"]);
    let shown = Operator::sign_in(venuebox.http, PASSWORD).read("addresses");
    assert_eq!(shown["watch"], json!(["https://stream.example.org/", format!("http://{}/", venuebox.http)]));
    assert_eq!(shown["server"], json!([format!("rtmp://{}/live", venuebox.rtmp)]));
    assert_eq!(shown["canChange"], false);
}
