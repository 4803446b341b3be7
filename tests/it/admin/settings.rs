//! Settings: whole sections by their versions, secrets as stars, and nothing lost that was acknowledged.

use serde_json::{Value, json};

use crate::rig::{Operator, PASSWORD, VenueBox};

#[test]
fn settings_are_read_whole_and_written_by_the_version_that_was_seen() {
    let venuebox = VenueBox::start();
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    let first = operator.read("settings");
    let names: Vec<&String> = first.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "box",
            "cloud",
            "page",
            "poster",
            "posterPicture",
            "recording",
            "setup",
            "sharing",
            "stream",
            "upload",
            "viewers"
        ]
    );

    let title = |title: &'static str| move |value: &mut Value| value["title"] = json!(title);
    let changed = operator.change("page", title("Сезон 3"));
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
        let refused = operator.change(section, |whole| whole[field] = value.clone());
        assert_eq!(refused.status, 422, "{section}.{field} = {value}: {}", refused.text());
        assert_eq!(refused.json()["field"], *field, "{section}.{field} = {value}: {}", refused.text());
    }
    let missing = operator.change("page", |whole| drop(whole.as_object_mut().unwrap().remove("accent")));
    assert_eq!((missing.status, missing.json()["field"].as_str()), (422, Some("accent")));
    let unknown = operator.change("page", |whole| whole["colour"] = json!("red"));
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
    // They keep it for the host that it was entered for.
    let elsewhere = operator.change("cloud", |value| value["endpoint"] = json!("https://s3.example.com"));
    assert_eq!((elsewhere.status, elsewhere.json()["field"].as_str()), (422, Some("secretAccessKey")));

    assert_eq!(operator.change("viewers", |value| value["password"] = json!("hidden-two")).status, 200);
    assert_eq!(operator.read("settings")["viewers"]["value"]["password"], "***");
    assert_eq!(operator.change("viewers", |_| {}).status, 200);
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
    let (mut round, mut written) = (0, 0);
    while written < 200 {
        round += 1;
        let (http, id) = (venuebox.http, venuebox.process.id());
        let writer = std::thread::spawn(move || {
            let operator = operator;
            let mut acknowledged = Vec::new();
            for number in 0..100 {
                let value = json!({
                    "title": format!("{round}-{number}"), "welcome": "", "offline": "", "accent": null
                });
                let body = json!({"version": seen, "value": value}).to_string();
                let Some(answer) = put_or_none(http, &operator, &body) else { break };
                seen = answer["version"].as_u64().unwrap();
                acknowledged.push((seen, answer["value"]["title"].as_str().unwrap().to_owned()));
                if number == 20 + round % 5 * 5 {
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
        written += acknowledged.len();
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
fn addresses_are_those_that_the_box_is_bound_to() {
    let venuebox = VenueBox::start_with(&["--public-url", "https://stream.example.org"]);
    let shown = Operator::sign_in(venuebox.http, PASSWORD).read("addresses");
    assert_eq!(shown["watch"], json!(["https://stream.example.org/", format!("http://{}/", venuebox.http)]));
    assert_eq!(shown["server"], json!([format!("rtmp://{}/live", venuebox.rtmp)]));
    assert_eq!(shown["canChange"], false);
}
