//! What a caller says when it starts the stack, and what it gets to know about it.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::Progress;

/// What to start, and where.
#[derive(Clone, Debug)]
pub struct StackConfig {
    /// Everything that must survive a restart lives under this folder.
    pub data_dir: PathBuf,
    /// What is fetched once per machine lives here; see [`crate::cache_dir_default`].
    pub cache_dir: PathBuf,
    /// An executable whose `main` calls [`crate::run_launcher_if_asked`] first.
    pub launcher: PathBuf,
    /// Whether to start Apache Kafka.
    pub kafka: bool,
    /// Whether to start ClickHouse.
    pub clickhouse: bool,
    /// Who hears of downloads and of the steps of starting.
    pub progress: Progress,
}

/// Where ClickHouse answers, and as whom.
#[derive(Clone, Debug)]
pub struct ClickHouseAddress {
    /// The HTTP interface, such as `http://127.0.0.1:41234`.
    pub url: String,
    /// Makes and changes databases and tables named `city*`.
    pub admin: Credential,
    /// Inserts into and reads from databases named `city*`.
    pub writer: Credential,
    /// Reads databases named `city*`, within limits.
    pub reader: Credential,
}

/// A name and a password.
#[derive(Clone, Serialize, Deserialize)]
pub struct Credential {
    /// The name.
    pub user: String,
    /// The password; never printed by `Debug`.
    pub password: String,
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}
