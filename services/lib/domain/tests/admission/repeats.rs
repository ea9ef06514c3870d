//! Repeats: same source and id, same or other bytes, within and beyond the memory.

use domain::admission::{Horizon, Identity, RepeatMemory, Seen};
use event_schemas::city::Millis;
use serde_json::json;

use crate::inbox::{append_time, judge, sound, structured, with};

const HOUR: i64 = 3_600_000;

fn identity(event: &serde_json::Value) -> Identity {
    let bytes = serde_json::to_vec(event).unwrap();
    judge(&structured("fire", &bytes)).unwrap().identity
}

fn judged(memory: &RepeatMemory, event: &serde_json::Value) -> Seen {
    memory.judge(&identity(event), append_time(), append_time())
}

#[test]
fn the_same_bytes_are_a_repeat_and_other_bytes_reuse_the_id() {
    let mut memory = RepeatMemory::new(10, Horizon::Complete);
    assert_eq!(judged(&memory, &sound()), Seen::New);
    memory.note(identity(&sound()), append_time());
    assert_eq!(
        judged(&memory, &sound()),
        Seen::Repeat,
        "within one transaction"
    );
    memory.keep();
    assert_eq!(judged(&memory, &sound()), Seen::Repeat);
    let others = [
        with("/data/category", json!("smoke")),
        with("/time", json!("2026-07-01T14:05:01+08:00")),
        with("/alertlevel", json!(1)),
        with("/placecode", json!("990101")),
        with("/exercise", json!(true)),
        with("/own", json!("x")),
    ];
    for other in others {
        assert_eq!(judged(&memory, &other), Seen::Reused, "{other}");
    }
    assert_eq!(judged(&memory, &with("/id", json!("F2"))), Seen::New);
    assert_eq!(
        judged(&memory, &with("/source", json!("/fire/other"))),
        Seen::New
    );
}

#[test]
fn what_was_noted_for_an_aborted_transaction_is_forgotten() {
    let mut memory = RepeatMemory::new(10, Horizon::Complete);
    memory.note(identity(&sound()), append_time());
    memory.forget_noted();
    memory.keep();
    assert_eq!(judged(&memory, &sound()), Seen::New);
    assert!(memory.is_empty());
}

#[test]
fn a_full_memory_forgets_the_oldest_and_knows_from_when_on_it_remembers() {
    let mut memory = RepeatMemory::new(3, Horizon::Complete);
    for n in 0..5 {
        let event = with("/id", json!(format!("F{n}")));
        memory.note(identity(&event), Millis(1_000 + n));
        memory.keep();
    }
    assert_eq!(memory.len(), 3);
    assert_eq!(memory.horizon(), Horizon::Since(Millis(1_001)));
    let first = identity(&with("/id", json!("F0")));
    assert_eq!(
        memory.judge(&first, Millis(900), Millis(2_000)),
        Seen::Unknown
    );
    let last = identity(&with("/id", json!("F4")));
    assert_eq!(
        memory.judge(&last, Millis(900), Millis(2_000)),
        Seen::Repeat
    );
}

#[test]
fn only_an_event_that_may_be_older_than_the_memory_is_looked_up() {
    let start = append_time();
    let memory = RepeatMemory::new(3, Horizon::Since(start));
    let event = identity(&sound());
    let now = start.plus(10 * HOUR);
    let judge = |event_time| memory.judge(&event, event_time, now);
    assert_eq!(judge(start.plus(-HOUR)), Seen::Unknown);
    assert_eq!(
        judge(start.plus(HOUR)),
        Seen::Unknown,
        "a clock may be an hour ahead"
    );
    assert_eq!(judge(start.plus(HOUR + 1)), Seen::New);
    assert_eq!(
        judge(now.plus(HOUR + 1)),
        Seen::Unknown,
        "far ahead: it may have come before"
    );
}

#[test]
fn what_a_look_up_finds_decides_like_the_memory() {
    let (ours, other) = (identity(&sound()), identity(&with("/alertlevel", json!(1))));
    assert_eq!(Seen::by_content(None, ours.content), Seen::New);
    assert_eq!(
        Seen::by_content(Some(ours.content), ours.content),
        Seen::Repeat
    );
    assert_eq!(
        Seen::by_content(Some(other.content), ours.content),
        Seen::Reused
    );
}
