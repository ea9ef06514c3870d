//! All dead letters that match a filter sent again, part by part, the first received first.
//!
//! The filter names the moment before which letters were received, so that what is refused once more
//! meanwhile is not sent again and again. Each answer says where it ended; the next part begins there.

use async_graphql::{Context, InputObject, SimpleObject};
use event_schemas::city::LogPosition;
use event_store::DeadLetterCursor;

use super::asking::{caller, hub};
use super::dead_letter::filter;
use super::inputs::DeadLetterFilter;
use super::replay::{DeadLetterReplay, check_words, shown};
use crate::failure::Failure;
use crate::replay::LETTERS_MAX;

/// Dead letters to be sent again by what they have in common.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct ReplayMatchingDeadLettersInput {
    /// Which; `to` is needed, so that letters which come meanwhile are left alone.
    filter: DeadLetterFilter,
    /// Where the last answer ended (`endCursor`).
    after: Option<String>,
    /// The same key with the same `after` sends nothing twice.
    idempotency_key: String,
    /// Why they can be admitted now, for the audit; at most 500 characters.
    reason: Option<String>,
}

/// One part of all that match.
#[derive(SimpleObject)]
pub(crate) struct DeadLetterReplayPart {
    /// What became of each, at most 200.
    outcomes: Vec<DeadLetterReplay>,
    /// Where the next part begins; absent when nothing matched.
    end_cursor: Option<String>,
    /// There is a next part: ask for it with `after`.
    has_next: bool,
}

/// Sends the next part again.
pub(super) async fn replay(
    ctx: &Context<'_>,
    input: ReplayMatchingDeadLettersInput,
) -> Result<DeadLetterReplayPart, Failure> {
    check_words(&input.idempotency_key, input.reason.as_deref())?;
    if input.filter.to.is_none() {
        return Err(Failure::bad(
            "filter.to: the moment before which the letters were received is needed, so that what is refused again is not sent for ever.",
        ));
    }
    let cursor = |text: &String| text.parse::<DeadLetterCursor>();
    let after = input.after.as_ref().map(cursor).transpose()?;
    let hub = hub(ctx)?;
    let filter = filter(&hub.catalog, input.filter)?;
    let reader = hub.store.reader();
    let most = u32::try_from(LETTERS_MAX + 1).unwrap_or(u32::MAX);
    let mut places = reader.dead_letter_places(&filter, after, most).await?;
    let has_next = places.len() > LETTERS_MAX;
    places.truncate(LETTERS_MAX);
    let Some(last) = places.last() else {
        return Ok(DeadLetterReplayPart {
            outcomes: Vec::new(),
            end_cursor: None,
            has_next: false,
        });
    };
    let end_cursor = last.to_string();
    let letters: Vec<LogPosition> = places.iter().map(|place| place.position).collect();
    let key = format!(
        "{}|{}",
        input.idempotency_key,
        input.after.unwrap_or_default()
    );
    let sent = hub
        .replays
        .replay(caller(ctx)?, &key, letters, input.reason);
    Ok(DeadLetterReplayPart {
        outcomes: shown(ctx, sent.await?),
        end_cursor: Some(end_cursor),
        has_next,
    })
}
