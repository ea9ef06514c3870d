//! What a new owner of inboxes reads back: the memory of repeats, from the log itself.

use std::collections::HashMap;
use std::time::Duration;

use domain::admission::{CONTENT_HASH, Digest, Horizon, Identity, RepeatMemory};
use event_log::{Follower, LogConfig, LogError, PartitionEnds, Record, StartAt, settled_ends};
use event_schemas::city::{LogCursor, Millis, Topic, headers};
use serde::Deserialize;
use tokio::runtime::Handle;

/// A dead owner's open transaction is aborted by the broker after 10 s.
const SETTLED: Duration = Duration::from_secs(20);
/// How long reading back may stand still.
const STANDSTILL: Duration = Duration::from_secs(20);

/// What the log says of each department's inbox.
pub(crate) struct ReadBack {
    /// Everything before this is older than the memory.
    pub(crate) start: LogCursor,
    memories: HashMap<String, (RepeatMemory, Option<Millis>)>,
    horizon: Horizon,
    capacity: usize,
}

impl ReadBack {
    /// The memory of a department's inbox, and its greatest event time.
    pub(crate) fn take(&mut self, department: &str) -> (RepeatMemory, Option<Millis>) {
        let (mut memory, latest) = self
            .memories
            .remove(department)
            .unwrap_or_else(|| (RepeatMemory::new(self.capacity, Horizon::Complete), None));
        memory.keep();
        if let Horizon::Since(start) = self.horizon {
            memory.forget_before(start);
        }
        (memory, latest)
    }
}

/// The part of an admission header that is needed here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Admitted {
    department: String,
    event_time: Millis,
    inbox_time: Millis,
    #[serde(default)]
    flags: Vec<String>,
}

/// Reads the last `back` records of every partition of `city.events`.
pub(crate) fn read_back(
    log: &LogConfig,
    handle: &Handle,
    back: i64,
    capacity: usize,
) -> Result<ReadBack, LogError> {
    let topic = log.topic(Topic::Events);
    let ends = settled_ends(log, &topic, SETTLED)?;
    let mut read = ReadBack {
        start: LogCursor::default(),
        memories: HashMap::new(),
        horizon: Horizon::Complete,
        capacity,
    };
    for partition in &ends {
        let start = (partition.end - back).max(partition.oldest);
        read.start
            .advance(partition.topic_id, partition.partition, start);
    }
    let from = StartAt::Cursor(read.start.clone());
    let mut follower = Follower::open_blocking(log.clone(), std::slice::from_ref(&topic), &from)?;
    let mut firsts = HashMap::new();
    let mut moved = std::time::Instant::now();
    loop {
        let batch = handle.block_on(follower.next(Duration::from_millis(500)))?;
        if !batch.records.is_empty() {
            moved = std::time::Instant::now();
        }
        for record in &batch.records {
            firsts
                .entry(record.position.partition)
                .or_insert(record.append_time);
            remember(&mut read, record);
        }
        if batch.caught_up || covers(&batch.cursor, &ends) {
            break;
        }
        if moved.elapsed() > STANDSTILL {
            return Err(LogError::TimedOut {
                what: "reading back the memory of repeats",
                limit: STANDSTILL,
            });
        }
    }
    // A partition that was not read from its first record hides what lies before.
    for partition in &ends {
        let started = read.start.0.get(&(partition.topic_id, partition.partition));
        if started.is_some_and(|start| *start > 0) {
            let first = firsts.get(&partition.partition).copied();
            let first = first.unwrap_or(Millis(i64::MAX / 2));
            read.horizon = match read.horizon {
                Horizon::Since(known) => Horizon::Since(known.max(first)),
                Horizon::Complete => Horizon::Since(first),
            };
        }
    }
    tracing::info!(
        horizon = ?read.horizon,
        departments = read.memories.len(),
        "the memory of repeats is read back"
    );
    Ok(read)
}

fn covers(cursor: &LogCursor, ends: &[PartitionEnds]) -> bool {
    ends.iter().all(|partition| {
        let reached = cursor.0.get(&(partition.topic_id, partition.partition));
        reached.is_some_and(|next| *next >= partition.end)
    })
}

fn remember(read: &mut ReadBack, record: &Record) {
    let admitted = record
        .header(headers::ADMISSION)
        .and_then(|json| serde_json::from_str::<Admitted>(json).ok());
    let key = record
        .header(headers::CE_SOURCE)
        .zip(record.header(headers::CE_ID))
        .map(|(source, id)| Identity::key(source, id));
    let content = record.header(CONTENT_HASH).and_then(Digest::parse);
    let (Some(admitted), Some(key), Some(content)) = (admitted, key, content) else {
        // Watermarks and marks.
        return;
    };
    let capacity = read.capacity;
    let (memory, latest) = read
        .memories
        .entry(admitted.department)
        .or_insert_with(|| (RepeatMemory::new(capacity, Horizon::Complete), None));
    memory.note(Identity { key, content }, admitted.inbox_time);
    if !admitted.flags.iter().any(|flag| flag == "future_time") {
        *latest = (*latest).max(Some(admitted.event_time));
    }
}
