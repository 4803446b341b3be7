//! What a box is given before anybody opened its page: everything in one transaction, or nothing.

use super::settings::{self, CloudSettings, SetupSettings, StreamSettings};
use super::{Storage, StorageError, StreamKey, account, stream_key};

/// What the command line says of a fresh box. `None` leaves it as delivered.
#[derive(Clone, Debug, Default)]
pub struct Provision {
    /// Argon2id hash of the operator's password; it claims the box.
    pub password_hash: Option<String>,
    /// A stream key; one that is there already stays as it is.
    pub key: Option<StreamKey>,
    /// How streams are held.
    pub stream: Option<StreamSettings>,
    /// The cloud's account.
    pub cloud: Option<CloudSettings>,
    /// How far the set-up is.
    pub setup: Option<SetupSettings>,
}

impl Storage {
    /// Gives a box that belongs to nobody what is provisioned. In one that was claimed nothing changes, and the
    /// answer is false.
    ///
    /// # Errors
    /// [`StorageError::Invalid`] and others, with nothing changed.
    pub async fn provision(&self, provision: Provision) -> Result<bool, StorageError> {
        self.ask(move |desk| {
            if account::is_claimed(&desk.connection)? {
                return Ok(false);
            }
            let mut changed = settings::Settings::clone(&desk.settings.borrow());
            let keys = stream_key::load(&desk.connection)?;
            let transaction = desk.connection.transaction()?;
            if let Some(stream) = provision.stream {
                settings::put(&transaction, &mut changed, stream)?;
            }
            if let Some(cloud) = provision.cloud {
                settings::put(&transaction, &mut changed, cloud)?;
            }
            if let Some(setup) = provision.setup {
                settings::put(&transaction, &mut changed, setup)?;
            }
            if let Some(key) = provision.key.filter(|key| keys.iter().all(|known| known.key != key.key)) {
                stream_key::insert(&transaction, &key)?;
            }
            let claims = provision.password_hash.is_some();
            if let Some(hash) = provision.password_hash {
                transaction.execute("INSERT INTO account (id, password_hash) VALUES (1, ?)", [hash])?;
            }
            transaction.commit()?;
            desk.settings.send_replace(changed.into());
            desk.stream_keys.send_replace(stream_key::load(&desk.connection)?);
            desk.claimed.send_replace(claims);
            Ok(true)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::Opened;
    use crate::stream::Takeover;

    fn key(key: &str) -> StreamKey {
        StreamKey {
            id: 0,
            name: String::from("Main"),
            key: key.into(),
            takeover: Takeover::Reject,
            created: 1,
            last_used: None,
        }
    }

    fn given(password: Option<&str>) -> Provision {
        Provision {
            password_hash: password.map(String::from),
            key: Some(key("one")),
            stream: Some(StreamSettings { grace_seconds: 5, ..StreamSettings::default() }),
            cloud: None,
            setup: Some(SetupSettings { step: None, done: password.is_some() }),
        }
    }

    fn start(folder: &std::path::Path) -> Storage {
        let mut opened = Opened::open(folder, "boot", [7; 12], None).unwrap();
        Storage::start(&mut opened).unwrap()
    }

    #[tokio::test]
    async fn a_fresh_box_takes_everything_and_a_claimed_one_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let storage = start(folder.path());
        assert!(storage.provision(given(None)).await.unwrap());
        assert!(!*storage.claimed().borrow());
        assert!(storage.provision(given(Some("hash"))).await.unwrap());
        assert!(*storage.claimed().borrow());
        let other = Provision { key: Some(key("two")), ..given(Some("other")) };
        assert!(!storage.provision(other).await.unwrap());
        let storage = start(folder.path());
        assert_eq!(storage.password_hash().await.unwrap().as_deref(), Some("hash"));
        assert_eq!(
            storage.stream_keys().borrow().iter().map(|key| key.key.clone()).collect::<Vec<_>>(),
            ["one"]
        );
        assert_eq!(storage.settings().borrow().stream.value.grace_seconds, 5);
        assert!(storage.settings().borrow().setup.value.done);
    }

    #[tokio::test]
    async fn a_wrong_value_leaves_the_box_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let storage = start(folder.path());
        let wrong = StreamSettings { grace_seconds: 0, ..StreamSettings::default() };
        let refused = storage.provision(Provision { stream: Some(wrong), ..given(Some("hash")) }).await;
        assert!(matches!(refused, Err(StorageError::Invalid(_))));
        assert!(!*storage.claimed().borrow() && storage.stream_keys().borrow().is_empty());
    }

    #[tokio::test]
    async fn a_secret_is_the_same_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let first = start(folder.path()).secret("cookies", [1; 32]).await.unwrap();
        assert_eq!(first, [1; 32]);
        assert_eq!(start(folder.path()).secret("cookies", [2; 32]).await.unwrap(), [1; 32]);
        assert_eq!(start(folder.path()).secret("claim", [3; 32]).await.unwrap(), [3; 32]);
    }
}
