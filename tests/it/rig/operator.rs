//! An operator's browser, or a script with a token, without a page: requests below `/api/admin/`.

use std::net::SocketAddr;

use serde_json::Value;

use super::http::{Response, request};

#[derive(Clone)]
pub struct Operator {
    http: SocketAddr,
    /// The header that says who this is, if it is anybody.
    who: Option<(&'static str, String)>,
}

impl Operator {
    /// Somebody whom the box does not know.
    pub fn stranger(http: SocketAddr) -> Self {
        Operator { http, who: None }
    }

    /// Signs in.
    pub fn sign_in(http: SocketAddr, password: &str) -> Self {
        let stranger = Operator::stranger(http);
        let answer = stranger.post("login", &serde_json::json!({ "password": password }));
        assert_eq!(answer.status, 204, "{}", answer.text());
        stranger.with_cookie_of(&answer)
    }

    /// The browser that got this answer.
    pub fn with_cookie_of(&self, answer: &Response) -> Self {
        let cookie = answer.header("set-cookie").expect("no cookie came");
        let pair = cookie.split(';').next().unwrap().to_owned();
        Operator { http: self.http, who: Some(("cookie", pair)) }
    }

    /// A script with a token.
    pub fn with_token(http: SocketAddr, token: &str) -> Self {
        Operator { http, who: Some(("authorization", format!("Bearer {token}"))) }
    }

    /// The same, after the box was started again on other ports.
    pub fn moved_to(self, http: SocketAddr) -> Self {
        Operator { http, ..self }
    }

    /// The `Cookie` header.
    pub fn cookie(&self) -> &str {
        &self.who.as_ref().expect("nobody").1
    }

    pub fn get(&self, path: &str) -> Response {
        self.send("GET", path, &[], &[])
    }

    /// The JSON answer of something that has to succeed.
    pub fn read(&self, path: &str) -> Value {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }

    pub fn post(&self, path: &str, body: &Value) -> Response {
        self.send("POST", path, &[], body.to_string().as_bytes())
    }

    pub fn put(&self, path: &str, body: &Value) -> Response {
        self.send("PUT", path, &[], body.to_string().as_bytes())
    }

    /// Reads a section of the settings, changes it and writes it back.
    pub fn change(&self, section: &str, edit: impl FnOnce(&mut Value)) -> Response {
        let mut whole = self.read("settings")[section].clone();
        edit(&mut whole["value"]);
        self.put(&format!("settings/{section}"), &whole)
    }

    pub fn delete(&self, path: &str) -> Response {
        self.send("DELETE", path, &[], &[])
    }

    /// Any request. Headers given here win over the usual ones.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Response {
        let url = format!("http://{}/api/admin/{path}", self.http);
        let mut all: Vec<(&str, &str)> = headers.to_vec();
        if !all.iter().any(|(name, _)| *name == "content-type") {
            all.push(("content-type", "application/json"));
        }
        if let Some((name, value)) = &self.who {
            all.push((name, value));
        }
        request(method, &url, &all, body)
    }
}

impl Response {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}
