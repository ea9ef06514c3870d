//! The newest events, followed from `city.events` for subscriptions, only while somebody subscribes.
//!
//! Records are kept as they came and decoded once, when the first subscriber looks at them. Memory is
//! bounded by count and bytes; a subscriber that is too slow is told what it missed.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use domain::event::Event;
use event_log::{Follower, LogConfig, LogError, Record, StartAt};
use event_schemas::city::{Millis, Topic, headers};
use service_kit::Shutdown;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use crate::failure::{Code, Failure};
use crate::history::History;

/// Events kept for subscribers.
const EVENTS: usize = 20_000;
/// Bytes of them.
const BYTES: usize = 64 * 1024 * 1024;
/// Records of each partition read back when following begins, so that a client which lost its
/// connection finds its place.
const READ_BACK: i64 = 5_000;
/// Longest wait of one read.
const WAIT: Duration = Duration::from_secs(1);
/// How long following goes on after the last subscriber left: a client that reconnects is back by then.
const LINGER: Duration = Duration::from_secs(60);
/// How long a new subscriber waits for the tail to be read.
const OPEN_WAIT: Duration = Duration::from_secs(10);
/// Pause before following again after a loss of the log.
const PAUSE: Duration = Duration::from_secs(1);

/// A record of `city.events`, decoded when somebody looks.
#[derive(Debug)]
pub(crate) struct Kept {
    record: Record,
    event: OnceLock<Option<Event>>,
}

impl Kept {
    /// The event; `None` for a record that is none.
    pub(crate) fn event(&self) -> Option<&Event> {
        let decode = || {
            let record = &self.record;
            let decoded = Event::decode(record.position, |name| record.header(name), &record.value);
            decoded
                .inspect_err(|error| {
                    tracing::warn!(position = %record.position, %error, "a record of city.events is ignored");
                })
                .ok()
        };
        self.event.get_or_init(decode).as_ref()
    }

    /// When the log took it.
    pub(crate) const fn ingest_time(&self) -> Millis {
        self.record.append_time
    }

    fn bytes(&self) -> usize {
        let headers = self.record.headers.iter();
        let headers: usize = headers.map(|(name, value)| name.len() + value.len()).sum();
        self.record.value.len() + headers
    }
}

/// The newest events; clones are snapshots that cost nothing.
#[derive(Clone, Debug)]
pub(crate) struct Tail {
    /// In log order.
    pub(crate) events: History<Arc<Kept>>,
    bytes: usize,
    /// Being followed, and read to the end once.
    open: bool,
}

impl Default for Tail {
    fn default() -> Self {
        Self {
            events: History::new(EVENTS),
            bytes: 0,
            open: false,
        }
    }
}

impl Tail {
    fn take(&mut self, record: Record) {
        let position = record.position;
        let kind = record.header(headers::CE_TYPE);
        if matches!(
            kind,
            None | Some(headers::WATERMARK_TYPE | headers::RULE_SET_TYPE)
        ) {
            self.events.pass(position);
            return;
        }
        let kept = Arc::new(Kept {
            record,
            event: OnceLock::new(),
        });
        self.bytes += kept.bytes();
        if let Some(old) = self.events.push(position, kept) {
            self.bytes = self.bytes.saturating_sub(old.bytes());
        }
        while self.bytes > BYTES
            && let Some(old) = self.events.drop_oldest()
        {
            self.bytes = self.bytes.saturating_sub(old.bytes());
        }
    }
}

/// Where subscribers come; cheap to clone.
#[derive(Clone)]
pub(crate) struct Tails {
    current: Arc<watch::Sender<Tail>>,
    wanted: Arc<Notify>,
}

impl Tails {
    /// Starts the task that follows `city.events` while somebody subscribes.
    pub(crate) fn open(log: LogConfig, shutdown: Shutdown) -> Self {
        let tails = Self {
            current: Arc::new(watch::Sender::new(Tail::default())),
            wanted: Arc::new(Notify::new()),
        };
        tokio::spawn(serve(tails.clone(), log, shutdown));
        tails
    }

    /// The newest events as of now.
    pub(crate) fn snapshot(&self) -> Tail {
        self.current.borrow().clone()
    }

