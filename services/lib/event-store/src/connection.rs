//! One user's HTTP connection to ClickHouse: bounded waits, answers sorted into typed errors.

use std::time::Duration;

use bytes::Bytes;

use crate::{StoreConfig, StoreError};

/// Longest wait for a connection.
const CONNECT_WAIT: Duration = Duration::from_secs(3);
/// Longest wait for an answer. An insert of the largest batch takes well below a second on a busy machine.
const ANSWER_WAIT: Duration = Duration::from_secs(30);

/// Sends statements and inserts as one user. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    http: reqwest::Client,
    config: StoreConfig,
}

impl Connection {
    pub(crate) fn new(config: &StoreConfig) -> Result<Self, StoreError> {
        Self::waiting(config, ANSWER_WAIT)
    }

    /// For statements over whole tables: as [`Self::new`], with this longest wait for an answer.
    pub(crate) fn waiting(config: &StoreConfig, answer: Duration) -> Result<Self, StoreError> {
        check_database_name(&config.database)?;
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_WAIT)
            .timeout(answer)
            .tcp_nodelay(true)
            .no_proxy()
            .build()
            .map_err(|error| unreachable(&config.url, &error))?;
        Ok(Self {
            http,
            config: config.clone(),
        })
    }

    pub(crate) const fn config(&self) -> &StoreConfig {
        &self.config
    }

    /// Runs a statement (in the database, unless it does not exist yet) and returns the answer's text.
    pub(crate) async fn execute(
        &self,
        statement: &str,
        in_database: bool,
    ) -> Result<String, StoreError> {
        let database = if in_database {
            self.config.database.as_str()
        } else {
            "default"
        };
        self.post(
            &[("database", database)],
            Bytes::copy_from_slice(statement.as_bytes()),
        )
        .await
    }

    /// Posts `body` with settings in the URL.
    pub(crate) async fn post(
        &self,
        settings: &[(&str, &str)],
        body: Bytes,
    ) -> Result<String, StoreError> {
        let mut url =
            reqwest::Url::parse(&self.config.url).map_err(|error| StoreError::Unreachable {
                url: self.config.url.clone(),
                reason: format!("the address is not a URL: {error}"),
            })?;
        url.query_pairs_mut().extend_pairs(settings);
        let answer = self
            .http
            .post(url)
            .header("X-ClickHouse-User", &self.config.user)
            .header("X-ClickHouse-Key", &self.config.password)
            .body(body)
            .send()
            .await
            .map_err(|error| unreachable(&self.config.url, &error))?;
        let refused = !answer.status().is_success()
            || answer.headers().contains_key("X-ClickHouse-Exception-Code");
        let text = answer
            .text()
            .await
            .map_err(|error| unreachable(&self.config.url, &error))?;
        if refused {
            Err(StoreError::from_text(&text, &self.config.user))
        } else {
            Ok(text)
        }
    }
}

fn unreachable(url: &str, error: &reqwest::Error) -> StoreError {
    let mut reason = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        reason = format!("{reason}: {inner}");
        source = inner.source();
    }
    StoreError::Unreachable {
        url: url.to_owned(),
        reason,
    }
}

/// A database name stands in statements as an identifier, so it is checked, not escaped.
pub(crate) fn check_database_name(name: &str) -> Result<(), StoreError> {
    let fits = !name.is_empty()
        && name.len() <= 63
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if fits {
        Ok(())
    } else {
        Err(StoreError::DatabaseName(name.to_owned()))
    }
}
