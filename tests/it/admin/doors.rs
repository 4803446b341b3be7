//! Every route of the operator's interface against those who may not, and against what it does not understand: the
//! answer is a clear 4xx, and nothing changes.

use serde_json::{Value, json};
use venuebox::web::admin::{Need, Route, table};

use crate::rig::{Operator, PASSWORD, Response, VenueBox, request};

/// A box with something of everything in it, and its operator.
fn furnished() -> (VenueBox, Operator) {
    let venuebox = VenueBox::start();
    let operator = Operator::sign_in(venuebox.http, PASSWORD);
    assert_eq!(operator.post("keys", &json!({"name": "Camera", "takeover": "reject"})).status, 200);
    assert_eq!(operator.post("tokens", &json!({"name": "Script", "scopes": ["read"]})).status, 200);
    (venuebox, operator)
}

/// All that could have been changed.
fn everything(operator: &Operator) -> Value {
    let poster = operator.get("../../poster.jpg").status;
    json!([
        operator.read("settings"),
        operator.read("keys"),
        operator.read("keys/1/secret"),
        operator.read("keys/2/secret"),
        // When a token was last used is a change, and ours is never used.
        operator.read("tokens"),
        operator.read("session"),
        poster,
    ])
}

/// A path of the route that leads to something that is there.
fn path(route: &Route) -> String {
    route.path.trim_start_matches('/').replace("{id}", "1").replace("{section}", "page")
}

/// Every route that the router has.
fn routes() -> Vec<Route> {
    let routes = table();
    assert_eq!(
        routes.len(),
        32,
        "a route was added or taken away: look whether each test below still means it"
    );
    routes
}

/// Routes whose body the box reads.
fn takes_json(route: &Route) -> bool {
    let without = ["/logout", "/logout-everywhere", "/event/end", "/encoder/disconnect", "/encoder/release"];
    let files = ["/poster-picture", "/updates/bundle", "/updates/restart"];
    matches!(route.method.as_str(), "POST" | "PUT")
        && !without.contains(&route.path)
        && !files.contains(&route.path)
}

/// A clear refusal: its status, and a sentence in JSON that no cache keeps.
fn assert_refused(answer: &Response, statuses: &[u16], what: &str) {
    assert!(statuses.contains(&answer.status), "{what}: {} {}", answer.status, answer.text());
    let body: Value =
        serde_json::from_slice(&answer.body).unwrap_or_else(|_| panic!("{what}: {}", answer.text()));
    let sentence = body["error"].as_str().unwrap_or_else(|| panic!("{what}: {body}"));
    assert!(sentence.len() > 5 && sentence.ends_with(['.', '?', '!']), "{what}: {sentence}");
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{what}");
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{what}");
    assert!(answer.header("content-security-policy").unwrap().contains("frame-ancestors 'none'"), "{what}");
}

#[test]
fn nobody_and_those_who_were_signed_out_get_nothing() {
    let (venuebox, operator) = furnished();
    let before = everything(&operator);
    let ended = Operator::sign_in(venuebox.http, PASSWORD);
    assert_eq!(ended.post("logout", &json!({})).status, 204);
    let callers = [
        ("nobody", Operator::stranger(venuebox.http)),
        ("somebody signed out", ended),
        ("a token that is none", Operator::with_token(venuebox.http, "vbx_guess")),
        ("a token that is too long", Operator::with_token(venuebox.http, &"x".repeat(5_000))),
    ];
    // Whoever is refused hears so, also with much to say.
    let long = vec![b' '; 1 << 20];
    for route in routes().iter().filter(|route| route.need != Need::Open) {
        for (name, caller) in &callers {
            let answer = caller.send(route.method.as_str(), &path(route), &[], &long);
            assert_refused(&answer, &[401], &format!("{name}: {} {}", route.method, route.path));
        }
    }
    assert_eq!(everything(&operator), before);
}

