//! Each rule of a contract's change, and the promise behind them: where no rule says that producers
//! break, every event that was valid stays valid.
#![expect(clippy::unwrap_used, reason = "a test's helpers may end the test")]

mod schemas;

use std::collections::BTreeSet;

use event_schemas::diff::{ChangeRule, between, between_forms};
use event_schemas::{Contract, EventType};
use proptest::prelude::*;
use schemas::{schema, value, without_one};
use serde_json::{Value, json};

/// A contract with these members, and these notes beside title and summary.
fn contract(schema: &Value) -> EventType {
    let text = json!({"zh": "水位", "en": "Level"});
    let mut whole = json!({"$id": "urn:city-brain:water:level:v1", "type": "object",
        "x-city": {"title": text, "summary": text}});
    for (name, value) in schema.as_object().unwrap() {
        match (name.as_str(), value.as_object()) {
            ("x-city", Some(notes)) => {
                whole["x-city"]
                    .as_object_mut()
                    .unwrap()
                    .extend(notes.clone());
            }
            _ => whole[name] = value.clone(),
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("level-measured.v1.schema.json");
    std::fs::write(&path, whole.to_string()).unwrap();
    EventType::load(&path).unwrap()
}

fn rules(old: &Value, new: &Value) -> Vec<ChangeRule> {
    let changes = between(&contract(old), &contract(new));
    changes.iter().map(|change| change.rule).collect()
}

/// Each rule with a pair of contracts that shows it and nothing else.
fn pairs() -> Vec<(ChangeRule, Value, Value)> {
    let pairs: Vec<Value> = serde_json::from_str(include_str!("pairs.json")).unwrap();
    let of_name = |name: &Value| {
        let mut all = ChangeRule::ALL.into_iter();
        all.find(|rule| rule.name() == name.as_str().unwrap())
            .unwrap()
    };
    let pairs = pairs.into_iter();
    pairs
        .map(|pair| {
            (
                of_name(&pair["rule"]),
                pair["old"].clone(),
                pair["new"].clone(),
            )
        })
        .collect()
}

#[test]
fn each_change_is_told_by_its_rule_and_by_nothing_else() {
    for (rule, old, new) in pairs() {
        assert_eq!(rules(&old, &new), [rule], "{old} → {new}");
        assert_eq!(rules(&old, &old), []);
    }
    let text = json!({"zh": "值", "en": "v"});
    let noted = |notes: &Value| json!({"x-city": notes, "properties": {"b": {"type": "number"}}});
    let measured = noted(&json!({"measure": {"of": "/b", "unit": "m", "title": text}}));
    let gone = rules(&measured, &noted(&json!({})));
    assert_eq!(gone, [ChangeRule::MeasureChanged, ChangeRule::TextChanged]);
    let open = rules(
        &json!({}),
        &json!({"properties": {"a": {"type": "string"}}}),
    );
    assert_eq!(open, [ChangeRule::FieldAdded, ChangeRule::OpenNameTaken]);
}

#[test]
fn every_rule_has_a_pair_that_shows_it_and_words_in_both_languages() {
    let mut shown: BTreeSet<ChangeRule> = pairs().into_iter().map(|(rule, ..)| rule).collect();
    // Shown beside another, or by catalogs as a whole.
    shown.extend([
        ChangeRule::OpenNameTaken,
        ChangeRule::MeasureChanged,
        ChangeRule::TypeAdded,
        ChangeRule::TypeRemoved,
    ]);
    assert_eq!(shown, ChangeRule::ALL.into_iter().collect());
    for rule in ChangeRule::ALL {
        let words = rule.words();
        assert!(
            !words.zh.is_empty() && !words.en.is_empty(),
            "{}",
            rule.name()
        );
    }
}

#[test]
fn the_guides_table_names_every_rule_with_its_verdicts() {
    let guides = [
        include_str!("../../../docs/change-a-contract.md"),
        include_str!("../../../docs/change-a-contract.zh-CN.md"),
    ];
    for (guide, [breaks, fine]) in guides
        .into_iter()
        .zip([["breaks", "fine"], ["不兼容", "兼容"]])
    {
        for rule in ChangeRule::ALL {
            let word = |broken: bool| if broken { breaks } else { fine };
            let row = format!(
                "| {} | {} |",
                word(rule.breaks_producers()),
                word(rule.breaks_consumers())
            );
            let line = guide
                .lines()
                .find(|line| line.starts_with(&format!("| `{}` |", rule.name())));
            let line = line.unwrap_or_else(|| panic!("no row for {}", rule.name()));
            assert!(line.ends_with(&row), "{line} should end with {row}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]
    #[test]
    fn where_no_rule_breaks_producers_what_was_valid_stays_valid(
        old in schema(), other in prop::option::of(schema()), which in 0_usize..20,
        values in prop::collection::vec(value(), 40)
    ) {
        let new = other.unwrap_or_else(|| without_one(&old, which));
        let was = Contract::of_form(&old).unwrap();
        // A name that is required and no longer described is no contract.
        let Ok(now) = Contract::of_form(&new) else { return Ok(()) };
        let changes = between_forms(&was, &now);
        if changes.iter().any(|change| change.rule.breaks_producers()) {
            return Ok(());
        }
        for value in values {
            let text = value.to_string();
            if was.check(text.as_bytes()).is_ok() {
                prop_assert!(now.check(text.as_bytes()).is_ok(), "{old} → {new}: {text}: {changes:?}");
            }
        }
    }

    #[test]
    fn a_contract_differs_from_itself_in_nothing(schema in schema()) {
        let form = Contract::of_form(&schema).unwrap();
        prop_assert_eq!(between_forms(&form, &form), []);
    }
}
