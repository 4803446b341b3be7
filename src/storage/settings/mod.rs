//! What the operator sets: typed sections, each with a version, validated before they are written.
//!
//! A section is one JSON document. Its version grows with every change, and a change names the version it was made
//! from, so that two open pages do not overwrite each other unseen.

mod check;
mod cloud;
mod machine;
mod page;
mod recording;
mod sharing;
mod upload;

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use check::{Invalid, text, url};
pub use cloud::{CloudSettings, CloudStore};
pub use machine::{BoxSettings, Latency, SetupSettings, StreamSettings};
pub use page::{PageSettings, PosterSettings, ViewerSettings};
pub use recording::RecordingSettings;
pub use sharing::{SharingSettings, TrackerSettings};
pub use upload::UploadSettings;

use super::{Storage, StorageError};

/// A section and how often it was changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Versioned<S> {
    /// 0: as delivered.
    pub version: u32,
    /// What is set.
    pub value: S,
}

/// Everything that is set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The box itself.
    pub machine: Versioned<BoxSettings>,
    /// The viewers' page.
    pub page: Versioned<PageSettings>,
    /// How streams are made and held.
    pub stream: Versioned<StreamSettings>,
    /// Who may watch.
    pub viewers: Versioned<ViewerSettings>,
    /// The printed poster.
    pub poster: Versioned<PosterSettings>,
    /// The cloud's account.
    pub cloud: Versioned<CloudSettings>,
    /// What is kept on the disk.
    pub recording: Versioned<RecordingSettings>,
    /// What is sent to the cloud.
    pub upload: Versioned<UploadSettings>,
    /// What is shared with peers.
    pub sharing: Versioned<SharingSettings>,
    /// How far the set-up is.
    pub setup: Versioned<SetupSettings>,
}

impl Settings {
    /// Whether what is on air is seeded. Never while viewers need a password: an info hash would be enough to get the
    /// stream past it.
    pub fn seeds(&self) -> bool {
        self.sharing.value.seed && self.viewers.value.password_hash.is_none()
    }
}

/// One section of the settings.
pub trait Section: Serialize + DeserializeOwned + Default + Clone + Send + Sync + 'static {
    /// Its name in the database and in the interface.
    const NAME: &'static str;

    /// Refuses a wrong value.
    ///
    /// # Errors
    /// [`Invalid`]: which field, and why.
    fn check(&self) -> Result<(), Invalid>;

    /// Where it stands.
    fn place(settings: &mut Settings) -> &mut Versioned<Self>;
}

/// Everything that is set in a file. A document that cannot be read any more counts as not set.
pub(super) fn load(connection: &Connection) -> Result<Settings, StorageError> {
    let mut settings = Settings::default();
    load_section::<BoxSettings>(connection, &mut settings)?;
    load_section::<PageSettings>(connection, &mut settings)?;
    load_section::<StreamSettings>(connection, &mut settings)?;
    load_section::<ViewerSettings>(connection, &mut settings)?;
    load_section::<PosterSettings>(connection, &mut settings)?;
    load_section::<CloudSettings>(connection, &mut settings)?;
    load_section::<RecordingSettings>(connection, &mut settings)?;
    load_section::<UploadSettings>(connection, &mut settings)?;
    load_section::<SharingSettings>(connection, &mut settings)?;
    load_section::<SetupSettings>(connection, &mut settings)?;
    Ok(settings)
}

fn load_section<S: Section>(connection: &Connection, settings: &mut Settings) -> Result<(), StorageError> {
    let row = connection
        .query_row("SELECT version, document FROM settings WHERE section = ?", [S::NAME], |row| {
            Ok((row.get::<_, u32>(0)?, row.get::<_, String>(1)?))
        })
        .optional()?;
    let Some((version, document)) = row else { return Ok(()) };
    let value = match serde_json::from_str::<S>(&document) {
        Ok(value) if value.check().is_ok() => value,
        _ => {
            log::warn!(section = S::NAME; "these settings cannot be read any more; they are as delivered again");
            S::default()
        }
    };
    *S::place(settings) = Versioned { version, value };
    Ok(())
}

/// Writes a section, whatever its version was.
pub(super) fn put<S: Section>(
    connection: &Connection,
    settings: &mut Settings,
    value: S,
) -> Result<Versioned<S>, StorageError> {
    value.check()?;
    let place = S::place(settings);
    let changed = Versioned { version: place.version + 1, value };
    let document = serde_json::to_string(&changed.value).map_err(|_| Invalid::unwritable())?;
    connection.execute(
        "INSERT OR REPLACE INTO settings (section, version, document) VALUES (?, ?, ?)",
        params![S::NAME, changed.version, document],
    )?;
    *place = changed.clone();
    Ok(changed)
}

impl Storage {
    /// Replaces a section that was read at `version`.
    ///
    /// # Errors
    /// [`StorageError::Invalid`] and [`StorageError::Stale`], with nothing changed.
    pub async fn change<S: Section>(&self, version: u32, value: S) -> Result<Versioned<S>, StorageError> {
        value.check()?;
        self.ask(move |desk| {
            let mut settings = Settings::clone(&desk.settings.borrow());
            let place = S::place(&mut settings);
            if place.version != version {
                return Err(StorageError::Stale);
            }
            if place.version > 0
                && serde_json::to_value(&place.value).ok() == serde_json::to_value(&value).ok()
            {
                return Ok(place.clone());
            }
            let changed = put(&desk.connection, &mut settings, value)?;
            desk.settings.send_replace(Arc::new(settings));
            Ok(changed)
        })
        .await
    }
}
