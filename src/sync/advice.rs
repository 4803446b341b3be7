//! What a mistake in the cloud's settings looks like from here, and what to do about it.
//!
//! A test says more than a line on the dashboard can: somebody sits before the form and may change each of its fields.

use super::trouble::Trouble;
use crate::fetch::FetchError;
use crate::storage::settings::CloudStore;

/// What was found, and what to do; the second is empty where there is nothing to do.
#[derive(Debug, PartialEq, Eq)]
pub struct Words {
    pub found: String,
    pub advice: String,
}

impl Words {
    pub fn new(found: impl Into<String>, advice: impl Into<String>) -> Self {
        Words { found: found.into(), advice: advice.into() }
    }
}

/// What the storage's refusal means for whoever typed this.
pub fn of_trouble(trouble: &Trouble, store: &CloudStore) -> Words {
    let r2 = store.account_id.is_some();
    let place = if r2 { "Account ID and the jurisdiction" } else { "endpoint" };
    match trouble {
        Trouble::Key => Words::new(
            "The storage does not know this Access Key ID.",
            format!(
                "Copy it again, check the {place}, and look whether the token still exists: each account has keys \
                 of its own."
            ),
        ),
        Trouble::Signature => Words::new(
            "The Secret Access Key does not belong to this Access Key ID.",
            "Copy both again. The storage shows the secret only once: if it is lost, make a new token.",
        ),
        Trouble::NoBucket => Words::new(
            format!("There is no bucket “{}” at this place.", store.bucket),
            format!("Check the bucket's name, and the {place}: a bucket is found only where it was made."),
        ),
        Trouble::Denied => Words::new(
            format!("The token may not do this in a bucket “{}”.", store.bucket),
            "Check the bucket's name, and that the token has “Object Read & Write” for this bucket.",
        ),
        Trouble::Clock => clock(),
        // Certificates have dates, and a box without a battery starts years ago.
        Trouble::Tls(why) if speaks_of_time(why) => certificate("the storage's"),
        Trouble::Dns if r2 => Words::new("The storage's name is not found.", INTERNET),
        Trouble::Dns => Words::new(
            "The storage's name is not found.",
            format!("Check the spelling of the endpoint. If it is right: {}", decapitalised(INTERNET)),
        ),
        Trouble::Tls(why) if r2 => Words::new(
            format!("There is no secure connection to the storage ({why})."),
            "Check the Account ID: Cloudflare has no secure connection for an account that does not exist. If it is \
             right, something on the way intercepts connections.",
        ),
        Trouble::Tls(why) => Words::new(
            format!("There is no secure connection to the storage ({why})."),
            "Check the endpoint, also whether it begins with http: or https:. If it is right, something on the way \
             intercepts connections.",
        ),
        Trouble::Connection(why) if r2 => {
            Words::new(format!("The storage is not reached ({why})."), INTERNET)
        }
        Trouble::Connection(why) => Words::new(
            format!("Nobody answers at the endpoint ({why})."),
            format!("Check its name and its port. If they are right: {}", decapitalised(INTERNET)),
        ),
        Trouble::Timeout => Words::new("The storage does not answer in time.", INTERNET),
        Trouble::Slow(_) => {
            Words::new("The storage has too much to do just now.", "Wait a minute and test again.")
        }
        Trouble::Server(status) => Words::new(
            format!("The storage has a fault of its own (HTTP {status})."),
            "Wait a few minutes and test again. If it stays so, look at the storage's status page.",
        ),
        Trouble::Refused { status, code } => Words::new(
            format!("The storage refused it (HTTP {status}, {code})."),
            format!("Check the {place}: something answers there that does not understand the box."),
        ),
        Trouble::File(why) => {
            Words::new(format!("A file cannot be read ({why})."), "Look at the box's disk.")
        }
        Trouble::Endpoint => Words::new(
            "The endpoint is no address that can be asked.",
            "Enter one such as https://s3.example.org.",
        ),
    }
}

