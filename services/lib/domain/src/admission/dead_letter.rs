//! The record that a refused event becomes.

use event_schemas::city::{DeadLetter, headers};

use super::record::{HubRecord, json};
use super::{Inbound, Refused};

/// Bytes kept of an original's value, and of its headers. Departments' inboxes take no more; one
/// that was made by other hands may, and what it brings must still fit a dead letter.
pub const ORIGINAL_BYTES: usize = 1_100_000;

/// Prefix of the original's headers on a dead letter.
pub const ORIGINAL: &str = "original-";

/// The dead letter of a refused record: why, where it stands, and its bytes and headers as they came.
pub fn dead_letter_record(inbound: &Inbound<'_>, refused: Refused) -> HubRecord {
    let mut message = refused.fault.message;
    if inbound.value.len() > ORIGINAL_BYTES {
        let all = inbound.value.len();
        message = format!("{message} (of {all} bytes the first {ORIGINAL_BYTES} are kept)");
    }
    let letter = DeadLetter {
        reason: refused.fault.reason,
        message,
        path: refused.fault.path,
        department: inbound.department.to_owned(),
        position: inbound.position,
        topic: inbound.topic.to_owned(),
        received_at: inbound.append_time,
        source: refused.source,
        id: refused.id,
        event_type: refused.event_type,
    };
    let mut record = HubRecord {
        key: inbound.department.to_owned(),
        headers: vec![(headers::DEAD_LETTER.into(), json(&letter))],
        value: inbound.value[..inbound.value.len().min(ORIGINAL_BYTES)].to_vec(),
    };
    let mut kept = 0;
    for (name, value) in &inbound.headers {
        kept += name.len() + value.len();
        if kept > ORIGINAL_BYTES {
            break;
        }
        record
            .headers
            .push((format!("{ORIGINAL}{name}").into(), value.to_vec()));
    }
    record
}

#[cfg(test)]
mod tests {
    use event_schemas::Refusal;
    use event_schemas::city::{LogPosition, Millis, Reason};

    use super::*;

    fn message_of(bytes: usize) -> (String, usize) {
        let value = vec![b'x'; bytes];
        let position: LogPosition = "00000000000000000000000000000007.0.3".parse().unwrap();
        let inbound = Inbound {
            department: "fire",
            topic: "city.inbox.fire",
            position,
            append_time: Millis(0),
            headers: Vec::new(),
            value: &value,
        };
        let refused = Refused::unread(Refusal {
            reason: Reason::TooLarge,
            path: None,
            message: String::from("too large"),
        });
        let record = dead_letter_record(&inbound, refused);
        let letter: DeadLetter = serde_json::from_slice(&record.headers[0].1).unwrap();
        (letter.message, record.value.len())
    }

    #[test]
    fn an_original_that_is_cut_says_so_with_both_sizes() {
        let (message, kept) = message_of(ORIGINAL_BYTES + 5);
        assert_eq!(
            message,
            "too large (of 1100005 bytes the first 1100000 are kept)"
        );
        assert_eq!(kept, ORIGINAL_BYTES);
        assert_eq!(
            message_of(ORIGINAL_BYTES),
            (String::from("too large"), ORIGINAL_BYTES)
        );
    }
}
