//! How far the hub has read each department's inbox, from the watermarks of `city.events`: so that a
//! feed that is silent can be told from a hub that is behind.
//!
//! Watermarks stand in every partition, so the first is enough and the others are not read. What
//! feeds show comes from the tables: they are as far as the newest watermark that is recorded.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use event_log::{Follower, LogConfig, LogError, Record, StartAt};
use event_schemas::city::{LogCursor, LogPosition, Millis, Topic, Watermark, headers};
use service_kit::Shutdown;
use tokio::sync::watch;

use crate::board::Board;

/// Watermarks kept, one a second: a store that is further behind is shown as at the oldest.
const KEPT: usize = 900;
/// Records read back at a start to find the newest watermark.
const READ_BACK: i64 = 2_000;
/// Longest wait of one read.
const WAIT: Duration = Duration::from_secs(1);
/// Pause before following again.
const PAUSE: Duration = Duration::from_secs(1);
/// The hub is behind when it has not read an inbox on for longer than this.
const BEHIND_AFTER_MS: i64 = 5_000;

/// What the newest watermarks told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Inboxes {
    told: VecDeque<Told>,
}

/// All inboxes as of one watermark.
#[derive(Clone, Debug)]
struct Told {
    position: LogPosition,
    at: Millis,
    admitted: Arc<BTreeMap<String, Millis>>,
}

/// How far one inbox is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    /// Everything the inbox took until then is known; `None`: nothing was told yet.
    pub(crate) until: Option<Millis>,
    now: Millis,
}

impl Reading {
    /// The hub has not read on for too long.
    pub(crate) fn is_behind(self) -> bool {
        self.until
            .is_none_or(|until| self.now.since(until) > BEHIND_AFTER_MS)
    }

    /// The moment as of which silence can be judged.
    pub(crate) fn moment(self) -> Millis {
        self.until.map_or(self.now, |until| until.min(self.now))
    }
}

impl Inboxes {
    /// How far the inbox is read and recorded, `stored` being what the tables hold.
    pub(crate) fn reading(&self, department: &str, stored: &LogCursor, now: Millis) -> Reading {
        let recorded = |told: &Told| {
            let position = told.position;
            let next = stored.0.get(&(position.topic_id, position.partition));
            next.is_none_or(|next| position.offset < *next)
        };
        let newest = self.told.iter().rev().find(|told| recorded(told));
        let told = newest.or(self.told.front());
        // An inbox that no watermark names yet is read as far as the hub has told at all.
        let until = told.map(|told| told.admitted.get(department).copied().unwrap_or(told.at));
        Reading { until, now }
    }

    fn take(&mut self, position: LogPosition, watermark: &Watermark) {
        let newest = self.told.back();
        let mut admitted = newest.map_or_else(BTreeMap::new, |told| (*told.admitted).clone());
        for inbox in &watermark.inboxes {
            let until = admitted
                .entry(inbox.department.clone())
                .or_insert(inbox.admitted_until);
            *until = (*until).max(inbox.admitted_until);
        }
        let at = newest.map_or(watermark.at, |told| told.at.max(watermark.at));
        self.told.push_back(Told {
            position,
            at,
            admitted: Arc::new(admitted),
        });
        if self.told.len() > KEPT {
            self.told.pop_front();
        }
    }
}

/// Follows watermarks until the shutdown; after a loss of the log it begins again with the newest.
pub(crate) async fn follow(config: &LogConfig, board: &watch::Sender<Board>, shutdown: &Shutdown) {
    let mut known = Inboxes::default();
    while !shutdown.is_cancelled() {
        let from = StartAt::Newest(READ_BACK);
        let followed = tokio::select! {
            () = shutdown.cancelled() => return,
            opened = Follower::open_first_partition(config, Topic::Events, from) => match opened {
                Ok(follower) => read(follower, &mut known, board, shutdown).await,
                Err(error) => Err(error),
            },
        };
        if let Err(error) = followed {
            tracing::warn!(%error, "following the watermarks of city.events again");
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

async fn read(
    mut follower: Follower,
    known: &mut Inboxes,
    board: &watch::Sender<Board>,
    shutdown: &Shutdown,
) -> Result<(), LogError> {
    loop {
        let batch = tokio::select! {
            () = shutdown.cancelled() => return Ok(()),
            batch = follower.next(WAIT) => batch?,
        };
        let mut news = false;
        for record in &batch.records {
            if let Some(watermark) = watermark(record) {
                known.take(record.position, &watermark);
                news = true;
            }
        }
        if news {
            let inboxes = Arc::new(known.clone());
            // Nobody is woken: whoever asks for a feed looks at the newest.
            board.send_if_modified(|shown| {
                shown.inboxes = inboxes;
                false
            });
        }
    }
}

fn watermark(record: &Record) -> Option<Watermark> {
    (record.header(headers::CE_TYPE)? == headers::WATERMARK_TYPE)
        .then(|| serde_json::from_slice(&record.value).ok())?
}

#[cfg(test)]
mod tests {
    use event_schemas::city::{InboxProgress, TopicId};

    use super::*;

    fn position(offset: i64) -> LogPosition {
        LogPosition {
            topic_id: TopicId::from_u128(1),
            partition: 0,
            offset,
        }
    }

    fn watermark(at: i64, fire_until: i64) -> Watermark {
        let fire = InboxProgress {
            department: String::from("fire"),
            topic_id: TopicId::nil(),
            next: 0,
            admitted_until: Millis(fire_until),
            latest_event_time: None,
        };
        Watermark {
            at: Millis(at),
            inboxes: vec![fire],
        }
    }

    fn stored(next: i64) -> LogCursor {
        let mut cursor = LogCursor::default();
        cursor.advance(TopicId::from_u128(1), 0, next);
        cursor
    }

    #[test]
    fn an_inbox_is_read_as_far_as_it_is_admitted_and_recorded() {
        let mut inboxes = Inboxes::default();
        let now = Millis(60_000);
        let at = |inboxes: &Inboxes, department: &str, next: i64| {
            inboxes.reading(department, &stored(next), now)
        };
        assert!(at(&inboxes, "fire", 0).is_behind(), "nothing was told yet");
        inboxes.take(position(10), &watermark(50_000, 50_000));
        inboxes.take(position(20), &watermark(59_000, 59_000));
        let read = at(&inboxes, "fire", 21);
        assert_eq!(
            (read.until, read.is_behind()),
            (Some(Millis(59_000)), false)
        );
        let unrecorded = at(&inboxes, "fire", 20);
        assert_eq!(unrecorded.until, Some(Millis(50_000)));
        assert!(unrecorded.is_behind(), "the store is behind");
        assert_eq!(unrecorded.moment(), Millis(50_000));
        inboxes.take(position(30), &watermark(60_000, 51_000));
        let standing = at(&inboxes, "fire", 31);
        assert_eq!(standing.until, Some(Millis(59_000)), "it never goes back");
        let unnamed = at(&inboxes, "water", 31);
        assert_eq!(unnamed.until, Some(Millis(60_000)));
    }

    #[test]
    fn no_more_watermarks_are_kept_than_allowed_and_the_oldest_answers_for_what_is_before() {
        let mut inboxes = Inboxes::default();
        for n in 0..2 * KEPT as i64 {
            inboxes.take(position(n), &watermark(n * 1_000, n * 1_000));
        }
        assert_eq!(inboxes.told.len(), KEPT);
        let read = inboxes.reading("fire", &stored(3), Millis(2_000_000));
        assert_eq!(read.until, Some(Millis(KEPT as i64 * 1_000)));
    }
}
