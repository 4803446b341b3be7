//! HTTP requests of one connection each.

use std::time::Duration;

pub struct Response {
    pub status: u16,
    pub body: Vec<u8>,
    headers: ureq::http::HeaderMap,
}

impl Response {
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

pub fn get(url: &str) -> Response {
    get_with(url, &[])
}

/// The answer as it came: nothing is decompressed, no status is an error.
pub fn get_with(url: &str, headers: &[(&str, &str)]) -> Response {
    request("GET", url, headers, &[])
}

/// Any request, its body sent as it is where the method has one; the answer as it came.
pub fn request(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Response {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(60)))
        .max_idle_connections(0)
        .allow_non_standard_methods(true)
        .max_redirects(0)
        .build()
        .into();
    let mut request = ureq::http::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = if matches!(method, "GET" | "HEAD" | "DELETE" | "TRACE") {
        let config = agent.configure_request(request.body(()).unwrap()).build();
        agent.run(config)
    } else {
        let config = agent.configure_request(request.body(body).unwrap()).build();
        agent.run(config)
    };
    let mut response = response.unwrap_or_else(|error| panic!("{method} {url}: {error}"));
    let body = response.body_mut().with_config().limit(64 << 20).read_to_vec();
    let body = body.unwrap_or_else(|error| panic!("{url}: {error}"));
    Response { status: response.status().as_u16(), headers: response.headers().clone(), body }
}
