//! The policy table against the schema itself: every field has a policy, none is stale, and no role
//! reads or does what it should not.

use domain::access::{Principal, Role};

use super::policy::{allows, allows_introspection, audit, readers};
use super::{Gate, Limits, TypeMap};
use crate::failure::Code;
use crate::schema;

fn somebody(role: Role) -> Principal {
    Principal {
        name: role.name().to_owned(),
        roles: vec![role],
        department: None,
        session: Some("s".to_owned()),
    }
}

#[test]
fn every_field_of_the_schema_has_a_policy_and_every_policy_a_field() {
    let types = TypeMap::of_sdl(&schema::sdl());
    let mut missing = Vec::new();
    let mut stale = Vec::new();
    let mut known = Vec::new();
    for (name, fields) in types.all() {
        known.push(name);
        for field in &fields {
            if readers(name, field).is_empty() {
                missing.push(format!("{name}.{field}"));
            }
        }
        let named = audit::named_fields(name).unwrap_or_default();
        stale.extend(
            named
                .iter()
                .filter(|field| !fields.contains(*field))
                .map(|field| format!("{name}.{field}")),
        );
    }
    stale.extend(
        audit::types()
            .into_iter()
            .filter(|name| !known.contains(name))
            .map(str::to_owned),
    );
    assert!(known.len() > 30, "the schema was not read");
    assert!(
        missing.is_empty(),
        "without a policy (gate/policy.rs): {missing:#?}"
    );
    assert!(
        stale.is_empty(),
        "a policy for nothing (gate/policy.rs): {stale:#?}"
    );
}

#[test]
fn sensitive_types_name_every_field_one_by_one() {
    for name in [
        "Query",
        "Mutation",
        "Subscription",
        "Viewer",
        "Event",
        "Alert",
        "Case",
        "TimelineEntry",
        "DeadLetter",
    ] {
        assert!(audit::named_fields(name).is_some(), "{name}");
    }
}

#[test]
fn roles_may_do_what_they_are_for_and_nothing_else() {
    use Role::{Administrator, Operator, Publisher, Supervisor};
    let types = TypeMap::of_sdl(&schema::sdl());
    let mut checks = 0;
    for (name, fields) in types.all() {
        for field in fields {
            for role in Role::ALL {
                let expected = match (name, field, role) {
                    ("Query", "scorecard", _) => true,
                    (name, ..) if name.starts_with("Scorecard") => true,
                    (_, _, Publisher) => false,
                    ("Query", "audit" | "deadLetters" | "deadLetterGroups", role) => {
                        role == Administrator
                    }
                    (name, ..) if name.starts_with("DeadLetter") || name.starts_with("Audit") => {
                        role == Administrator
                    }
                    ("Mutation", "replayDeadLetters" | "replayMatchingDeadLetters", role) => {
                        role == Administrator
                    }
                    ("Mutation", ..) => matches!(role, Operator | Supervisor),
                    (
                        "CommandAccepted" | "CommandConflict" | "CommandRefused"
                        | "CommandUndecided" | "CaseCommandOutcome",
                        ..,
                    ) => matches!(role, Operator | Supervisor),
                    _ => true,
                };
                assert_eq!(
                    allows(&somebody(role), name, field),
                    expected,
                    "{role:?} {name}.{field}"
                );
                checks += 1;
            }
        }
    }
    assert!(checks > 1_000, "{checks}");
    let introspectors = Role::ALL.map(|role| allows_introspection(&somebody(role)));
    assert_eq!(introspectors, [true, false, false, true, false]);
}

#[test]
fn a_field_that_is_not_named_is_refused_to_everybody() {
    let everything = Principal {
        roles: Role::ALL.to_vec(),
        ..somebody(Role::Administrator)
    };
    assert!(!allows(&everything, "Query", "secrets"));
    assert!(!allows(&everything, "Secret", "id"));
    assert!(!allows(
        &somebody(Role::Administrator),
        "Mutation",
        "closeCase"
    ));
}

/// The same question by every route that GraphQL offers.
#[test]
fn no_alias_fragment_or_operation_leads_around_the_policy() {
    let gate = Gate::new(&schema::sdl(), Limits::default());
    let routes = [
        "{ deadLetters { nodes { reason } } }",
        "{ harmless: deadLetters { nodes { reason } } }",
        "{ ... { deadLetters { nodes { reason } } } }",
        "{ ... on Query { deadLetters { nodes { reason } } } }",
        "{ ...F } fragment F on Query { deadLetters { nodes { reason } } }",
        "{ node(id: \"x\") { ... on DeadLetter { reason } } }",
        "{ node(id: \"x\") { ...D } } fragment D on DeadLetter { message }",
        "query A { at } query B { deadLetters { nodes { reason } } }",
        "query { deadLetters @skip(if: true) { nodes { reason } } }",
        "{ deadLetters(first: 1) @include(if: false) { pageInfo { hasNextPage } } }",
        "{ scorecard { admitted } deadLetterGroups { message } }",
    ];
    for query in routes {
        for role in [
            Role::Supervisor,
            Role::Operator,
            Role::Developer,
            Role::Publisher,
        ] {
            let operation = query.starts_with("query A").then_some("A");
            let refused = gate
                .pass(
                    query,
                    operation,
                    &async_graphql::Variables::default(),
                    &somebody(role),
                )
                .expect_err("the gate should refuse");
            assert_eq!(refused.code, Code::Forbidden, "{role:?} {query}");
        }
    }
}
