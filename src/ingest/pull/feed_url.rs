//! Where a feed is, as the operator gives it.

use std::fmt;
use std::str::FromStr;

use url::Url;

use crate::access::Outgoing;

/// The name in the dashboard is no longer than this. Threat: a name of two hundred letters.
const MAX_NAME: usize = 60;

/// The URL of a feed. What may be secret in it, a name with its password and the query, never shows.
#[derive(Clone, PartialEq, Eq)]
pub struct FeedUrl(Url);

/// Not such a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a URL of an HLS playlist, such as http://encoder.local/live/stream.m3u8")]
pub struct NoFeedUrl;

impl FeedUrl {
    pub(super) fn url(&self) -> &Url {
        &self.0
    }

    /// What the operator reads: "HLS feed encoder.local".
    pub fn name(&self) -> String {
        format!("HLS feed {}", self.0.host_str().unwrap_or_default()).chars().take(MAX_NAME).collect()
    }
}

impl FromStr for FeedUrl {
    type Err = NoFeedUrl;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text.trim()).map_err(|_| NoFeedUrl)?;
        Outgoing::from_operator(&url).check_url(&url).map_err(|_| NoFeedUrl)?;
        Ok(FeedUrl(url))
    }
}

impl fmt::Debug for FeedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, host) = (self.0.scheme(), self.0.host_str().unwrap_or_default());
        let port = self.0.port().map(|port| format!(":{port}")).unwrap_or_default();
        let query = if self.0.query().is_some() { "?***" } else { "" };
        write!(f, "{scheme}://{host}{port}{}{query}", self.0.path())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_of_a_url_never_show() {
        let url: FeedUrl = "https://cam:secret@feed.example:8443/a/b.m3u8?token=secret".parse().unwrap();
        assert_eq!(format!("{url:?}"), "https://feed.example:8443/a/b.m3u8?***");
        assert_eq!(url.name(), "HLS feed feed.example");
    }

    #[test]
    fn only_a_url_of_http_is_a_feeds() {
        for wrong in ["", "stream.m3u8", "file:///stream.m3u8", "rtmp://host/live", "http://"] {
            assert_eq!(wrong.parse::<FeedUrl>(), Err(NoFeedUrl), "{wrong}");
        }
        assert!("http://127.0.0.1:9000/x".parse::<FeedUrl>().is_ok());
    }
}
