//! Dead letters grouped by what is wrong with them: what one fix will mend.

use async_graphql::{Context, Object};
use event_store::DeadLetterGroup;

use super::asking::{hub, stored};
use super::dead_letter::filter;
use super::department::DepartmentView;
use super::inputs::DeadLetterFilter;
use super::node_id::{Kind, global};
use super::scalars::{Cursor, DateTime};
use crate::failure::Failure;

/// Groups told at most.
const GROUPS_MAX: u32 = 200;

/// Dead letters of one department with the same reason at the same place of the event.
pub(crate) struct DeadLetterGroupView {
    group: DeadLetterGroup,
}

/// Dead letters of one department with the same reason at the same place of the event.
#[Object(name = "DeadLetterGroup")]
impl DeadLetterGroupView {
    /// The department.
    async fn department(&self) -> DepartmentView {
        DepartmentView::of(&self.group.department)
    }

    /// What kind of fault, e.g. `contract_violation`.
    async fn reason(&self) -> &str {
        &self.group.reason
    }

    /// JSON pointer into the event, `*` for each item of a list; absent where none applies.
    async fn path(&self) -> Option<&str> {
        Some(self.group.path.as_str()).filter(|path| !path.is_empty())
    }

    /// How many.
    async fn count(&self) -> u64 {
        self.group.letters
    }

    /// Of how many sources; those that could not be read count as one.
    async fn sources(&self) -> u64 {
        self.group.sources
    }

    /// The first one.
    async fn first_at(&self) -> DateTime {
        DateTime(self.group.first)
    }

    /// The last one.
    async fn last_at(&self) -> DateTime {
        DateTime(self.group.last)
    }

    /// The newest one's message.
    async fn message(&self) -> &str {
        &self.group.newest.message
    }

    /// The newest one's global id.
    async fn newest(&self) -> async_graphql::ID {
        global(Kind::DeadLetter, &self.group.newest.position.to_string())
    }
}

/// The groups of the letters that match, the largest first.
pub(super) async fn answer(
    ctx: &Context<'_>,
    of: Option<DeadLetterFilter>,
    at_least: Option<Cursor>,
) -> Result<Vec<DeadLetterGroupView>, Failure> {
    let filter = filter(&hub(ctx)?.catalog, of.unwrap_or_default())?;
    stored(ctx, at_least).await?;
    let reader = hub(ctx)?.store.reader();
    let groups = reader.dead_letter_groups(&filter, GROUPS_MAX).await?;
    Ok(groups
        .into_iter()
        .map(|group| DeadLetterGroupView { group })
        .collect())
}
