//! Registering units: the catalog's list becomes state by decisions of the hub.

use event_schemas::city::Millis;
use event_schemas::workflow_file::UnitFile;

use super::{Actor, ActorKind, Aggregate, CaseBook, Decision, EntryText, Unit, UnitState};

/// The decision that makes the book agree with the catalog about a unit; `None` when it does.
/// What a unit is doing is never touched.
pub fn register_unit(book: &CaseBook, file: &UnitFile, now: Millis) -> Option<Decision> {
    let actor = Actor::own(ActorKind::Hub);
    let known = book.unit(&file.id);
    let version = known.map_or(0, |unit| unit.version);
    let unit = Unit {
        id: file.id.clone(),
        version: version + 1,
        name: file.name.clone(),
        department: file.department.clone(),
        kind: file.kind.clone(),
        state: known.map_or(UnitState::Available, |unit| unit.state),
        case: known.and_then(|unit| unit.case.clone()),
        assignment: known.and_then(|unit| unit.assignment.clone()),
        lon: file.lon,
        lat: file.lat,
        changed_at: now,
        changed_by: actor.clone(),
    };
    if known.is_some_and(|known| describes_same(known, &unit)) {
        return None;
    }
    Some(Decision {
        key: actor.scoped(&format!("unit|{}|{version}", file.id)),
        actor,
        at: now,
        command: String::from("registerUnit"),
        workflow: String::from("hub@1"),
        entry: EntryText {
            words: event_schemas::Text::new(
                format!("登记单位 {}", file.name.zh),
                format!("Unit {} registered", file.name.en),
            ),
            ..EntryText::default()
        },
        aggregates: vec![Aggregate::Unit {
            id: file.id.clone(),
            version,
            state: Box::new(unit),
        }],
    })
}

fn describes_same(known: &Unit, file: &Unit) -> bool {
    known.name == file.name
        && known.department == file.department
        && known.kind == file.kind
        && known.lon == file.lon
        && known.lat == file.lat
}
