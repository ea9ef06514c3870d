//! The administrator's replay of dead letters.

use async_graphql::{Context, ID, InputObject, SimpleObject};
use event_schemas::city::LogPosition;

use super::asking::{caller, hub};
use super::node_id::{Kind, global, key};
use super::words::say;
use crate::failure::Failure;
use crate::replay::{LETTERS_MAX, Replayed};

/// Longest reason, in characters.
const REASON_MAX: usize = 500;
/// Longest idempotency key.
const KEY_MAX: usize = 200;

/// Dead letters to be sent again.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct ReplayDeadLettersInput {
    /// Their ids, 1 to 200.
    ids: Vec<ID>,
    /// The same key sends nothing twice.
    idempotency_key: String,
    /// Why they can be admitted now, for the audit; at most 500 characters.
    reason: Option<String>,
}

/// What became of one dead letter.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct DeadLetterReplay {
    /// The dead letter's id.
    id: ID,
    /// It stands in the inbox again. Whether it is admitted now is told by the event itself, or by a
    /// new dead letter.
    accepted: bool,
    /// For people.
    message: String,
}

/// Sends dead letters to their inboxes again.
pub(super) async fn replay(
    ctx: &Context<'_>,
    input: ReplayDeadLettersInput,
) -> Result<Vec<DeadLetterReplay>, Failure> {
    if input.ids.is_empty() || input.ids.len() > LETTERS_MAX {
        return Err(Failure::bad(format!(
            "ids: 1 to {LETTERS_MAX} dead letters."
        )));
    }
    check_words(&input.idempotency_key, input.reason.as_deref())?;
    let mut letters = input
        .ids
        .iter()
        .map(|id| {
            key(Kind::DeadLetter, id)?
                .parse::<LogPosition>()
                .map_err(|_| Failure::bad("ids: this is not a dead letter's id."))
        })
        .collect::<Result<Vec<_>, _>>()?;
    letters.sort_unstable();
    letters.dedup();
    let replays = &hub(ctx)?.replays;
    let outcomes = replays
        .replay(caller(ctx)?, &input.idempotency_key, letters, input.reason)
        .await?;
    Ok(shown(ctx, outcomes))
}

/// The key and the reason of an order, as far as they can be judged alone.
pub(super) fn check_words(key: &str, reason: Option<&str>) -> Result<(), Failure> {
    if key.is_empty() || key.len() > KEY_MAX {
        return Err(Failure::bad(format!(
            "idempotencyKey: 1 to {KEY_MAX} bytes."
        )));
    }
    if reason.is_some_and(|reason| reason.chars().count() > REASON_MAX) {
        return Err(Failure::bad(format!(
            "reason: at most {REASON_MAX} characters."
        )));
    }
    Ok(())
}

/// What became of each, for the caller.
pub(super) fn shown(ctx: &Context<'_>, outcomes: Vec<Replayed>) -> Vec<DeadLetterReplay> {
    let shown = outcomes.into_iter().map(|one| DeadLetterReplay {
        id: global(Kind::DeadLetter, &one.position.to_string()),
        accepted: one.accepted,
        message: say(ctx, &one.message, None),
    });
    shown.collect()
}
