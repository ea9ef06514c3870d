//! Predicates: native where that is certain, CEL everywhere else, and both always agree.

use domain::rule::{CompiledRule, Evaluator, Predicate};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::log::{Fact, Log, NOW, position, rule};

const FIRE: &str = "city.fire.incident-reported.v1";

fn operands() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "event.level",
        "event.measure",
        "event.subject",
        "event.place",
        "event.exercise",
        "event.type",
        "event.department",
        "event.data.a",
        "event.data.b",
        "event.data.deep.c",
        "event.data.missing",
    ])
    .prop_map(str::to_owned)
}

fn literals() -> impl Strategy<Value = String> {
    prop_oneof![
        (-3..4_i64).prop_map(|number| number.to_string()),
        (-3..4_i64).prop_map(|number| format!("{number}.5")),
        prop::sample::select(vec![
            "'p1'",
            "'x'",
            "''",
            "true",
            "false",
            "9007199254740993",
            "'fire'"
        ])
        .prop_map(str::to_owned),
    ]
}

fn atoms() -> impl Strategy<Value = String> {
    prop_oneof![
        (
            operands(),
            prop::sample::select(vec!["==", "!=", "<", "<=", ">", ">="]),
            literals()
        )
            .prop_map(|(left, op, right)| format!("{left} {op} {right}")),
        (operands(), literals(), literals())
            .prop_map(|(left, a, b)| format!("{left} in [{a}, {b}]")),
        (
            operands(),
            prop::sample::select(vec!["startsWith", "endsWith", "contains"])
        )
            .prop_map(|(left, test)| format!("{left}.{test}('x')")),
        prop::sample::select(vec![
            "has(event.data.a)",
            "has(event.data.deep.c)",
            "has(event.level)",
            "event.exercise",
            "event.data.b"
        ])
        .prop_map(str::to_owned),
    ]
}

fn expressions() -> impl Strategy<Value = String> {
    atoms().prop_recursive(3, 12, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} && {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} || {b})")),
            inner.prop_map(|a| format!("!({a})")),
        ]
    })
}

fn values() -> impl Strategy<Value = Value> {
    prop_oneof![
        (-3..4_i64).prop_map(Value::from),
        (-3..4_i64).prop_map(|number| json!(number as f64 + 0.5)),
        prop::sample::select(vec![
            json!("x"),
            json!(""),
            json!(true),
            json!(false),
            json!(null),
            json!([1]),
            json!(9_007_199_254_740_993_i64)
        ]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn native_predicates_agree_with_cel(
        expression in expressions(), a in values(), b in values(), c in prop::option::of(values()),
        level in prop::option::of(1..5_u8), measure in prop::option::of(-3.0..4.0_f64), exercise in any::<bool>(),
    ) {
        let mut data = json!({"a": a, "b": b});
        if let Some(c) = c {
            data["deep"] = json!({"c": c});
        }
        let mut fact = Fact::new(FIRE, NOW).data(data);
        (fact.level, fact.measure, fact.exercise) = (level, measure, exercise);
        let event = fact.at(position(0, 0));
        if let Ok(predicate) = Predicate::compile(&expression) {
            let mut evaluator = Evaluator::default();
            let native = predicate.matches(&event, &mut evaluator);
            evaluator.next_event();
            let interpreted = predicate.interpret(&event, &mut evaluator);
            prop_assert_eq!(native, interpreted, "{}", expression);
        }
    }
}

#[test]
fn plain_comparisons_run_natively() {
    for source in [
        "event.level <= 2",
        "event.data.customers >= 500 && event.data.cause != 'planned'",
        "event.data.category in ['structure-fire', 'explosion']",
        "has(event.data.restriction) && event.data.restriction == 'closed'",
        "!(event.data.address.contains('HIGHWAY'))",
    ] {
        assert!(Predicate::compile(source).unwrap().is_native(), "{source}");
    }
    let sizes = Predicate::compile("event.data.units.size() > 3").unwrap();
    assert!(!sizes.is_native());
    let event = Fact::new(FIRE, NOW)
        .data(json!({"units": [1, 2, 3, 4]}))
        .at(position(0, 0));
    assert_eq!(sizes.matches(&event, &mut Evaluator::default()), Ok(true));
    let any = Predicate::compile("event.data.units.exists(unit, unit.startsWith('E'))").unwrap();
    let event = Fact::new(FIRE, NOW)
        .data(json!({"units": ["T1", "E2"]}))
        .at(position(0, 0));
    assert_eq!(any.matches(&event, &mut Evaluator::default()), Ok(true));
}

#[test]
fn what_is_wrong_with_a_predicate_is_said_with_what_was_expected() {
    for (source, expected) in [
        ("event.level <=", "not a CEL expression"),
        ("incident.level <= 2", "unknown variable 'incident'"),
        ("event.colour == 'red'", "unknown attribute 'event.colour'"),
        ("event.data.a.frobnicate(2)", "unknown function"),
        ("1 + 1", "expected an expression of type bool"),
    ] {
        let error = Predicate::compile(source).unwrap_err();
        assert!(error.contains(expected), "{source}: {error}");
    }
}

#[test]
fn a_rule_with_faults_lists_all_of_them_with_their_paths() {
    let wrong = rule(json!({
        "id": "a|b",
        "severity": 7,
        "sop": {"zh": "", "en": "Act"},
        "when": {"match": {"of": {"types": ["fire"], "where": "event.x"}}},
    }));
    let paths: Vec<String> = CompiledRule::compile(&wrong)
        .unwrap_err()
        .into_iter()
        .map(|error| error.path)
        .collect();
    assert_eq!(
        paths,
        [
            "id",
            "sop",
            "severity",
            "when.match",
            "when.match.of.types",
            "when.match.of.where"
        ]
    );
}

#[test]
fn a_predicate_that_fails_on_an_event_is_no_match_and_is_counted() {
    let mut log = Log::new(&[rule(json!({
        "keepFiring": "5m",
        "when": {"match": {"of": {"types": [FIRE], "where": "event.data.customers >= 500"}}},
    }))]);
    log.event(&Fact::new(FIRE, NOW).data(json!({"customers": "many"})));
    log.event(&Fact::new(FIRE, NOW + 1).data(json!({})));
    log.event(&Fact::new(FIRE, NOW + 2).data(json!({"customers": 500})));
    assert_eq!(log.alerts.len(), 1);
    let counts = &log.engine.statistics().rules["test.rule"];
    assert_eq!((counts.errors, counts.matched), (2, 1));
    assert!(
        counts
            .last_error
            .as_deref()
            .is_some_and(|error| error.contains("customers")),
        "{:?}",
        counts.last_error
    );
}
