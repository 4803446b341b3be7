//! The cloud test: a small object put, read, listed, fetched as viewers fetch, and removed; each step in plain words.
//!
//! Belongs here: what is tried in which order, and what a step's outcome says of the others. Does not: the words for
//! a single refusal (`advice`), and what is kept or sent.

use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use tokio::time::timeout;
use url::Url;

use super::advice::{self, Words};
use super::elsewhere::{self, Place};
use super::store::{CorsRule, Store};
use super::trouble::Trouble;
use crate::access::Outgoing;
use crate::fetch::{FetchError, Fetched, Fetcher, Limits};
use crate::storage::settings::CloudStore;

/// Everything but the removal is found out by then. Threat: a storage that lets each request wait, before a page that
/// waits as well.
const WHOLE: Duration = Duration::from_secs(70);

/// The probe is there by then. Threat: an endpoint that takes bytes and never answers; an upload's own time is long.
const WRITE: Duration = Duration::from_secs(20);

/// The probe comes from the public address by then, and it is small. Threat: an address that answers without end.
const PUBLIC: Limits = Limits { bytes: 64 << 10, time: Duration::from_secs(15) };

/// A page that is nowhere: whoever lets it in lets in all.
const ORIGIN: &str = "https://venuebox.invalid";

/// Seconds that a browser remembers the rule, at most.
const REMEMBERED: i32 = 86_400;

/// What the test found.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnosis {
    /// Each step, in order.
    pub steps: Vec<Step>,
    /// The rules to paste, where the box may not set them.
    pub cors_json: Option<String>,
}

/// A step of the test.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// Which.
    pub name: StepName,
    /// Whether it went well; `None`: not tried, or not known.
    pub ok: Option<bool>,
    /// What was found.
    pub text: String,
    /// What to do.
    pub more: Option<String>,
}

/// The steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StepName {
    /// An object is put.
    Write,
    /// And read.
    Read,
    /// And listed.
    List,
    /// And removed.
    Remove,
    /// It comes from the public address.
    Public,
    /// Pages may fetch it there.
    Cors,
}

impl Diagnosis {
    fn untried() -> Self {
        use StepName::{Cors, List, Public, Read, Remove, Write};
        let step = |name| Step { name, ok: None, text: String::new(), more: None };
        Diagnosis { steps: [Write, Read, List, Remove, Public, Cors].map(step).into(), cors_json: None }
    }

    fn say(&mut self, name: StepName, ok: Option<bool>, words: Words) {
        if let Some(step) = self.steps.iter_mut().find(|step| step.name == name) {
            step.ok = ok;
            step.text = words.found;
            step.more = Some(words.advice).filter(|advice| !advice.is_empty());
        }
    }

    fn passed(&mut self, name: StepName) {
        self.say(name, Some(true), Words::new("", ""));
    }

    fn failed(&mut self, name: StepName, words: Words) {
        self.say(name, Some(false), words);
    }

    fn unknown(&mut self, name: StepName, found: &str, advice: &str) {
        self.say(name, None, Words::new(found, advice));
    }

    /// A token for objects alone is the right one: no failure, but somebody else has to set the rules.
    fn by_hand(&mut self, seen: Option<bool>, rules: &[CorsRule]) {
        let found = match seen {
            Some(_) => "Pages may not fetch it yet, and the token may not set the bucket's CORS rules.",
            None => "It is not known, and the token may not set the bucket's CORS rules.",
        };
        self.unknown(StepName::Cors, found, "Set them by hand; the token needs no more rights for it.");
        self.cors_json = Some(to_paste(rules));
    }
}

/// Tries what is set. The probe is gone afterwards wherever it could be removed.
pub async fn diagnose(settings: &CloudStore) -> Diagnosis {
    diagnose_beside(settings, elsewhere::jurisdictions(settings)).await
}

/// The same, with other places in which the bucket could be.
async fn diagnose_beside(settings: &CloudStore, others: Vec<Place>) -> Diagnosis {
    let mut diagnosis = Diagnosis::untried();
    let Some(probe) = Probe::new(settings, others) else {
        let words = Words::new("The system has no randomness.", "Restart the box.");
        diagnosis.failed(StepName::Write, words);
        return diagnosis;
    };
    let mut written = Written::No;
    if timeout(WHOLE, Box::pin(probe.look(&mut diagnosis, &mut written))).await.is_err() {
        for step in diagnosis.steps.iter_mut().filter(|step| step.ok.is_none() && step.text.is_empty()) {
            step.text = String::from("The other steps took too long.");
        }
    }
    match (written, probe.store.delete(&probe.key).await) {
        // It may be there all the same, and nobody asked for it.
        (Written::No | Written::Perhaps, _) => {}
        (Written::Yes, Ok(())) => diagnosis.passed(StepName::Remove),
        (Written::Yes, Err(trouble)) => {
            diagnosis.failed(StepName::Remove, advice::of_trouble(&trouble, settings));
        }
    }
    diagnosis
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Written {
    No,
    Perhaps,
    Yes,
}

/// A small object that nothing else has the name or the bytes of.
struct Probe<'a> {
    settings: &'a CloudStore,
    others: Vec<Place>,
    store: Store,
    key: String,
    body: Bytes,
}

