//! What the operator's settings do to those who watch.

use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

use super::live::next;
use crate::rig::{Operator, PASSWORD, VenueBox, get_with, request};

#[test]
fn the_viewers_password_guards_the_stream_and_players_send_it_as_they_can() {
    let venuebox = VenueBox::start();
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    let watch = |headers: &[(&str, &str)]| get_with(&venuebox.url("/api/watch"), headers).json();
    assert_eq!(watch(&[]), json!({"password": false, "open": true}));
    assert_eq!(venuebox.get("/hls/stream.m3u8").status, 404);

    assert_eq!(operator.change("viewers", |value| value["password"] = json!("doors open")).status, 200);
    assert_eq!(watch(&[]), json!({"password": true, "open": false}));
    let refused = venuebox.get("/hls/stream.m3u8");
    assert_eq!(refused.status, 401);
    assert!(refused.header("www-authenticate").unwrap().starts_with("Basic"));
    assert_eq!(venuebox.get("/hls/x/1-0/1.m4s").status, 401);
    assert_eq!(venuebox.get("/api/live").status, 401);
    assert_eq!(venuebox.get("/torrents.json").status, 401);
    assert_eq!(venuebox.get(&format!("/torrents/{}.torrent", "0".repeat(40))).status, 401);
    // The tracker is for every page of this network.
    assert_eq!(venuebox.get("/announce").status, 200);
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
    assert_eq!(with_cookie("/torrents.json"), 200);
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

    assert_eq!(operator.change("viewers", |value| value["password"] = json!("doors open")).status, 200);
    assert_eq!(with_cookie("/hls/stream.m3u8"), 401, "a new password keeps old cookies");
    assert_eq!(operator.change("viewers", |value| value["password"] = Value::Null).status, 200);
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
    operator.change("page", |value| {
        value["offline"] = json!("Back on Sunday");
        value["accent"] = json!("#1f5eff");
    });
    let told = next(&mut page).await.unwrap();
    assert_eq!((&told["offline"], &told["accent"]), (&json!("Back on Sunday"), &json!("#1f5eff")));
    operator.change("stream", |value| value["latency"] = json!("steady"));
    assert_eq!(next(&mut page).await.unwrap()["latency"], 8.0);
    let headers = [("content-type", "image/png")];
    assert_eq!(operator.send("PUT", "poster-picture", &headers, &picture(64, 64, "png")).status, 204);
    assert_eq!(next(&mut page).await.unwrap()["poster"], "/poster.jpg?1");
    // A password that comes closes the pages that do not know it.
    assert_eq!(operator.change("viewers", |value| value["password"] = json!("doors open")).status, 200);
    loop {
        if next(&mut page).await.is_none() {
            break;
        }
    }
}
