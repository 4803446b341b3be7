//! Why the storage does not do what it was asked, in sentences for the operator.

use std::error::Error;
use std::io;
use std::time::Duration;

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

/// Longer than this nobody is waited for. Threat: a proxy that answers `Retry-After: 86400`.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(300);

/// Of what the other side says so much is shown.
const MAX_SAID: usize = 160;

/// The storage did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// It does not know the Access Key ID.
    #[error(
        "the storage does not know this Access Key ID; copy it again, and look whether the token still exists"
    )]
    Key,
    /// The signature is wrong.
    #[error("the Secret Access Key does not belong to this Access Key ID; copy both again")]
    Signature,
    /// No such bucket.
    #[error("there is no bucket of this name in this account; check its name and its jurisdiction")]
    NoBucket,
    /// The key may not do this.
    #[error("the token may not do this; give it “Object Read & Write” for this bucket")]
    Denied,
    /// Too many requests.
    #[error("the storage asks the box to be slower; the box is, and goes on by itself")]
    Slow(Option<Duration>),
    /// A fault of the other side.
    #[error("the storage has a fault of its own (HTTP {0}); the box tries again by itself")]
    Server(u16),
    /// Signatures carry a time that the other side does not believe.
    #[error("the box's clock is too far from the storage's; let the box reach a time server")]
    Clock,
    /// The endpoint's name has no address.
    #[error("the storage's name is not found; check the endpoint, and the box's way to the internet")]
    Dns,
    /// No secure connection.
    #[error(
        "there is no secure connection to the storage ({0}); check the Account ID or the endpoint, and whether \
         something on the way intercepts connections"
    )]
    Tls(String),
    /// No connection, or one that broke.
    #[error("the storage is not reached ({0}); check the box's way to the internet")]
    Connection(String),
    /// No answer in time.
    #[error("the storage does not answer in time; the uplink may be too slow or interrupted")]
    Timeout,
    /// Anything else that it refuses.
    #[error("the storage refused it (HTTP {status}, {code})")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Its word for it.
        code: String,
    },
    /// A file that should be sent cannot be read.
    #[error("a file of the archive cannot be read ({0}); look at the box's disk")]
    File(String),
    /// What is set names no storage.
    #[error("the storage's endpoint is no address such as https://s3.example.org; correct it")]
    Endpoint,
}

impl Trouble {
    /// It says something about this one object, and nothing about the next.
    pub fn is_of_one_object(&self) -> bool {
        matches!(self, Trouble::Refused { .. } | Trouble::File(_))
    }

    /// It stays until somebody does something.
    pub fn is_lasting(&self) -> bool {
        matches!(
            self,
            Trouble::Key | Trouble::Signature | Trouble::NoBucket | Trouble::Denied | Trouble::Endpoint
        )
    }

    /// How long the other side asks to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Trouble::Slow(after) => *after,
            _ => None,
        }
    }

    /// What the client's error means.
    pub(super) fn of<E>(error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        match error {
            SdkError::TimeoutError(_) => Trouble::Timeout,
            SdkError::DispatchFailure(failure) => {
                let of_chain = failure.as_connector_error().map(|error| of_chain(error));
                if failure.is_timeout() {
                    Trouble::Timeout
                } else {
                    of_chain.unwrap_or_else(|| Trouble::Connection(String::from("no connection")))
                }
            }
            SdkError::ServiceError(refused) => {
                let (code, raw) = (refused.err().meta().code(), refused.raw());
                of_answer(raw.status().as_u16(), code, raw.headers().get("retry-after"))
            }
            // An answer that is not S3's: a login page, a proxy's error.
            SdkError::ResponseError(strange) => {
                let raw = strange.raw();
                of_answer(raw.status().as_u16(), None, raw.headers().get("retry-after"))
            }
            // The only thing that cannot be made is the address.
            _ => Trouble::Endpoint,
        }
    }
}

