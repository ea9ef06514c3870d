//! Stores one batch: pending note, insert under its token, the table's witness, dead letters.

use std::ops::Range;
use std::time::Duration;

use bytes::Bytes;
use event_log::{IdempotentProducer, OutRecord};
use event_schemas::city::TopicId;
use event_store::{InsertToken, OffsetRange, StoreError, Table, Writer};
use service_kit::kill_point::{Point, during, reach};
use service_kit::{Backoff, Clock};
use tokio::time::Instant;

use crate::Former;
use crate::batch::{Batch, TableRows};
use crate::log_thread::{LaneEnd, Marks};
use crate::mark::Note;
use crate::progress::Progress;
use crate::troubles::Troubles;
use crate::{measures, unstorable};

/// Refused rows in one batch beyond which the fault is taken to be ours or the schema's, not the rows'.
const REFUSED_MAX: usize = 100;

/// Stores the batches of one partition, one at a time.
pub(crate) struct BatchStore {
    pub(crate) name: String,
    pub(crate) topic: String,
    pub(crate) topic_id: TopicId,
    pub(crate) partition: i32,
    pub(crate) writer: Writer,
    pub(crate) producer: IdempotentProducer,
    pub(crate) dead_letters: String,
    pub(crate) marks: Marks,
    pub(crate) former: Option<Former>,
    pub(crate) clock: Clock,
    pub(crate) troubles: Troubles,
    pub(crate) progress: Progress,
}

/// How an insert ended.
enum Settled {
    /// The rows are in, or their token was spent before. After a retry only the table knows.
    Accepted { retried: bool },
    /// A row is wrong.
    Refused(String),
}

/// Names one insert while it is repeated.
struct Attempt {
    range: OffsetRange,
    number: u32,
    /// Somebody, perhaps we, may have sent it before.
    doubtful: bool,
}

impl BatchStore {
    /// Stores a new batch.
    pub(crate) async fn store(&self, batch: &mut Batch) -> Result<(), LaneEnd> {
        self.settle(batch, 0, false).await
    }

    /// Finishes a batch that a predecessor left pending: it may be in the tables, or not.
    pub(crate) async fn take_over(&self, batch: &mut Batch, attempt: u32) -> Result<(), LaneEnd> {
        self.settle(batch, attempt, true).await
    }

    /// Notes that everything before `next` is recorded and nothing is pending.
    pub(crate) async fn close(&self, next: i64) -> Result<(), LaneEnd> {
        self.marks
            .commit(
                next,
                Note::Closed {
                    topic_id: self.topic_id,
                },
            )
            .await
    }

    async fn settle(&self, batch: &mut Batch, number: u32, doubtful: bool) -> Result<(), LaneEnd> {
        if !batch.is_blank() {
            let range = batch.range(self.topic_id, self.partition);
            let mut attempt = Attempt {
                range,
                number,
                doubtful,
            };
            // Refused to whoever has lost the partition; after this, a successor knows of the batch.
            self.mark(&attempt).await?;
            let mut refused: Vec<(usize, String)> = batch
                .faults
                .iter()
                .map(|(index, fault)| (*index, fault.to_string()))
                .collect();
            for table in &mut batch.tables {
                for (row, message) in self
                    .store_table(table, &mut attempt, &batch.records)
                    .await?
                {
                    refused.push((table.of[row], message));
                }
            }
            for (index, message) in &refused {
                let record = &batch.records[*index];
                if !self.buried_by_former(record.position.offset) {
                    let letter = unstorable::letter(record, message, &self.dead_letters);
                    self.bury(&letter).await;
                }
            }
            if let (Some(oldest), Some(newest)) = (batch.records.first(), batch.records.last()) {
                measures::freshness(
                    &self.topic,
                    oldest.append_time,
                    newest.append_time,
                    self.clock.now(),
                );
            }
        }
        self.progress
            .reached(&self.topic, self.topic_id, self.partition, batch.next);
        Ok(())
    }

    async fn mark(&self, attempt: &Attempt) -> Result<(), LaneEnd> {
        let Attempt { range, number, .. } = attempt;
        let note = Note::Pending {
            topic_id: self.topic_id,
            last: range.last,
            attempt: *number,
        };
        self.marks.commit(range.first, note).await
    }

    /// Whether the recorder beside us has passed the record, and so made a dead letter of it already.
    fn buried_by_former(&self, offset: i64) -> bool {
        self.former.as_ref().is_some_and(|former| {
            let passed = former.passed.borrow();
            passed
                .get(&(self.topic.clone(), self.partition))
                .is_some_and(|next| offset < *next)
        })
    }

    /// A dead letter that cannot be stored must not become another one.
    async fn bury(&self, letter: &OutRecord) {
        measures::unstorable(&self.topic);
        if self.topic == self.dead_letters {
            tracing::error!(
                topic = self.topic,
                "a dead letter cannot be stored; it stays in its topic"
            );
        } else {
            unstorable::publish(&self.producer, letter, &self.troubles, &self.name).await;
        }
    }

    /// Brings one table's rows in exactly once; returns the rows that it refuses for good, with the reason.
    async fn store_table(
        &self,
        table: &mut TableRows,
        attempt: &mut Attempt,
        records: &[event_log::Record],
    ) -> Result<Vec<(usize, String)>, LaneEnd> {
        let expected = table.rows.len();
        if expected == 0 {
            return Ok(Vec::new());
        }
        let began = Instant::now();
        if attempt.doubtful
            && !table.table.replaces()
            && self.all_there(table.table, attempt, expected).await
        {
            measures::takeover("there");
            return Ok(Vec::new());
        }
        let bytes = table.rows.take();
        let settled = self
            .insert_exactly_once(table.table, &bytes, expected, attempt)
            .await;
        table.rows.refill(bytes);
        let refused = match settled? {
            None => Vec::new(),
            Some(_) => self.bisect(table, attempt, records).await,
        };
        measures::batch_stored(table.table, expected - refused.len(), began.elapsed());
        Ok(refused)
    }

