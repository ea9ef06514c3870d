//! P4: a batch as it is, inserted over HTTP into a table of the same make, and nothing else.

use std::time::Instant;

use event_store::StoreConfig;

/// A table like `events`, and the bytes of a batch for it.
pub(crate) struct Insert {
    client: reqwest::Client,
    store: StoreConfig,
    batch: Vec<u8>,
}

impl Insert {
    /// Makes the table, and takes the batch from what the hub itself has stored.
    pub(crate) async fn open(store: &StoreConfig, rows: usize) -> Self {
        let mut this = Self {
            client: reqwest::Client::new(),
            store: store.clone(),
            batch: Vec::new(),
        };
        let make = "CREATE TABLE IF NOT EXISTS floor_fresh AS events";
        this.ask(make, Vec::new()).await;
        let take = format!("SELECT * FROM events LIMIT {rows} FORMAT RowBinary");
        this.batch = this.ask(&take, Vec::new()).await;
        this
    }

    /// Milliseconds of one insert, until it can be selected.
    pub(crate) async fn probe(&self) -> f64 {
        let begin = Instant::now();
        let insert = "INSERT INTO floor_fresh FORMAT RowBinary";
        self.ask(insert, self.batch.clone()).await;
        begin.elapsed().as_secs_f64() * 1_000.0
    }

    async fn ask(&self, statement: &str, body: Vec<u8>) -> Vec<u8> {
        // The same rows again and again would be no rows at all.
        let mut settings = vec![
            ("database", &*self.store.database),
            ("insert_deduplicate", "0"),
        ];
        // A request without a body is none that ClickHouse takes.
        let body = if body.is_empty() {
            statement.as_bytes().to_vec()
        } else {
            settings.push(("query", statement));
            body
        };
        let url = reqwest::Url::parse_with_params(&self.store.url, settings).unwrap();
        let answer = self
            .client
            .post(url)
            .basic_auth(&self.store.user, Some(&self.store.password))
            .body(body)
            .send()
            .await
            .unwrap();
        let good = answer.status().is_success();
        let body = answer.bytes().await.unwrap();
        assert!(good, "{}", String::from_utf8_lossy(&body));
        body.to_vec()
    }
}
