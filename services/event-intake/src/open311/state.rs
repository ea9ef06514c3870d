//! The state of a request: open or closed, and why, from what is known of it. Nothing about a person.

use event_schemas::city::Millis;
use event_schemas::workflow_file::Stage;
use event_schemas::{Catalog, EventType};
use serde_json::{Value, json};

use super::requests::KnownRequest;
use super::services;
use crate::forms::Lang;

const ASSIGNED: &str = "city.hotline.request-assigned.v1";
const ANSWERED: &str = "city.hotline.request-answered.v1";
/// Types of the hotline's later events that say what became of a request.
pub(super) const LATER: [&str; 2] = [ASSIGNED, ANSWERED];

/// A state, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State {
    pub(super) closed: bool,
    pub(super) notes: String,
    pub(super) updated: Millis,
    /// The office that handles it, or answered.
    pub(super) office: String,
}

/// The state of a request: the latest word of the hotline or of its case counts.
pub(super) fn of(catalog: &Catalog, known: &KnownRequest, lang: Lang) -> State {
    let mut state = State {
        closed: false,
        notes: lang.pick("已收到", "Received").to_owned(),
        updated: known.requested,
        office: String::new(),
    };
    let mut later: Vec<_> = known.later.iter().collect();
    later.sort_by_key(|event| event.at);
    for event in later {
        let office = event.data["office"].as_str().unwrap_or_default();
        state.closed = event.event_type == ANSWERED;
        state.updated = state.updated.max(event.at);
        office.clone_into(&mut state.office);
        state.notes = if state.closed {
            let result = event.data["result"].as_str().unwrap_or_default();
            let words = catalog.event_type(ANSWERED);
            let words = words.and_then(|known| known.words.of("result", result));
            words.map_or(result, |words| lang.of_text(words)).to_owned()
        } else {
            lang.pick("已派单", "Given to an office").to_owned()
        };
    }
    if let Some(case) = &known.case
        && case.changed >= state.updated
    {
        state.closed = matches!(case.stage, Stage::Closed | Stage::Voided);
        state.updated = case.changed;
        let kinds = catalog.workflows().iter();
        let mut states = kinds
            .filter(|kind| kind.kind == case.kind)
            .flat_map(|kind| &kind.states);
        if let Some(named) = states.find(|named| named.name == case.state) {
            lang.of_text(&named.title).clone_into(&mut state.notes);
        }
    }
    state
}

/// A request as the standard tells it.
pub(super) fn told(
    catalog: &Catalog,
    contract: &EventType,
    known: &KnownRequest,
    lang: Lang,
) -> Value {
    let state = of(catalog, known, lang);
    let title = services::title(contract, &known.category);
    let place = known.place.as_deref();
    let place = place.and_then(|code| catalog.places().get(code));
    json!({
        "service_request_id": known.id,
        "status": if state.closed { "closed" } else { "open" },
        "status_notes": state.notes,
        "service_code": known.category,
        "service_name": title.map(|title| lang.of_text(title)),
        "description": Value::Null,
        "agency_responsible": state.office,
        "requested_datetime": known.requested.rfc3339(),
        "updated_datetime": state.updated.rfc3339(),
        "address": place.map(|place| lang.of_text(&place.name)),
        "address_id": place.map(|place| &place.code),
    })
}

#[cfg(test)]
mod tests {
    use super::super::requests::{KnownCase, LaterEvent};
    use super::*;

    fn known(later: &[(&str, i64)], case: Option<(&str, Stage, i64)>) -> KnownRequest {
        KnownRequest {
            id: String::from("O1"),
            category: String::from("roads"),
            requested: Millis(10),
            place: Some(String::from("990101001")),
            later: later
                .iter()
                .map(|(event_type, at)| LaterEvent {
                    event_type: (*event_type).to_owned(),
                    at: Millis(*at),
                    data: json!({"office": "市政", "result": "solved"}),
                })
                .collect(),
            case: case.map(|(state, stage, at)| KnownCase {
                kind: String::from("hotline-request"),
                state: state.to_owned(),
                stage,
                changed: Millis(at),
            }),
        }
    }

    #[test]
    fn the_latest_word_of_the_hotline_or_the_case_is_the_state() {
        let catalog = Catalog::embedded().unwrap();
        let state = |known| {
            let state = of(&catalog, &known, Lang::Zh);
            (state.closed, state.notes, state.updated.0)
        };
        assert_eq!(state(known(&[], None)), (false, "已收到".into(), 10));
        let handled = [(ANSWERED, 30), (ASSIGNED, 20)];
        assert_eq!(state(known(&handled, None)), (true, "已解决".into(), 30));
        let again = [(ANSWERED, 30), (ASSIGNED, 40)];
        assert_eq!(state(known(&again, None)), (false, "已派单".into(), 40));
        let case = known(&handled, Some(("HANDLING", Stage::InProgress, 50)));
        assert_eq!(state(case), (false, "办理".into(), 50));
        let closed = known(&[], Some(("CLOSED", Stage::Closed, 50)));
        assert_eq!(state(closed), (true, "办结".into(), 50));
        let older = known(&handled, Some(("HANDLING", Stage::InProgress, 25)));
        assert!(state(older).0, "what the hotline said later counts");
    }

    #[test]
    fn what_is_told_of_a_request_says_nothing_about_a_person() {
        let catalog = Catalog::embedded().unwrap();
        let contract = services::contract(&catalog).unwrap();
        let told = told(&catalog, contract, &known(&[], None), Lang::En);
        assert_eq!(told["status"], "open");
        assert_eq!(told["address"], "Wanghai Subdistrict");
        assert!(told["description"].is_null() && told.get("lat").is_none());
    }
}
