//! Why something was not fetched.

use std::error::Error;
use std::io;
use std::time::Duration;

use crate::access::Forbidden;

/// Something was not fetched. No variant repeats the URL: it may hold a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The rule forbids to go there.
    #[error("{0}")]
    Forbidden(#[from] Forbidden),
    /// Nobody answers, or not in HTTP.
    #[error("{host} does not answer ({why})")]
    Unreachable {
        /// Whose answer was awaited.
        host: String,
        /// What the system or the protocol says.
        why: String,
    },
    /// The server says no.
    #[error("{host} answers {status}")]
    Status {
        /// Who answers.
        host: String,
        /// With which status.
        status: u16,
    },
    /// More than is taken.
    #[error("{host} sends more than {} MiB at once", .limit >> 20)]
    TooLarge {
        /// Who sends.
        host: String,
        /// Bytes that would have been taken.
        limit: usize,
    },
    /// Slower than is waited for.
    #[error("{host} takes longer than {} s for an answer", .limit.as_secs())]
    TooSlow {
        /// Who is slow.
        host: String,
        /// How long it was waited.
        limit: Duration,
    },
    /// One redirect leads to the next.
    #[error("{host} redirects too often, or to nowhere")]
    Redirects {
        /// Who does.
        host: String,
    },
}

impl FetchError {
    /// What a failed exchange with `host` means. What the rule said inside a connection is found again.
    pub(super) fn from_exchange(host: &str, error: &(dyn Error + 'static)) -> Self {
        let mut why = error.to_string();
        let mut next = Some(error);
        while let Some(inner) = next {
            // What an I/O error was made of is not its source.
            let wrapped = inner.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
            if let Some(forbidden) = wrapped.and_then(|wrapped| wrapped.downcast_ref::<Forbidden>()) {
                return FetchError::Forbidden(forbidden.clone());
            }
            why = inner.to_string();
            next = inner.source();
        }
        FetchError::Unreachable { host: host.to_owned(), why }
    }
}
