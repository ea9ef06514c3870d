//! The owner of the picture: takes changes in, sends frames out, lets clients come and go.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::Utf8Bytes;
use domain::alert::Alert;
use domain::case::{Applied, CaseBook};
use domain::event::Event;
use event_schemas::catalog::Catalog;
use event_schemas::city::Watermark;
use service_kit::kill_point::{Point, reach};
use service_kit::{Clock, Shutdown};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use crate::audience::Audience;
use crate::feeds::Feeds;
use crate::frame::{Changes, Frame};
use crate::history::History;
use crate::pace::Pace;
use crate::picture::Picture;
use crate::protocol::{self, Resume};
use crate::{Config, snapshot};

/// Inputs that may wait; followers wait with them when it is full, and so does the log.
const INPUTS: usize = 8_192;

/// What comes together within this time goes out in one frame.
const GATHER: Duration = Duration::from_millis(4);
/// How often what is over leaves the picture.
const TIDY_EVERY: Duration = Duration::from_secs(1);

/// Everything that moves the publisher.
pub(crate) enum Input {
    /// An alert changed.
    Alert(Box<Alert>),
    /// A decision was accepted.
    Applied(Arc<Applied>),
    /// Cases and units are known up to here; replaces what was known.
    Book(Box<CaseBook>),
    /// An event was admitted.
    Event(Box<Event>),
    /// Admission told how far it is.
    Watermark(Watermark),
    /// What was read so far is history: nobody needs to hear of it.
    CaughtUp,
    /// A client wants to listen.
    Subscribe {
        audience: Audience,
        resume: Option<Resume>,
        reply: oneshot::Sender<Subscribed>,
    },
}

/// What a new client gets.
pub(crate) struct Subscribed {
    pub(crate) epoch: Arc<str>,
    /// Whether `first` continues where the client left off.
    pub(crate) resumed: bool,
    /// Whether the client asked to resume and could not.
    pub(crate) expired: bool,
    /// Snapshot chunks, or missed frames.
    pub(crate) first: Arc<[Utf8Bytes]>,
    /// Frames from here on; ends when the client was too slow, or at the stop.
    pub(crate) frames: mpsc::Receiver<Utf8Bytes>,
}

struct Client {
    audience: Audience,
    queue: mpsc::Sender<Utf8Bytes>,
}

/// A new client before its snapshot.
struct Waiting {
    audience: Audience,
    expired: bool,
    reply: oneshot::Sender<Subscribed>,
}

/// How a client joins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Beginning {
    New,
    Resumed,
    Expired,
}

impl Beginning {
    const fn name(self) -> &'static str {
        match self {
            Self::New => "snapshot",
            Self::Resumed => "resume",
            Self::Expired => "cursor_expired",
        }
    }
}

struct Publisher {
    picture: Picture,
    feeds: Feeds,
    catalog: Arc<Catalog>,
    clock: Clock,
    epoch: Arc<str>,
    cursor: u64,
    history: History,
    clients: HashMap<u64, Client>,
    /// Clients whose snapshot waits for the next frame.
    waiting: Vec<Waiting>,
    next_client: u64,
    snapshots: BTreeMap<Audience, Arc<[Utf8Bytes]>>,
    config: Config,
    /// When the changes at hand go out.
    due: Option<Instant>,
}

/// Starts the task; it ends at the shutdown, or when all senders are gone.
pub(crate) fn spawn(
    config: &Config,
    catalog: &Arc<Catalog>,
    clock: &Clock,
    shutdown: Shutdown,
) -> mpsc::Sender<Input> {
    let (inputs, receiver) = mpsc::channel(INPUTS);
    let publisher = Publisher {
        picture: Picture::default(),
        feeds: Feeds::of(catalog),
        catalog: Arc::clone(catalog),
        clock: clock.clone(),
        epoch: uuid::Uuid::new_v4().simple().to_string().into(),
        cursor: 0,
        history: History::new(config.history_frames, config.history_bytes),
        clients: HashMap::new(),
        waiting: Vec::new(),
        next_client: 0,
        snapshots: BTreeMap::new(),
        config: config.clone(),
        due: None,
    };
    service_kit::supervise("live publisher", async move {
        publisher.run(receiver, shutdown).await;
        Ok::<(), std::convert::Infallible>(())
    });
    inputs
}

impl Publisher {
    async fn run(mut self, mut inputs: mpsc::Receiver<Input>, shutdown: Shutdown) {
        let mut tidy_tick = tokio::time::interval(self.config.frame_every.max(TIDY_EVERY));
        let mut beat_tick = tokio::time::interval(self.config.beat_every);
        let mut pace = Pace::new(self.config.frame_every, Instant::now());
        loop {
            let due = self.due.unwrap_or_else(Instant::now);
            tokio::select! {
                biased;
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep_until(due), if self.due.is_some() => {
                    self.publish();
                    pace.sent(Instant::now());
                }
                _ = beat_tick.tick() => self.beat(),
                _ = tidy_tick.tick() => {
                    self.picture.tidy(self.clock.now());
                    self.history.cool();
                }
                input = inputs.recv() => match input {
                    None => return,
                    Some(input) => self.take(input),
                },
            }
            if self.picture.changes.is_empty() {
                self.serve_waiting();
            }
            self.due = self.when_due(&pace);
        }
    }

