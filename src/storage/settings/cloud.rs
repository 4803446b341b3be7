//! The account of the cloud's storage.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::check::{text, url};
use super::{Invalid, Section, Settings, Versioned};

/// The cloud, if there is one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CloudSettings(pub Option<CloudStore>);

/// A bucket and the right to write into it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CloudStore {
    /// The S3 endpoint; or the account below.
    pub endpoint: Option<String>,
    /// R2's Account ID.
    pub account_id: Option<String>,
    /// R2's jurisdiction (`eu`, `fedramp`); `None`: the default one.
    pub jurisdiction: Option<String>,
    /// The bucket.
    pub bucket: String,
    /// Access Key ID.
    pub access_key_id: String,
    /// Secret Access Key.
    pub secret_access_key: String,
    /// Where the bucket is read from.
    pub public_url: Option<String>,
    /// What all keys start with.
    pub prefix: String,
}

impl fmt::Debug for CloudStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CloudStore").field("bucket", &self.bucket).finish_non_exhaustive()
    }
}

impl Section for CloudSettings {
    const NAME: &'static str = "cloud";

    fn check(&self) -> Result<(), Invalid> {
        let Some(store) = &self.0 else { return Ok(()) };
        match (&store.endpoint, &store.account_id) {
            (Some(endpoint), None) => url("endpoint", endpoint)?,
            (None, Some(account)) => {
                if account.len() != 32 || !account.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                    return Err(Invalid::new(
                        "accountId",
                        "32 letters and digits, from the R2 overview page",
                    ));
                }
            }
            _ => return Err(Invalid::new("accountId", "an Account ID, or an S3 endpoint; one of the two")),
        }
        if let Some(jurisdiction) = &store.jurisdiction
            && !matches!(jurisdiction.as_str(), "eu" | "fedramp")
        {
            return Err(Invalid::new("jurisdiction", "eu or fedramp, or nothing"));
        }
        // The rules of S3 for bucket names.
        let edges = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let bucket = store.bucket.as_bytes();
        let sound = (3..=63).contains(&bucket.len())
            && bucket.iter().all(|byte| edges(*byte) || b"-.".contains(byte))
            && bucket.first().is_some_and(|byte| edges(*byte))
            && bucket.last().is_some_and(|byte| edges(*byte));
        if !sound {
            return Err(Invalid::new("bucket", "3 to 63 small letters, digits and hyphens"));
        }
        text("accessKeyId", &store.access_key_id, 1, 128)?;
        text("secretAccessKey", &store.secret_access_key, 1, 256)?;
        store.public_url.as_deref().map_or(Ok(()), |address| url("publicUrl", address))?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
        let prefix = &store.prefix;
        let sound = prefix.len() <= 100
            && prefix.bytes().all(plain)
            && !prefix.starts_with('/')
            && !prefix.split('/').any(|part| matches!(part, "." | ".."))
            && (prefix.is_empty() || prefix.ends_with('/'));
        if sound { Ok(()) } else { Err(Invalid::new("prefix", "a folder such as live/, or nothing")) }
    }

    fn place(settings: &mut Settings) -> &mut Versioned<Self> {
        &mut settings.cloud
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> CloudStore {
        CloudStore {
            endpoint: None,
            account_id: Some("0123456789abcdef0123456789abcdef".into()),
            jurisdiction: None,
            bucket: "sunday-stream".into(),
            access_key_id: "key".into(),
            secret_access_key: "secret".into(),
            public_url: Some("https://media.example.org".into()),
            prefix: "live/".into(),
        }
    }

    #[test]
    fn each_wrong_field_is_named() {
        assert_eq!(CloudSettings(Some(store())).check(), Ok(()));
        assert_eq!(CloudSettings(None).check(), Ok(()));
        let wrong = |field, change: fn(&mut CloudStore)| {
            let mut store = store();
            change(&mut store);
            assert_eq!(CloudSettings(Some(store)).check().unwrap_err().field, field);
        };
        wrong("accountId", |store| store.account_id = Some("12".into()));
        wrong("accountId", |store| store.endpoint = Some("https://s3.example.org".into()));
        wrong("endpoint", |store| {
            store.account_id = None;
            store.endpoint = Some("file:///etc/passwd".into());
        });
        wrong("jurisdiction", |store| store.jurisdiction = Some("mars".into()));
        wrong("bucket", |store| store.bucket = "Sunday Stream".into());
        wrong("secretAccessKey", |store| store.secret_access_key = String::new());
        wrong("publicUrl", |store| store.public_url = Some("https://user@host".into()));
        wrong("prefix", |store| store.prefix = "../".into());
        wrong("prefix", |store| store.prefix = "live".into());
    }

    #[test]
    fn its_secret_never_shows_in_a_log() {
        assert!(!format!("{:?}", CloudSettings(Some(store()))).contains("secret"));
    }
}
