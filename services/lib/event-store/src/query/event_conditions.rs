//! `EventFilter` as a condition on the columns of `events`; says what `EventFilter::matches` says in memory.

use domain::filter::EventFilter;

use super::conditions::{Combined, Parts, combine};
use super::field_conditions::field;
use super::sql::Sql;
use crate::StoreError;

/// Condition on the columns of `events`.
pub(super) fn event(
    sql: &mut Sql,
    filter: &EventFilter,
    depth: usize,
) -> Result<String, StoreError> {
    let mut parts = Parts::default();
    let combined = Combined {
        and: &filter.and,
        or: &filter.or,
        not: filter.not.as_deref(),
        depth,
    };
    combine(sql, &mut parts, &combined, event)?;
    parts.key_one_of(sql, "place", &filter.places);
    parts.key_one_of(sql, "type", &filter.types);
    parts.between(sql, "event_time", filter.from, filter.to);
    parts.key_one_of(sql, "department", &filter.departments);
    parts.within(sql, filter.within.as_ref())?;
    parts.level(sql, "severity", &filter.levels);
    parts.flag("exercise", filter.exercise);
    if let Some(subject) = &filter.subject {
        let subject = sql.bind(subject.as_str());
        parts.push(format!("ifNull(subject = {subject}, false)"));
    }
    for condition in &filter.fields {
        parts.push(field(sql, condition)?);
    }
    if let Some(text) = &filter.text {
        parts.push(text_anywhere(sql, text));
    }
    Ok(parts.all())
}

/// Case-insensitive text in the subject, or in the payload as it is written in JSON.
fn text_anywhere(sql: &mut Sql, text: &str) -> String {
    let text = text.to_lowercase();
    let plain = sql.bind(text.as_str());
    // Within JSON a quote, a backslash and a line break are written as escapes.
    let quoted = serde_json::Value::from(text).to_string();
    let written = sql.bind(&quoted[1..quoted.len() - 1]);
    format!(
        "(position(lowerUTF8(payload), {written}) > 0 OR position(lowerUTF8(ifNull(subject, '')), {plain}) > 0)"
    )
}
