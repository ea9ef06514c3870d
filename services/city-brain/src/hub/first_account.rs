//! The first account of a new hub: printed once, kept in `run/first-password` until it is changed.

use std::path::Path;

use service_kit::Clock;
use service_kit::identity::{Identity, random_password};

use super::addresses::write_private;
use crate::failure::{Failure, chain};

/// Name of the first account.
const NAME: &str = "admin";

/// Name and password of the first account.
#[derive(Clone, Debug)]
pub struct FirstAccount {
    /// Sign-in name.
    pub name: String,
    /// Password.
    pub password: String,
}

/// Creates the first account of a new hub, or finds its password while it is still unchanged.
pub(super) async fn ensure(
    identity: &Identity,
    data_dir: &Path,
    clock: &Clock,
) -> Result<Option<FirstAccount>, Failure> {
    let path = data_dir.join("run").join("first-password");
    let book = identity.book();
    if let Some(account) = book.account(NAME) {
        if !account.first_password {
            if path.exists() && std::fs::remove_file(&path).is_err() {
                tracing::warn!(path = %path.display(), "the used first password cannot be removed");
            }
            return Ok(None);
        }
        return Ok(read(&path));
    }
    let password = random_password();
    // The file first: a password that is in the log and nowhere else would lock everyone out.
    write_private(&path, &format!("{NAME} {password}"))
        .map_err(|error| Failure::dependency(format!("{}: {error}", path.display())))?;
    let created = identity
        .create_first_account(NAME, &password, clock.now())
        .await
        .map_err(|error| Failure::dependency(chain(&error)))?;
    Ok(created.then(|| FirstAccount {
        name: NAME.to_owned(),
        password,
    }))
}

fn read(path: &Path) -> Option<FirstAccount> {
    let text = std::fs::read_to_string(path).ok()?;
    let (name, password) = text.trim().split_once(' ')?;
    Some(FirstAccount {
        name: name.to_owned(),
        password: password.to_owned(),
    })
}
