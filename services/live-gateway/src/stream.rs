//! What a client gets after its hello, at its own pace, for as long as it is there and may see it.

use std::time::Duration;

use axum::extract::ws::{Message, Utf8Bytes, WebSocket};
use service_kit::websocket::Budget;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout};

use crate::audience::Audience;
use crate::client::{Bye, Ending, Gate, WRITE_WAIT, send};
use crate::protocol::{self, ResetReason, Resume, Welcome};
use crate::publisher::{Input, Subscribed};

/// A snapshot, or the frames that were missed, must be taken within this time.
const BEGIN_WAIT: Duration = Duration::from_secs(30);

/// One client's stream.
pub(crate) struct Stream<'g> {
    gate: &'g Gate,
    token: String,
    audience: Audience,
    heard: Instant,
    budget: Budget,
}

enum Next {
    Frame(Option<Utf8Bytes>),
    Client(Option<Result<Message, axum::Error>>),
    Recheck,
}

impl<'g> Stream<'g> {
    pub(crate) fn new(gate: &'g Gate, token: String, audience: Audience) -> Self {
        let now = Instant::now();
        Self {
            gate,
            token,
            audience,
            heard: now,
            budget: Budget::new(now),
        }
    }

    /// Streams until something ends it.
    pub(crate) async fn run(&mut self, socket: &mut WebSocket, resume: Option<Resume>) -> Ending {
        let mut frames = match self.open(socket, resume, None).await {
            Ok(frames) => frames,
            Err(ending) => return ending,
        };
        let mut recheck = tokio::time::interval(self.gate.config.ping_every);
        loop {
            // The session is looked at first, so that no stream of frames outlives it; then the client,
            // whose words are limited, so that a queue that is never empty leaves nobody unheard. The
            // stop comes as the end of every queue.
            let next = tokio::select! {
                biased;
                _ = recheck.tick() => Next::Recheck,
                message = socket.recv() => Next::Client(message),
                frame = frames.recv() => Next::Frame(frame),
            };
            let step = match next {
                Next::Frame(Some(text)) => said(send(socket, Message::Text(text)).await),
                Next::Frame(None) if self.gate.shutdown.is_cancelled() => {
                    Err(Ending::Told(Bye::STOPPING))
                }
                Next::Frame(None) => {
                    let slow = Some(ResetReason::SlowConsumer);
                    self.open(socket, None, slow)
                        .await
                        .map(|again| frames = again)
                }
                Next::Client(message) => self.hear(message),
                Next::Recheck => self.recheck(socket).await,
            };
            if let Err(ending) = step {
                return ending;
            }
        }
    }

    /// A client has nothing to say after its hello; that it says something shows that it is there.
    fn hear(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<(), Ending> {
        self.heard = Instant::now();
        match message {
            None => Err(Ending::Gone),
            Some(Err(error)) => Err(Ending::Broken(error)),
            Some(Ok(Message::Close(_))) => Err(Ending::Left),
            Some(Ok(Message::Binary(_))) => Err(Ending::Told(Bye::TEXT_EXPECTED)),
            Some(Ok(_)) if !self.budget.spend(self.heard) => Err(Ending::Told(Bye::TOO_MUCH)),
            Some(Ok(_)) => Ok(()),
        }
    }

    /// Is the caller still who they were, and is the client still there?
    async fn recheck(&self, socket: &mut WebSocket) -> Result<(), Ending> {
        if !self.gate.may_see(&self.token) {
            return Err(Ending::Told(Bye::UNAUTHORIZED));
        }
        if self.heard.elapsed() > self.gate.config.silent_after {
            return Err(Ending::Silent);
        }
        said(send(socket, Message::Ping(bytes::Bytes::new())).await)
    }

    /// Subscribes and sends what comes first: welcome (or reset), then missed frames or a snapshot.
    async fn open(
        &self,
        socket: &mut WebSocket,
        resume: Option<Resume>,
        reset: Option<ResetReason>,
    ) -> Result<mpsc::Receiver<Utf8Bytes>, Ending> {
        let (reply, answer) = oneshot::channel();
        let ask = Input::Subscribe {
            audience: self.audience,
            resume,
            reply,
        };
        let gate = self.gate;
        let asked = timeout(WRITE_WAIT, gate.publisher.send(ask)).await;
        let (Ok(Ok(())), Ok(Ok(subscribed))) = (asked, timeout(WRITE_WAIT, answer).await) else {
            return Err(Ending::Told(Bye::STOPPING));
        };
        match timeout(BEGIN_WAIT, self.begin(socket, &subscribed, reset)).await {
            Ok(true) => Ok(subscribed.frames),
            Ok(false) => Err(Ending::Gone),
            Err(_) => Err(Ending::Silent),
        }
    }

    async fn begin(
        &self,
        socket: &mut WebSocket,
        subscribed: &Subscribed,
        reset: Option<ResetReason>,
    ) -> bool {
        let reason = reset.or(subscribed.expired.then_some(ResetReason::CursorExpired));
        let mut first = Vec::with_capacity(subscribed.first.len() + 2);
        if reset.is_none() {
            let welcome = Welcome {
                epoch: &subscribed.epoch,
                now: self.gate.clock.now(),
                heartbeat_ms: self.gate.config.beat_every.as_millis(),
                resumed: subscribed.resumed,
                build_id: &self.gate.config.build_id,
            };
            first.push(welcome.encode());
        }
        if let Some(reason) = reason {
            metrics::counter!("city_brain_live_gateway_resets_total", "reason" => reason.name())
                .increment(1);
            first.push(protocol::reset(reason));
        }
        first.extend(subscribed.first.iter().cloned());
        for text in first {
            if !send(socket, Message::Text(text)).await {
                return false;
            }
        }
        true
    }
}

fn said(sent: bool) -> Result<(), Ending> {
    if sent { Ok(()) } else { Err(Ending::Gone) }
}
