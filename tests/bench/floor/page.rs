//! P12: the same question to ClickHouse itself, over HTTP, answered in its own compact JSON.

use event_store::StoreConfig;

/// A connection to ClickHouse.
pub(crate) struct Page {
    client: reqwest::Client,
    store: StoreConfig,
}

impl Page {
    /// For this user.
    pub(crate) fn new(store: &StoreConfig) -> Self {
        Self {
            client: reqwest::Client::new(),
            store: store.clone(),
        }
    }

    /// The answer's bytes.
    pub(crate) async fn ask(&self, statement: &str) -> Vec<u8> {
        let answer = self
            .client
            .post(format!(
                "{}/?database={}",
                self.store.url, self.store.database
            ))
            .basic_auth(&self.store.user, Some(&self.store.password))
            .body(format!("{statement} FORMAT JSONCompact"))
            .send()
            .await
            .unwrap();
        let good = answer.status().is_success();
        let body = answer.bytes().await.unwrap();
        assert!(good, "{}", String::from_utf8_lossy(&body));
        body.to_vec()
    }
}
