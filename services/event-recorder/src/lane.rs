//! One partition's way into the tables: collect while the last batch is being stored, cut, store, close.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use event_log::{AssignedPartition, Follower, LogConfig, Record, StartAt};
use event_schemas::city::Topic;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::Config;
use crate::batch::Batch;
use crate::log_thread::LaneEnd;
use crate::mark::Note;
use crate::measures;
use crate::store_batch::BatchStore;
use crate::stream::Stream;

/// A quiet partition's last batch is closed after this time.
const CLOSE_AFTER: Duration = Duration::from_secs(1);

type Stored = (Batch, Result<(), LaneEnd>);
type Writing = Pin<Box<dyn Future<Output = Stored> + Send>>;

/// A partition while it is ours.
pub(crate) struct Lane {
    pub(crate) assigned: AssignedPartition,
    pub(crate) stream: Stream,
    pub(crate) incoming: mpsc::Receiver<Vec<Record>>,
    pub(crate) store: Arc<BatchStore>,
    pub(crate) config: Config,
    pub(crate) log: LogConfig,
    /// The process stops: what was read is stored, then the lane ends.
    pub(crate) stop: CancellationToken,
    /// The partition is another's now: everything is dropped at once.
    pub(crate) given_back: CancellationToken,
}

/// What is being collected and written.
struct Desk {
    waiting: VecDeque<Record>,
    open: Batch,
    due: Option<Instant>,
    writing: Option<Writing>,
    spare: Option<Batch>,
    closed: i64,
    quiet_since: Instant,
    stopping: bool,
}

impl Lane {
    /// Works until the partition is given back or the process stops.
    pub(crate) async fn run(mut self) -> Result<(), LaneEnd> {
        let given_back = self.given_back.clone();
        tokio::select! {
            biased;
            () = given_back.cancelled() => Ok(()),
            ended = self.work() => ended,
        }
    }

    async fn work(&mut self) -> Result<(), LaneEnd> {
        self.fold_history().await?;
        let mut waiting = VecDeque::new();
        let Some(first) = self.finish_pending(&mut waiting).await? else {
            return Ok(());
        };
        self.store.troubles.clear(&self.store.name);
        let mut desk = Desk {
            waiting,
            open: Batch::new(first, self.stream.tables()),
            due: None,
            writing: None,
            spare: None,
            closed: self.assigned.start,
            quiet_since: Instant::now(),
            stopping: false,
        };
        loop {
            let cut = self.fill(&mut desk);
            self.begin_writing(&mut desk, cut);
            if desk.writing.is_none() && desk.open.is_blank() {
                self.store.progress.reached(
                    &self.store.topic,
                    self.store.topic_id,
                    self.store.partition,
                    desk.open.next,
                );
                if desk.stopping && desk.waiting.is_empty() {
                    return self.close(&mut desk).await;
                }
            }
            if self.step(&mut desk).await? {
                return Ok(());
            }
        }
    }

    /// Moves what waits into the open batch; says whether the batch must be cut.
    fn fill(&mut self, desk: &mut Desk) -> bool {
        loop {
            let full = desk.open.row_count() >= self.config.batch_rows
                || desk.open.size() >= self.config.batch_bytes;
            let Some(record) = desk.waiting.front() else {
                return full;
            };
            if full || !desk.open.fits_month(record.append_time) {
                return true;
            }
            if let Some(record) = desk.waiting.pop_front() {
                self.stream.take(&mut desk.open, record);
            }
            if desk.due.is_none() && !desk.open.is_blank() {
                desk.due = Some(Instant::now() + self.config.batch_age);
            }
        }
    }

    fn begin_writing(&self, desk: &mut Desk, cut: bool) {
        let due = desk.stopping || cut || desk.due.is_some_and(|due| due <= Instant::now());
        if desk.writing.is_some() || desk.open.is_blank() || !due {
            return;
        }
        let mut fresh = desk
            .spare
            .take()
            .unwrap_or_else(|| Batch::new(0, self.stream.tables()));
        fresh.restart(desk.open.next);
        let mut batch = std::mem::replace(&mut desk.open, fresh);
        desk.due = None;
        let store = Arc::clone(&self.store);
        desk.writing = Some(Box::pin(async move {
            let stored = store.store(&mut batch).await;
            (batch, stored)
        }));
    }

