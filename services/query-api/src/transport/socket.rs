//! WebSocket `/graphql`: graphql-transport-ws. One task owns a connection; each operation runs in a
//! task of its own and hands frames over a short queue, so a slow client slows only itself.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::header::{ALLOW, AUTHORIZATION, SEC_WEBSOCKET_PROTOCOL, UPGRADE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::access::Principal;
use service_kit::identity::session_token;
use service_kit::websocket::{self, Budget, Seat};
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::task::AbortHandle;
use tokio::time::Instant;

use super::call::{Api, Ask, language};
use super::message::{Close, FromClient, PROTOCOL, ToClient};
use super::running::{self, Frame};
use crate::failure::{Code, Failure};
use crate::schema::words::Language;

/// Operations that one connection may have running.
const OPERATIONS_MAX: usize = 32;
/// Longest operation id.
const ID_MAX: usize = 128;
/// How long a client may take to say `connection_init`.
const INIT_WAIT: Duration = Duration::from_secs(10);
/// How long one frame may take to be written.
const WRITE_WAIT: Duration = Duration::from_secs(20);
/// How often permission is checked again.
const RECHECK: Duration = Duration::from_secs(1);
/// Silence after which we ping, and after which we close.
const PING_AFTER: Duration = Duration::from_secs(10);
const CLOSE_AFTER: Duration = Duration::from_secs(25);
/// Frames that wait for the client, over all its operations.
const QUEUE: usize = 32;

/// Upgrades a request, or says what `/graphql` expects.
pub(super) async fn upgrade(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    if !headers.contains_key(UPGRADE) {
        let explained = "GraphQL is asked by POST, or by a WebSocket of graphql-transport-ws.\n";
        return (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "POST")], explained).into_response();
    }
    if !api.allowed_origins.admit(&headers) {
        return (StatusCode::FORBIDDEN, "This origin may not use the hub.\n").into_response();
    }
    let upgrade = match websocket::handshake(&headers, upgrade) {
        Ok(upgrade) => upgrade,
        Err(answer) => return answer,
    };
    let Ok(place) = Arc::clone(&api.sockets).try_acquire_owned() else {
        count("too_many_clients");
        return (StatusCode::SERVICE_UNAVAILABLE, "Too many connections.\n").into_response();
    };
    let most = api.gate.limits().bytes + 1024;
    let asked = headers.contains_key(SEC_WEBSOCKET_PROTOCOL);
    let upgrade = upgrade
        .protocols([PROTOCOL])
        .max_message_size(most)
        .max_frame_size(most)
        .read_buffer_size(4 * 1024)
        .write_buffer_size(0);
    let selected = upgrade.selected_protocol().is_some();
    let credential =
        session_token(&headers).map(|token| (token, !headers.contains_key(AUTHORIZATION)));
    let language = language(&headers);
    upgrade.on_upgrade(move |socket| async move {
        let connection = Connection::new(api, socket, place, credential, language);
        connection.serve(selected || !asked).await;
    })
}

struct Connection {
    api: Arc<Api>,
    socket: WebSocket,
    /// The credential of the upgrade request, or of `connection_init`.
    credential: Option<String>,
    principal: Option<Principal>,
    /// That credential is a cookie.
    page: bool,
    language: Option<Language>,
    operations: HashMap<String, Running>,
    frames: mpsc::Receiver<Frame>,
    to_frames: mpsc::Sender<Frame>,
    opened: Instant,
    heard: Instant,
    pinged: bool,
    budget: Budget,
    /// Counts the connection among those of its session.
    seat: Option<Seat>,
    /// Counts the connection for as long as it lives.
    _place: OwnedSemaphorePermit,
}

/// Why a connection ends.
enum Ending {
    /// Nobody is left to be told.
    Gone,
    /// The client closed it.
    Left,
    /// The client broke the WebSocket protocol, or the connection broke.
    Broken(axum::Error),
    /// We end it, and say why.
    Told(Close),
}