    /// Begins to listen; returns once the tail is read to its end.
    pub(crate) async fn subscribe(&self) -> Result<watch::Receiver<Tail>, Failure> {
        let mut receiver = self.current.subscribe();
        self.wanted.notify_one();
        let opened = tokio::time::timeout(OPEN_WAIT, receiver.wait_for(|tail| tail.open)).await;
        let open = opened.is_ok_and(|opened| opened.is_ok());
        if open {
            Ok(receiver)
        } else {
            Err(Failure::new(
                Code::StoreUnavailable,
                "The log of events cannot be followed right now. Try again in a moment.",
            ))
        }
    }
}

async fn serve(tails: Tails, log: LogConfig, shutdown: Shutdown) {
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tails.wanted.notified() => {}
        }
        let mut known = false;
        while !shutdown.is_cancelled() {
            match follow(&tails, &log, &shutdown, known).await {
                Ok(()) => break,
                Err(error) => {
                    tracing::warn!(%error, "following city.events again");
                    known = tails.current.borrow().open;
                    tokio::select! {
                        () = shutdown.cancelled() => return,
                        () = tokio::time::sleep(PAUSE) => {}
                    }
                    if tails.current.receiver_count() == 0 {
                        break;
                    }
                }
            }
        }
        tails.current.send_modify(|tail| {
            tail.open = false;
            let reached = tail.events.reached().clone();
            tail.events.restart(&reached);
            tail.bytes = 0;
        });
    }
}

/// Follows until nobody has listened for a while; `known`: goes on where it was.
async fn follow(
    tails: &Tails,
    log: &LogConfig,
    shutdown: &Shutdown,
    known: bool,
) -> Result<(), LogError> {
    let from = if known {
        StartAt::Cursor(tails.current.borrow().events.reached().clone())
    } else {
        StartAt::Newest(READ_BACK)
    };
    let mut follower = Follower::open(log, &[Topic::Events], from).await?;
    if !known {
        let start = follower.cursor().clone();
        tails
            .current
            .send_modify(|tail| tail.events.restart(&start));
    }
    let mut listened = Instant::now();
    loop {
        let batch = tokio::select! {
            () = shutdown.cancelled() => return Ok(()),
            batch = follower.next(WAIT) => batch?,
        };
        if tails.current.receiver_count() > 0 {
            listened = Instant::now();
        } else if listened.elapsed() > LINGER {
            return Ok(());
        }
        let opens = batch.caught_up && !tails.current.borrow().open;
        if batch.records.is_empty() && !opens {
            continue;
        }
        tails.current.send_modify(|tail| {
            for record in batch.records {
                tail.take(record);
            }
            tail.open |= opens;
        });
    }
}

#[cfg(test)]
mod tests {
    use event_schemas::city::{LogPosition, TopicId};

    use super::*;

    fn record(offset: i64, kind: &str, bytes: usize) -> Record {
        Record {
            topic: Arc::from("city.events"),
            position: LogPosition {
                topic_id: TopicId::from_u128(9),
                partition: 0,
                offset,
            },
            append_time: Millis(offset),
            key: None,
            headers: vec![(headers::CE_TYPE.into(), kind.to_owned().into())],
            value: vec![b' '; bytes].into(),
        }
    }

    #[test]
    fn watermarks_move_the_cursor_on_and_are_no_events() {
        let mut tail = Tail::default();
        let mut place = tail.events.end();
        tail.take(record(0, headers::WATERMARK_TYPE, 10));
        tail.take(record(1, "city.fire.incident-reported.v1", 10));
        let crate::history::Read::Changes { list, to, .. } = tail.events.read(&mut place, 10)
        else {
            panic!("the place is kept");
        };
        assert_eq!(list.len(), 1);
        assert!(list[0].event().is_none(), "blanks are no event");
        assert_eq!(to.0.values().copied().collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn memory_is_bounded_by_bytes_as_well_as_by_count() {
        let mut tail = Tail::default();
        for offset in 0..200 {
            tail.take(record(offset, "city.fire.incident-reported.v1", 1_000_000));
        }
        assert!(tail.bytes <= BYTES, "{}", tail.bytes);
        let mut place = tail.events.place(&tail.events.reached().clone()).unwrap();
        assert!(matches!(
            tail.events.read(&mut place, 10),
            crate::history::Read::Changes { .. }
        ));
    }
}
