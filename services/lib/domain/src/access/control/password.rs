//! argon2id over passwords: slow on purpose, so callers run it where blocking is allowed.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

/// A password's hash in PHC form; `None` only if the salt is refused, which 16 bytes never are.
pub fn hash_password(password: &str, salt: &[u8; 16]) -> Option<String> {
    Argon2::default()
        .hash_password_with_salt(password.as_bytes(), salt)
        .ok()
        .map(|hash| hash.to_string())
}

/// Whether the password is the hashed one. Without a hash (no such account) the same work is
/// done all the same, so that the time taken does not tell which names exist.
pub fn password_matches(password: &str, hash: Option<&str>) -> bool {
    if let Some(hash) = hash {
        return Argon2::default()
            .verify_password(password.as_bytes(), hash)
            .is_ok();
    }
    let spent = hash_password(password, b"no such account.");
    drop(spent);
    false
}