/// What an answer means.
fn of_answer(status: u16, code: Option<&str>, retry_after: Option<&str>) -> Trouble {
    let after = || {
        let seconds = retry_after.and_then(|text| text.trim().parse().ok());
        seconds.map(|seconds| Duration::from_secs(seconds).min(MAX_RETRY_AFTER))
    };
    match (status, code.unwrap_or_default()) {
        (_, "RequestTimeTooSkewed") => Trouble::Clock,
        (_, "SignatureDoesNotMatch") => Trouble::Signature,
        (_, "InvalidAccessKeyId") => Trouble::Key,
        (_, "NoSuchBucket" | "InvalidBucketName") => Trouble::NoBucket,
        (429 | 503, _) | (_, "SlowDown" | "TooManyRequests") => Trouble::Slow(after()),
        (_, "RequestTimeout") => Trouble::Timeout,
        // R2 says this of a key that it does not know.
        (401, _) => Trouble::Key,
        (403, _) => Trouble::Denied,
        (501, code) => Trouble::Refused { status, code: said(code) },
        (500.., _) => Trouble::Server(status),
        (_, code) => Trouble::Refused { status, code: said(code) },
    }
}

/// What a failed connection means: the reason stands somewhere down the chain.
fn of_chain(error: &(dyn Error + 'static)) -> Trouble {
    let (mut next, mut last) = (Some(error), None);
    while let Some(error) = next {
        let text = error.to_string();
        if text.starts_with("dns error") || text.contains("failed to lookup address") {
            return Trouble::Dns;
        }
        // An error inside of an I/O error is not its source.
        let io = error.downcast_ref::<io::Error>();
        let inner = io.and_then(io::Error::get_ref).map(|inner| inner as &(dyn Error + 'static));
        if let Some(tls) = error.downcast_ref::<rustls::Error>() {
            return Trouble::Tls(said(&tls.to_string()));
        }
        if io.is_some_and(|io| io.kind() == io::ErrorKind::TimedOut) {
            return Trouble::Timeout;
        }
        last = Some(text);
        next = inner.or_else(|| error.source());
    }
    Trouble::Connection(said(last.as_deref().unwrap_or_default()))
}

/// The other side's words, short and on one line.
fn said(text: &str) -> String {
    let line = text.chars().map(|char| if char.is_control() { ' ' } else { char });
    let line: String = line.take(MAX_SAID).collect();
    if line.trim().is_empty() { String::from("without a reason") } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_answer_is_told_apart() {
        let of = |status, code| of_answer(status, code, None);
        assert_eq!(of(403, Some("SignatureDoesNotMatch")), Trouble::Signature);
        assert_eq!(of(403, Some("InvalidAccessKeyId")), Trouble::Key);
        assert_eq!(of(401, Some("Unauthorized")), Trouble::Key);
        assert_eq!(of(403, Some("RequestTimeTooSkewed")), Trouble::Clock);
        assert_eq!(of(403, Some("AccessDenied")), Trouble::Denied);
        assert_eq!(of(404, Some("NoSuchBucket")), Trouble::NoBucket);
        assert_eq!(of(500, None), Trouble::Server(500));
        assert_eq!(of(502, None), Trouble::Server(502));
        assert!(of(400, Some("EntityTooLarge")).is_of_one_object());
        assert!(of(501, Some("NotImplemented")).is_of_one_object());
        assert!(!of(503, Some("SlowDown")).is_of_one_object());
    }

    #[test]
    fn who_asks_for_a_pause_gets_one_but_no_day() {
        let after = |text| of_answer(429, None, Some(text)).retry_after();
        assert_eq!(after("7"), Some(Duration::from_secs(7)));
        assert_eq!(after("86400"), Some(MAX_RETRY_AFTER));
        assert_eq!(after("Wed, 21 Oct 2026 07:28:00 GMT"), None);
        assert_eq!(of_answer(200, Some("SlowDown"), Some("3")).retry_after(), Some(Duration::from_secs(3)));
    }

    #[test]
    fn a_reason_is_found_down_the_chain() {
        let tls = io::Error::other(rustls::Error::DecryptError);
        assert!(matches!(of_chain(&tls), Trouble::Tls(_)));
        let name = io::Error::other("failed to lookup address information: Name or service not known");
        assert_eq!(of_chain(&name), Trouble::Dns);
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        assert_eq!(of_chain(&refused), Trouble::Connection("connection refused".into()));
    }

    #[test]
    fn what_the_other_side_says_is_short_and_one_line() {
        assert_eq!(said("a\nb"), "a b");
        assert_eq!(said(&"x".repeat(10_000)).len(), MAX_SAID);
        assert_eq!(said(""), "without a reason");
    }
}
