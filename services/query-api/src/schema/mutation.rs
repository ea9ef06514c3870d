//! The commands: each decided by the shared rules, settled by the log, answered when read back.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject, Union};
use domain::case::CITY_KIND;
use event_schemas::Text;
use event_schemas::workflow_file::FieldKind;
use serde_json::{Value, json};

use super::asking::{caller, hub};
use super::bulk::{self, CaseCommandOutcome};
use super::case::CaseView;
use super::command_inputs::{
    AcknowledgeCaseInput, AcknowledgeCasesInput, AddNoteInput, AdvanceCaseInput, AssignUnitInput,
    CloseCaseInput, MarkEnRouteInput, MarkOnSceneInput, OpenCaseInput, ReopenCaseInput,
    ResolveCaseInput, ResumeCaseInput, SuspendCaseInput, TransferCaseInput, VerifyCaseInput,
    VoidCaseInput,
};
use super::node_id::{Kind, key};
use super::people::ActorView;
use super::personal::{self, OpenPersonalInput, PersonalField};
use super::replay::{self, DeadLetterReplay, ReplayDeadLettersInput};
use super::replay_matching::{self, DeadLetterReplayPart, ReplayMatchingDeadLettersInput};
use super::scalars::Cursor;
use super::words::say;
use crate::command::{Given, Outcome, give};
use crate::failure::{Answer, Code, Failure};
use crate::hub::{Hub, Moment};

/// What became of a command.
#[derive(Union)]
pub(crate) enum CommandResult {
    /// It counts.
    Accepted(CommandAccepted),
    /// It may not be given, or not now, or something is missing.
    Refused(CommandRefused),
    /// Somebody was first.
    Conflict(CommandConflict),
    /// Nobody knows yet.
    Undecided(CommandUndecided),
}

/// The command counts.
#[derive(SimpleObject)]
pub(crate) struct CommandAccepted {
    /// The case with the command in it.
    case: CaseView,
    /// Ask with this as `atLeast` to see it everywhere.
    at: Cursor,
}

/// The command may not be given, or not now, or something is missing. Nothing has changed.
#[derive(SimpleObject)]
pub(crate) struct CommandRefused {
    /// For programs, e.g. `WRONG_STATE`, `UNIT_UNAVAILABLE`, `FIELD_MISSING`.
    pub(super) code: String,
    /// For people.
    pub(super) message: String,
}

/// Somebody was first. Nothing of yours has changed; look and decide again.
#[derive(SimpleObject)]
pub(crate) struct CommandConflict {
    /// The case as it is now.
    case: CaseView,
    /// Who was first.
    winner: ActorView,
    /// For people.
    message: String,
}

/// No answer in time: ask again with the same idempotencyKey.
#[derive(SimpleObject)]
pub(crate) struct CommandUndecided {
    /// For people.
    message: String,
}

/// The commands.
pub(crate) struct Mutation;

/// What people decide about cases.
#[Object]
impl Mutation {
    /// Opens a case.
    async fn open_case(&self, ctx: &Context<'_>, input: OpenCaseInput) -> Answer<CommandResult> {
        let mut given = input.given()?;
        plain_keys(hub(ctx)?, &mut given)?;
        Ok(run(ctx, given).await?)
    }

    /// Somebody has seen it and takes care; a reported case is established by it (立案).
    async fn acknowledge_case(
        &self,
        ctx: &Context<'_>,
        input: AcknowledgeCaseInput,
    ) -> Answer<CommandResult> {
        let note = input.note.clone();
        let given = note.map(|note| ("note".to_owned(), json!(note)));
        Ok(run(ctx, input.with(given.into_iter().collect())?).await?)
    }

    /// The same for many cases at once, each decided by itself: what became of each, in order.
    async fn acknowledge_cases(
        &self,
        ctx: &Context<'_>,
        input: AcknowledgeCasesInput,
    ) -> Answer<Vec<CaseCommandOutcome>> {
        Ok(bulk::give_all(ctx, input.given()?).await?)
    }

