//! What a change of one contract breaks, by name, in the catalog that comes with the program.
#![expect(clippy::unwrap_used, reason = "a test's helpers may end the test")]

use std::path::Path;

use event_schemas::impact::{self, Impact, Kind, SavedQuery};
use event_schemas::{Catalog, EventType};
use serde_json::{Value, json};

const STARTED: &str = "city.power.outage-started.v1";

/// What it does to change a contract so.
fn impact_of(name: &str, change: impl FnOnce(&mut Value)) -> Impact {
    impact_with(name, change, &[])
}

fn impact_with(name: &str, change: impl FnOnce(&mut Value), queries: &[SavedQuery]) -> Impact {
    let old = Catalog::embedded().unwrap();
    let mut schema = old.event_type(name).unwrap().schema.clone();
    change(&mut schema);
    let folder = tempfile::tempdir().unwrap();
    let stem = name.splitn(3, '.').nth(2).unwrap();
    let path = folder.path().join(format!("{stem}.schema.json"));
    std::fs::write(&path, schema.to_string()).unwrap();
    let new = old.clone().with_contract(EventType::load(&path).unwrap());
    impact::of(&old, (&new, &[]), queries)
}

/// Names of what breaks of a kind.
fn names(impact: &Impact, kind: Kind) -> Vec<&str> {
    let mut names: Vec<&str> = impact
        .broken
        .iter()
        .filter(|one| one.kind == kind)
        .map(|one| one.name.as_str())
        .collect();
    names.dedup();
    names
}

fn remove_field(schema: &mut Value, name: &str) {
    schema["properties"].as_object_mut().unwrap().remove(name);
}

#[test]
fn a_field_that_goes_breaks_the_rules_that_read_it_and_what_hangs_on_them() {
    let impact = impact_of(STARTED, |schema| remove_field(schema, "cause"));
    let rules = names(&impact, Kind::Rule);
    for rule in ["hub.live-wires", "power.repeated-outage"] {
        assert!(rules.contains(&rule), "{rules:?}");
    }
    assert!(
        !rules.iter().any(|rule| rule.starts_with("fire.")),
        "{rules:?}"
    );
    assert_eq!(names(&impact, Kind::Feed), ["power.outages"]);
    assert!(names(&impact, Kind::Route).contains(&"cross-department"));
    assert!(names(&impact, Kind::Workflow).contains(&"city"));
    let examples = names(&impact, Kind::Example);
    assert!(
        examples.contains(&"power/examples/outage-started.json"),
        "{examples:?}"
    );
    assert!(!impact.is_acceptable());
}

#[test]
fn a_unit_that_changes_breaks_what_sums_it_and_nothing_else() {
    let impact = impact_of(STARTED, |schema| {
        schema["x-city"]["measure"]["unit"] = json!("kW");
    });
    assert_eq!(names(&impact, Kind::Sign), ["customers-cut-off"]);
    let rules = names(&impact, Kind::Rule);
    assert!(
        rules.contains(&"power.repeated-outage"),
        "it asks event.measure: {rules:?}"
    );
    assert_eq!(names(&impact, Kind::Feed), [""; 0]);
    assert_eq!(names(&impact, Kind::Example), [""; 0]);
}

#[test]
fn a_value_that_goes_breaks_the_mapping_that_gives_it_and_rules_that_wait_for_it() {
    let without = |value: &'static str| {
        move |schema: &mut Value| {
            let values = schema["properties"]["cause"]["enum"]
                .as_array_mut()
                .unwrap();
            values.retain(|one| one != value);
        }
    };
    let unawaited = impact_of(STARTED, without("third-party"));
    assert_eq!(names(&unawaited, Kind::Feed), ["power.outages"]);
    assert_eq!(names(&unawaited, Kind::Rule), [""; 0]);
    let awaited = impact_of(STARTED, without("planned"));
    assert!(names(&awaited, Kind::Rule).contains(&"power.repeated-outage"));
}

#[test]
fn a_field_that_must_be_there_breaks_feeds_that_never_fill_it_and_examples_without_it() {
    let impact = impact_of(STARTED, |schema| {
        schema["properties"]["feeder"] = json!({"type": "string"});
        schema["required"]
            .as_array_mut()
            .unwrap()
            .push(json!("feeder"));
    });
    let feed = impact
        .broken
        .iter()
        .find(|one| one.kind == Kind::Feed)
        .unwrap();
    assert_eq!(feed.name, "power.outages");
    assert_eq!(
        feed.because,
        format!("never fills /feeder, which {STARTED} requires")
    );
    assert!(!names(&impact, Kind::Example).is_empty());
}

#[test]
fn what_people_read_alone_and_what_may_be_absent_breaks_nothing() {
    let impact = impact_of(STARTED, |schema| {
        schema["properties"]["feeder"] = json!({"type": "string"});
        schema["properties"]["cause"]["title"] = json!("Why");
    });
    assert_eq!(impact.broken, []);
    assert!(
        impact.is_acceptable() && impact.changes.len() == 2,
        "{impact:?}"
    );
}

#[test]
fn a_saved_query_breaks_by_the_field_it_filters_by_where_it_means_the_type() {
    let saved = json!({"views": [
        {"name": "Storm damage", "filter": {"type": [STARTED], "data": [{"path": "cause", "op": "EQ", "value": "storm"}]}},
        {"name": "Crews", "filter": {"type": [STARTED], "data": [{"path": "crew", "op": "EQ", "value": "on-site"}]}},
        {"name": "Fires", "filter": {"type": ["city.fire.incident-reported.v1"], "data": [{"path": "cause", "op": "EQ", "value": 1}]}}
    ]});
    let queries = SavedQuery::in_document(&saved, "views.json");
    assert_eq!(queries.len(), 3);
    let impact = impact_with(STARTED, |schema| remove_field(schema, "cause"), &queries);
    assert_eq!(names(&impact, Kind::Query), ["Storm damage"]);
}

#[test]
fn a_type_that_goes_is_told_with_all_that_names_it() {
    let old = Catalog::embedded().unwrap();
    let folder = tempfile::tempdir().unwrap();
    copy(
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/catalog")),
        folder.path(),
    );
    std::fs::remove_file(folder.path().join("power/outage-started.v1.schema.json")).unwrap();
    let (new, errors) = Catalog::load_draft(folder.path()).unwrap();
    let impact = impact::of(&old, (&new, &errors), &[]);
    assert_eq!(names(&impact, Kind::Feed), ["power.outages"]);
    assert_eq!(names(&impact, Kind::Sign), ["customers-cut-off"]);
    assert!(names(&impact, Kind::Catalog).contains(&"feed power.outages"));
    assert!(names(&impact, Kind::Rule).contains(&"hub.live-wires"));
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
