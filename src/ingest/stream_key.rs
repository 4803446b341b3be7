//! Stream keys: who may publish now, and who must not any more.

use std::fmt;
use std::sync::Arc;

use subtle::{ConditionallySelectable, ConstantTimeEq};
use tokio::sync::{mpsc, watch};

use crate::storage::StreamKey;
use crate::stream::Takeover;

/// Letters and digits that nobody confuses, in a shape that is easy to read aloud: `abcd-efgh-…`.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const GROUPS: usize = 4;
const GROUP: usize = 4;

/// A key of 80 random bits.
pub fn random_key(random: [u8; GROUPS * GROUP]) -> String {
    let letters: Vec<char> = random.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
    let groups: Vec<String> = letters.chunks(GROUP).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

/// What a right key allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admission {
    /// The key's number.
    pub id: i64,
    /// What the operator calls the key.
    pub name: String,
    /// What happens when another encoder publishes already.
    pub takeover: Takeover,
}

/// The keys that may publish, as they are now; clones see the same changes.
#[derive(Clone)]
pub struct KeyRing {
    keys: watch::Receiver<Arc<[StreamKey]>>,
    claimed: watch::Receiver<bool>,
    used: mpsc::Sender<i64>,
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing").field("keys", &"***").finish_non_exhaustive()
    }
}

impl KeyRing {
    /// A ring of keys that may change at any time. Until the box is `claimed` only its test card may publish. The
    /// number of a key goes to `used` when an encoder was let in by it; when nobody keeps up it is lost.
    pub fn new(
        keys: watch::Receiver<Arc<[StreamKey]>>,
        claimed: watch::Receiver<bool>,
        used: mpsc::Sender<i64>,
    ) -> Self {
        KeyRing { keys, claimed, used }
    }

    /// What the offered key allows, if it is one of ours. Every key is compared to its end in constant time, and the
    /// comparisons are the same whichever matches, so that an answer's delay tells nothing of any key but its length.
    pub fn check(&self, offered: &str) -> Option<Admission> {
        let keys = Arc::clone(&self.keys.borrow());
        let mut found = u32::MAX;
        for (index, key) in (0_u32..).zip(keys.iter()) {
            let equal = key.key.as_bytes().ct_eq(offered.as_bytes());
            found.conditional_assign(&index, equal);
        }
        let key = keys.get(usize::try_from(found).ok()?)?;
        Some(Admission { id: key.id, name: key.name.clone(), takeover: key.takeover })
    }

    /// Whether somebody owns this box.
    pub fn is_claimed(&self) -> bool {
        *self.claimed.borrow()
    }

    /// Notes that an encoder was let in by a key.
    pub fn note_use(&self, id: i64) {
        // The time of a last use is a courtesy; nobody waits for it.
        let _ = self.used.try_send(id);
    }

    /// Waits until a key is no longer one of ours. Cancel-safe.
    pub async fn revoked(&mut self, id: i64) {
        let gone = |keys: &Arc<[StreamKey]>| !keys.iter().any(|key| key.id == id);
        if self.keys.wait_for(gone).await.is_err() {
            // The keeper of the keys is gone with the program; nothing is revoked by that.
            std::future::pending().await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: i64, key: &str, takeover: Takeover) -> StreamKey {
        let (name, key) = (format!("camera-{id}"), String::from(key));
        StreamKey { id, name, key, takeover, created: 0, last_used: None }
    }

    fn ring() -> (KeyRing, watch::Sender<Arc<[StreamKey]>>) {
        let keys = [key(3, "one", Takeover::Reject), key(5, "two", Takeover::Standby)];
        let (sender, keys) = watch::channel(Arc::from(keys));
        let (_, claimed) = watch::channel(true);
        let (used, _) = mpsc::channel(1);
        (KeyRing::new(keys, claimed, used), sender)
    }

    #[test]
    fn only_the_whole_key_opens() {
        let (ring, _sender) = ring();
        let admission = Admission { id: 5, name: String::from("camera-5"), takeover: Takeover::Standby };
        assert_eq!(ring.check("two"), Some(admission));
        for wrong in ["", "on", "onee", "One", "three"] {
            assert_eq!(ring.check(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn without_keys_nothing_opens() {
        let (ring, sender) = ring();
        sender.send_replace(Arc::from([]));
        assert_eq!(ring.check("two"), None);
        assert_eq!(ring.check(""), None);
    }

    #[tokio::test]
    async fn a_revoked_key_is_noticed_and_a_renamed_one_is_kept() {
        let (mut ring, sender) = ring();
        sender.send_replace(Arc::from([key(3, "one", Takeover::Replace), key(5, "two", Takeover::Reject)]));
        let changed = async { sender.send_replace(Arc::from([key(5, "two", Takeover::Reject)])) };
        tokio::join!(ring.revoked(3), changed);
        assert_eq!(ring.check("one"), None);
    }

    #[test]
    fn a_key_never_shows_in_a_log() {
        assert_eq!(random_key([7; 16]), "7777-7777-7777-7777");
        assert!(!format!("{:?}", ring().0).contains("two"));
    }
}
