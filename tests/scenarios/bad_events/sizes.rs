//! Events that are too large, in every way in which they can be.

use std::fmt::Write as _;

use serde_json::json;

use super::kind::{Kind, Raw, sound};

const LARGE: [&str; 3] = ["too_large", "", "262144 bytes"];

pub(super) fn kinds() -> Vec<Kind> {
    let headers = Raw {
        headers: vec![(String::from("ce_id"), Some(vec![b'x'; 300_000]))],
        value: Some(b"{}".to_vec()),
        ..Raw::default()
    };
    let fields = |count: usize| {
        let mut many = String::from("{");
        for n in 0..count {
            write!(many, "\"f{n}\":1,").unwrap();
        }
        many
    };
    let known = |count| {
        (
            String::from("\"data\":{"),
            format!("\"data\":{}", fields(count)),
        )
    };
    let (from, hundred_thousand) = known(100_000);
    let (_, twenty_thousand) = known(20_000);
    vec![
        Kind::with(
            "a field of 400 KB",
            "/data/address",
            json!("x".repeat(400_000)),
            LARGE,
        ),
        Kind::raw("headers of 300 KB", headers, LARGE),
        Kind::text("100,000 fields", (&from, &hundred_thousand), LARGE),
        Kind::text(
            "20,000 fields",
            (&from, &twenty_thousand),
            ["contract_violation", "/data/f0", "does not know"],
        ),
        Kind::bytes(
            "16 MB that Kafka's compression hides",
            &unfolding(16),
            LARGE,
        ),
        Kind::bytes(
            "64 MB that Kafka's compression hides",
            &unfolding(64),
            LARGE,
        ),
    ]
}

/// So many megabytes, of which a compressed batch shows little.
fn unfolding(megabytes: usize) -> Vec<u8> {
    let mut event = sound("large").to_string().into_bytes();
    event.resize(megabytes * 1_000_000, b' ');
    event
}