#[test]
fn a_foreign_page_and_a_foreign_name_get_nothing() {
    let (_venuebox, operator) = furnished();
    let before = everything(&operator);
    for route in routes() {
        let what = format!("{} {}", route.method, route.path);
        for origin in ["http://evil.example", "null", "http://127.0.0.1:1", "https://evil.example:443"] {
            let answer = operator.send(route.method.as_str(), &path(&route), &[("origin", origin)], b"{}");
            assert_refused(&answer, &[403], &format!("{what} from {origin}"));
        }
        for host in ["evil.example", "127.0.0.1.evil.example", "10.9.8.7", "venuebox.local.evil.example:8080"]
        {
            let answer = operator.send(route.method.as_str(), &path(&route), &[("host", host)], b"{}");
            assert_refused(&answer, &[421], &format!("{what} at {host}"));
        }
    }
    assert_eq!(everything(&operator), before);
}

#[test]
fn a_request_without_a_name_or_with_two_gets_nothing() {
    use std::io::{Read, Write};
    let (venuebox, operator) = furnished();
    let (own, cookie) = (venuebox.http, operator.cookie());
    let rest = format!("Cookie: {cookie}\r\nConnection: close\r\n\r\n");
    let path = "/api/admin/settings";
    for (head, status) in [
        (format!("GET {path} HTTP/1.0\r\n"), "421"),
        (format!("GET {path} HTTP/1.1\r\nHost: {own}\r\nHost: {own}\r\n"), "421"),
        (format!("GET {path} HTTP/1.1\r\nHost:\r\n"), "421"),
        (format!("GET http://evil.example{path} HTTP/1.1\r\nHost: {own}\r\n"), "421"),
        (format!("GET {path} HTTP/1.1\r\nHost: {own}\r\nOrigin: http://{own}\r\nOrigin: null\r\n"), "403"),
        (format!("GET {path} HTTP/1.1\r\nHost: {own}\r\nOrigin: http://{own}\r\n"), "200"),
    ] {
        let mut socket = std::net::TcpStream::connect(own).unwrap();
        socket.write_all(format!("{head}{rest}").as_bytes()).unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).unwrap();
        assert_eq!(answer.split(' ').nth(1), Some(status), "{head}{answer:.200}");
    }
}

#[test]
fn its_own_page_is_let_in_under_each_of_its_names() {
    let (venuebox, operator) = furnished();
    let port = venuebox.http.port();
    for host in [venuebox.http.to_string(), format!("localhost:{port}"), String::from("venuebox.local")] {
        let origin = format!("http://{host}");
        let answer = operator.send("GET", "settings", &[("host", &host), ("origin", &origin)], &[]);
        assert_eq!(answer.status, 200, "{host}: {}", answer.text());
    }
}

#[test]
fn bodies_that_are_too_long_of_another_kind_or_of_another_shape_are_refused() {
    let (_venuebox, operator) = furnished();
    let before = everything(&operator);
    let long = format!("{{\"password\":\"{}\"}}", "x".repeat(4 << 20));
    let deep = "[".repeat(10_000);
    let shapes =
        ["", "{", "[]", "7", "\"x\"", "null", "{\"version\":\"x\"}", "{\"a\":1}", "{}x", "\u{feff}{}", &deep];
    for route in routes().iter().filter(|route| takes_json(route)) {
        let what = format!("{} {}", route.method, route.path);
        let send = |headers: &[(&str, &str)], body: &[u8]| {
            operator.send(route.method.as_str(), &path(route), headers, body)
        };
        assert_refused(&send(&[], long.as_bytes()), &[413], &what);
        for body in shapes {
            assert_refused(&send(&[], body.as_bytes()), &[400, 422], &format!("{what} {body:.20}"));
        }
        assert_refused(&send(&[], &[0xff, 0xfe, 0]), &[400, 422], &what);
        for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
        {
            assert_refused(&send(&[("content-type", kind)], b"{}"), &[415], &format!("{what} as {kind}"));
        }
    }
    assert_eq!(everything(&operator), before);
}

