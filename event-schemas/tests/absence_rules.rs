//! Rules that wait for what does not come: a named feed gets its event types, and mistakes are told.
#![expect(clippy::unwrap_used, reason = "a test's helpers may end the test")]

use std::fs;
use std::path::{Path, PathBuf};

use event_schemas::rule_file::{Condition, RuleFile, Silent};
use event_schemas::{Catalog, CatalogErrors};

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The catalog with one more rule; `absence` is what stands under `absence:`.
fn with_rule(absence: &str) -> Result<Catalog, CatalogErrors> {
    let folder = tempfile::tempdir().unwrap();
    let own: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalog");
    copy_folder(&own, folder.path());
    let path = folder.path().join("hub/rules.yaml");
    let mut rules = fs::read_to_string(&path).unwrap();
    let rule = format!(
        "\n- id: test.silent\n  version: 1\n  title: {{ zh: 静默, en: Silent }}\n  \
         alertTitle: {{ zh: 静默, en: Silent }}\n  owner: hub\n  severity: 3\n  \
         sop: {{ zh: 核实, en: Ask }}\n  when: {{ absence: {{ {absence} }} }}\n"
    );
    rules.push_str(&rule);
    fs::write(path, rules).unwrap();
    Catalog::load(folder.path())
}

fn rule(catalog: &Catalog) -> &RuleFile {
    let mut rules = catalog.rules().iter();
    rules.find(|rule| rule.id == "test.silent").unwrap()
}

fn fault(absence: &str) -> String {
    let CatalogErrors(errors) = with_rule(absence).unwrap_err();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(errors[0].file, "hub/rules.yaml");
    errors[0].to_string()
}

#[test]
fn a_rule_that_names_a_feed_gets_its_event_types_and_keeps_them_in_a_mark() {
    let catalog = with_rule("feed: fire.incidents, of: feed, after: 2h").unwrap();
    let rule = rule(&catalog);
    let mut expected: Vec<&str> = catalog
        .feed("fire.incidents")
        .unwrap()
        .event_types()
        .collect();
    expected.sort_unstable();
    expected.dedup();
    assert!(expected.len() > 1);
    assert_eq!(rule.event_types().collect::<Vec<_>>(), expected);
    let again: RuleFile = serde_json::from_str(&serde_json::to_string(rule).unwrap()).unwrap();
    assert_eq!(&again, rule);
    let Condition::Absence { of, after, .. } = &again.when else {
        unreachable!("it was written as one");
    };
    assert_eq!((*of, after.ms), (Silent::Feed, 7_200_000));
}

#[test]
fn a_rule_names_types_or_a_feed_that_exists() {
    for (absence, expected) in [
        ("of: feed, after: 2h", "types of one department, or feed"),
        (
            "feed: fire.incidents, types: [city.fire.incident-reported.v1], of: feed, after: 2h",
            "types or feed, not both",
        ),
        (
            "feed: fire.calls, of: subject, after: 2h",
            "a feed of the catalog, not 'fire.calls'",
        ),
        (
            "types: [city.fire.smoke-seen.v1], of: subject, after: 2h",
            "not 'city.fire.smoke-seen.v1'",
        ),
    ] {
        let fault = fault(absence);
        assert!(fault.contains(expected), "{expected}: {fault}");
    }
}
