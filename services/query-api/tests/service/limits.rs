//! What the transport refuses before GraphQL begins, and bombs.

use std::fmt::Write;
use std::time::Instant;

use domain::access::Role;
use serde_json::{Value, json};

use super::hub::Hub;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_one_json_operation_of_a_bearer_is_refused_by_status() {
    let hub = Hub::with_units(&[]).await;
    let token = hub.person("dev", &[Role::Developer]).await;
    let client = reqwest::Client::new();
    let url = format!("{}/graphql", hub.replicas[0]);
    let post = || client.post(&url).bearer_auth(&token);
    let json_type = ("content-type", "application/json");
    let large = json!({"query": format!("{{ at }} #{}", "x".repeat(70_000))}).to_string();
    for (request, status) in [
        (
            client
                .get(format!("{url}?query=%7Bat%7D"))
                .bearer_auth(&token),
            405,
        ),
        (
            client
                .post(&url)
                .header(json_type.0, json_type.1)
                .body("{}"),
            401,
        ),
        (
            post()
                .header("content-type", "text/plain")
                .body("{\"query\":\"{at}\"}"),
            415,
        ),
        (
            post()
                .header(json_type.0, json_type.1)
                .body("[{\"query\":\"{at}\"}]"),
            400,
        ),
        (
            post().header(json_type.0, json_type.1).body("{\"query\":"),
            400,
        ),
        (post().header(json_type.0, json_type.1).body(large), 413),
        (
            post()
                .header("accept", "text/html")
                .json(&json!({"query": "{at}"})),
            406,
        ),
        (post().json(&json!({"query": "{ at }"})), 200),
        (post().json(&json!({"query": "{ nonsense }"})), 200),
        (
            post()
                .header("accept", "application/graphql-response+json")
                .json(&json!({"query": "{ nonsense }"})),
            400,
        ),
        (
            post()
                .header("accept", "application/graphql-response+json")
                .json(&json!({"query": "{ deadLetters { nodes { id } } }"})),
            403,
        ),
        (
            client
                .post(&url)
                .header("cookie", format!("city_session={token}"))
                .header("origin", "https://evil.example")
                .json(&json!({"query": "{ at }"})),
            403,
        ),
        (
            client
                .post(&url)
                .header("cookie", format!("city_session={token}"))
                .json(&json!({"query": "{ at }"})),
            200,
        ),
    ] {
        let request = request.build().unwrap();
        let shown = format!("{request:?}");
        let response = client.execute(request).await.unwrap();
        assert_eq!(response.status(), status, "{shown}");
    }
    let strict = post()
        .header("accept", "application/graphql-response+json")
        .json(&json!({"query": "{ nonsense }"}));
    let body: Value = strict.send().await.unwrap().json().await.unwrap();
    assert!(body.get("data").is_none(), "{body}");
    assert_eq!(body["errors"][0]["extensions"]["code"], "BAD_REQUEST");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bombs_cost_the_hub_nothing() {
    let hub = Hub::with_units(&[]).await;
    let token = hub.person("dev", &[Role::Developer]).await;
    let mut aliases = String::from("{");
    for n in 0..9_000 {
        write!(aliases, "a{n}:at ").unwrap();
    }
    aliases.push('}');
    let bombs = [
        aliases,
        "{cases{nodes".repeat(40) + &"}}".repeat(40),
        "{ cases(first: 1000) { nodes { timeline(first: 1000) { nodes { at } } } } }".to_owned(),
        "{ ...A } fragment A on Query { ...B ...B } fragment B on Query { ...A }".to_owned(),
        format!("{{ at {} }}", "@include(if: true) ".repeat(500)),
    ];
    for bomb in bombs {
        let begun = Instant::now();
        let answer = hub.ask(0, &token, &bomb, json!({})).await;
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], "TOO_MUCH",
            "{answer}"
        );
        assert!(begun.elapsed().as_millis() < 500, "{:?}", begun.elapsed());
    }
}