/// What it means that the probe did not come from the public address.
pub fn of_fetch(error: &FetchError, is_endpoint: bool) -> Words {
    match error {
        FetchError::Status { host, status: 400 | 401 | 403 } if is_endpoint => Words::new(
            format!("{host} is where the box writes; it gives nothing to the public."),
            "Enter the bucket's public address: its own domain, or the one that ends with r2.dev.",
        ),
        FetchError::Status { host, status: 404 } => Words::new(
            format!("{host} answers, but does not have the file (HTTP 404)."),
            "The public address is another bucket's, it has a path that it should not have, or public access is \
             switched off. It is the address of the bucket itself, without the folder.",
        ),
        FetchError::Status { host, status: status @ (401 | 403) } => Words::new(
            format!("{host} answers, but gives the file to nobody (HTTP {status})."),
            "Switch on public access for the bucket, and look whether a rule of the domain keeps visitors out.",
        ),
        FetchError::Status { host, status } => Words::new(
            format!("{host} answers with HTTP {status} instead of the file."),
            "Check the public address. A domain that was connected a moment ago needs a few minutes.",
        ),
        FetchError::Unreachable { host, why } if speaks_of_time(why) => certificate(&format!("{host}'s")),
        FetchError::Unreachable { host, why } => Words::new(
            format!("{host} does not answer ({why})."),
            "Check the spelling of the public address. A domain that was connected a moment ago needs a few minutes.",
        ),
        FetchError::TooSlow { host, .. } => Words::new(
            format!("{host} does not answer in time."),
            "Check the public address, and test again.",
        ),
        FetchError::TooLarge { host, .. } => other_bytes(host),
        FetchError::Forbidden(_) | FetchError::Redirects { .. } => Words::new(
            "The public address leads elsewhere.",
            "Enter the address that gives the files itself, without a redirect.",
        ),
    }
}

/// Something answers, and it is not the bucket.
pub fn other_bytes(host: &str) -> Words {
    Words::new(
        format!("{host} answers with something else than the file."),
        "The public address is not this bucket's. Enter the bucket's own domain, or its r2.dev address.",
    )
}

const INTERNET: &str = "Check the box's way to the internet: its cable, its router, a firewall.";

fn clock() -> Words {
    Words::new(
        "The box's clock is wrong, so the storage does not believe it.",
        "Let the box reach a time server (NTP), or set its clock.",
    )
}

fn certificate(whose: &str) -> Words {
    Words::new(
        format!("By the box's clock {whose} certificate is not valid."),
        "Look whether the box's clock is right: it needs a time server (NTP). If it is, the certificate has expired.",
    )
}

fn speaks_of_time(why: &str) -> bool {
    let why = why.to_lowercase();
    ["expired", "not valid yet", "notvalidyet"].iter().any(|word| why.contains(word))
}

fn decapitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(account: Option<&str>) -> CloudStore {
        CloudStore {
            endpoint: account.is_none().then(|| "https://s3.example.org".into()),
            account_id: account.map(str::to_owned),
            jurisdiction: None,
            bucket: "sunday".into(),
            access_key_id: "key".into(),
            secret_access_key: "secret".into(),
            public_url: None,
            prefix: String::new(),
        }
    }

    #[test]
    fn a_certificate_of_another_time_speaks_of_the_clock() {
        use rustls::{CertificateError, Error};
        let late = Error::InvalidCertificate(CertificateError::Expired).to_string();
        let early = Error::InvalidCertificate(CertificateError::NotValidYet).to_string();
        for why in [late, early] {
            assert!(of_trouble(&Trouble::Tls(why.clone()), &store(None)).advice.contains("clock"), "{why}");
        }
        let other = Error::InvalidCertificate(CertificateError::UnknownIssuer).to_string();
        assert!(!of_trouble(&Trouble::Tls(other), &store(None)).advice.contains("clock"));
    }

    #[test]
    fn an_account_and_an_endpoint_are_called_what_the_form_calls_them() {
        let advice = |trouble, account| of_trouble(&trouble, &store(account)).advice;
        assert!(advice(Trouble::NoBucket, Some("0a")).contains("jurisdiction"));
        assert!(advice(Trouble::NoBucket, None).contains("endpoint"));
        assert!(advice(Trouble::Tls("alert".into()), Some("0a")).contains("Account ID"));
        assert!(advice(Trouble::Connection("refused".into()), None).contains("port"));
    }

    #[test]
    fn an_endpoint_is_no_public_address() {
        let refused = FetchError::Status { host: "s3.example.org".into(), status: 403 };
        assert!(of_fetch(&refused, true).advice.contains("public address"));
        assert!(of_fetch(&refused, false).advice.contains("public access"));
    }
}
