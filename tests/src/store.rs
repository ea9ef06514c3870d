//! The tables, asked as a reader of ClickHouse asks them.

use city_brain::hub::ClickHouseForReaders;

/// A reader.
pub struct Store {
    address: ClickHouseForReaders,
    client: reqwest::Client,
}

impl Store {
    /// At this address.
    pub fn new(address: &ClickHouseForReaders) -> Self {
        Self {
            address: address.clone(),
            client: reqwest::Client::new(),
        }
    }

    /// Rows of a query, as texts.
    pub async fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        self.try_rows(sql)
            .await
            .unwrap_or_else(|reason| panic!("{sql}\n{reason}"))
    }

    /// Rows of a query, or why there are none.
    pub async fn try_rows(&self, sql: &str) -> Result<Vec<Vec<String>>, String> {
        let answer = self
            .client
            .post(format!(
                "{}/?database={}",
                self.address.url, self.address.database
            ))
            .basic_auth(&self.address.user, Some(&self.address.password))
            .body(format!("{sql} FORMAT TSV"))
            .send()
            .await
            .map_err(|error| error.to_string())?;
        let good = answer.status().is_success();
        let text = answer.text().await.map_err(|error| error.to_string())?;
        if !good {
            return Err(text);
        }
        let row = |line: &str| line.split('\t').map(str::to_owned).collect();
        Ok(text.lines().map(row).collect())
    }

    /// One row of numbers.
    pub async fn numbers(&self, sql: &str) -> Vec<u64> {
        let rows = self.rows(sql).await;
        rows[0].iter().map(|text| text.parse().unwrap()).collect()
    }
}