fn count(reason: &'static str) {
    metrics::counter!("city_brain_query_api_sockets_closed_total", "reason" => reason).increment(1);
}

/// A running operation; dropping it ends its task.
struct Running {
    run: u64,
    task: AbortHandle,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Connection {
    fn new(
        api: Arc<Api>,
        socket: WebSocket,
        place: OwnedSemaphorePermit,
        credential: Option<(String, bool)>,
        language: Option<Language>,
    ) -> Self {
        let (credential, page) = credential.unzip();
        let (to_frames, frames) = mpsc::channel(QUEUE);
        Self {
            api,
            socket,
            credential,
            principal: None,
            page: page.unwrap_or_default(),
            language,
            operations: HashMap::new(),
            frames,
            to_frames,
            opened: Instant::now(),
            heard: Instant::now(),
            pinged: false,
            budget: Budget::new(Instant::now()),
            seat: None,
            _place: place,
        }
    }

    async fn serve(mut self, spoken: bool) {
        if !spoken {
            self.end(Ending::Told(Close::WrongProtocol)).await;
            return;
        }
        let mut recheck = tokio::time::interval(RECHECK);
        let shutdown = self.api.shutdown.clone();
        let mut run = 0_u64;
        let ended = loop {
            let step = tokio::select! {
                () = shutdown.cancelled() => Err(Ending::Told(Close::GoingAway)),
                message = self.socket.recv() => match message {
                    Some(Ok(message)) => {
                        run += 1;
                        self.hear(message, run).await
                    }
                    Some(Err(error)) => Err(Ending::Broken(error)),
                    None => Err(Ending::Gone),
                },
                Some(frame) = self.frames.recv() => self.pass_on(frame).await,
                _ = recheck.tick() => self.recheck().await,
            };
            if let Err(ending) = step {
                break ending;
            }
        };
        self.operations.clear();
        self.end(ended).await;
    }

    async fn end(&mut self, ending: Ending) {
        match ending {
            Ending::Gone => count("gone"),
            Ending::Left => {
                count("left");
                websocket::answer_close(&mut self.socket).await;
            }
            Ending::Broken(error) => {
                let violated = websocket::fault(&error).is_some();
                count(if violated { "protocol_broken" } else { "gone" });
                websocket::fail(&mut self.socket, &error).await;
            }
            Ending::Told(close) => {
                count(close.name());
                websocket::close(&mut self.socket, close.frame()).await;
            }
        }
    }

    async fn hear(&mut self, message: Message, run: u64) -> Result<(), Ending> {
        self.heard = Instant::now();
        self.pinged = false;
        if !self.budget.spend(self.heard) {
            return Err(Ending::Told(Close::TooMany));
        }
        let text = match message {
            Message::Text(text) => text,
            Message::Close(_) => return Err(Ending::Left),
            Message::Ping(_) | Message::Pong(_) => return Ok(()),
            Message::Binary(_) => return Err(Ending::Told(Close::BadRequest)),
        };
        let message =
            serde_json::from_str(text.as_str()).map_err(|_| Ending::Told(Close::BadRequest))?;
        match message {
            FromClient::ConnectionInit { payload } => self.init(payload.as_ref()).await,
            FromClient::Subscribe { id, payload } => self.start(id, payload, run).await,
            FromClient::Complete { id } => {
                self.operations.remove(&id);
                Ok(())
            }
            FromClient::Ping { payload } => self.send(ToClient::Pong { payload }.frame()).await,
            FromClient::Pong { .. } => Ok(()),
        }
    }

    async fn init(&mut self, payload: Option<&serde_json::Value>) -> Result<(), Ending> {
        if self.principal.is_some() {
            return Err(Ending::Told(Close::TooMany));
        }
        let given = |name: &str| payload?.get(name)?.as_str();
        if let Some(token) = given("token") {
            self.credential = Some(token.to_owned());
            self.page = false;
        }
        if let Some(tag) = given("language") {
            self.language = Some(Language::of_header(tag));
        }
        let authenticated = self
            .credential
            .as_deref()
            .and_then(|credential| self.api.authenticate(credential));
        match authenticated {
            None => Err(Ending::Told(Close::Forbidden)),
            Some(principal) => {
                self.seat = self
                    .credential
                    .as_deref()
                    .and_then(|credential| self.api.seats.take(credential));
                if self.seat.is_none() {
                    return Err(Ending::Told(Close::TooManyOfSession));
                }
                self.principal = Some(principal);
                self.send(ToClient::ConnectionAck.frame()).await
            }
        }
    }

    async fn start(&mut self, id: String, ask: Ask, run: u64) -> Result<(), Ending> {
        let Some(principal) = &self.principal else {
            return Err(Ending::Told(Close::Unauthorized));
        };
        if id.is_empty() || id.len() > ID_MAX {
            return Err(Ending::Told(Close::BadRequest));
        }
        if self.operations.contains_key(&id) {
            return Err(Ending::Told(Close::Duplicate));
        }
        if self.operations.len() >= OPERATIONS_MAX {
            let full = Failure::new(
                Code::TooMuch,
                format!("A connection may have {OPERATIONS_MAX} operations running."),
            );
            return self.send(ToClient::failed(&id, &full)).await;
        }
        let ask = ask.with_page(self.page);
        match self.api.prepare(ask, principal, self.language) {
            Err(refused) => self.send(ToClient::failed(&id, &refused)).await,
            Ok(prepared) => {
                let operation = running::Operation {
                    api: Arc::clone(&self.api),
                    id: id.clone(),
                    run,
                    frames: self.to_frames.clone(),
                };
                let task = tokio::spawn(operation.execute(prepared)).abort_handle();
                self.operations.insert(id, Running { run, task });
                Ok(())
            }
        }
    }

    /// Passes a frame on, unless the client has completed its operation meanwhile.
    async fn pass_on(&mut self, frame: Frame) -> Result<(), Ending> {
        let current = self.operations.get(&frame.id);
        if current.is_none_or(|running| running.run != frame.run) {
            return Ok(());
        }
        if frame.last {
            self.operations.remove(&frame.id);
        }
        self.send(frame.message).await
    }

    /// Once a second: is the caller still who they were, and is the client still there?
    async fn recheck(&mut self) -> Result<(), Ending> {
        let Some(principal) = &self.principal else {
            if self.opened.elapsed() > INIT_WAIT {
                return Err(Ending::Told(Close::InitTimeout));
            }
            return Ok(());
        };
        let credential = self.credential.as_deref();
        let now = credential.and_then(|text| self.api.authenticate(text));
        if now.as_ref() != Some(principal) {
            return self.revoke().await;
        }
        let silent = self.heard.elapsed();
        if silent > CLOSE_AFTER {
            return Err(Ending::Told(Close::Silent));
        }
        if silent > PING_AFTER && !self.pinged {
            self.pinged = true;
            return self.send(ToClient::Ping.frame()).await;
        }
        Ok(())
    }

    /// The session was revoked or its roles changed: every operation ends with an error.
    async fn revoke(&mut self) -> Result<(), Ending> {
        let revoked = Failure::new(
            Code::Unauthenticated,
            "Your session has ended or your roles have changed. Sign in again.",
        );
        let ids: Vec<String> = self.operations.drain().map(|(id, _)| id).collect();
        for id in ids {
            self.send(ToClient::failed(&id, &revoked)).await?;
        }
        Err(Ending::Told(Close::Unauthorized))
    }

    async fn send(&mut self, message: Message) -> Result<(), Ending> {
        match tokio::time::timeout(WRITE_WAIT, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            // Broken, or the client does not read: there is nobody to tell.
            Ok(Err(_)) | Err(_) => Err(Ending::Gone),
        }
    }
}
