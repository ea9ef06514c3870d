//! Notes for readers how far each partition is recorded, a few times a second for all of them together.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use event_schemas::city::TopicId;
use event_store::{RecorderProgress, Writer};
use service_kit::Clock;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Between two notes: each is a small part that ClickHouse must merge.
const PAUSE: Duration = Duration::from_millis(500);

/// How far partitions are recorded: every lane tells, one task notes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress(Arc<watch::Sender<BTreeMap<(TopicId, i32), RecorderProgress>>>);

impl Progress {
    /// Everything before `next` is in the tables.
    pub(crate) fn reached(&self, topic: &str, topic_id: TopicId, partition: i32, next: i64) {
        self.0.send_if_modified(|reached| {
            let fresh = RecorderProgress {
                topic: topic.to_owned(),
                topic_id,
                partition,
                next,
            };
            let known = reached.insert((topic_id, partition), fresh.clone());
            known.as_ref() != Some(&fresh)
        });
    }

    /// Notes changes until the end. A hint only: a failure is tried again with the next one.
    pub(crate) async fn note(self, writer: Writer, clock: Clock, ended: CancellationToken) {
        let mut told = self.0.subscribe();
        let mut written = BTreeMap::new();
        loop {
            let last = tokio::select! {
                changed = told.changed() => changed.is_err(),
                () = ended.cancelled() => true,
            };
            let reached = told.borrow_and_update().clone();
            let fresh: Vec<RecorderProgress> = reached
                .iter()
                .filter(|(key, one)| written.get(*key) != Some(&one.next))
                .map(|(_, one)| one.clone())
                .collect();
            match writer.note_progress(&fresh, clock.now()).await {
                Ok(()) => written = reached.iter().map(|(key, one)| (*key, one.next)).collect(),
                Err(error) => tracing::debug!(%error, "progress is noted later"),
            }
            if last {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                () = ended.cancelled() => {}
            }
        }
    }
}