    /// Waits for the next thing to happen; true when the lane has ended.
    async fn step(&mut self, desk: &mut Desk) -> Result<bool, LaneEnd> {
        let idle = desk.writing.is_none();
        let room = desk.waiting.is_empty() && !desk.stopping;
        let due = desk.due.filter(|_| idle);
        let close_at = (idle && desk.open.is_blank() && desk.open.next > desk.closed)
            .then(|| desk.quiet_since + CLOSE_AFTER);
        let Desk { writing, .. } = desk;
        tokio::select! {
            biased;
            (batch, stored) = finished(writing) => {
                desk.writing = None;
                stored?;
                self.tell_lag(batch.next, desk);
                desk.spare = Some(batch);
                desk.quiet_since = Instant::now();
            }
            () = self.stop.cancelled(), if !desk.stopping => desk.stopping = true,
            chunk = self.incoming.recv(), if room => match chunk {
                Some(records) => desk.waiting.extend(records),
                None => return Ok(true),
            },
            () = at(due) => {}
            () = at(close_at) => self.close(desk).await?,
        }
        Ok(false)
    }

    async fn close(&self, desk: &mut Desk) -> Result<(), LaneEnd> {
        let next = desk.open.next;
        if next > desk.closed {
            self.store.close(next).await?;
            desk.open.restart(next);
            desk.closed = next;
        }
        Ok(())
    }

    fn tell_lag(&self, recorded: i64, desk: &Desk) {
        let read = desk
            .waiting
            .back()
            .map_or(desk.open.next, |record| record.position.offset + 1);
        measures::lag(&self.store.topic, self.store.partition, read - recorded);
    }

    /// Decisions are judged by all decisions before them: they are folded up to where recording starts.
    async fn fold_history(&mut self) -> Result<(), LaneEnd> {
        let Stream::Cases(book) = &mut self.stream else {
            return Ok(());
        };
        let start = self.assigned.start;
        let mut follower = Follower::open(&self.log, &[Topic::Cases], StartAt::Beginning)
            .await
            .map_err(LaneEnd::of)?;
        let mut reached = 0;
        while reached < start {
            let read = follower
                .next(Duration::from_millis(500))
                .await
                .map_err(LaneEnd::of)?;
            for record in read
                .records
                .iter()
                .filter(|record| record.position.offset < start)
            {
                book.apply_bytes(record.position.offset, record.append_time, &record.value);
            }
            reached = read.cursor.0.values().copied().max().unwrap_or_default();
            if read.caught_up {
                break;
            }
        }
        Ok(())
    }

    /// Finishes what a predecessor left pending; returns where new batches start, or `None` at a stop.
    async fn finish_pending(
        &mut self,
        waiting: &mut VecDeque<Record>,
    ) -> Result<Option<i64>, LaneEnd> {
        let start = self.assigned.start;
        let note = self
            .assigned
            .committed
            .as_ref()
            .and_then(|(_, note)| Note::parse(note));
        if let Some(note) = note
            && note.topic_id() != self.assigned.topic_id
        {
            let (topic, recorded) = (&self.store.topic, note.topic_id());
            return Err(LaneEnd::OtherLog(format!(
                "the topic {topic} was re-created: {recorded} was recorded, it is {} now; \
                 rebuild the tables from the new log, or restore the topic",
                self.assigned.topic_id
            )));
        }
        let Some(Note::Pending { last, attempt, .. }) = note else {
            return Ok(Some(start));
        };
        if last < start {
            tracing::error!(
                lane = self.store.name,
                last,
                start,
                "a pending batch was removed by retention"
            );
            return Ok(Some(start));
        }
        let mut batch = Batch::new(start, self.stream.tables());
        while batch.next <= last {
            match waiting.front() {
                Some(record) if record.position.offset > last => break,
                Some(_) => {
                    if let Some(record) = waiting.pop_front() {
                        self.stream.take(&mut batch, record);
                    }
                }
                None => tokio::select! {
                    chunk = self.incoming.recv() => match chunk {
                        Some(records) => waiting.extend(records),
                        None => return Ok(None),
                    },
                    () = self.stop.cancelled() => return Ok(None),
                },
            }
        }
        batch.next = last + 1;
        tracing::info!(
            lane = self.store.name,
            first = start,
            last,
            attempt,
            "finishing a pending batch"
        );
        self.store.take_over(&mut batch, attempt).await?;
        Ok(Some(batch.next))
    }
}

async fn finished(writing: &mut Option<Writing>) -> Stored {
    match writing {
        Some(writing) => writing.await,
        None => std::future::pending().await,
    }
}

async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
