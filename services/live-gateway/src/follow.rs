//! Reads the log and tells the publisher.

use std::time::Duration;

use domain::alert::Alert;
use domain::case::Verdict;
use domain::event::Event;
use event_log::{FollowBatch, Follower, LogConfig, LogError, Record, StartAt};
use event_schemas::city::{Topic, headers};
use service_kit::{Backoff, Component, Shutdown, supervise};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;

use crate::Ports;
use crate::publisher::Input;

/// So many of the newest records of each partition of `city.events` are read back at a start, to
/// know what is on the map: more would only make a long log a slow start.
const EVENTS_BACK: i64 = 20_000;
/// How long one read of the log may wait for records.
const READ_WAIT: Duration = Duration::from_millis(500);

/// Starts the followers of events, alerts and cases.
pub(crate) async fn spawn(
    ports: &Ports,
    publisher: &mpsc::Sender<Input>,
    shutdown: &Shutdown,
) -> Result<(), LogError> {
    let starts = [
        ("events", Topic::Events, StartAt::Newest(EVENTS_BACK)),
        ("alerts", Topic::Alerts, StartAt::Beginning),
    ];
    for (name, topic, from) in starts {
        let component = ports.health.component(&format!("live-gateway/{name}"));
        let follower = Follower::open(&ports.log, &[topic], from).await?;
        supervise(
            "live follower",
            follow(Follow {
                log: ports.log.clone(),
                topic,
                follower,
                publisher: publisher.clone(),
                component,
                shutdown: shutdown.clone(),
            }),
        );
    }
    supervise(
        "live cases",
        follow_cases(ports.clone(), publisher.clone(), shutdown.clone()),
    );
    Ok(())
}

struct Follow {
    log: LogConfig,
    topic: Topic,
    follower: Follower,
    publisher: mpsc::Sender<Input>,
    component: Component,
    shutdown: Shutdown,
}

/// Follows one topic to the end of the process; reopens where it was after a failure.
async fn follow(mut this: Follow) -> Result<(), LogError> {
    let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(5));
    let mut caught_up = false;
    loop {
        let next = tokio::select! {
            () = this.shutdown.cancelled() => return Ok(()),
            next = this.follower.next(READ_WAIT) => next,
        };
        match next {
            Ok(batch) => {
                backoff.reset();
                let now_caught_up = batch.caught_up;
                if !tell(&this.publisher, this.topic, batch).await {
                    return Ok(());
                }
                if now_caught_up && !caught_up {
                    caught_up = true;
                    if this.publisher.send(Input::CaughtUp).await.is_err() {
                        return Ok(());
                    }
                    this.component.ready();
                }
            }
            Err(error) if error.is_passing() => {
                this.component.degraded(error.to_string());
                tokio::time::sleep(backoff.next_wait()).await;
                let from = StartAt::Cursor(this.follower.cursor().clone());
                if let Ok(again) = Follower::open(&this.log, &[this.topic], from).await {
                    this.follower = again;
                    this.component.ready();
                }
            }
            Err(error) => {
                this.component.down(error.to_string());
                return Err(error);
            }
        }
    }
}

async fn tell(publisher: &mpsc::Sender<Input>, topic: Topic, batch: FollowBatch) -> bool {
    for record in batch.records {
        let Some(input) = read(topic, &record) else {
            metrics::counter!("city_brain_live_gateway_unreadable_records_total").increment(1);
            continue;
        };
        if publisher.send(input).await.is_err() {
            return false;
        }
    }
    true
}

fn read(topic: Topic, record: &Record) -> Option<Input> {
    if topic == Topic::Alerts {
        let alert: Alert = serde_json::from_slice(&record.value).ok()?;
        return Some(Input::Alert(Box::new(alert)));
    }
    match record.header(headers::CE_TYPE)? {
        headers::WATERMARK_TYPE => serde_json::from_slice(&record.value)
            .ok()
            .map(Input::Watermark),
        headers::RULE_SET_TYPE => Some(Input::Watermark(event_schemas::city::Watermark {
            at: record.append_time,
            inboxes: Vec::new(),
        })),
        _ => Event::decode(record.position, |name| record.header(name), &record.value)
            .ok()
            .map(|event| Input::Event(Box::new(event))),
    }
}

/// Follows decided cases; after lagging behind, the whole book is taken again.
async fn follow_cases(
    ports: Ports,
    publisher: mpsc::Sender<Input>,
    shutdown: Shutdown,
) -> Result<(), LogError> {
    let component = ports.health.component("live-gateway/cases");
    let mut decided = ports.cases.subscribe();
    let mut folded = ports.cases.folded();
    if publisher
        .send(Input::Book(Box::new(folded.state.clone())))
        .await
        .is_err()
    {
        return Ok(());
    }
    component.ready();
    loop {
        let next = tokio::select! {
            () = shutdown.cancelled() => return Ok(()),
            next = decided.recv() => next,
        };
        let input = match next {
            Ok(one) if one.position().offset < folded.next_offset => continue,
            Ok(one) => match one.outcome {
                Verdict::Accepted(applied) => Input::Applied(applied),
                _ => continue,
            },
            Err(RecvError::Lagged(missed)) => {
                tracing::warn!(missed, "live cases lagged; taking the whole book again");
                folded = ports.cases.folded();
                Input::Book(Box::new(folded.state.clone()))
            }
            Err(RecvError::Closed) => {
                component.down("the log of cases is no longer followed");
                return Ok(());
            }
        };
        if publisher.send(input).await.is_err() {
            return Ok(());
        }
    }
}
