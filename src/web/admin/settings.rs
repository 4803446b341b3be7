//! Settings by section, as the page reads and writes them. Secrets are read as `***`, and writing `***` keeps them.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Refusal;
use super::body::{self, Json};
use super::desk::hash;
use super::keys::PathText;
use crate::access::password;
use crate::journal::Note;
use crate::storage::settings::{
    BoxSettings, CloudSettings, CloudStore, PageSettings, PosterSettings, RecordingSettings, SetupSettings,
    SharingSettings, StreamSettings, UploadSettings, ViewerSettings,
};
use crate::storage::{Section, Settings, Versioned};
use crate::web::App;

/// Stands for a secret that is set.
const KEPT: &str = "***";

/// What an operator may choose as the time that an event waits for its encoder, seconds. The command line may
/// go beyond.
const GRACE: std::ops::RangeInclusive<u32> = 10..=3_600;

/// Where the system's time zones are; without it names are taken as they come.
const ZONES: &str = "/usr/share/zoneinfo";

#[derive(Serialize)]
struct Shown<'a> {
    r#box: &'a Versioned<BoxSettings>,
    page: &'a Versioned<PageSettings>,
    stream: &'a Versioned<StreamSettings>,
    viewers: Versioned<Viewers>,
    poster: &'a Versioned<PosterSettings>,
    cloud: Versioned<Option<Cloud>>,
    recording: &'a Versioned<RecordingSettings>,
    upload: &'a Versioned<UploadSettings>,
    sharing: &'a Versioned<SharingSettings>,
    setup: &'a Versioned<SetupSettings>,
    /// Where the poster picture is, if there is one.
    #[serde(rename = "posterPicture")]
    poster_picture: Option<String>,
}

/// [`ViewerSettings`] as the page has them.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Viewers {
    password: Option<String>,
}

impl Viewers {
    fn of(settings: &Versioned<ViewerSettings>) -> Versioned<Viewers> {
        let password = settings.value.password_hash.as_ref().map(|_| KEPT.to_owned());
        Versioned { version: settings.version, value: Viewers { password } }
    }
}

/// [`CloudStore`] as the page has it: what is empty is not there.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Cloud {
    endpoint: Option<String>,
    account_id: Option<String>,
    jurisdiction: Option<String>,
    bucket: String,
    access_key_id: String,
    secret_access_key: String,
    public_url: Option<String>,
    prefix: String,
}

impl Cloud {
    fn of(settings: &Versioned<CloudSettings>) -> Versioned<Option<Cloud>> {
        let value = settings.value.0.clone().map(|store| Cloud {
            endpoint: store.endpoint,
            account_id: store.account_id,
            jurisdiction: store.jurisdiction,
            bucket: store.bucket,
            access_key_id: store.access_key_id,
            secret_access_key: KEPT.to_owned(),
            public_url: Some(store.public_url.unwrap_or_default()),
            prefix: store.prefix,
        });
        Versioned { version: settings.version, value }
    }

    /// As it is kept: `***` stands for the secret that was kept before. It signs for whom it was entered and for nobody
    /// else. Threat: a page or a token that may change settings, but not read secrets, and has signatures sent to a
    /// host of its own. A jurisdiction is a host of the same account.
    pub(super) fn kept(self, before: &CloudSettings) -> Result<CloudStore, Refusal> {
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        let mut store = CloudStore {
            endpoint: given(self.endpoint),
            account_id: given(self.account_id),
            jurisdiction: given(self.jurisdiction),
            bucket: self.bucket,
            access_key_id: self.access_key_id,
            secret_access_key: self.secret_access_key,
            public_url: given(self.public_url),
            prefix: self.prefix,
        };
        if store.secret_access_key == KEPT {
            let key = |store: &CloudStore| {
                (store.endpoint.clone(), store.account_id.clone(), store.access_key_id.clone())
            };
            let kept = before.0.as_ref().filter(|before| key(before) == key(&store));
            let none =
                "no secret is kept for this account, endpoint and key; enter the Secret Access Key as well";
            let kept = kept.ok_or_else(|| Refusal::value("secretAccessKey", none))?;
            store.secret_access_key.clone_from(&kept.secret_access_key);
        }
        Ok(store)
    }
}

/// `GET settings`.
pub async fn show(State(app): State<App>) -> Response {
    let settings = app.settings();
    let shown = Shown {
        r#box: &settings.machine,
        page: &settings.page,
        stream: &settings.stream,
        viewers: Viewers::of(&settings.viewers),
        poster: &settings.poster,
        cloud: Cloud::of(&settings.cloud),
        recording: &settings.recording,
        upload: &settings.upload,
        sharing: &settings.sharing,
        setup: &settings.setup,
        poster_picture: app.poster().borrow().as_ref().map(|poster| poster.url()),
    };
    axum::Json(shown).into_response()
}

