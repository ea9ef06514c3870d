//! Where ClickHouse is, and as whom we speak to it.

use std::fmt;

/// Address and credential of one user of the store.
#[derive(Clone, PartialEq, Eq)]
pub struct StoreConfig {
    /// The HTTP interface, e.g. `http://127.0.0.1:8123`.
    pub url: String,
    /// The database, e.g. `city`.
    pub database: String,
    /// The user's name.
    pub user: String,
    /// The user's password; never printed.
    pub password: String,
}

impl StoreConfig {
    /// The same user in another database.
    pub fn in_database(&self, database: &str) -> Self {
        Self {
            database: database.to_owned(),
            ..self.clone()
        }
    }
}

impl fmt::Debug for StoreConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreConfig")
            .field("url", &self.url)
            .field("database", &self.database)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}
