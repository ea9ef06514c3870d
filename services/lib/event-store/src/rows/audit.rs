//! One act of administration as a row of `audit`: who did what to whom; no state, so no secret and no hash.

use domain::access::control::{ControlAggregate, ControlDecision};

use super::binary::RowBinary;
use super::{Origin, RowFault};

/// Columns in the order they are written.
pub(crate) const COLUMNS: &str = "command, actor_kind, actor, subjects, words_zh, words_en, decided_at, ingest_time, \
     topic_id, partition, offset";

/// Appends the act that `value` holds as a row.
pub(super) fn encode(row: &mut Vec<u8>, origin: &Origin<'_>, value: &[u8]) -> Result<(), RowFault> {
    let act: ControlDecision = serde_json::from_slice(value)
        .map_err(|error| RowFault(format!("it is not an act of administration: {error}")))?;
    let subjects: Vec<String> = act.aggregates.iter().map(subject).collect();
    row.text(&act.command);
    row.text(act.actor.kind.name());
    row.text(&act.actor.name);
    row.texts(subjects.iter());
    row.text(&act.entry.words.zh);
    row.text(&act.entry.words.en);
    row.moment(act.at);
    row.moment(origin.append_time);
    row.position(origin.position);
    Ok(())
}

/// Whom it concerns, by name; a session's id is a hash of its token and stays out.
fn subject(aggregate: &ControlAggregate) -> String {
    match aggregate {
        ControlAggregate::Account { id, .. } => format!("account:{id}"),
        ControlAggregate::Session { state, .. } => format!("session of:{}", state.account),
        ControlAggregate::Key { id, .. } => format!("key:{id}"),
        ControlAggregate::RuleSet { id, .. } => format!("rule set:{id}"),
        ControlAggregate::Tables { id, .. } => format!("tables:{id}"),
        ControlAggregate::Personal { id, .. } => format!("personal:{id}"),
        ControlAggregate::Replay { id, .. } => format!("replay:{id}"),
    }
}
