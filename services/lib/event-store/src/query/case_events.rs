//! Timelines of cases from the table of all decisions.

use domain::case::TimelineEntry;

use super::alerts::parse;
use super::page::{Page, PageRequest};
use super::sql::Sql;
use crate::{Reader, StoreError};

impl Reader {
    /// A page of a case's timeline, the latest entry first; the cursor is the entry's offset.
    pub async fn timeline(
        &self,
        case: &str,
        page: &PageRequest<i64>,
    ) -> Result<Page<TimelineEntry>, StoreError> {
        page.check()?;
        let mut sql = Sql::new("SELECT entries FROM case_events WHERE accepted AND has(cases, ");
        let id = sql.bind(case);
        sql.push(&format!("{id})"));
        for (cursor, op) in [(page.after, "<"), (page.before, ">")] {
            let Some(offset) = cursor else { continue };
            let offset = sql.bind(offset);
            sql.push(&format!(" AND offset {op} {offset}"));
        }
        sql.push(&page.order(&["offset"]));
        let rows = self.rows::<String>(sql).await?;
        // One record may write a line in several cases' timelines (a merge): ours is wanted.
        let own = |entries: String| {
            let entries: Vec<TimelineEntry> = parse(&entries)?;
            entries
                .into_iter()
                .find(|entry| entry.case == case)
                .ok_or_else(|| StoreError::Schema {
                    code: 0,
                    message: format!(
                        "a decision names case {case} but has no timeline entry for it"
                    ),
                })
        };
        page.page(rows).try_map(own)
    }
}