    /// Puts an available unit on the case (派遣).
    async fn assign_unit(
        &self,
        ctx: &Context<'_>,
        input: AssignUnitInput,
    ) -> Answer<CommandResult> {
        let unit = key(Kind::Unit, &input.unit_id)?;
        Ok(run(ctx, input.with(fields([("unit", json!(unit))]))?).await?)
    }

    /// Hands the case to another department; counts a bounce.
    async fn transfer_case(
        &self,
        ctx: &Context<'_>,
        input: TransferCaseInput,
    ) -> Answer<CommandResult> {
        let given = fields([
            ("department", json!(input.department)),
            ("reason", json!(input.reason)),
        ]);
        Ok(run(ctx, input.with(given)?).await?)
    }

    /// The unit has set out (处置).
    async fn mark_en_route(
        &self,
        ctx: &Context<'_>,
        input: MarkEnRouteInput,
    ) -> Answer<CommandResult> {
        let assignment = key(Kind::Assignment, &input.assignment_id)?;
        Ok(run(
            ctx,
            input.with(fields([("assignment", json!(assignment))]))?,
        )
        .await?)
    }

    /// The unit has arrived (处置).
    async fn mark_on_scene(
        &self,
        ctx: &Context<'_>,
        input: MarkOnSceneInput,
    ) -> Answer<CommandResult> {
        let assignment = key(Kind::Assignment, &input.assignment_id)?;
        Ok(run(
            ctx,
            input.with(fields([("assignment", json!(assignment))]))?,
        )
        .await?)
    }

    /// The work is done; it is to be verified (核查).
    async fn resolve_case(
        &self,
        ctx: &Context<'_>,
        input: ResolveCaseInput,
    ) -> Answer<CommandResult> {
        let given = fields([("outcome", json!(input.outcome))]);
        Ok(run(ctx, input.with(given)?).await?)
    }

    /// Somebody has checked it: passed, or back to work.
    async fn verify_case(
        &self,
        ctx: &Context<'_>,
        input: VerifyCaseInput,
    ) -> Answer<CommandResult> {
        let mut given = fields([("passed", json!(input.passed))]);
        if let Some(note) = &input.note {
            given.insert("note".to_owned(), json!(note));
        }
        Ok(run(ctx, input.with(given)?).await?)
    }

    /// Ends the work on a verified case (结案).
    async fn close_case(&self, ctx: &Context<'_>, input: CloseCaseInput) -> Answer<CommandResult> {
        Ok(run(ctx, input.with(BTreeMap::new())?).await?)
    }

    /// Takes up a closed case again.
    async fn reopen_case(
        &self,
        ctx: &Context<'_>,
        input: ReopenCaseInput,
    ) -> Answer<CommandResult> {
        let given = fields([("reason", json!(input.reason))]);
        Ok(run(ctx, input.with(given)?).await?)
    }

    /// Lets the case rest; its clocks stand still (挂起).
    async fn suspend_case(
        &self,
        ctx: &Context<'_>,
        input: SuspendCaseInput,
    ) -> Answer<CommandResult> {
        let given = fields([
            ("reason", json!(input.reason)),
            ("until", json!(input.until.0.rfc3339())),
        ]);
        Ok(run(ctx, input.with(given)?).await?)
    }

    /// Goes on with a suspended case.
    async fn resume_case(
        &self,
        ctx: &Context<'_>,
        input: ResumeCaseInput,
    ) -> Answer<CommandResult> {
        Ok(run(ctx, input.with(BTreeMap::new())?).await?)
    }

    /// Strikes out a case that is none (作废).
    async fn void_case(&self, ctx: &Context<'_>, input: VoidCaseInput) -> Answer<CommandResult> {
        let given = fields([("reason", json!(input.reason))]);
        Ok(run(ctx, input.with(given)?).await?)
    }

    /// Adds a note to the timeline.
    async fn add_note(&self, ctx: &Context<'_>, input: AddNoteInput) -> Answer<CommandResult> {
        let given = fields([("text", json!(input.text))]);
        Ok(run(ctx, input.with(given)?).await?)
    }

    /// Sends dead letters to their inboxes again, after what was wrong is put right; for
    /// administrators.
    async fn replay_dead_letters(
        &self,
        ctx: &Context<'_>,
        input: ReplayDeadLettersInput,
    ) -> Answer<Vec<DeadLetterReplay>> {
        Ok(replay::replay(ctx, input).await?)
    }

