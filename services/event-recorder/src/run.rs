//! The recorder as a whole: joins the group, and joins again when its membership is lost.

use std::sync::Arc;
use std::time::Duration;

use event_log::{GroupOptions, IdempotentProducer, LogError};
use event_schemas::city::Topic;
use event_store::{StoreError, Writer};
use service_kit::{Backoff, supervise};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::lane::Lane;
use crate::log_thread::{LaneEnd, LaneStart, LogThread};
use crate::progress::Progress;
use crate::store_batch::BatchStore;
use crate::stream::Stream;
use crate::troubles::Troubles;
use crate::{Config, Former, Ports};

/// Why the recorder cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum RecorderError {
    /// The log cannot be used.
    #[error("the recorder cannot use the log: {0}")]
    Log(#[from] LogError),
    /// The store's settings are wrong.
    #[error("the recorder cannot use the store: {0}")]
    Store(#[from] StoreError),
    /// What was recorded is about another log than the present one.
    #[error("the recorder refuses to start: {0}")]
    OtherLog(String),
    /// The reading thread could not be started or died.
    #[error("the recorder's reading thread failed: {0}")]
    Thread(String),
}

/// Everything that lanes share.
struct Workshop {
    config: Config,
    ports: Ports,
    former: Option<Former>,
    writer: Writer,
    producer: IdempotentProducer,
    troubles: Troubles,
    progress: Progress,
    shutdown: CancellationToken,
    runtime: Handle,
}

/// Records the log until `shutdown`; then stores what was read and returns.
pub async fn run(
    config: Config,
    ports: Ports,
    shutdown: CancellationToken,
) -> Result<(), RecorderError> {
    run_as(config, ports, None, shutdown).await
}

/// The same for tables that are derived anew while another recorder fills those in force.
pub async fn run_beside(
    config: Config,
    ports: Ports,
    former: Former,
    shutdown: CancellationToken,
) -> Result<(), RecorderError> {
    run_as(config, ports, Some(former), shutdown).await
}

async fn run_as(
    config: Config,
    ports: Ports,
    former: Option<Former>,
    shutdown: CancellationToken,
) -> Result<(), RecorderError> {
    let writer = Writer::new(&ports.store)?;
    let producer = IdempotentProducer::new(&ports.log)?;
    let troubles = Troubles::new(&ports.health);
    let progress = Progress::default();
    let ended = CancellationToken::new();
    let noting = tokio::spawn(progress.clone().note(
        writer.clone(),
        ports.clock.clone(),
        ended.clone(),
    ));
    let workshop = Arc::new(Workshop {
        config,
        ports,
        former,
        writer,
        producer,
        troubles,
        progress,
        shutdown: shutdown.clone(),
        runtime: Handle::current(),
    });
    let outcome = record(&workshop, &shutdown).await;
    ended.cancel();
    // The last note is a hint; a failure to write it was traced.
    let _noted = noting.await;
    outcome
}

async fn record(
    workshop: &Arc<Workshop>,
    shutdown: &CancellationToken,
) -> Result<(), RecorderError> {
    let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(5));
    while !shutdown.is_cancelled() {
        let end = match membership(Arc::clone(workshop)).await? {
            Ok(()) => return Ok(()),
            Err(end) => end,
        };
        match &end {
            LaneEnd::OtherLog(reason) => return Err(RecorderError::OtherLog(reason.clone())),
            LaneEnd::Lost => backoff.reset(),
            LaneEnd::Log(_) => {}
        }
        workshop.troubles.tell("group", &end.to_string());
        tokio::select! {
            () = tokio::time::sleep(backoff.next_wait()) => {}
            () = shutdown.cancelled() => {}
        }
    }
    Ok(())
}

/// One membership of the group on a thread of its own, until it ends.
async fn membership(workshop: Arc<Workshop>) -> Result<Result<(), LaneEnd>, RecorderError> {
    let (done, ended) = oneshot::channel();
    let thread = std::thread::Builder::new().name("event-recorder".to_owned());
    thread
        .spawn(move || {
            let _entered = workshop.runtime.enter();
            let outcome = read(&workshop);
            // The service was dropped meanwhile.
            let _gone = done.send(outcome);
        })
        .map_err(|error| RecorderError::Thread(error.to_string()))?;
    let outcome = ended
        .await
        .map_err(|_| RecorderError::Thread("it panicked".to_owned()))?;
    Ok(outcome.unwrap_or_else(|error| Err(LaneEnd::of(error))))
}

fn read(workshop: &Arc<Workshop>) -> Result<Result<(), LaneEnd>, LogError> {
    let log = &workshop.ports.log;
    let options = GroupOptions {
        group: log.scoped(&workshop.config.group),
        topics: Stream::TOPICS
            .iter()
            .map(|&topic| log.topic(topic))
            .collect(),
        instance: workshop.config.instance.clone(),
        session: workshop.config.session,
    };
    let spawn = |start: LaneStart| begin(workshop, start);
    let thread = LogThread::open(
        log,
        &options,
        spawn,
        workshop.troubles.clone(),
        workshop.shutdown.clone(),
    )?;
    Ok(thread.run())
}

fn begin(workshop: &Workshop, start: LaneStart) -> JoinHandle<Result<(), LaneEnd>> {
    let LaneStart {
        assigned,
        marks,
        incoming,
        given_back,
    } = start;
    let log = &workshop.ports.log;
    let topic = Stream::TOPICS
        .into_iter()
        .find(|&topic| log.topic(topic) == *assigned.topic);
    let Some(stream) = topic.and_then(Stream::of) else {
        let end = LaneEnd::Log(format!(
            "{} is not a topic that is recorded",
            assigned.topic
        ));
        return workshop.runtime.spawn(async move { Err(end) });
    };
    let store = BatchStore {
        name: format!("{}/{}", assigned.topic, assigned.partition),
        topic: assigned.topic.to_string(),
        topic_id: assigned.topic_id,
        partition: assigned.partition,
        writer: workshop.writer.clone(),
        producer: workshop.producer.clone(),
        dead_letters: log.topic(Topic::DeadLetters),
        marks,
        former: workshop.former.clone(),
        clock: workshop.ports.clock.clone(),
        troubles: workshop.troubles.clone(),
        progress: workshop.progress.clone(),
    };
    let lane = Lane {
        assigned,
        stream,
        incoming,
        store: Arc::new(store),
        config: workshop.config.clone(),
        log: log.clone(),
        stop: workshop.shutdown.clone(),
        given_back,
    };
    supervise("recorder lane", lane.run())
}
