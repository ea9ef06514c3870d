//! What the fold makes of records: numbers, repeats, contradictions, and the record's form.

use domain::case::{Aggregate, Case, CaseBook, Decision, FoldCounts, Verdict, register_unit};
use event_schemas::Text;
use event_schemas::city::Millis;
use event_schemas::workflow_file::UnitFile;
use serde_json::{Value, json};

use crate::desk::{Desk, NOON, operator};

#[test]
fn numbers_run_in_log_order_per_day_of_the_city_and_are_never_given_twice() {
    let mut desk = Desk::new();
    let given = json!({"title": "x", "level": 4, "place": "P1"});
    // Two deciders at once: neither knows of the other.
    let one = desk.command(operator("li"), "openCase", "", &given);
    let two = desk.command(operator("zhao"), "openCase", "", &given);
    let (one, two) = (desk.decide(&one).unwrap(), desk.decide(&two).unwrap());
    let number = |verdict: Verdict| match verdict {
        Verdict::Accepted(applied) => applied.cases[0].number.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(number(desk.append(&two)), "C-20240204-0001");
    assert_eq!(number(desk.append(&one)), "C-20240204-0002");
    // 17:00 UTC is the next day in the city.
    desk.now = Millis(NOON.0 + 12 * 3_600_000);
    let next = desk.does(operator("li"), "openCase", "", &given);
    assert_eq!(next.number, "C-20240205-0001");
    let noted = desk.does(operator("li"), "addNote", &next.id, &json!({"text": "y"}));
    assert_eq!(noted.number, "C-20240205-0001");
}

fn first_decision(desk: &mut Desk) -> Decision {
    let given = json!({"title": "x", "level": 4, "place": "P1"});
    let command = desk.command(operator("li"), "openCase", "", &given);
    desk.decide(&command).unwrap()
}

#[test]
fn what_cannot_be_read_or_contradicts_itself_is_ignored_and_counted() {
    let mut desk = Desk::new();
    let good = first_decision(&mut desk);
    let state = |decision: &Decision| match &decision.aggregates[0] {
        Aggregate::Case { state, .. } => Case::clone(state),
        other => panic!("{other:?}"),
    };
    let with = |change: &dyn Fn(&mut Decision)| {
        let mut decision = good.clone();
        change(&mut decision);
        decision
    };
    let case = state(&good);
    let bad = [
        with(&|d| d.aggregates.clear()),
        with(&|d| d.aggregates.push(d.aggregates[0].clone())),
        with(&|d| {
            d.aggregates[0] = Aggregate::Case {
                id: String::from("other"),
                version: 0,
                state: Box::new(case.clone()),
            };
        }),
        with(&|d| {
            let mut skipping = case.clone();
            skipping.version = 2;
            d.aggregates[0] = Aggregate::Case {
                id: skipping.id.clone(),
                version: 0,
                state: Box::new(skipping),
            };
        }),
        with(&|d| {
            let mut unborn = case.clone();
            unborn.version = 6;
            d.aggregates[0] = Aggregate::Case {
                id: unborn.id.clone(),
                version: 5,
                state: Box::new(unborn),
            };
        }),
    ];
    let before = desk.book.clone();
    for decision in &bad {
        assert!(matches!(desk.append(decision), Verdict::Malformed { .. }));
    }
    for bytes in [&b"{}"[..], b"not json", b"", b"\xff\xfe"] {
        let verdict = desk.book.apply_bytes(100, desk.now, bytes);
        assert!(matches!(verdict, Verdict::Malformed { .. }));
    }
    assert_eq!(desk.book.counts().malformed, 9);
    assert_eq!(desk.book.next_offset(), 101);
    assert!(desk.book.cases().eq(before.cases()) && desk.book.units().eq(before.units()));
    assert!(desk.append(&good).is_accepted());
}

#[test]
fn a_unit_is_registered_once_and_described_anew_without_touching_what_it_does() {
    let mut desk = Desk::new();
    let mut file = UnitFile {
        id: String::from("e1"),
        name: Text::new("e1车", "Unit e1"),
        department: String::from("fire"),
        kind: String::from("engine"),
        lon: None,
        lat: None,
    };
    assert_eq!(register_unit(&desk.book, &file, desk.now), None);
    let id = desk.case_in("DISPATCHED");
    file.name = Text::new("一号车", "Engine 1");
    let renaming = register_unit(&desk.book, &file, desk.now).unwrap();
    let twin = register_unit(&desk.book, &file, desk.now).unwrap();
    assert!(desk.append(&renaming).is_accepted());
    assert!(matches!(desk.append(&twin), Verdict::Repeat { .. }));
    let unit = desk.book.unit("e1").unwrap();
    assert_eq!(
        (unit.name.zh.as_str(), unit.case.as_ref()),
        ("一号车", Some(&id))
    );
}

/// The form of the record is a promise: old logs must read for good.
#[test]
fn a_record_is_written_as_it_always_was() {
    let mut desk = Desk::new();
    let decision = first_decision(&mut desk);
    let id = decision.case_id().unwrap();
    let written: Value = serde_json::to_value(&decision).unwrap();
    let golden = include_str!("open_case_2.golden.json").replace("CASE", id);
    let golden: Value = serde_json::from_str(&golden).unwrap();
    assert_eq!(written, golden);
    let read: Decision = serde_json::from_value(golden).unwrap();
    assert_eq!(read, decision);
}

/// Written before clocks counted working time, escalated and could be taken back.
#[test]
fn a_record_of_the_first_version_is_read_and_its_case_worked_on() {
    let mut desk = Desk::new();
    let id = "0123456789abcdef0123456789abcdef";
    let old = include_str!("open_case.golden.json").replace("CASE", id);
    let old: Decision = serde_json::from_str(&old).unwrap();
    assert_eq!(old.workflow, "city@1");
    assert!(desk.append(&old).is_accepted());
    let hour = 3_600_000;
    assert_eq!(desk.book.next_timer(), Some(NOON.plus(hour)));
    let case = desk.does(operator("zhao"), "acknowledgeCase", id, &json!({}));
    assert_eq!(case.clocks[0].stopped_at, Some(desk.now));
    assert_eq!(case.clocks[1].due_at(), Some(NOON.plus(8 * hour)));
    let case = desk.does(operator("zhao"), "undoAcknowledge", id, &json!({}));
    assert_eq!(case.clocks[0].due_at(), Some(NOON.plus(hour)));
}

#[test]
fn a_fresh_reader_of_the_same_log_holds_an_equal_book() {
    let mut desk = Desk::new();
    let mut log = Vec::new();
    let mut live = CaseBook::default();
    for n in 0..3_i64 {
        let decision = first_decision(&mut desk);
        desk.append(&decision);
        let bytes = serde_json::to_vec(&decision).unwrap();
        live.apply_bytes(n, NOON, &bytes);
        log.push(bytes);
    }
    let mut fresh = CaseBook::default();
    for (n, bytes) in (0_i64..).zip(&log) {
        fresh.apply_bytes(n, NOON, bytes);
    }
    assert_eq!(fresh, live);
    let expected = FoldCounts {
        accepted: 3,
        ..FoldCounts::default()
    };
    assert_eq!(fresh.counts(), expected);
}
