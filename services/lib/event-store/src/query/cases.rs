//! Cases in their latest accepted state.

use std::fmt;
use std::str::FromStr;

use domain::case::Case;
use domain::filter::CaseFilter;
use event_schemas::city::Millis;

use super::alerts::{moment_and_id, parse};
use super::conditions::case;
use super::page::{Page, PageRequest};
use super::sql::Sql;
use crate::{Reader, StoreError};

/// A place in the list of cases, which runs by the moment they were opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseCursor {
    /// When it was opened.
    pub opened_at: Millis,
    /// Its id.
    pub id: String,
}

impl CaseCursor {
    /// Where this case stands in the list.
    pub fn of(case: &Case) -> Self {
        Self {
            opened_at: case.opened_at,
            id: case.id.clone(),
        }
    }
}

impl fmt::Display for CaseCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.opened_at.0, self.id)
    }
}

impl FromStr for CaseCursor {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        let (opened_at, id) = moment_and_id(text)?;
        Ok(Self { opened_at, id })
    }
}

impl Reader {
    /// A page of cases in their latest state, the last opened first.
    pub async fn cases(
        &self,
        filter: &CaseFilter,
        page: &PageRequest<CaseCursor>,
    ) -> Result<Page<Case>, StoreError> {
        page.check()?;
        let mut sql = Sql::new("SELECT body FROM cases FINAL WHERE ");
        let condition = case(&mut sql, filter, 0)?;
        sql.push(&condition);
        for (cursor, op) in [(&page.after, "<"), (&page.before, ">")] {
            let Some(cursor) = cursor else { continue };
            let time = sql.bind(cursor.opened_at.0);
            let id = sql.bind(cursor.id.as_str());
            sql.push(&format!(
                " AND (opened_at, id) {op} (fromUnixTimestamp64Milli({time}, 'UTC'), {id})"
            ));
        }
        sql.push(&page.order(&["opened_at", "id"]));
        let rows = self.rows::<String>(sql).await?;
        page.page(rows).try_map(|body| parse(&body))
    }

    /// One case in its latest state, by id.
    pub async fn case(&self, id: &str) -> Result<Option<Case>, StoreError> {
        let mut sql = Sql::new("SELECT body FROM cases FINAL WHERE id = ");
        let id = sql.bind(id);
        sql.push(&id);
        self.row::<String>(sql)
            .await?
            .map(|body| parse(&body))
            .transpose()
    }
}
