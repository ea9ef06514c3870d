//! A case's state as a row of `cases`, and a decision's fate as a row of `case_events`.

use domain::case::{Aggregate, Case, Decision, Verdict};

use super::binary::RowBinary;
use super::{Origin, RowFault, code};

/// Columns of `cases` in the order they are written.
pub(crate) const CASE_COLUMNS: &str = "id, version, number, kind, state, status, title_zh, title_en, severity, \
     opened_at, changed_at, closed_at, place, lon, lat, responsible, exercise, ingest_time, topic_id, partition, \
     offset, body";

/// Columns of `case_events` in the order they are written.
pub(crate) const DECISION_COLUMNS: &str = "cases, units, key, command, actor_kind, actor, decided_at, accepted, \
     ignored_reason, ingest_time, topic_id, partition, offset, entries, record";

/// Appends a case's state after an accepted decision.
pub(super) fn encode_state(
    row: &mut Vec<u8>,
    origin: &Origin<'_>,
    case: &Case,
) -> Result<(), RowFault> {
    let body = json(case)?;
    row.text(&case.id);
    row.fixed(case.version.to_le_bytes());
    row.text(&case.number);
    row.text(&case.kind);
    row.text(&case.state);
    row.text(&code(&case.stage));
    row.text(&case.title.zh);
    row.text(&case.title.en);
    row.fixed([case.severity]);
    row.moment(case.opened_at);
    row.moment(case.changed_at);
    row.optional_moment(case.closed_at);
    row.text_or_empty(case.place.as_deref());
    row.optional_number(case.lon);
    row.optional_number(case.lat);
    row.text_or_empty(case.responsible.as_deref());
    row.flag(case.exercise);
    row.moment(origin.append_time);
    row.position(origin.position);
    row.bytes(&body);
    Ok(())
}

/// Appends a record of the decisions' topic with its fate; a record that is no decision keeps its bytes.
pub(super) fn encode_decision(
    row: &mut Vec<u8>,
    origin: &Origin<'_>,
    value: &[u8],
    verdict: &Verdict,
) -> Result<(), RowFault> {
    let decision: Option<Decision> = serde_json::from_slice(value).ok();
    let named = |wanted: fn(&Aggregate) -> Option<&str>| -> Vec<&str> {
        decision
            .iter()
            .flat_map(|decision| decision.aggregates.iter().filter_map(wanted))
            .collect()
    };
    let (ignored, entries) = match verdict {
        Verdict::Accepted(applied) => ("", json(&applied.entries)?),
        Verdict::Stale { .. } => ("stale", b"[]".to_vec()),
        Verdict::Repeat { .. } => ("repeat", b"[]".to_vec()),
        Verdict::Malformed { .. } => ("malformed", b"[]".to_vec()),
    };
    row.texts(named(case_of).into_iter());
    row.texts(named(unit_of).into_iter());
    row.text_or_empty(decision.as_ref().map(|decision| decision.key.as_str()));
    row.text_or_empty(decision.as_ref().map(|decision| decision.command.as_str()));
    row.text_or_empty(decision.as_ref().map(|decision| decision.actor.kind.name()));
    row.text_or_empty(
        decision
            .as_ref()
            .map(|decision| decision.actor.name.as_str()),
    );
    row.moment(
        decision
            .as_ref()
            .map_or(origin.append_time, |decision| decision.at),
    );
    row.flag(verdict.is_accepted());
    row.text(ignored);
    row.moment(origin.append_time);
    row.position(origin.position);
    row.bytes(&entries);
    row.bytes(value);
    Ok(())
}

const fn case_of(aggregate: &Aggregate) -> Option<&str> {
    match aggregate {
        Aggregate::Case { id, .. } => Some(id.as_str()),
        _ => None,
    }
}

const fn unit_of(aggregate: &Aggregate) -> Option<&str> {
    match aggregate {
        Aggregate::Unit { id, .. } => Some(id.as_str()),
        _ => None,
    }
}

fn json<T: serde::Serialize>(value: &T) -> Result<Vec<u8>, RowFault> {
    serde_json::to_vec(value)
        .map_err(|error| RowFault(format!("it cannot be written as JSON: {error}")))
}
