//! Personal fields: sealed in the record, opened with the key, found by their look-up hash.

use domain::admission::{Sealer, UnsealError};
use event_schemas::city::SealedField;
use serde_json::Value;

use crate::inbox::{judge, sound, structured};

const EVENT: &str = "/fire/dispatch#F1:reported";

fn sealed_data(sealer: &Sealer) -> Value {
    let bytes = serde_json::to_vec(&sound()).unwrap();
    let checked = judge(&structured("fire", &bytes)).unwrap();
    let mut next = 0_u8;
    let record = checked.record(sealer, || {
        next += 1;
        [next; 12]
    });
    let text = String::from_utf8(record.value.clone()).unwrap();
    assert!(
        !text.contains("王女士") && !text.contains("138 0000 0000"),
        "{text}"
    );
    serde_json::from_slice(&record.value).unwrap()
}

fn field(data: &Value, pointer: &str) -> SealedField {
    serde_json::from_value(data.pointer(pointer).unwrap()["sealed"].clone()).unwrap()
}

#[test]
fn personal_values_are_sealed_and_open_with_the_key_for_their_own_field_only() {
    let sealer = Sealer::new("k1", &[7; 32]);
    let data = sealed_data(&sealer);
    let name = field(&data, "/caller/name");
    assert_eq!(name.key, "k1");
    let opened = sealer.open(EVENT, "/caller/name", &name).unwrap();
    assert_eq!(opened, "\"王女士\"".as_bytes());
    let moved = sealer.open(EVENT, "/caller/phone", &name);
    assert_eq!(moved, Err(UnsealError::Damaged));
    let copied = sealer.open("/fire/dispatch#F2", "/caller/name", &name);
    assert_eq!(copied, Err(UnsealError::Damaged));
    let other = Sealer::new("k1", &[8; 32]).open(EVENT, "/caller/name", &name);
    assert_eq!(other, Err(UnsealError::Damaged));
    let unknown = Sealer::new("k2", &[7; 32]).open(EVENT, "/caller/name", &name);
    assert_eq!(unknown, Err(UnsealError::OtherKey(String::from("k1"))));
}

#[test]
fn equal_values_are_found_by_their_hash_and_only_with_the_key() {
    let sealer = Sealer::new("k1", &[7; 32]);
    let phone = field(&sealed_data(&sealer), "/caller/phone");
    assert_eq!(phone.look, sealer.look(b"\"138 0000 0000\""));
    assert_ne!(
        phone.look,
        Sealer::new("k1", &[8; 32]).look(b"\"138 0000 0000\"")
    );
    assert_eq!(phone.look.len(), 22, "16 bytes as base64 without padding");
}
