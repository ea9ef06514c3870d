//! What the transport refuses before GraphQL begins, and bombs.

use std::fmt::Write;
use std::time::Instant;

use domain::access::Role;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use super::hub::Hub;

const STRICT: (&str, &str) = ("accept", "application/graphql-response+json");

async fn status(request: RequestBuilder) -> u16 {
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_one_json_operation_is_refused_by_status() {
    let hub = Hub::with_units(&[]).await;
    let token = hub.person("dev", &[Role::Developer]).await;
    let url = format!("{}/graphql", hub.replicas[0]);
    let get = Client::new().get(format!("{url}?query=%7Bat%7D"));
    assert_eq!(status(get.bearer_auth(&token)).await, 405);
    let body = |content_type: &str, body: String| {
        let post = Client::new().post(&url).bearer_auth(&token);
        status(post.header("content-type", content_type).body(body))
    };
    let json = "application/json";
    let at = "{\"query\":\"{at}\"}";
    assert_eq!(body(json, at.to_owned()).await, 200);
    assert_eq!(
        body("application/json; charset=utf-8", at.to_owned()).await,
        200
    );
    assert_eq!(body("text/plain", at.to_owned()).await, 415);
    assert_eq!(
        body("application/x-www-form-urlencoded", at.to_owned()).await,
        415
    );
    assert_eq!(body(json, format!("[{at}]")).await, 400);
    assert_eq!(body(json, "{\"query\":".to_owned()).await, 400);
    let large = json!({"query": format!("{{ at }} #{}", "x".repeat(70_000))});
    assert_eq!(body(json, large.to_string()).await, 413);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_status_tells_of_request_errors_to_those_who_accept_it() {
    let hub = Hub::with_units(&[]).await;
    let token = hub.person("dev", &[Role::Developer]).await;
    let url = format!("{}/graphql", hub.replicas[0]);
    let ask = |query: &str| {
        let post = Client::new().post(&url).bearer_auth(&token);
        post.json(&json!({"query": query}))
    };
    let nonsense = "{ nonsense }";
    let letters = "{ deadLetters { nodes { id } } }";
    assert_eq!(status(ask(nonsense)).await, 200);
    assert_eq!(status(ask(letters)).await, 200);
    assert_eq!(status(ask(nonsense).header(STRICT.0, STRICT.1)).await, 400);
    assert_eq!(status(ask(letters).header(STRICT.0, STRICT.1)).await, 403);
    assert_eq!(status(ask("{ at }").header(STRICT.0, STRICT.1)).await, 200);
    assert_eq!(
        status(ask("{ at }").header("accept", "text/html")).await,
        406
    );
    let strict = ask(nonsense)
        .header(STRICT.0, STRICT.1)
        .send()
        .await
        .unwrap();
    let body: Value = strict.json().await.unwrap();
    assert!(body.get("data").is_none(), "{body}");
    assert_eq!(body["errors"][0]["extensions"]["code"], "BAD_REQUEST");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cookie_is_taken_from_our_own_pages_only() {
    let hub = Hub::with_units(&[]).await;
    let token = hub.person("dev", &[Role::Developer]).await;
    let own = &hub.replicas[0];
    let ask = || {
        let post = Client::new().post(format!("{own}/graphql"));
        post.json(&json!({"query": "{ at }"}))
    };
    let with_cookie = || ask().header("cookie", format!("city_session={token}"));
    assert_eq!(status(ask()).await, 401);
    assert_eq!(status(with_cookie()).await, 200);
    assert_eq!(
        status(with_cookie().header("origin", own.as_str())).await,
        200
    );
    assert_eq!(
        status(with_cookie().header("origin", "https://evil.example")).await,
        403
    );
    assert_eq!(
        status(
            ask()
                .bearer_auth(&token)
                .header("origin", "https://tool.example")
        )
        .await,
        200
    );
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
        assert!(begun.elapsed().as_secs() < 3, "{:?}", begun.elapsed());
    }
}
