//! Passwords: what is long enough, and how they are kept (argon2id, RFC 9106).

use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};

/// Characters of the operator's password.
pub const LEAST: usize = 10;

/// Characters of the viewers' password, which is written on a blackboard and guards no more than a stream.
pub const LEAST_FOR_VIEWERS: usize = 4;

/// Bytes of any password. Threat: megabytes to hash.
pub const MOST: usize = 200;

/// 19 MiB, two passes, one lane: OWASP's choice for argon2id.
const MEMORY: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short.
    #[error("a password has at least {0} characters; this one is shorter")]
    Short(usize),
    /// Too long.
    #[error("a password has at most {MOST} bytes; this one is longer")]
    Long,
    /// Argon2 refused.
    #[error("the password could not be hashed; is the box out of memory?")]
    Hash,
}

static HASHER: LazyLock<Argon2<'static>> = LazyLock::new(|| {
    let parameters = Params::new(MEMORY, PASSES, LANES, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
});

/// Refuses a new password that is too short or too long.
///
/// # Errors
/// Which of the two.
pub fn check(password: &str, least: usize) -> Result<(), PasswordError> {
    if password.len() > MOST {
        Err(PasswordError::Long)
    } else if password.chars().count() < least {
        Err(PasswordError::Short(least))
    } else {
        Ok(())
    }
}

/// The hash that is kept (PHC string). Takes 19 MiB and, on purpose, its time.
///
/// # Errors
/// [`PasswordError::Hash`].
pub fn hash(password: &str, salt: &[u8; 16]) -> Result<String, PasswordError> {
    let hash: PasswordHash =
        HASHER.hash_password_with_salt(password.as_bytes(), salt).map_err(|_| PasswordError::Hash)?;
    Ok(hash.to_string())
}

/// Whether it is the password of a kept hash; as slow as [`hash`].
pub fn verify(password: &str, kept: &str) -> bool {
    let Ok(kept) = PasswordHash::new(kept) else { return false };
    password.len() <= MOST && HASHER.verify_password(password.as_bytes(), &kept).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_of_one_password_and_its_salt() {
        let kept = hash("correct horse battery", &[1; 16]).unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(verify("correct horse battery", &kept));
        for wrong in ["", "correct horse batter", "Correct horse battery", "correct horse battery "] {
            assert!(!verify(wrong, &kept), "{wrong}");
        }
        assert_ne!(hash("correct horse battery", &[2; 16]).unwrap(), kept);
        assert!(!verify("x", "not a hash"));
    }

    #[test]
    fn length_is_counted_as_people_count() {
        assert_eq!(check("пароль1234", LEAST), Ok(()));
        assert_eq!(check("nine char", LEAST), Err(PasswordError::Short(LEAST)));
        assert_eq!(check(&"x".repeat(MOST), LEAST), Ok(()));
        assert_eq!(check(&"x".repeat(MOST + 1), LEAST), Err(PasswordError::Long));
    }
}
