//! The hub over HTTP, as any program sees it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// A signed-in client.
#[derive(Clone)]
pub struct Api {
    /// The hub's address, e.g. `http://127.0.0.1:8080`.
    pub url: String,
    /// The session's token.
    pub token: String,
    client: reqwest::Client,
}

impl Api {
    /// Signs in.
    pub async fn sign_in(url: &str, name: &str, password: &str) -> Self {
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(30))
            .build()
            .unwrap();
        let answer = client
            .post(format!("{url}/auth/login"))
            .json(&json!({ "name": name, "password": password }))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200, "signing in as {name}");
        let body: Value = answer.json().await.unwrap();
        Self {
            url: url.to_owned(),
            token: body["token"].as_str().unwrap().to_owned(),
            client,
        }
    }

    /// Asks GraphQL and returns the whole answer, errors included.
    pub async fn ask(&self, query: &str, variables: Value) -> Value {
        let answer = self
            .client
            .post(format!("{}/graphql", self.url))
            .bearer_auth(&self.token)
            .json(&json!({ "query": query, "variables": variables }))
            .send()
            .await
            .unwrap();
        answer.json().await.unwrap()
    }

    /// Asks for a while who we are, with this pause between; how long each answer took, shortest first.
    pub async fn answer_times(&self, time: Duration, pause: Duration) -> Vec<Duration> {
        let (begin, mut took) = (Instant::now(), Vec::new());
        while begin.elapsed() < time {
            let asked = Instant::now();
            self.query("{ viewer { name } }", json!({})).await;
            took.push(asked.elapsed());
            tokio::time::sleep(pause).await;
        }
        took.sort();
        took
    }

    /// Asks GraphQL and returns the status alone.
    pub async fn try_ask(&self, query: &str) -> reqwest::StatusCode {
        let answer = self
            .client
            .post(format!("{}/graphql", self.url))
            .bearer_auth(&self.token)
            .json(&json!({ "query": query }))
            .send()
            .await
            .unwrap();
        answer.status()
    }

    /// Asks GraphQL and returns `data`; an error fails the test.
    pub async fn query(&self, query: &str, variables: Value) -> Value {
        let mut answer = self.ask(query, variables).await;
        assert!(answer["errors"].is_null(), "{query}\n{answer:#}");
        answer["data"].take()
    }

    /// Gives a command on a case and returns the result union.
    pub async fn command(&self, name: &str, input: Value) -> Value {
        let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
        let query = format!(
            "mutation($input: {kind}!) {{ {name}(input: $input) {{ __typename \
             ... on CommandAccepted {{ at case {{ id version state status }} }} \
             ... on CommandRefused {{ code message }} \
             ... on CommandConflict {{ message winner {{ kind name }} case {{ id version }} }} \
             ... on CommandUndecided {{ message }} }} }}"
        );
        let mut data = self.query(&query, json!({ "input": input })).await;
        data[name].take()
    }

    /// A plain request with the session's token.
    pub async fn get(&self, path: &str) -> reqwest::Response {
        self.client
            .get(format!("{}{path}", self.url))
            .bearer_auth(&self.token)
            .send()
            .await
            .unwrap()
    }
}
