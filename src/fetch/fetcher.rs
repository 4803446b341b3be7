//! One client for URLs of one origin of trust: requests, redirects, and the bytes of the answers.

use std::io;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Empty};
use hyper::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, AUTHORIZATION, HeaderValue, LOCATION, ORIGIN, RANGE, USER_AGENT,
};
use hyper::{Method, Request, Response, body::Incoming};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use percent_encoding::percent_decode_str;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use tokio::time::timeout;
use url::Url;

use super::connector::Connector;
use super::error::FetchError;
use crate::access::Outgoing;

/// Threat: two servers that redirect to each other for ever.
const MAX_REDIRECTS: u32 = 5;

/// Connections kept for the next request to a host.
const MAX_IDLE: usize = 2;

/// A kept connection is closed then; most servers close it earlier.
const IDLE: Duration = Duration::from_secs(30);

const AGENT: &str = concat!("venuebox/", env!("CARGO_PKG_VERSION"));

/// What is taken of an answer.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes. Threat: an answer that never ends fills the memory.
    pub bytes: usize,
    /// From the request to the last byte. Threat: an answer that drips for ever.
    pub time: Duration,
}

/// Bytes of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Range {
    /// The first one.
    pub offset: u64,
    /// How many.
    pub length: u64,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// Where it came from in the end; relative URLs in it start there.
    pub url: Url,
    /// What it is.
    pub bytes: Bytes,
    /// Pages of which origin may read it, in the server's words.
    pub allows: Option<String>,
}

/// What is asked for beside the URL.
#[derive(Clone, Copy, Default)]
struct Wish<'a> {
    range: Option<Range>,
    origin: Option<&'a str>,
}

/// A client that goes where its rule lets it.
#[derive(Clone, Debug)]
pub struct Fetcher {
    rule: Outgoing,
    client: Client<HttpsConnector<Connector>, Empty<Bytes>>,
}

impl Fetcher {
    /// A client under this rule.
    ///
    /// # Errors
    /// When there is no TLS.
    pub fn new(rule: Outgoing) -> io::Result<Self> {
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls()?)
            .https_or_http()
            .enable_http1()
            .wrap_connector(Connector::new(rule.clone()));
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(MAX_IDLE)
            .build(connector);
        Ok(Fetcher { rule, client })
    }

    /// Fetches a URL, or a range of it.
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn get(&self, url: &Url, range: Option<Range>, limits: Limits) -> Result<Fetched, FetchError> {
        self.fetch(url, Wish { range, origin: None }, limits).await
    }

    /// Fetches a URL as a page of that origin would.
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn get_for(&self, origin: &str, url: &Url, limits: Limits) -> Result<Fetched, FetchError> {
        self.fetch(url, Wish { range: None, origin: Some(origin) }, limits).await
    }

    async fn fetch(&self, url: &Url, wish: Wish<'_>, limits: Limits) -> Result<Fetched, FetchError> {
        match timeout(limits.time, self.follow(url.clone(), wish, limits)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(FetchError::TooSlow { host: host(url), limit: limits.time }),
        }
    }

    async fn follow(&self, mut url: Url, wish: Wish<'_>, limits: Limits) -> Result<Fetched, FetchError> {
        for _ in 0..=MAX_REDIRECTS {
            self.rule.check_url(&url)?;
            let response = self.ask(&url, wish).await?;
            let status = response.status();
            let allows = response.headers().get(ACCESS_CONTROL_ALLOW_ORIGIN);
            let allows = allows.and_then(|allows| allows.to_str().ok()).map(str::to_owned);
            if matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
                let location = response.headers().get(LOCATION).and_then(|location| location.to_str().ok());
                let next = location.and_then(|location| url.join(location).ok());
                url = next.ok_or_else(|| FetchError::Redirects { host: host(&url) })?;
                continue;
            }
            let bytes = match (status.as_u16(), wish.range) {
                (206, Some(range)) => {
                    let bytes = read(&url, response, limits.bytes).await?;
                    part(&bytes, Range { offset: 0, ..range })
                }
                // A server that knows no ranges sends all of it.
                (200, Some(range)) => part(&read(&url, response, limits.bytes).await?, range),
                (200, None) => read(&url, response, limits.bytes).await?,
                (status, _) => return Err(FetchError::Status { host: host(&url), status }),
            };
            return Ok(Fetched { url, bytes, allows });
        }
        Err(FetchError::Redirects { host: host(&url) })
    }

    async fn ask(&self, url: &Url, wish: Wish<'_>) -> Result<Response<Incoming>, FetchError> {
        let unreachable = |why: String| FetchError::Unreachable { host: host(url), why };
        let mut bare = url.clone();
        // Neither belongs on the wire; a URL of HTTP takes both.
        let _ = bare.set_username("");
        let _ = bare.set_password(None);
        bare.set_fragment(None);
        let mut request = Request::builder().method(Method::GET).uri(bare.as_str()).header(USER_AGENT, AGENT);
        if let Some(Range { offset, length }) = wish.range {
            let last = offset.saturating_add(length).saturating_sub(1);
            request = request.header(RANGE, format!("bytes={offset}-{last}"));
        }
        if let Some(origin) = wish.origin {
            request = request.header(ORIGIN, origin);
        }
        if let Some(credentials) = credentials(url) {
            request = request.header(AUTHORIZATION, credentials);
        }
        let request = request.body(Empty::new()).map_err(|error| unreachable(error.to_string()))?;
        let response = self.client.request(request).await;
        response.map_err(|error| FetchError::from_exchange(&host(url), &error))
    }
}

/// The name and password of a URL, for the server that it names.
fn credentials(url: &Url) -> Option<HeaderValue> {
    let decode = |text| percent_decode_str(text).decode_utf8_lossy();
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    let plain = format!("{}:{}", decode(url.username()), decode(url.password().unwrap_or_default()));
    let mut value = HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(plain))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

async fn read(url: &Url, response: Response<Incoming>, limit: usize) -> Result<Bytes, FetchError> {
    let too_large = || FetchError::TooLarge { host: host(url), limit };
    let mut body = response.into_body();
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| FetchError::from_exchange(&host(url), &error))?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > limit {
            return Err(too_large());
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes.freeze())
}

/// A part of what came, as far as it reaches.
fn part(bytes: &Bytes, range: Range) -> Bytes {
    let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
    let (start, end) = (place(range.offset), place(range.offset.saturating_add(range.length)));
    bytes.slice(start..end)
}

fn host(url: &Url) -> String {
    url.host_str().unwrap_or("the server").to_owned()
}

/// Servers are believed that the machine's own list of authorities vouches for. A machine without one can still
/// fetch over HTTP.
fn tls() -> io::Result<ClientConfig> {
    use hyper_rustls::ConfigBuilderExt;
    let builder = || {
        let builder = ClientConfig::builder_with_provider(ring::default_provider().into());
        builder.with_safe_default_protocol_versions().map_err(io::Error::other)
    };
    Ok(match builder()?.with_native_roots() {
        Ok(trusting) => trusting.with_no_client_auth(),
        Err(error) => {
            log::warn!(error:% = error; "no certificate authorities were found; https will not work");
            builder()?.with_root_certificates(RootCertStore::empty()).with_no_client_auth()
        }
    })
}

#[cfg(test)]
#[path = "fetcher_tests.rs"]
mod tests;
