//! Tasks whose end is noticed.

use std::fmt::Display;
use std::future::Future;

use tokio::task::JoinHandle;

/// Runs a task and traces how it ended; an error is returned to whoever joins it.
pub fn supervise<T, E, F>(name: &'static str, task: F) -> JoinHandle<Result<T, E>>
where
    F: Future<Output = Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: Display + Send + 'static,
{
    tokio::spawn(async move {
        let ended = task.await;
        match &ended {
            Ok(_) => tracing::debug!(task = name, "task ended"),
            Err(error) => tracing::error!(task = name, %error, "task failed"),
        }
        ended
    })
}