    /// Inserts until the rows are there; `Some` is the reason for which they are refused for good.
    async fn insert_exactly_once(
        &self,
        table: Table,
        bytes: &Bytes,
        expected: usize,
        attempt: &mut Attempt,
    ) -> Result<Option<String>, LaneEnd> {
        loop {
            let token = InsertToken {
                range: attempt.range,
                attempt: attempt.number,
            };
            match self.insert_until_settled(table, bytes, &token).await {
                Settled::Refused(message) => return Ok(Some(message)),
                Settled::Accepted { retried }
                    if table.replaces() || !(retried || attempt.doubtful) =>
                {
                    return Ok(None);
                }
                Settled::Accepted { .. } => {}
            }
            if self.all_there(table, attempt, expected).await {
                measures::takeover("inserted");
                return Ok(None);
            }
            // The token was spent and its part never became visible: the same rows under the next token.
            measures::takeover("again");
            attempt.number += 1;
            attempt.doubtful = true;
            self.mark(attempt).await?;
        }
    }

    /// Asks the table: all there, or none. Some but not all cannot be; it is told until somebody has looked.
    async fn all_there(&self, table: Table, attempt: &Attempt, expected: usize) -> bool {
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(30));
        loop {
            let found = self.count(table, &attempt.range).await;
            if found == expected as u64 || found == 0 {
                self.troubles.clear(&self.name);
                return found != 0;
            }
            let OffsetRange { first, last, .. } = attempt.range;
            let reason = format!(
                "the table {} holds {found} rows of offsets {first} to {last} of {}, {expected} were expected: \
                 delete the rows of this range, and it is recorded again; or rebuild the tables from the log",
                table.name(),
                self.name
            );
            tracing::error!(reason);
            self.troubles.tell(&self.name, &reason);
            tokio::time::sleep(backoff.next_wait()).await;
        }
    }

    async fn count(&self, table: Table, range: &OffsetRange) -> u64 {
        let mut backoff = backoff();
        loop {
            match self.writer.count(table, range).await {
                Ok(found) => return found,
                Err(error) => self.wait_out(&error, &mut backoff).await,
            }
        }
    }

    async fn insert_until_settled(
        &self,
        table: Table,
        bytes: &Bytes,
        token: &InsertToken,
    ) -> Settled {
        let mut backoff = backoff();
        let mut retried = false;
        loop {
            let inserting = self.writer.insert(table, bytes.clone(), token);
            match during(Point::InsertUnacknowledged, inserting).await {
                Ok(()) => {
                    reach(Point::InsertAcknowledged);
                    if retried {
                        self.troubles.clear(&self.name);
                    }
                    return Settled::Accepted { retried };
                }
                Err(StoreError::Refused { code, message }) => {
                    measures::insert_failed("refused");
                    return Settled::Refused(format!("code {code}: {message}"));
                }
                Err(error) => self.wait_out(&error, &mut backoff).await,
            }
            retried = true;
        }
    }

    /// Halves a refused batch down to the rows that are wrong. Parts that are in already are asked for, not sent again.
    async fn bisect(
        &self,
        table: &TableRows,
        attempt: &Attempt,
        records: &[event_log::Record],
    ) -> Vec<(usize, String)> {
        let mut refused = Vec::new();
        let mut open: Vec<Range<usize>> = std::iter::once(0..table.rows.len()).collect();
        while let Some(part) = open.pop() {
            let offset = |row: usize| records[table.of[row]].position.offset;
            let range = OffsetRange {
                first: offset(part.start),
                last: offset(part.end - 1),
                ..attempt.range
            };
            if !table.table.replaces() && self.count(table.table, &range).await == part.len() as u64
            {
                continue;
            }
            let token = InsertToken {
                range,
                attempt: attempt.number,
            };
            let bytes = table.rows.part(part.clone());
            match self.insert_until_settled(table.table, &bytes, &token).await {
                Settled::Accepted { .. } => {}
                Settled::Refused(message) if part.len() == 1 => {
                    refused.push((part.start, message));
                    self.doubt_ourselves(&refused, table.rows.len()).await;
                }
                Settled::Refused(_) => open.extend(halves(&part)),
            }
        }
        refused
    }

    /// Where nearly everything is refused, rows are not what is wrong: better to stand still than to bury a day.
    async fn doubt_ourselves(&self, refused: &[(usize, String)], rows: usize) {
        if refused.len() < REFUSED_MAX || refused.len() * 2 < rows {
            return;
        }
        let why = refused
            .last()
            .map(|(_, message)| message.as_str())
            .unwrap_or_default();
        let reason = format!(
            "{} of {rows} rows of one batch are refused, the last with: {why}; \
             the tables or this version are wrong, not the rows: nothing more is recorded until a restart",
            refused.len()
        );
        tracing::error!(reason);
        self.troubles.tell(&self.name, &reason);
        std::future::pending::<()>().await;
    }

    async fn wait_out(&self, error: &StoreError, backoff: &mut Backoff) {
        measures::insert_failed(if error.passes() {
            "passing"
        } else {
            "standing"
        });
        self.troubles.tell(&self.name, &error.to_string());
        tokio::time::sleep(backoff.next_wait()).await;
    }
}

fn backoff() -> Backoff {
    Backoff::new(Duration::from_millis(100), Duration::from_secs(5))
}

/// The later half first, so that the earlier one is taken from the stack first.
fn halves(part: &Range<usize>) -> [Range<usize>; 2] {
    let middle = part.start + part.len() / 2;
    [middle..part.end, part.start..middle]
}