    /// When the changes at hand go out; what is due already stays due.
    fn when_due(&self, pace: &Pace) -> Option<Instant> {
        let (changes, now) = (&self.picture.changes, Instant::now());
        if changes.is_empty() {
            return None;
        }
        let turn = if changes.is_urgent() {
            pace.urgent(now)
        } else {
            pace.ordinary(now)
        };
        let wanted = turn.max(now + GATHER);
        Some(self.due.map_or(wanted, |due| due.min(wanted)))
    }

    fn take(&mut self, input: Input) {
        let now = self.clock.now();
        match input {
            Input::Alert(alert) => self.picture.alert(Arc::from(alert), now),
            Input::Applied(applied) => self.picture.applied(&applied, now),
            Input::Book(book) => self.picture.load(&book),
            Input::Event(event) => {
                self.feeds.heard(&event);
                self.picture.event(&event, &self.catalog);
            }
            Input::Watermark(watermark) => self.feeds.watermark(&watermark),
            Input::CaughtUp => {
                self.picture.forget_changes();
                self.snapshots.clear();
            }
            Input::Subscribe {
                audience,
                resume,
                reply,
            } => self.subscribe(audience, resume.as_ref(), reply),
        }
    }

    /// Sends what changed since the last frame to everyone who wants it.
    fn publish(&mut self) {
        self.due = None;
        if self.picture.changes.is_empty() {
            return;
        }
        let changes = std::mem::take(&mut self.picture.changes);
        self.remember(&changes);
        let Some(frame) = self.history.last() else {
            return;
        };
        let mut encoded: BTreeMap<Audience, Utf8Bytes> = BTreeMap::new();
        let mut sent = 0;
        self.clients.retain(|_, client| {
            let text = encoded
                .entry(client.audience)
                .or_insert_with(|| frame.encode(client.audience));
            sent += 1;
            let taken = client.queue.try_send(text.clone()).is_ok();
            reach(Point::FanOut);
            taken
        });
        // Once for all: looking a counter up costs as much as handing a frame over.
        metrics::counter!("city_brain_live_gateway_frames_total").increment(sent);
        self.count_clients();
    }

    fn remember(&mut self, changes: &Changes) {
        let frame = Frame::new(changes, &self.epoch, self.cursor, self.clock.now());
        self.cursor = frame.to;
        self.snapshots.clear();
        self.history.keep(frame);
    }

    fn beat(&mut self) {
        let now = self.clock.now();
        let behind = self.feeds.behind(now);
        let sources = self.feeds.report(now);
        let text = protocol::beat(self.cursor, now, &sources, behind);
        self.clients
            .retain(|_, client| client.queue.try_send(text.clone()).is_ok());
        self.count_clients();
    }

    fn count_clients(&self) {
        metrics::gauge!("city_brain_live_gateway_clients").set(self.clients.len() as f64);
    }

    /// A client that resumes goes on from its cursor: what is at hand comes with the next frame. A
    /// snapshot is taken just after a frame, or it would hold changes that come once more.
    fn subscribe(
        &mut self,
        audience: Audience,
        resume: Option<&Resume>,
        reply: oneshot::Sender<Subscribed>,
    ) {
        match resume.and_then(|resume| self.missed(resume, audience)) {
            Some(missed) => self.admit(audience, reply, missed, Beginning::Resumed),
            None => self.waiting.push(Waiting {
                audience,
                expired: resume.is_some(),
                reply,
            }),
        }
    }

    /// Gives those who wait their snapshot; nothing is at hand that it would not belong to.
    fn serve_waiting(&mut self) {
        for one in std::mem::take(&mut self.waiting) {
            let first = self.snapshot(one.audience);
            let beginning = if one.expired {
                Beginning::Expired
            } else {
                Beginning::New
            };
            self.admit(one.audience, one.reply, first, beginning);
        }
    }

    fn admit(
        &mut self,
        audience: Audience,
        reply: oneshot::Sender<Subscribed>,
        first: Arc<[Utf8Bytes]>,
        beginning: Beginning,
    ) {
        metrics::counter!("city_brain_live_gateway_joined_total", "how" => beginning.name())
            .increment(1);
        let (queue, frames) = mpsc::channel(self.config.client_queue);
        let answer = Subscribed {
            epoch: Arc::clone(&self.epoch),
            resumed: beginning == Beginning::Resumed,
            expired: beginning == Beginning::Expired,
            first,
            frames,
        };
        if reply.send(answer).is_ok() {
            self.clients
                .insert(self.next_client, Client { audience, queue });
            self.next_client += 1;
            self.count_clients();
        }
    }

    /// The frames a returning client missed; `None` when they are no longer all known.
    fn missed(&mut self, resume: &Resume, audience: Audience) -> Option<Arc<[Utf8Bytes]>> {
        let cursor: u64 = resume.cursor.parse().ok()?;
        if *resume.epoch != *self.epoch || cursor > self.cursor {
            return None;
        }
        self.history.since(cursor, audience)
    }

    /// The snapshot at the present cursor, written once for all who come before the next frame.
    fn snapshot(&mut self, audience: Audience) -> Arc<[Utf8Bytes]> {
        let (picture, cursor) = (&self.picture, self.cursor);
        Arc::clone(
            self.snapshots
                .entry(audience)
                .or_insert_with(|| snapshot::encode(picture, cursor, audience).into()),
        )
    }
}