#[test]
fn every_field_of_every_body_is_typed() {
    let (_venuebox, operator) = furnished();
    let before = everything(&operator);
    let bodies = [
        ("POST", "login", json!({"password": "x"})),
        ("POST", "password", json!({"current": "x", "next": "y"})),
        ("PUT", "settings/page", operator.read("settings")["page"].clone()),
        ("POST", "keys", json!({"name": "x", "takeover": "reject"})),
        ("PUT", "keys/1", json!({"name": "x", "takeover": "reject"})),
        ("POST", "tokens", json!({"name": "x", "scopes": ["read"]})),
    ];
    for (method, path, body) in bodies {
        for field in body.as_object().unwrap().keys() {
            for wrong in [json!(null), json!(-1), json!(1e300), json!(["x"]), json!({"x": 1}), json!("\u{0}")]
            {
                let mut body = body.clone();
                body[field] = wrong.clone();
                let answer = operator.send(method, path, &[], body.to_string().as_bytes());
                let what = format!("{method} {path} {field} = {wrong}");
                // A password may be any text, and is then the wrong one.
                assert_refused(&answer, &[401, 422, 429], &what);
            }
            let mut without = body.clone();
            without.as_object_mut().unwrap().remove(field);
            let answer = operator.send(method, path, &[], without.to_string().as_bytes());
            assert_refused(&answer, &[422], &format!("{method} {path} without {field}"));
        }
        let mut more = body.clone();
        more["surprise"] = json!(1);
        let answer = operator.send(method, path, &[], more.to_string().as_bytes());
        assert_refused(&answer, &[422], &format!("{method} {path} with more"));
    }
    assert_eq!(everything(&operator), before);
}

#[test]
fn paths_that_lead_elsewhere_lead_nowhere() {
    let (venuebox, operator) = furnished();
    let before = everything(&operator);
    let tricks = [
        "%2e%2e%2f1",
        "..%2f..%2fsettings",
        "-1",
        "0",
        "999999999999999999999999",
        "1%00",
        "1%20",
        "%ff",
        "1;a=b",
        "+1x",
        "1e3",
        "0x1",
        "page%2f..%2fcloud",
        "PAGE",
        "__proto__",
        "page.",
        "%70age%00",
    ];
    for route in routes().iter().filter(|route| route.path.contains('{')) {
        for trick in tricks {
            let path = route.path.trim_start_matches('/').replace("{id}", trick).replace("{section}", trick);
            let body = match route.path {
                "/settings/{section}" => before[0]["page"].to_string(),
                "/recordings/{id}" => json!({"title": "x"}).to_string(),
                _ => json!({"name": "x", "takeover": "reject"}).to_string(),
            };
            let answer = operator.send(route.method.as_str(), &path, &[], body.as_bytes());
            assert_refused(&answer, &[404], &format!("{} {path}", route.method));
        }
    }
    for path in [
        "",
        "nothing",
        "settings/page/x",
        "settings/",
        "keys//secret",
        "../admin/settings",
        "%73ettings%2fpage",
    ] {
        assert_refused(&operator.get(path), &[404, 405], path);
    }
    for path in
        ["/api/admin/../../../etc/passwd", "/admin/../../Cargo.toml", "/assets/../admin.html", "/%2e%2e/x"]
    {
        let answer = request("GET", &venuebox.url(path), &[], &[]);
        let found = answer.status == 404 || answer.text().contains("<!doctype html>");
        assert!(found, "{path}: {} {:.80}", answer.status, answer.text());
    }
    assert_eq!(everything(&operator), before);
}

#[test]
fn a_method_that_a_path_does_not_have_is_refused() {
    let (_venuebox, operator) = furnished();
    let before = everything(&operator);
    let routes = routes();
    for route in &routes {
        for method in ["GET", "POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW"] {
            if routes.iter().any(|other| other.path == route.path && other.method.as_str() == method) {
                continue;
            }
            let answer = operator.send(method, &path(route), &[], b"{}");
            assert_refused(&answer, &[405], &format!("{method} {}", route.path));
        }
    }
    assert_eq!(everything(&operator), before);
}

#[test]
fn pages_say_what_a_browser_may_do_with_them() {
    let venuebox = VenueBox::start();
    for (path, frames) in [("/", "'self'"), ("/admin", "'none'"), ("/admin/settings/page", "'none'")] {
        let page = venuebox.get(path);
        assert_eq!(page.status, 200, "{path}: is the page built?");
        let policy = page.header("content-security-policy").unwrap();
        assert!(!policy.contains("unsafe"), "{policy}");
        assert!(policy.contains(&format!("frame-ancestors {frames}")), "{path}: {policy}");
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        assert!(
            page.header("referrer-policy").is_some() && page.header("cross-origin-opener-policy").is_some()
        );
    }
}
