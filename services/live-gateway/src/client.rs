//! One WebSocket: who it is, what it wants, and frames at its own pace.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::access::Role;
use service_kit::identity::{Identity, session_token};
use service_kit::{Clock, Shutdown};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::timeout;

use crate::Config;
use crate::audience::Audience;
use crate::protocol::{self, ClientFrame, Hello, ResetReason, Resume, Welcome};
use crate::publisher::{Input, Subscribed};

/// A client must say hello within this time.
const HELLO_WAIT: Duration = Duration::from_secs(5);
/// Writing one frame may take this long before the client counts as gone.
const WRITE_WAIT: Duration = Duration::from_secs(10);
/// How often the session is looked at again, and a ping is sent.
const RECHECK_EVERY: Duration = Duration::from_secs(5);
/// A client says nothing but hello: larger messages are refused.
const MESSAGE_BYTES_MAX: usize = 16 * 1024;
/// Roles that may see the live picture.
const VIEWERS: [Role; 4] = [
    Role::Administrator,
    Role::Supervisor,
    Role::Operator,
    Role::Developer,
];

/// What every connection shares.
pub(crate) struct Gate {
    pub(crate) places: Semaphore,
    pub(crate) config: Config,
    pub(crate) publisher: mpsc::Sender<Input>,
    pub(crate) identity: Identity,
    pub(crate) clock: Clock,
    pub(crate) shutdown: Shutdown,
}

/// `GET /live`.
pub(crate) async fn upgrade(
    State(gate): State<Arc<Gate>>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !gate.config.origins.admit(&headers) {
        return (
            StatusCode::FORBIDDEN,
            "this origin may not open a WebSocket\n",
        )
            .into_response();
    }
    let token = session_token(&headers);
    upgrade
        .read_buffer_size(4 * 1024)
        .write_buffer_size(0)
        .max_message_size(MESSAGE_BYTES_MAX)
        .max_frame_size(MESSAGE_BYTES_MAX)
        .on_upgrade(async move |socket| serve(gate, socket, token).await)
}

async fn serve(gate: Arc<Gate>, mut socket: WebSocket, token: Option<String>) {
    let Ok(_place) = gate.places.try_acquire() else {
        close(&mut socket, "too_many_clients", 1013, 5_000).await;
        return;
    };
    let Ok(Some(hello)) = timeout(HELLO_WAIT, hello(&mut socket)).await else {
        close(&mut socket, "hello_expected", 4400, 1_000).await;
        return;
    };
    if hello.v != protocol::VERSION {
        close(&mut socket, "unknown_version", 4400, 60_000).await;
        return;
    }
    let Some(token) = token.or(hello.token).filter(|token| may_see(&gate, token)) else {
        close(&mut socket, "unauthorized", 4401, 60_000).await;
        return;
    };
    let audience = Audience::of(&hello.topics);
    let mut session = Session {
        gate: &gate,
        token,
        audience,
    };
    let ending = session.stream(&mut socket, hello.resume).await;
    if let Some((code, number, retry_ms)) = ending {
        close(&mut socket, code, number, retry_ms).await;
    }
}

fn may_see(gate: &Gate, token: &str) -> bool {
    gate.identity
        .session(token, gate.clock.now())
        .is_some_and(|principal| principal.has_any(&VIEWERS))
}

async fn hello(socket: &mut WebSocket) -> Option<Hello> {
    while let Some(Ok(message)) = socket.recv().await {
        if let Message::Text(text) = message {
            let ClientFrame::Hello(hello) = serde_json::from_str(&text).ok()?;
            return Some(hello);
        }
    }
    None
}

struct Session<'g> {
    gate: &'g Gate,
    token: String,
    audience: Audience,
}

/// Why the server ends a connection: `bye` code, close code, wait before the next try.
type Ending = Option<(&'static str, u16, u64)>;

enum Next {
    Frame(Option<Utf8Bytes>),
    Client(Option<Result<Message, axum::Error>>),
    Recheck,
    Stop,
}

impl Session<'_> {
    async fn stream(&mut self, socket: &mut WebSocket, resume: Option<Resume>) -> Ending {
        let mut frames = match self.open(socket, resume, None).await {
            Ok(frames) => frames,
            Err(ending) => return ending,
        };
        let mut recheck = tokio::time::interval(RECHECK_EVERY);
        loop {
            let next = tokio::select! {
                frame = frames.recv() => Next::Frame(frame),
                message = socket.recv() => Next::Client(message),
                _ = recheck.tick() => Next::Recheck,
                () = self.gate.shutdown.cancelled() => Next::Stop,
            };
            match next {
                Next::Frame(Some(text)) => {
                    if !send(socket, Message::Text(text)).await {
                        return None;
                    }
                }
                Next::Frame(None) if self.gate.shutdown.is_cancelled() => return STOPPING,
                Next::Frame(None) => {
                    match self
                        .open(socket, None, Some(ResetReason::SlowConsumer))
                        .await
                    {
                        Ok(again) => frames = again,
                        Err(ending) => return ending,
                    }
                }
                Next::Client(Some(Ok(Message::Close(_)) | Err(_)) | None) => return None,
                Next::Client(Some(Ok(_))) => {}
                Next::Recheck if !may_see(self.gate, &self.token) => {
                    return Some(("unauthorized", 4401, 60_000));
                }
                Next::Recheck => {
                    if !send(socket, Message::Ping(bytes::Bytes::new())).await {
                        return None;
                    }
                }
                Next::Stop => return STOPPING,
            }
        }
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
            return Err(STOPPING);
        };
        if !self.begin(socket, &subscribed, reset).await {
            return Err(None);
        }
        Ok(subscribed.frames)
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

const STOPPING: Ending = Some(("stopping", 1001, 1_000));

async fn send(socket: &mut WebSocket, message: Message) -> bool {
    matches!(timeout(WRITE_WAIT, socket.send(message)).await, Ok(Ok(())))
}

async fn close(socket: &mut WebSocket, code: &str, number: u16, retry_after_ms: u64) {
    let said = send(socket, Message::Text(protocol::bye(code, retry_after_ms))).await;
    let frame = CloseFrame {
        code: number,
        reason: String::from(code).into(),
    };
    if !said || !send(socket, Message::Close(Some(frame))).await {
        tracing::debug!(code, "the client was gone before it was told");
    }
}
