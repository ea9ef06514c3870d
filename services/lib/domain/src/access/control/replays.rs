//! Sending dead letters to their inboxes again: it changes nothing here, and is an act to be accounted for.

use event_schemas::Text;
use event_schemas::city::LogPosition;
use serde_json::json;

use super::{Act, AuditText, ControlAggregate, ControlDecision, ReplayOrder};

/// The act's record: who orders which letters to be sent again, and why. It is written before the first of
/// them is sent.
pub fn replay_dead_letters(
    act: &Act,
    letters: &[LogPosition],
    reason: Option<&str>,
) -> ControlDecision {
    let reason = reason.map(str::trim).filter(|reason| !reason.is_empty());
    let (n, why) = (letters.len(), reason.unwrap_or_default());
    let words = match reason {
        None => Text::new(
            format!("重新送入死信 {n} 条"),
            format!("{n} dead letter(s) sent to their inboxes again"),
        ),
        Some(_) => Text::new(
            format!("重新送入死信 {n} 条:{why}"),
            format!("{n} dead letter(s) sent to their inboxes again: {why}"),
        ),
    };
    let positions: Vec<String> = letters.iter().map(LogPosition::to_string).collect();
    let mut fields = vec![(String::from("letters"), json!(positions))];
    fields.extend(reason.map(|reason| (String::from("reason"), json!(reason))));
    let entry = AuditText {
        words,
        fields: fields.into_iter().collect(),
    };
    let id = act.actor.scoped(&act.key);
    let aggregate = ControlAggregate::Replay {
        state: ReplayOrder {
            id: id.clone(),
            version: 1,
            letters: n,
        },
        id,
        version: 0,
    };
    act.decide("replayDeadLetters", vec![aggregate], entry)
}

#[cfg(test)]
mod tests {
    use event_schemas::city::{Millis, TopicId};

    use super::super::{ControlBook, ControlVerdict};
    use super::*;
    use crate::case::{Actor, ActorKind};

    fn letters() -> Vec<LogPosition> {
        let at = |offset| LogPosition {
            topic_id: TopicId::nil(),
            partition: 0,
            offset,
        };
        vec![at(4), at(7)]
    }

    fn act(key: &str) -> Act {
        Act {
            actor: Actor::own(ActorKind::Hub),
            key: key.to_owned(),
            now: Millis(5),
        }
    }

    #[test]
    fn the_audit_tells_who_sent_which_letters_again_when_and_why_once_per_key() {
        let mut book = ControlBook::default();
        let order = replay_dead_letters(&act("a"), &letters(), Some(" 映射已修正 "));
        let bytes = serde_json::to_vec(&order).unwrap();
        let ControlVerdict::Accepted(entry) = book.apply_bytes(0, Millis(6), &bytes) else {
            panic!("it counts");
        };
        assert_eq!(
            (entry.at, entry.command.as_str()),
            (Millis(5), "replayDeadLetters")
        );
        assert_eq!(entry.words.zh, "重新送入死信 2 条:映射已修正");
        assert_eq!(entry.fields["letters"].as_array().unwrap().len(), 2);
        assert_eq!(entry.fields["reason"], "映射已修正");
        let again = book.apply_bytes(1, Millis(7), &bytes);
        assert_eq!(again, ControlVerdict::Repeat { first: 0 });
        let other = replay_dead_letters(&act("b"), &letters(), None);
        assert!(matches!(
            book.apply(2, Millis(8), &other),
            ControlVerdict::Accepted(_)
        ));
        assert_eq!(book.audit().len(), 2);
    }
}
