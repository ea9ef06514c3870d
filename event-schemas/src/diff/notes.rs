//! What the fields mean to the hub, and what they are called, old against new.

use serde_json::Value;

use super::{ChangeRule, Found};

/// Notes whose change has a rule of its own.
const MEANINGS: [(&str, ChangeRule); 16] = [
    ("subject", ChangeRule::SubjectChanged),
    ("eventTime", ChangeRule::TimeChanged),
    ("recordedTime", ChangeRule::TimeChanged),
    ("place", ChangeRule::PlaceChanged),
    ("lon", ChangeRule::PlaceChanged),
    ("lat", ChangeRule::PlaceChanged),
    ("crs", ChangeRule::PlaceChanged),
    ("level", ChangeRule::LevelChanged),
    ("measure/of", ChangeRule::MeasureChanged),
    ("measure/scale", ChangeRule::MeasureChanged),
    ("measure/unit", ChangeRule::UnitChanged),
    ("measure/title", ChangeRule::TextChanged),
    ("updates", ChangeRule::LinkChanged),
    ("ends", ChangeRule::LinkChanged),
    ("title", ChangeRule::TextChanged),
    ("summary", ChangeRule::TextChanged),
];

/// Keywords that say something to people alone.
const SAID: [&str; 5] = ["title", "description", "x-title", "x-words", "examples"];

/// Compares what two contracts say beside the form.
pub(super) fn compare(old: &Value, new: &Value, found: &mut Found<'_>) {
    for (note, rule) in MEANINGS {
        let pointer = format!("/x-city/{note}");
        let (was, now) = (old.pointer(&pointer), new.pointer(&pointer));
        // The unit of a measure that came or went is told with the measure.
        let with_the_measure = note == "measure/unit" && (was.is_none() || now.is_none());
        if was != now && !with_the_measure {
            found.add(rule, &pointer, show(was), show(now));
        }
    }
    let (was, now) = (personal(old), personal(new));
    for path in now.iter().filter(|path| !was.contains(path)) {
        found.add(ChangeRule::PersonalAdded, path, "", "");
    }
    for path in was.iter().filter(|path| !now.contains(path)) {
        found.add(ChangeRule::PersonalRemoved, path, "", "");
    }
    fields(old, new, "", found);
}

fn personal(schema: &Value) -> Vec<&str> {
    let listed = schema.pointer("/x-city/personal").and_then(Value::as_array);
    listed
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

fn show(value: Option<&Value>) -> String {
    match value {
        None => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    }
}

/// Units and words of the fields that both have.
fn fields(old: &Value, new: &Value, at: &str, found: &mut Found<'_>) {
    if SAID.iter().any(|word| old.get(word) != new.get(word)) {
        found.add(ChangeRule::TextChanged, at, "", "");
    }
    let (was, now) = (old.get("x-unit"), new.get("x-unit"));
    if was != now {
        found.add(ChangeRule::UnitChanged, at, show(was), show(now));
    }
    if let (Some(was), Some(now)) = (old.get("items"), new.get("items")) {
        fields(was, now, &format!("{at}/*"), found);
    }
    let Some(was) = old.get("properties").and_then(Value::as_object) else {
        return;
    };
    for (name, was) in was {
        let step = name.replace('~', "~0").replace('/', "~1");
        if let Some(now) = new.pointer(&format!("/properties/{step}")) {
            fields(was, now, &format!("{at}/{step}"), found);
        }
    }
}