/// `PUT settings/{section}`: a section as it shall be, and the version that was looked at.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    version: u32,
    value: Value,
}

/// `PUT settings/{section}`.
pub async fn change(
    State(app): State<App>,
    PathText(section): PathText,
    Json(Change { version, value }): Json<Change>,
) -> Result<Response, Refusal> {
    let before = app.settings();
    match section.as_str() {
        BoxSettings::NAME => keep(&app, version, understood(value).and_then(zone_exists)?).await.map(answer),
        PageSettings::NAME => keep::<PageSettings>(&app, version, understood(value)?).await.map(answer),
        StreamSettings::NAME => {
            let stream = understood(value).and_then(|stream| grace_in_bounds(stream, &before))?;
            keep::<StreamSettings>(&app, version, stream).await.map(answer)
        }
        ViewerSettings::NAME => {
            let viewers = viewers(understood(value)?, &before).await?;
            keep::<ViewerSettings>(&app, version, viewers).await.map(|kept| answer(Viewers::of(&kept)))
        }
        PosterSettings::NAME => keep::<PosterSettings>(&app, version, understood(value)?).await.map(answer),
        CloudSettings::NAME => {
            let given: Option<Cloud> = understood(value)?;
            let store = given.map(|cloud| cloud.kept(&before.cloud.value)).transpose()?;
            let cloud = CloudSettings(store);
            keep::<CloudSettings>(&app, version, cloud).await.map(|kept| answer(Cloud::of(&kept)))
        }
        RecordingSettings::NAME => {
            keep::<RecordingSettings>(&app, version, understood(value)?).await.map(answer)
        }
        UploadSettings::NAME => keep::<UploadSettings>(&app, version, understood(value)?).await.map(answer),
        SharingSettings::NAME => keep::<SharingSettings>(&app, version, understood(value)?).await.map(answer),
        SetupSettings::NAME => keep::<SetupSettings>(&app, version, understood(value)?).await.map(answer),
        _ => Err(Refusal::missing()),
    }
}

/// A value of the right shape, with every field given.
pub(super) fn understood<T: Serialize + DeserializeOwned>(value: Value) -> Result<T, Refusal> {
    let understood = body::of_value(&value)?;
    body::complete(&value, &understood)?;
    Ok(understood)
}

async fn keep<S: Section>(app: &App, version: u32, value: S) -> Result<Versioned<S>, Refusal> {
    let kept = app.desk().storage.change(version, value).await?;
    if let Some(what) = operators_word(S::NAME).filter(|_| kept.version > version) {
        app.desk().note(Note::SettingsChanged { what: String::from(what) });
    }
    Ok(kept)
}

/// What the operator calls a section; `None` for one that changes by itself.
fn operators_word(section: &str) -> Option<&'static str> {
    match section {
        BoxSettings::NAME => Some("the box"),
        PageSettings::NAME => Some("the page"),
        StreamSettings::NAME => Some("picture and delay"),
        ViewerSettings::NAME => Some("who may watch"),
        PosterSettings::NAME => Some("the poster"),
        CloudSettings::NAME => Some("the cloud storage"),
        RecordingSettings::NAME => Some("recording"),
        UploadSettings::NAME => Some("what is sent to the cloud"),
        SharingSettings::NAME => Some("sharing"),
        _ => None,
    }
}

fn answer<T: Serialize>(section: Versioned<T>) -> Response {
    axum::Json(section).into_response()
}

fn zone_exists(settings: BoxSettings) -> Result<BoxSettings, Refusal> {
    settings.check()?;
    // The check above leaves no dots in it: the path stays inside.
    let (zones, zone) = (std::path::Path::new(ZONES), &settings.time_zone);
    if zones.join("UTC").exists() && !zones.join(zone).is_file() {
        return Err(Refusal::value("timeZone", "there is no such time zone; one is Europe/Berlin"));
    }
    Ok(settings)
}

fn grace_in_bounds(stream: StreamSettings, before: &Settings) -> Result<StreamSettings, Refusal> {
    let same = before.stream.value.grace_seconds == stream.grace_seconds;
    if same || GRACE.contains(&stream.grace_seconds) {
        Ok(stream)
    } else {
        Err(Refusal::value("graceSeconds", "between 10 seconds and an hour (3600)"))
    }
}

async fn viewers(given: Viewers, before: &Settings) -> Result<ViewerSettings, Refusal> {
    let password_hash = match given.password {
        None => None,
        // Whoever changes it between this reading and the writing makes this version stale.
        Some(kept) if kept == KEPT => before.viewers.value.password_hash.clone(),
        Some(new) => {
            password::check(&new, password::LEAST_FOR_VIEWERS)?;
            Some(hash(new).await?)
        }
    };
    Ok(ViewerSettings { password_hash })
}
