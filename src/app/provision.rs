//! What a fresh box is given by its command line, and how it can be claimed.
//!
//! A box that has an operator is set up on its page: flags change nothing in it, and a difference is said in one line.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use anyhow::Context;

use super::chance::random;
use super::claim_file;
use super::config::{R2Config, RunConfig, Secret};
use crate::access::{ClaimCode, password};
use crate::ingest::random_key;
use crate::storage::settings::{self, CloudSettings, CloudStore, SetupSettings, StreamSettings};
use crate::storage::{Opened, Origin, Provision, Section, Storage, StreamKey};
use crate::time::unix_millis;
use crate::web::admin::Claim;

/// What the first stream key is called.
const FIRST_KEY: &str = "Main";

/// What the terminal is told.
#[derive(Debug)]
pub struct Provisioned {
    /// How the box can be claimed.
    pub claim: Claim,
    /// The stream key, where whoever sees the terminal may know it.
    pub key: Option<Secret>,
    /// The claim code, while the box belongs to nobody.
    pub code: Option<String>,
}

/// Names the kernel's present boot. Without a name no boot counts as the first.
pub fn boot() -> Option<String> {
    let name = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

/// Says what became of the database.
pub fn report(origin: &Origin) {
    match origin {
        Origin::Known => {}
        Origin::Fresh => log::info!("this is a fresh box"),
        Origin::Replaced(aside) => log::warn!(
            "the database was damaged; it is kept as {}, and the box starts as a fresh one: claim it with its code and \
             set it up again",
            aside.display()
        ),
        Origin::Memory(why) => log::warn!(
            "the database cannot be written ({why}); the box streams, and forgets at the next start what is set now: \
             free the disk or change the card, then restart"
        ),
    }
}

/// Refuses values with which a box does not start. What a person wrote into a text file is asked about before it is
/// used, each value by itself.
pub fn check(config: &RunConfig) -> anyhow::Result<()> {
    if let Some(url) = &config.public_url {
        settings::url("publicUrl", url).context("--public-url")?;
    }
    if let Some(word) = &config.admin_password {
        password::check(word.reveal(), password::LEAST).context("--admin-password")?;
    }
    Ok(())
}

/// Provisions the box if it is nobody's, and finds out how it can be claimed.
pub async fn provision(
    storage: &Storage,
    opened: &Opened,
    boot_known: bool,
    config: &RunConfig,
) -> anyhow::Result<Provisioned> {
    if *storage.claimed().borrow() {
        differences(storage, config).await?;
    } else {
        let given = given(storage, config)?;
        storage.provision(given).await.context("the box could not be provisioned")?;
    }
    let code = ClaimCode::from_random(storage.secret("claim", random()?).await?);
    let claimed = *storage.claimed().borrow();
    let code_file = claim_file::path(&config.data);
    tell_code(&code_file, &code, claimed);
    if !claimed {
        log::info!("the box is not claimed; its claim code is {}", code.reveal());
    }
    let keys = storage.stream_keys().borrow().clone();
    let shown = keys.iter().find(|key| match &config.stream_key {
        Some(given) => given.reveal() == key.key,
        None => !claimed,
    });
    Ok(Provisioned {
        code: (!claimed).then(|| code.reveal()),
        key: shown.map(|key| Secret::from(key.key.clone())),
        claim: Claim { code, first_boot: boot_known && opened.first_boot, code_file },
    })
}

/// What the flags say of a fresh box.
fn given(storage: &Storage, config: &RunConfig) -> anyhow::Result<Provision> {
    let password_hash = match &config.admin_password {
        Some(word) => {
            check(config)?;
            Some(password::hash(word.reveal(), &random()?).context("--admin-password")?)
        }
        None => None,
    };
    let key = match &config.stream_key {
        Some(key) => Some(String::from(key.reveal())),
        // Made once; an unclaimed box keeps the one of its first start.
        None if storage.stream_keys().borrow().is_empty() => Some(random_key(random()?)),
        None => None,
    };
    let settings = storage.settings().borrow().clone();
    let stream = StreamSettings { grace_seconds: grace_seconds(config), ..settings.stream.value.clone() };
    let setup = SetupSettings { step: None, done: true };
    Ok(Provision {
        setup: password_hash.is_some().then_some(setup),
        password_hash,
        key: key.map(|key| StreamKey {
            id: 0,
            name: String::from(FIRST_KEY),
            key,
            takeover: config.takeover.into(),
            created: now(),
            last_used: None,
        }),
        stream: (grace_given(config) && settings.stream.value != stream).then_some(stream),
        cloud: cloud(&config.r2).filter(is_sound),
    })
}

fn grace_seconds(config: &RunConfig) -> u32 {
    u32::try_from(config.grace.as_secs()).unwrap_or(u32::MAX)
}

fn grace_given(config: &RunConfig) -> bool {
    grace_seconds(config) != StreamSettings::default().grace_seconds
}

fn cloud(flags: &R2Config) -> Option<CloudSettings> {
    let secret = |secret: &Option<Secret>| secret.as_ref().map(|secret| String::from(secret.reveal()));
    let any = [&flags.r2_endpoint, &flags.r2_account_id, &flags.r2_bucket].into_iter().any(Option::is_some);
    any.then(|| {
        CloudSettings(Some(CloudStore {
            endpoint: flags.r2_endpoint.clone(),
            account_id: flags.r2_account_id.clone(),
            jurisdiction: flags.r2_jurisdiction.clone(),
            bucket: flags.r2_bucket.clone().unwrap_or_default(),
            access_key_id: secret(&flags.r2_access_key_id).unwrap_or_default(),
            secret_access_key: secret(&flags.r2_secret_access_key).unwrap_or_default(),
            public_url: flags.r2_public_url.clone(),
            prefix: flags.r2_prefix.clone(),
        }))
    })
}

/// A box streams without its cloud; its page says what is missing.
fn is_sound(cloud: &CloudSettings) -> bool {
    let checked = cloud.check();
    if let Err(wrong) = &checked {
        log::warn!(
            "--r2-… ({}): {wrong}; the box starts without cloud storage, set it up on its page",
            wrong.field
        );
    }
    checked.is_ok()
}

/// Says once which flags a box that is set up does not follow.
async fn differences(storage: &Storage, config: &RunConfig) -> anyhow::Result<()> {
    let mut other = Vec::new();
    if let (Some(word), Some(kept)) = (&config.admin_password, storage.password_hash().await?)
        && !password::verify(word.reveal(), &kept)
    {
        other.push("--admin-password");
    }
    let (keys, settings) = (storage.stream_keys().borrow().clone(), storage.settings().borrow().clone());
    if let Some(given) = &config.stream_key
        && keys.iter().all(|key| key.key != given.reveal())
    {
        other.push("--stream-key");
    }
    if grace_given(config) && settings.stream.value.grace_seconds != grace_seconds(config) {
        other.push("--grace");
    }
    if cloud(&config.r2).is_some_and(|cloud| cloud != settings.cloud.value) {
        other.push("--r2-…");
    }
    if !other.is_empty() {
        let flags = other.join(", ");
        log::warn!("{flags}: this box is set up otherwise and was not changed; change it on its admin page");
    }
    Ok(())
}

/// Writes the code beside the database while it opens something, and removes it when it does not.
fn tell_code(file: &Path, code: &ClaimCode, claimed: bool) {
    let told = if claimed { claim_file::remove(file) } else { claim_file::write(file, code) };
    if let Err(error) = told {
        log::warn!(file:% = file.display(), error:% = error; "the claim code's file could not be brought up to date");
    }
}

pub fn now() -> i64 {
    unix_millis(SystemTime::now())
}
