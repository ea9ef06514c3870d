//! The record that a refused event becomes.

use event_schemas::city::{DeadLetter, headers};

use super::record::{HubRecord, json};
use super::{Inbound, Refused};

/// Bytes kept of an original's value, and of its headers. Departments' inboxes take no more; one
/// that was made by other hands may, and what it brings must still fit a dead letter.
const KEPT: usize = 1_100_000;

/// Prefix of the original's headers on a dead letter.
pub const ORIGINAL: &str = "original-";

/// The dead letter of a refused record: why, where it stands, and its bytes and headers as they came.
pub fn dead_letter_record(inbound: &Inbound<'_>, refused: Refused) -> HubRecord {
    let letter = DeadLetter {
        reason: refused.fault.reason,
        message: refused.fault.message,
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
        value: inbound.value[..inbound.value.len().min(KEPT)].to_vec(),
    };
    let mut kept = 0;
    for (name, value) in &inbound.headers {
        kept += name.len() + value.len();
        if kept > KEPT {
            break;
        }
        record
            .headers
            .push((format!("{ORIGINAL}{name}").into(), value.to_vec()));
    }
    record
}
