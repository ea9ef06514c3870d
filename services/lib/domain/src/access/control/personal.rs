//! Acts upon personal data: they change nothing here, and each is to be accounted for.

use event_schemas::Text;
use serde_json::json;

use super::{Act, AuditText, ControlAggregate, ControlDecision, PersonalAct};

/// A person is erased: these keys of theirs are destroyed. Written before they are.
pub fn erase_person(act: &Act, keys: &[String], reason: Option<&str>) -> ControlDecision {
    let n = keys.len();
    let words = because(
        &format!("销毁一人的个人信息密钥 {n} 个"),
        &format!("A person is erased: {n} key(s) destroyed"),
        reason,
    );
    decided(act, "erasePerson", words, vec![("keys", json!(keys))])
}

/// Somebody opens a personal field of an event (`<source>#<id>`). Written before it is shown.
pub fn open_personal(act: &Act, event: &str, path: &str, reason: Option<&str>) -> ControlDecision {
    let words = because(
        &format!("查看事件 {event} 的个人信息 {path}"),
        &format!("Personal field {path} of the event {event} opened"),
        reason,
    );
    let fields = vec![("event", json!(event)), ("path", json!(path))];
    decided(act, "openPersonal", words, fields)
}

/// The master key was changed.
pub fn master_changed(act: &Act, master: &str, people: usize) -> ControlDecision {
    let words = Text::new(
        format!("更换主密钥为 {master},重新包装 {people} 个密钥"),
        format!("The master key is now {master}; {people} key(s) wrapped anew"),
    );
    let fields = vec![("master", json!(master)), ("keys", json!(people))];
    decided(act, "rotateMasterKey", words, fields)
}

fn because(zh: &str, en: &str, reason: Option<&str>) -> Text {
    match reason.map(str::trim).filter(|reason| !reason.is_empty()) {
        None => Text::new(zh, en),
        Some(why) => Text::new(format!("{zh}:{why}"), format!("{en}: {why}")),
    }
}

fn decided(
    act: &Act,
    command: &str,
    words: Text,
    fields: Vec<(&str, serde_json::Value)>,
) -> ControlDecision {
    let entry = AuditText {
        words,
        fields: fields
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    };
    let id = act.actor.scoped(&act.key);
    let aggregate = ControlAggregate::Personal {
        state: PersonalAct {
            id: id.clone(),
            version: 1,
        },
        id,
        version: 0,
    };
    act.decide(command, vec![aggregate], entry)
}

#[cfg(test)]
mod tests {
    use event_schemas::city::Millis;

    use super::super::{ControlBook, ControlVerdict};
    use super::*;
    use crate::case::{Actor, ActorKind};

    #[test]
    fn every_act_upon_personal_data_is_a_line_of_the_audit_once_per_key() {
        let act = |key: &str| Act {
            actor: Actor::own(ActorKind::Hub),
            key: key.to_owned(),
            now: Millis(5),
        };
        let mut book = ControlBook::default();
        let acts = [
            erase_person(&act("a"), &[String::from("s01")], Some(" asked for it ")),
            open_personal(&act("b"), "/hotline#H-1", "/reporter/phone", None),
            master_changed(&act("c"), "m1", 7),
        ];
        for (offset, decision) in (0..).zip(&acts) {
            let bytes = serde_json::to_vec(decision).unwrap();
            let verdict = book.apply_bytes(offset, Millis(6), &bytes);
            assert!(
                matches!(verdict, ControlVerdict::Accepted(_)),
                "{verdict:?}"
            );
        }
        let lines: Vec<&str> = book.audit().iter().map(|line| &*line.words.en).collect();
        assert_eq!(
            lines,
            [
                "A person is erased: 1 key(s) destroyed: asked for it",
                "Personal field /reporter/phone of the event /hotline#H-1 opened",
                "The master key is now m1; 7 key(s) wrapped anew",
            ]
        );
        let again = book.apply(3, Millis(7), &acts[1]);
        assert_eq!(again, ControlVerdict::Repeat { first: 1 });
    }
}
