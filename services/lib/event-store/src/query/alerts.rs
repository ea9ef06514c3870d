//! Alerts in their latest state.

use std::fmt;
use std::str::FromStr;

use domain::alert::Alert;
use domain::filter::AlertFilter;
use event_schemas::city::Millis;

use super::conditions::alert;
use super::page::{Page, PageRequest};
use super::sql::Sql;
use crate::{Reader, StoreError};

/// A place in the list of alerts, which runs by the moment they were raised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertCursor {
    /// When it was raised.
    pub raised_at: Millis,
    /// Its id.
    pub id: String,
}

impl AlertCursor {
    /// Where this alert stands in the list.
    pub fn of(alert: &Alert) -> Self {
        Self {
            raised_at: alert.raised_at,
            id: alert.id.clone(),
        }
    }
}

impl fmt::Display for AlertCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.raised_at.0, self.id)
    }
}

impl FromStr for AlertCursor {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        let (raised_at, id) = moment_and_id(text)?;
        Ok(Self { raised_at, id })
    }
}

/// Reads `<milliseconds>.<id>`.
pub(super) fn moment_and_id(text: &str) -> Result<(Millis, String), StoreError> {
    text.split_once('.')
        .and_then(|(time, id)| Some((Millis(time.parse().ok()?), id.to_owned())))
        .ok_or_else(|| StoreError::Query(format!("'{text}' is not a cursor of this list")))
}

impl Reader {
    /// A page of alerts in their latest state, the last raised first.
    pub async fn alerts(
        &self,
        filter: &AlertFilter,
        page: &PageRequest<AlertCursor>,
    ) -> Result<Page<Alert>, StoreError> {
        page.check()?;
        let mut sql = Sql::new("SELECT state FROM alerts FINAL WHERE ");
        let condition = alert(&mut sql, filter, 0)?;
        sql.push(&condition);
        for (cursor, op) in [(&page.after, "<"), (&page.before, ">")] {
            let Some(cursor) = cursor else { continue };
            let time = sql.bind(cursor.raised_at.0);
            let id = sql.bind(cursor.id.as_str());
            sql.push(&format!(
                " AND (raised_at, id) {op} (fromUnixTimestamp64Milli({time}, 'UTC'), {id})"
            ));
        }
        sql.push(&page.order(&["raised_at", "id"]));
        let rows = self.rows::<String>(sql).await?;
        page.page(rows).try_map(|state| parse(&state))
    }

    /// One alert in its latest state.
    pub async fn alert(&self, id: &str) -> Result<Option<Alert>, StoreError> {
        let mut sql = Sql::new("SELECT state FROM alerts FINAL WHERE id = ");
        let id = sql.bind(id);
        sql.push(&id);
        self.row::<String>(sql)
            .await?
            .map(|state| parse(&state))
            .transpose()
    }
}

/// Reads a state that the recorder stored as it stood in the log.
pub(super) fn parse<T: serde::de::DeserializeOwned>(state: &str) -> Result<T, StoreError> {
    serde_json::from_str(state).map_err(|error| StoreError::Schema {
        code: 0,
        message: format!("a stored state cannot be read by this version: {error}"),
    })
}