    /// Sends the dead letters that match a filter to their inboxes again, at most 200 with one order; for
    /// administrators. The answer says where the next order begins.
    async fn replay_matching_dead_letters(
        &self,
        ctx: &Context<'_>,
        input: ReplayMatchingDeadLettersInput,
    ) -> Answer<DeadLetterReplayPart> {
        Ok(replay_matching::replay(ctx, input).await?)
    }

    /// Shows one personal field of an event, which queries mask; who asked, and why, goes to the audit first.
    async fn open_personal(
        &self,
        ctx: &Context<'_>,
        input: OpenPersonalInput,
    ) -> Answer<PersonalField> {
        Ok(personal::open(ctx, input).await?)
    }

    /// Gives any command of the case's kind, by name.
    async fn advance_case(
        &self,
        ctx: &Context<'_>,
        input: AdvanceCaseInput,
    ) -> Answer<CommandResult> {
        let mut given = input.given()?;
        plain_keys(hub(ctx)?, &mut given)?;
        Ok(run(ctx, given).await?)
    }
}

fn fields<const N: usize>(members: [(&str, Value); N]) -> BTreeMap<String, Value> {
    let members = members.into_iter();
    members
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// Global ids in the fields of `openCase` and `advanceCase` become the plain keys that the log knows.
fn plain_keys(hub: &Hub, given: &mut Given) -> Result<(), Failure> {
    let moment = hub.moment();
    let kind = match given.case_id.as_deref() {
        Some(id) => moment.book().case(id).map(|case| case.kind.as_str()),
        None => Some(given.kind.as_deref().unwrap_or(CITY_KIND)),
    };
    let workflow = kind.and_then(|kind| hub.workflows.kind(kind));
    let command =
        workflow.and_then(|workflow| workflow.commands.iter().find(|one| one.name == given.name));
    let Some(command) = command else {
        return Ok(()); // deciding says what is unknown
    };
    for field in &command.fields {
        let kind = match field.kind {
            FieldKind::Unit => Kind::Unit,
            FieldKind::Assignment => Kind::Assignment,
            FieldKind::Place => Kind::Place,
            FieldKind::Department => Kind::Department,
            _ => continue,
        };
        if let Some(Value::String(id)) = given.fields.get_mut(&field.name) {
            *id = key(kind, id)?;
        }
    }
    Ok(())
}

async fn run(ctx: &Context<'_>, given: Given) -> Result<CommandResult, Failure> {
    let outcome = give(hub(ctx)?, caller(ctx)?, given).await;
    result_of(ctx, outcome)
}

/// The outcome as it is told.
pub(super) fn result_of(ctx: &Context<'_>, outcome: Outcome) -> Result<CommandResult, Failure> {
    let view = |case: &str, moment: &Arc<Moment>| {
        CaseView::find(case, moment).ok_or_else(|| {
            Failure::new(Code::Internal, "The case was decided but cannot be shown.")
        })
    };
    Ok(match outcome {
        Outcome::Accepted { case, moment } => CommandResult::Accepted(CommandAccepted {
            case: view(&case, &moment)?,
            at: Cursor(moment.cases_at()),
        }),
        Outcome::Refused { code, message } => CommandResult::Refused(CommandRefused {
            code: code.name().to_owned(),
            message: say(ctx, &message, None),
        }),
        Outcome::Conflict {
            case,
            winner,
            message,
            moment,
        } => CommandResult::Conflict(CommandConflict {
            case: view(&case, &moment)?,
            winner: ActorView::from(&winner),
            message: say(ctx, &message, None),
        }),
        Outcome::Undecided => CommandResult::Undecided(CommandUndecided {
            message: say(
                ctx,
                &Text::new(
                    "暂无结果:请用同一幂等键重试",
                    "No answer in time: ask again with the same idempotencyKey.",
                ),
                None,
            ),
        }),
        Outcome::Faulty => {
            return Err(Failure::new(
                Code::Internal,
                "The hub could not decide this; its log says why.",
            ));
        }
    })
}