impl<'a> Probe<'a> {
    fn new(settings: &'a CloudStore, others: Vec<Place>) -> Option<Self> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).ok()?;
        let random = format!("{:032x}", u128::from_be_bytes(random));
        let (key, body) = (format!("venuebox-test-{random}.txt"), format!("venuebox {random}\n"));
        Some(Probe { settings, others, store: Store::new(settings), key, body: body.into() })
    }

    async fn look(&self, diagnosis: &mut Diagnosis, written: &mut Written) {
        *written = Written::Perhaps;
        let put = self.store.put(&self.key, self.body.clone(), "text/plain", "no-store");
        match timeout(WRITE, put).await.unwrap_or(Err(Trouble::Timeout)) {
            Ok(()) => *written = Written::Yes,
            Err(trouble) => {
                diagnosis.failed(StepName::Write, self.not_written(&trouble).await);
                return;
            }
        }
        diagnosis.passed(StepName::Write);
        match self.store.get(&self.key).await {
            Ok(Some(body)) if body == self.body => diagnosis.passed(StepName::Read),
            Ok(_) => diagnosis.failed(StepName::Read, strange()),
            Err(trouble) => diagnosis.failed(StepName::Read, self.not_read(&trouble)),
        }
        let whole = self.store.whole(&self.key);
        match self.store.list(&self.key, 1).await {
            Ok(found) if found.iter().any(|object| object.key == whole) => diagnosis.passed(StepName::List),
            Ok(_) => diagnosis.failed(StepName::List, strange()),
            Err(trouble) => diagnosis.failed(StepName::List, self.not_read(&trouble)),
        }
        let Some(base) = self.settings.public_url.as_deref() else {
            let found = "There is no public address.";
            diagnosis.unknown(StepName::Public, found, "The box uploads, but nobody can watch from there.");
            diagnosis.unknown(StepName::Cors, "Pages need it once there is a public address.", "");
            return;
        };
        let seen = self.publicly(base, diagnosis).await;
        self.cors(base, seen, diagnosis).await;
    }

    /// A token for reading alone, and one for another bucket, are refused in the same words.
    async fn not_written(&self, trouble: &Trouble) -> Words {
        if *trouble == Trouble::Denied && self.store.list(&self.key, 1).await.is_ok() {
            return Words::new(
                "The token may read this bucket, but not write into it.",
                "Give it “Object Read & Write”, or make another one.",
            );
        }
        let is_of_place = matches!(trouble, Trouble::NoBucket | Trouble::Denied | Trouble::Key);
        let found = if is_of_place { elsewhere::find(&self.others).await } else { None };
        found.unwrap_or_else(|| advice::of_trouble(trouble, self.settings))
    }

    /// What could be written is in the right place, with the right key.
    fn not_read(&self, trouble: &Trouble) -> Words {
        if let Some(words) = elsewhere::named_twice(self.settings) {
            return words;
        }
        match trouble {
            Trouble::Denied => Words::new(
                "The token may write into this bucket, but not do this.",
                "Give it “Object Read & Write”, or make another one.",
            ),
            trouble => advice::of_trouble(trouble, self.settings),
        }
    }

    /// Fetches the probe as a page would; tells whether pages may, where the answer was the bucket's.
    async fn publicly(&self, base: &str, diagnosis: &mut Diagnosis) -> Option<bool> {
        let url = Url::parse(&format!("{}/{}", base.trim_end_matches('/'), self.store.whole(&self.key)));
        let Ok(url) = url else {
            let words = Words::new(
                "The public address is none that can be asked.",
                "Enter one such as https://media.example.org.",
            );
            diagnosis.failed(StepName::Public, words);
            return None;
        };
        let host = url.host_str().unwrap_or_default().to_owned();
        match fetch(&url).await {
            Ok(Fetched { bytes, allows, .. }) if bytes == self.body => {
                diagnosis.passed(StepName::Public);
                Some(allows.is_some_and(|allows| allows == "*" || allows == ORIGIN))
            }
            Ok(_) => {
                diagnosis.failed(StepName::Public, advice::other_bytes(&host));
                None
            }
            Err(error) => {
                let words = elsewhere::named_twice(self.settings);
                let words = words.unwrap_or_else(|| advice::of_fetch(&error, self.is_endpoint(&url)));
                diagnosis.failed(StepName::Public, words);
                None
            }
        }
    }

