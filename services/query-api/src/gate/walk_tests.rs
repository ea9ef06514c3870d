//! Documents that must be refused, and those that must not.

use std::fmt::Write;
use std::sync::OnceLock;
use std::time::Instant;

use async_graphql::Variables;
use domain::access::{Principal, Role};
use serde_json::json;

use super::{Gate, Limits, Passed};
use crate::failure::{Code, Failure};
use crate::schema;

fn gate() -> &'static Gate {
    static GATE: OnceLock<Gate> = OnceLock::new();
    GATE.get_or_init(|| Gate::new(&schema::sdl(), Limits::default()))
}

fn ask(query: &str, variables: serde_json::Value) -> Result<Passed, Failure> {
    let principal = Principal {
        name: "dev".to_owned(),
        roles: vec![Role::Administrator, Role::Operator],
        department: None,
        session: None,
    };
    gate().pass(query, None, &Variables::from_json(variables), &principal)
}

fn refused(query: &str) -> Code {
    match ask(query, json!({})) {
        Ok(_) => panic!("should be refused: {}", &query[..query.len().min(200)]),
        Err(failure) => failure.code,
    }
}

#[test]
fn the_pages_of_the_console_pass() {
    let page = "query Q($first: Int = 200) {
        at viewer { name roles }
        cases(first: $first, filter: {status: [REPORTED, ESTABLISHED]}) {
            totalCount pageInfo { endCursor hasNextPage }
            nodes { id number version status title titles { zh en } severity openedAt
                place { id name } location { lon lat } acknowledgedBy { kind name }
                clocks { name state dueAt } assignments { id state unit { id name state } }
                allowedCommands
                timeline(last: 5) { edges { node { at actor { kind name } command words { zh en } } } } }
        }
    }";
    let passed = ask(page, json!({})).unwrap();
    assert!(passed.cost > 200, "{}", passed.cost);
    let events = "{ events(first: 1000) { nodes { id type source subject eventTime severity title data position exercise } } }";
    assert!(ask(events, json!({})).is_ok());
}

#[test]
fn introspection_as_tools_ask_it_passes_and_as_a_bomb_it_does_not() {
    let tool = "query { __schema { queryType { name } types { kind name fields { name args { name type {
        kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { name } } } } } } }
        type { name ofType { name } } } inputFields { name } enumValues { name } possibleTypes { name } }
        directives { name args { name } } } }";
    assert!(ask(tool, json!({})).is_ok());
    // As GraphiQL asks: nine levels of wrapped types, by fragments.
    let wrapped = (0..9).fold(String::from("kind name"), |below, _| {
        format!("kind name ofType {{ {below} }}")
    });
    let deep = format!(
        "query IntrospectionQuery {{ __schema {{ description queryType {{ name kind }} types {{ ...FullType }} }} }}
        fragment FullType on __Type {{ kind name fields(includeDeprecated: true) {{ name args {{ ...InputValue }}
            type {{ ...TypeRef }} }} interfaces {{ ...TypeRef }} possibleTypes {{ ...TypeRef }} }}
        fragment InputValue on __InputValue {{ name type {{ ...TypeRef }} defaultValue }}
        fragment TypeRef on __Type {{ {wrapped} }}"
    );
    assert!(ask(&deep, json!({})).is_ok());
    let bomb = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }";
    assert_eq!(refused(bomb), Code::TooMuch);
}

#[test]
fn chained_fragments_that_double_are_refused_quickly() {
    let mut query = String::from("{ ...F0 }");
    for n in 0..40 {
        write!(
            query,
            " fragment F{n} on Query {{ ...F{} ...F{} }}",
            n + 1,
            n + 1
        )
        .unwrap();
    }
    query.push_str(" fragment F40 on Query { at }");
    gate();
    // Expanded in full they would take longer than the city will stand.
    let begun = Instant::now();
    assert_eq!(refused(&query), Code::TooMuch);
    let wide = {
        let mut query = String::from("{ ...F0 }");
        for n in 0..11 {
            write!(
                query,
                " fragment F{n} on Query {{ ...F{} ...F{} }}",
                n + 1,
                n + 1
            )
            .unwrap();
        }
        query + " fragment F11 on Query { at viewer { name } }"
    };
    assert_eq!(refused(&wide), Code::TooMuch);
    assert!(begun.elapsed().as_millis() < 500, "{:?}", begun.elapsed());
}

#[test]
fn a_cycle_of_fragments_is_refused() {
    let cycle = "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }";
    assert_eq!(refused(cycle), Code::TooMuch);
}

#[test]
fn pages_of_pages_cost_what_they_could_hold() {
    let rows = "{ cases(first: 1000) { nodes { timeline(first: 1000) { nodes { at } } } } }";
    assert_eq!(refused(rows), Code::TooMuch);
    assert_eq!(
        refused("{ events(first: 1001) { nodes { id } } }"),
        Code::TooMuch
    );
    let variable =
        "query Q($n: Int!) { cases(first: $n) { nodes { timeline(first: $n) { nodes { at } } } } }";
    assert!(ask(variable, json!({"n": 20})).is_ok());
    assert_eq!(
        ask(variable, json!({"n": 1000})).unwrap_err().code,
        Code::TooMuch
    );
    let default = variable.replace("Int!", "Int = 1000");
    assert_eq!(ask(&default, json!({})).unwrap_err().code, Code::TooMuch);
}

#[test]
fn a_mutation_is_priced_so_that_a_batch_of_them_by_alias_is_small() {
    let mut query = String::from("mutation {");
    for n in 0..40 {
        write!(
            query,
            "a{n}: addNote(input: {{caseId: \"c\", expectedVersion: 1, idempotencyKey: \"k{n}\", text: \"t\"}}) {{ __typename }} "
        )
        .unwrap();
    }
    query.push('}');
    assert_eq!(refused(&query), Code::TooMuch);
}

#[test]
fn what_is_not_graphql_is_told_so() {
    for query in ["", "{", "deadLetters", "{ at } }", "query ($x: ) { at }"] {
        assert_eq!(refused(query), Code::Malformed, "{query}");
    }
    assert_eq!(refused("query A { at } query B { at }"), Code::Malformed);
}
