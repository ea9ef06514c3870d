//! A case as it is before its first decision: identity, number, place, and nothing done yet.

use std::collections::BTreeMap;

use event_schemas::city::Millis;
use event_schemas::workflow_file::{Stage, WorkflowFile};
use sha2::{Digest, Sha256};

use super::fields::Fields;
use super::{Case, Command, Issuer, Refusal, RefusalCode, Workflows};

/// The case before its first decision: version 0, its number only a series.
pub(super) fn opened(
    workflows: &Workflows,
    workflow: &WorkflowFile,
    command: &Command,
    fields: &Fields<'_>,
    now: Millis,
) -> Result<Case, Refusal> {
    let place = fields.text("place").map(str::to_owned);
    let location = location(fields);
    if command.issuer != Issuer::Router {
        says_where(fields, location.is_some())?;
    }
    let actor = command.issuer.actor();
    let first = workflow.states.first();
    Ok(Case {
        id: derived_id(&command.scoped_key()),
        number: series(workflows, workflow, now),
        kind: workflow.kind.clone(),
        version: 0,
        state: first.map_or_else(String::new, |state| state.name.clone()),
        stage: first.map_or(Stage::Reported, |state| state.stage),
        title: fields.bilingual("title").unwrap_or_default(),
        severity: fields.level("level").unwrap_or(4),
        opened_at: now,
        opened_by: actor.clone(),
        changed_at: now,
        changed_by: actor,
        place,
        lon: location.map(|(lon, _)| lon),
        lat: location.map(|(_, lat)| lat),
        responsible: fields.text("department").map(str::to_owned),
        group: command
            .routing
            .as_ref()
            .and_then(|routing| routing.group.clone()),
        acknowledged: None,
        alerts: Vec::new(),
        assignments: Vec::new(),
        clocks: Vec::new(),
        outcome: None,
        verification: None,
        suspension: None,
        rework: 0,
        bounces: 0,
        reopened: 0,
        closed_at: None,
        sop: None,
        suggested_unit: None,
        exercise: fields.flag("exercise").unwrap_or(false),
        escalation: 0,
        escalated_at: None,
        facts: BTreeMap::new(),
        times: BTreeMap::new(),
        undoable: None,
    })
}

fn location(fields: &Fields<'_>) -> Option<(f64, f64)> {
    let (lon, lat) = (fields.number("lon")?, fields.number("lat")?);
    let on_earth = (-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat);
    on_earth.then_some((lon, lat))
}

/// An alert may be about no place; a person's report must say where. Half a point, or one beyond the earth,
/// is a slip of the pen to be told, also beside a place: left out silently, it would be missed later.
fn says_where(fields: &Fields<'_>, has_point: bool) -> Result<(), Refusal> {
    if has_point {
        return Ok(());
    }
    let (lon, lat) = (fields.number("lon"), fields.number("lat"));
    let refused = |code, zh: &str, en: &str| Err(Refusal::new(code, zh, en));
    match (lon, lat) {
        (None, None) if fields.text("place").is_some() => Ok(()),
        (None, None) => refused(
            RefusalCode::FieldMissing,
            "请填写地点或坐标",
            "a place or a location (lon and lat) is required",
        ),
        (Some(_), None) => refused(
            RefusalCode::FieldMissing,
            "有经度而缺少纬度 (lat)",
            "the latitude (lat) is required beside the longitude",
        ),
        (None, Some(_)) => refused(
            RefusalCode::FieldMissing,
            "有纬度而缺少经度 (lon)",
            "the longitude (lon) is required beside the latitude",
        ),
        (Some(lon), Some(_)) if !(-180.0..=180.0).contains(&lon) => refused(
            RefusalCode::FieldWrong,
            "经度 (lon) 应在 -180 与 180 之间",
            "the longitude (lon) must be within -180 and 180",
        ),
        (Some(_), Some(_)) => refused(
            RefusalCode::FieldWrong,
            "纬度 (lat) 应在 -90 与 90 之间",
            "the latitude (lat) must be within -90 and 90",
        ),
    }
}

/// Ids derive from actor and key: a retry, or a twin, makes the same.
fn derived_id(scoped_key: &str) -> String {
    let digest = Sha256::digest(scoped_key.as_bytes());
    hex::encode(&digest[..16])
}

/// The day's series in the city's own time, e.g. `C-20240204`.
fn series(workflows: &Workflows, workflow: &WorkflowFile, now: Millis) -> String {
    let offset = i64::from(workflows.settings().utc_offset_minutes) * 60_000;
    let day: String = now
        .plus(offset)
        .rfc3339()
        .chars()
        .take(10)
        .filter(char::is_ascii_digit)
        .collect();
    format!("{}-{day}", workflow.number_prefix)
}
