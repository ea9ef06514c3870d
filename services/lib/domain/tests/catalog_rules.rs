//! Every rule of the catalog compiles and passes the tests in its file.

use std::sync::Arc;

use domain::engine::{FlatPlaces, Places};
use domain::rule::{RuleSet, run_tests};
use event_schemas::Catalog;

fn catalog() -> Catalog {
    Catalog::embedded().expect("the embedded catalog is sound: its own tests say so")
}

#[test]
fn every_rule_compiles_and_is_tested_and_passes() {
    let catalog = catalog();
    let rules = catalog.rules().to_vec();
    let (set, errors) = RuleSet::compile(&rules);
    assert_eq!(errors, [], "rules that do not compile");
    assert_eq!(set.rules().len(), rules.len());
    assert!(rules.len() >= 6, "{} rules", rules.len());
    let places: Arc<dyn Places> = Arc::new(catalog);
    let mut failures = Vec::new();
    for rule in &rules {
        assert!(
            rule.tests.len() >= 2,
            "{} has {} tests",
            rule.id,
            rule.tests.len()
        );
        for outcome in run_tests(rule, &places) {
            failures.extend(
                outcome
                    .failure
                    .map(|failure| format!("{}: {}: {failure}", outcome.rule, outcome.test)),
            );
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn a_rule_test_that_expects_something_else_fails_and_says_what_came() {
    let catalog = catalog();
    let mut rule = catalog
        .rules()
        .iter()
        .find(|rule| rule.id == "power.mass-outage")
        .unwrap()
        .clone();
    rule.tests[0].expect[0].severity = Some(1);
    rule.tests[1].expect.pop();
    rule.tests[1].expect[0].change = "raised".to_owned();
    rule.tests[2].given[0].data["cause"] = "storm".into();
    let places: Arc<dyn Places> = Arc::new(FlatPlaces);
    let failures: Vec<String> = run_tests(&rule, &places)
        .into_iter()
        .filter_map(|outcome| outcome.failure)
        .collect();
    assert_eq!(failures.len(), 3, "{failures:?}");
    assert!(
        failures[0].contains("expected firing, at 300s, severity 1"),
        "{}",
        failures[0]
    );
    assert!(
        failures[1].contains("unknown change 'raised'"),
        "{}",
        failures[1]
    );
    assert!(
        failures[2].contains("expected 0 alert record(s), came 1"),
        "{}",
        failures[2]
    );
}