    fn is_endpoint(&self, url: &Url) -> bool {
        let endpoint = self.settings.endpoint.as_deref().and_then(|endpoint| Url::parse(endpoint).ok());
        let is_r2 = url.host_str().is_some_and(|host| host.ends_with(".r2.cloudflarestorage.com"));
        is_r2 || endpoint.is_some_and(|endpoint| endpoint.origin() == url.origin())
    }

    /// What pages get is the truth; the bucket's rules are the way there.
    async fn cors(&self, base: &str, seen: Option<bool>, diagnosis: &mut Diagnosis) {
        if seen == Some(true) {
            diagnosis.passed(StepName::Cors);
            return;
        }
        let Ok(kept) = self.store.cors().await else {
            diagnosis.by_hand(seen, &[open()]);
            return;
        };
        if kept.iter().any(lets_everybody_read) {
            match seen {
                Some(_) => diagnosis.failed(
                    StepName::Cors,
                    Words::new(
                        "The bucket's rules let pages in, but the public address does not say so.",
                        "Rules that were changed a moment ago need half a minute. Otherwise look at what stands \
                         before the bucket: a proxy, a cache, rules of the domain.",
                    ),
                ),
                None => {
                    let found = "The bucket's rules let pages in; the public address did not show it yet.";
                    diagnosis.unknown(StepName::Cors, found, "");
                }
            }
            return;
        }
        let rules: Vec<CorsRule> = kept.into_iter().chain([open()]).collect();
        if self.store.put_cors(rules.clone()).await.is_err() {
            diagnosis.by_hand(seen, &rules);
        } else if seen.is_some() && self.publicly(base, diagnosis).await == Some(true) {
            diagnosis.say(StepName::Cors, Some(true), Words::new("The box has set the bucket's rule.", ""));
        } else {
            let found = "The box has set the bucket's rule, which needs up to half a minute.";
            diagnosis.unknown(StepName::Cors, found, "Test again then.");
        }
    }
}

async fn fetch(url: &Url) -> Result<Fetched, FetchError> {
    let fetcher = Fetcher::new(Outgoing::from_operator(url)).map_err(|error| FetchError::Unreachable {
        host: url.host_str().unwrap_or_default().to_owned(),
        why: error.to_string(),
    })?;
    fetcher.get_for(ORIGIN, url, PUBLIC).await
}

fn strange() -> Words {
    Words::new(
        "What was written a moment ago is not there.",
        "Something answers at the endpoint that is no S3 storage, or that shows what it has later.",
    )
}

/// What the viewers' page and players elsewhere need.
fn open() -> CorsRule {
    let texts = |texts: &[&str]| texts.iter().copied().map(String::from).collect();
    CorsRule {
        origins: texts(&["*"]),
        methods: texts(&["GET", "HEAD"]),
        headers: texts(&["Range"]),
        expose: texts(&["Content-Length", "Content-Range", "Date"]),
        max_age: Some(REMEMBERED),
    }
}

fn lets_everybody_read(rule: &CorsRule) -> bool {
    rule.origins.iter().any(|origin| origin == "*") && rule.methods.iter().any(|method| method == "GET")
}

/// Rules as Cloudflare's dashboard takes them.
fn to_paste(rules: &[CorsRule]) -> String {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Pasted<'a> {
        allowed_origins: &'a [String],
        allowed_methods: &'a [String],
        #[serde(skip_serializing_if = "<[String]>::is_empty")]
        allowed_headers: &'a [String],
        #[serde(skip_serializing_if = "<[String]>::is_empty")]
        expose_headers: &'a [String],
        #[serde(skip_serializing_if = "Option::is_none")]
        max_age_seconds: Option<i32>,
    }
    let pasted = rules.iter().map(|rule| Pasted {
        allowed_origins: &rule.origins,
        allowed_methods: &rule.methods,
        allowed_headers: &rule.headers,
        expose_headers: &rule.expose,
        max_age_seconds: rule.max_age,
    });
    // Plain texts and numbers always have a JSON form.
    serde_json::to_string_pretty(&pasted.collect::<Vec<_>>()).unwrap_or_default()
}

#[cfg(test)]
#[path = "diagnosis_tests.rs"]
mod tests;
