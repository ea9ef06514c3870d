//! One command for many cases: each is decided by itself, and each answer stands by itself.

use async_graphql::{Context, ID, SimpleObject};
use event_schemas::Text;
use futures_util::{StreamExt, stream};

use super::asking::{caller, hub};
use super::mutation::{CommandRefused, CommandResult, result_of};
use super::node_id::{Kind, global};
use super::words::say;
use crate::command::{Given, Outcome, give};
use crate::failure::Failure;

/// Commands of a bulk that are under way at once.
const TOGETHER: usize = 16;

/// What became of a bulk command on one case.
#[derive(SimpleObject)]
pub(crate) struct CaseCommandOutcome {
    /// The case.
    case_id: ID,
    /// What became of it.
    result: CommandResult,
}

/// Gives all, some at once; what became of each, in the order given.
pub(super) async fn give_all(
    ctx: &Context<'_>,
    commands: Vec<Given>,
) -> Result<Vec<CaseCommandOutcome>, Failure> {
    let (hub, principal) = (hub(ctx)?, caller(ctx)?);
    let giving = commands.into_iter().map(|given| async move {
        let case = given.case_id.clone().unwrap_or_default();
        (case, give(hub, principal, given).await)
    });
    let outcomes: Vec<(String, Outcome)> = stream::iter(giving).buffered(TOGETHER).collect().await;
    let told = outcomes.into_iter().map(|(case, outcome)| {
        Ok(CaseCommandOutcome {
            case_id: global(Kind::Case, &case),
            result: told(ctx, outcome)?,
        })
    });
    told.collect()
}

/// A fault of ours on one case hides nobody the outcome of the others.
fn told(ctx: &Context<'_>, outcome: Outcome) -> Result<CommandResult, Failure> {
    if !matches!(outcome, Outcome::Faulty) {
        return result_of(ctx, outcome);
    }
    let message = Text::new(
        "系统未能处理此案件,原因见其日志",
        "The hub could not decide this; its log says why.",
    );
    Ok(CommandResult::Refused(CommandRefused {
        code: "INTERNAL".to_owned(),
        message: say(ctx, &message, None),
    }))
}
