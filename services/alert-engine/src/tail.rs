//! The tail of the log between a snapshot and the committed offset, folded without output.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use event_log::{Follower, LogConfig, LogError, Record, StartAt, settled_ends};
use event_schemas::city::{LogCursor, TopicId};
use service_kit::Shutdown;
use tokio::runtime::Handle;

use crate::owned::Owned;
use crate::snapshot_file::SnapshotFolder;

/// A dead owner's open transaction is aborted by the broker after 10 s.
const SETTLED: Duration = Duration::from_secs(20);
/// How long reading may stand still.
const STANDSTILL: Duration = Duration::from_secs(20);
/// A long tail is made shorter for the next attempt this often.
const SAVE_EVERY: Duration = Duration::from_secs(20);

/// Brings every engine to its committed offset (`until`, by topic id and partition).
pub(crate) fn fold_tails(
    log: &LogConfig,
    handle: &Handle,
    owned: &mut [&mut Owned],
    until: &HashMap<(TopicId, i32), i64>,
    rest: (&SnapshotFolder, &Shutdown),
) -> Result<(), LogError> {
    let (snapshots, shutdown) = rest;
    let behind = |owned: &Owned| {
        let until = until.get(&(owned.topic_id, owned.partition)).copied();
        until.is_some_and(|until| owned.engine.next_offset() < until)
    };
    let mut topics: Vec<String> = owned
        .iter()
        .filter(|one| behind(one))
        .map(|one| one.topic.clone())
        .collect();
    topics.dedup();
    for topic in topics {
        let mut cursor = LogCursor::default();
        for ends in settled_ends(log, &topic, SETTLED)? {
            cursor.advance(ends.topic_id, ends.partition, ends.end);
        }
        for one in owned.iter().filter(|one| one.topic == topic && behind(one)) {
            // Cursors only go forward: this one is made to begin earlier than the end.
            cursor
                .0
                .insert((one.topic_id, one.partition), one.engine.next_offset());
        }
        let from = StartAt::Cursor(cursor);
        let mut follower =
            Follower::open_blocking(log.clone(), std::slice::from_ref(&topic), &from)?;
        let (start, mut moved, mut saved) = (Instant::now(), Instant::now(), Instant::now());
        let mut folded = 0_u64;
        while owned.iter().any(|one| one.topic == topic && behind(one)) {
            let batch = handle.block_on(follower.next(Duration::from_millis(500)))?;
            let taken = take(&batch.records, owned, until, &topic);
            if taken > 0 {
                folded += taken;
                moved = Instant::now();
            }
            // What lies between the last record and the committed offset are transaction markers.
            if batch.caught_up || shutdown.is_cancelled() {
                break;
            }
            if saved.elapsed() > SAVE_EVERY {
                for one in owned.iter_mut() {
                    one.save(snapshots);
                }
                saved = Instant::now();
            }
            if moved.elapsed() > STANDSTILL {
                return Err(LogError::TimedOut {
                    what: "reading the tail of a partition",
                    limit: STANDSTILL,
                });
            }
        }
        tracing::info!(topic, folded, took = ?start.elapsed(), "the tail is folded");
    }
    Ok(())
}

/// Folds the records that lie before the committed offsets; returns how many.
fn take(
    records: &[Record],
    owned: &mut [&mut Owned],
    until: &HashMap<(TopicId, i32), i64>,
    topic: &str,
) -> u64 {
    let mut folded = 0;
    for record in records {
        let position = record.position;
        let limit = until.get(&(position.topic_id, position.partition)).copied();
        let mine = owned
            .iter_mut()
            .find(|one| one.partition == position.partition && one.topic == topic);
        if let (Some(one), Some(limit)) = (mine, limit)
            && (one.engine.next_offset()..limit).contains(&position.offset)
        {
            // Its outputs were committed by the predecessor.
            let _written_before = one.fold(record);
            folded += 1;
        }
    }
    folded
}
