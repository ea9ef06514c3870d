//! Reading as a user who may only read: every query goes through here, with limits and typed errors.

use std::time::Duration;

use clickhouse::error::Error as ClientError;
use clickhouse::{Client, RowOwned, RowRead};
use tokio::sync::watch;

use crate::connection::check_database_name;
use crate::query::sql::{Param, Sql};
use crate::{StoreConfig, StoreError};

/// Longest wait for a query's last row; the server stops by its own limit before.
const QUERY_WAIT: Duration = Duration::from_secs(20);
/// The server's own limit, in seconds.
const QUERY_SECONDS: &str = "15";

/// Named queries over the tables. Cheap to clone.
#[derive(Clone)]
pub struct Reader {
    /// A client per database: it remembers how tables look.
    client: watch::Receiver<Client>,
    url: String,
    user: String,
}

impl Reader {
    /// A reader; connects with the first query.
    pub fn new(config: &StoreConfig) -> Result<Self, StoreError> {
        // The last value stays readable when its sender is gone.
        let (_, client) = watch::channel(client(config)?);
        Ok(Self {
            client,
            url: config.url.clone(),
            user: config.user.clone(),
        })
    }

    /// A reader of whichever database is in force: each query asks the one of its beginning.
    ///
    /// Follows until the sender of `databases` is gone, and then stays with the last one.
    pub fn following(
        config: &StoreConfig,
        mut databases: watch::Receiver<String>,
    ) -> Result<Self, StoreError> {
        let present = databases.borrow_and_update().clone();
        let (switch, following) = watch::channel(client(&config.in_database(&present))?);
        let place = config.clone();
        tokio::spawn(async move {
            while databases.changed().await.is_ok() {
                let database = databases.borrow_and_update().clone();
                match client(&place.in_database(&database)) {
                    Ok(fresh) => {
                        switch.send_replace(fresh);
                    }
                    Err(error) => tracing::error!(%error, "the tables in force cannot be read"),
                }
            }
        });
        Ok(Self {
            client: following,
            url: config.url.clone(),
            user: config.user.clone(),
        })
    }

    /// Answers whether the database can be read now.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.rows::<u8>(Sql::new("SELECT toUInt8(1) FROM migrations LIMIT 1"))
            .await
            .map(drop)
    }

    /// Runs a query to its last row.
    pub(crate) async fn rows<T: RowOwned + RowRead>(&self, sql: Sql) -> Result<Vec<T>, StoreError> {
        let (text, params) = sql.finish();
        let client = self.client.borrow().clone();
        let mut query = client.query_raw(&text);
        for (n, param) in params.into_iter().enumerate() {
            let name = format!("p{n}");
            query = match param {
                Param::Text(value) => query.param(&name, value),
                Param::Texts(values) => query.param(&name, values),
                Param::Integer(value) => query.param(&name, value),
                Param::Integers(values) => query.param(&name, values),
                Param::Number(value) => query.param(&name, value),
                Param::Edges(values) => query.param(&name, values),
            };
        }
        tokio::time::timeout(QUERY_WAIT, query.fetch_all::<T>())
            .await
            .map_err(|_| StoreError::Unreachable {
                url: self.url.clone(),
                reason: format!("no answer within {} s", QUERY_WAIT.as_secs()),
            })?
            .map_err(|error| self.sorted(error))
    }

    /// Runs a query that gives at most one row.
    pub(crate) async fn row<T: RowOwned + RowRead>(
        &self,
        sql: Sql,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.rows(sql).await?.into_iter().next())
    }

    fn sorted(&self, error: ClientError) -> StoreError {
        match error {
            ClientError::BadResponse(text) => StoreError::from_text(&text, &self.user),
            ClientError::Network(source) => {
                let text = source.to_string();
                StoreError::Unreachable {
                    url: self.url.clone(),
                    reason: text,
                }
            }
            ClientError::TimedOut => StoreError::Unreachable {
                url: self.url.clone(),
                reason: "the connection timed out".to_owned(),
            },
            ClientError::InvalidParams(source) => StoreError::Query(source.to_string()),
            ClientError::SchemaMismatch(text) => StoreError::Schema {
                code: 0,
                message: text,
            },
            other => StoreError::from_text(&other.to_string(), &self.user),
        }
    }
}

fn client(config: &StoreConfig) -> Result<Client, StoreError> {
    check_database_name(&config.database)?;
    Ok(Client::default()
        .with_url(&config.url)
        .with_database(&config.database)
        .with_user(&config.user)
        .with_password(&config.password)
        .with_setting("max_execution_time", QUERY_SECONDS))
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader")
            .field("url", &self.url)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}
