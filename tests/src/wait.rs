//! Waiting for something to become true, with a limit and a reason.

use std::time::Duration;

/// Tries until `probe` gives something; fails the test with `what` after `limit`.
pub async fn until<T, F>(what: &str, limit: Duration, mut probe: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let ended = tokio::time::timeout(limit, async {
        loop {
            if let Some(found) = probe().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    ended.unwrap_or_else(|elapsed| panic!("not within {limit:?} ({elapsed}): {what}"))
}
