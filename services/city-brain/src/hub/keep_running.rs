//! Background services are started again when they fail, with a growing pause, and readiness says so.

use std::fmt::Display;
use std::time::Duration;

use service_kit::{Backoff, Health, Shutdown};

/// Runs `service` again and again until the shutdown.
pub(super) fn keep_running<E, F>(
    name: &'static str,
    health: &Health,
    shutdown: Shutdown,
    mut service: impl FnMut() -> F + Send + 'static,
) -> tokio::task::JoinHandle<()>
where
    E: Display + Send + 'static,
    F: Future<Output = Result<(), E>> + Send + 'static,
{
    // The service tells of itself once it runs; until then nobody must take this process for ready.
    health.component(name);
    let component = health.optional(&format!("{name}/process"));
    component.ready();
    let task = async move {
        let mut backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(10));
        loop {
            // A task of its own, so that a panic in it ends only this run of the service.
            let run = tokio::spawn(service());
            let ended = match run.await {
                Ok(Ok(())) => String::from("ended"),
                Ok(Err(error)) => error.to_string(),
                Err(panic) => format!("failed badly: {panic}"),
            };
            if shutdown.is_cancelled() {
                return;
            }
            tracing::error!(service = name, reason = %ended, "service ended; starting it again");
            metrics_restarts(name);
            component.down(ended);
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(backoff.next_wait()) => {}
            }
            component.ready();
        }
    };
    tokio::spawn(task)
}

fn metrics_restarts(name: &'static str) {
    metrics::counter!("city_brain_service_restarts_total", "service" => name).increment(1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_process_is_not_ready_before_its_service_has_said_so() {
        let (health, shutdown) = (Health::new(), Shutdown::new());
        let (served, stop) = (health.clone(), shutdown.clone());
        let running = keep_running("clerk", &health, shutdown.clone(), move || {
            let (health, stop) = (served.clone(), stop.clone());
            async move {
                health.component("clerk").ready();
                stop.cancelled().await;
                Ok::<(), std::convert::Infallible>(())
            }
        });
        // The service's own task has not had its turn.
        assert!(!health.is_ready());
        health.wait_ready().await;
        shutdown.cancel();
        running.await.unwrap();
    }
}
