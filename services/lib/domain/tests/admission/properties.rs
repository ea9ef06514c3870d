//! Whatever bytes come: no panic, and what is admitted is what came, but for sealed fields.

use domain::admission::Sealer;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::inbox::{inbound, judge, sound, structured};

/// Puts opened values back in place of sealed ones.
fn unsealed(sealer: &Sealer, event: &str, path: &str, value: &Value) -> Value {
    match value {
        Value::Object(members) if members.contains_key("sealed") => {
            let field = serde_json::from_value(members["sealed"].clone()).unwrap();
            serde_json::from_slice(&sealer.open(event, path, &field).unwrap()).unwrap()
        }
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| {
                let path = format!("{path}/{name}");
                (name.clone(), unsealed(sealer, event, &path, value))
            })
            .collect(),
        other => other.clone(),
    }
}

proptest! {
    #[test]
    fn no_bytes_make_admission_panic(
        value in proptest::collection::vec(any::<u8>(), 0..200),
        header in "[a-z_-]{0,12}",
        text in proptest::collection::vec(any::<u8>(), 0..40),
        structured_mode in any::<bool>(),
    ) {
        let mut headers: Vec<(&str, &[u8])> = vec![(&header, &text)];
        if structured_mode {
            headers.push(("content-type", b"application/cloudevents+json"));
        }
        let verdict = judge(&inbound("fire", headers, &value));
        prop_assert!(verdict.is_err());
    }

    #[test]
    fn a_damaged_event_is_admitted_or_refused_but_never_a_panic(
        at in 0_usize..400,
        byte in any::<u8>(),
        cut in any::<bool>(),
    ) {
        let mut bytes = serde_json::to_vec(&sound()).unwrap();
        let at = at % bytes.len();
        if cut {
            bytes.truncate(at);
        } else {
            bytes[at] = byte;
        }
        if let Err(refused) = judge(&structured("fire", &bytes)) {
            prop_assert!(!refused.fault.message.is_empty());
        }
    }

    #[test]
    fn an_admitted_event_says_what_came_once_its_fields_are_opened(
        incident in "[A-Za-z0-9_-]{1,40}",
        address in "\\PC{1,60}",
        name in "\\PC{1,60}",
        phone in "[0-9+() -]{3,24}",
        units in proptest::collection::vec("\\PC{1,10}", 0..4),
        nonce in any::<[u8; 12]>(),
    ) {
        let data = json!({
            "incident": incident, "category": "smoke", "address": address,
            "units": units, "caller": {"phone": phone, "name": name},
        });
        let mut event = sound();
        event["data"] = data.clone();
        let bytes = serde_json::to_vec(&event).unwrap();
        let checked = judge(&structured("fire", &bytes)).unwrap();
        let sealer = Sealer::new("k1", &[3; 32]);
        let record = checked.record(&sealer, || nonce);
        let admitted: Value = serde_json::from_slice(&record.value).unwrap();
        prop_assert!(admitted["caller"]["name"]["sealed"].is_object());
        let opened = unsealed(&sealer, "/fire/dispatch#F1:reported", "", &admitted);
        prop_assert_eq!(opened, data);
    }
}
