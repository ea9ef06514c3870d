//! A client of one endpoint: what it asks so that an answer shows that a message arrived, and what it
//! makes of everything that comes back.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};
use tests::hub::TestHub;
use tests::raw_socket::{
    CLOSE, CONTINUATION, Frame, PING, PONG, RawSocket, Received, TEXT, good_headers,
};

use super::Asking;

/// Longest wait for anything.
const LIMIT: Duration = Duration::from_secs(15);

/// Where the hub is, and a session.
#[derive(Clone)]
pub(super) struct Door {
    pub(super) address: SocketAddr,
    pub(super) token: String,
}

impl Door {
    pub(super) async fn of(hub: &TestHub) -> Self {
        Self {
            address: hub.hub.http,
            token: hub.api().await.token,
        }
    }
}

/// One of the hub's WebSockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Endpoint {
    pub(super) path: &'static str,
    pub(super) protocol: Option<&'static str>,
    /// Largest message.
    pub(super) largest: usize,
    /// Close code for a binary message.
    binary: u16,
}

pub(super) const LIVE: Endpoint = Endpoint {
    path: "/live",
    protocol: None,
    largest: 16 * 1024,
    binary: 1003,
};
pub(super) const GRAPHQL: Endpoint = Endpoint {
    path: "/graphql",
    protocol: Some("graphql-transport-ws"),
    largest: 65 * 1024,
    binary: 4400,
};
pub(super) const ENDPOINTS: [Endpoint; 2] = [LIVE, GRAPHQL];

/// What a case makes an endpoint do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// The question was answered.
    Answer,
    /// A pong with this payload.
    Pong(Vec<u8>),
    /// Closed with this code (1005: without one) and in order.
    Closed(u16),
    /// In an expectation: closed as this endpoint closes after a text that is not of its protocol.
    ClosedForWords,
    /// In an expectation: closed as this endpoint closes after a binary message.
    ClosedForBinary,
    /// In an expectation: an answer where this many bytes may be said, else 1009.
    AnswerUpTo(usize),
    /// The connection was reset, or ended without a close frame.
    Broken(&'static str),
}

impl Endpoint {
    /// A text that this endpoint answers, of exactly this size.
    pub(super) fn question(self, size: usize) -> String {
        let begin = match self.path {
            "/live" => r#"{"type":"hello","v":1,"topics":["feeds"],"pad":""#,
            _ => r#"{"type":"ping","payload":""#,
        };
        let end = r#""}"#;
        let middle = size.saturating_sub(begin.len() + end.len());
        format!("{begin}{}{end}", "*".repeat(middle))
    }

    /// A question that carries this text.
    pub(super) fn question_with(self, text: &[u8]) -> Vec<u8> {
        let question = self.question(0);
        let cut = question.len() - 2;
        [&question.as_bytes()[..cut], text, b"\"}"].concat()
    }

    /// What a case means on this endpoint.
    pub(super) fn expectation(self, expected: &[Seen]) -> Vec<Seen> {
        let mut answered = false;
        let mut meant = Vec::new();
        for seen in expected {
            let seen = match seen {
                Seen::ClosedForWords => Seen::Closed(4400),
                Seen::ClosedForBinary => Seen::Closed(self.binary),
                Seen::AnswerUpTo(size) if *size > self.largest => Seen::Closed(1009),
                Seen::AnswerUpTo(_) => Seen::Answer,
                other => other.clone(),
            };
            // A live client is welcomed once.
            if seen == Seen::Answer && self == LIVE && std::mem::replace(&mut answered, true) {
                continue;
            }
            let over = matches!(seen, Seen::Closed(_));
            meant.push(seen);
            if over {
                break;
            }
        }
        meant
    }

    fn is_answer(self, text: &Value) -> bool {
        match self.path {
            "/live" => text["type"] == "welcome",
            _ => text["type"] == "pong" && text["payload"].is_string(),
        }
    }
}

/// A text in fragments of equal size, pings between them where asked.
pub(super) fn fragments(text: &str, asking: &Asking) -> Vec<u8> {
    let size = text.len().div_ceil(asking.fragments.max(1)).max(1);
    let pieces: Vec<&[u8]> = text.as_bytes().chunks(size).collect();
    let mut bytes = Vec::new();
    for (n, piece) in pieces.iter().enumerate() {
        let mut frame = Frame::new(if n == 0 { TEXT } else { CONTINUATION }, *piece);
        frame.fin = n + 1 == pieces.len();
        bytes.extend(frame.bytes());
        if asking.pings && !frame.fin {
            bytes.extend(Frame::new(PING, format!("ping {n}")).bytes());
        }
    }
    bytes
}

/// A connection to one endpoint.
pub(super) struct Peer {
    pub(super) socket: RawSocket,
    endpoint: Endpoint,
}

impl Peer {
    /// Opens one; the session comes with the handshake.
    pub(super) async fn open(door: Door, endpoint: Endpoint) -> Self {
        let mut socket = RawSocket::connect(door.address).await.unwrap();
        let mut headers = good_headers(door.address);
        headers.push(("authorization", format!("Bearer {}", door.token)));
        if let Some(protocol) = endpoint.protocol {
            headers.push(("sec-websocket-protocol", protocol.to_owned()));
        }
        let request = format!("GET {} HTTP/1.1", endpoint.path);
        let answer = socket.ask(&request, &headers, LIMIT).await.unwrap();
        assert_eq!(answer.status, 101, "{}", answer.head);
        Self { socket, endpoint }
    }

    /// The next thing that a case is about; the endpoint's own traffic is passed over.
    pub(super) async fn next(&mut self) -> Seen {
        let waiting = async {
            loop {
                match self.socket.next().await {
                    Received::End => return Seen::Broken("end"),
                    Received::Reset => return Seen::Broken("reset"),
                    Received::Frame(frame) => {
                        if let Some(seen) = self.read(&frame) {
                            return seen;
                        }
                    }
                }
            }
        };
        let seen = tokio::time::timeout(LIMIT, waiting).await;
        seen.unwrap_or(Seen::Broken("nothing came"))
    }

    fn read(&self, frame: &Frame) -> Option<Seen> {
        if frame.masked || frame.reserved != 0 || !frame.fin {
            return Some(Seen::Broken(
                "a server's frame is whole, unmasked and plain",
            ));
        }
        match frame.opcode {
            PONG => Some(Seen::Pong(frame.payload.clone())),
            TEXT => {
                let text: Value = serde_json::from_slice(&frame.payload).unwrap_or(json!(null));
                self.endpoint.is_answer(&text).then_some(Seen::Answer)
            }
            CLOSE => {
                let code = frame
                    .payload
                    .first_chunk()
                    .map(|two| u16::from_be_bytes(*two));
                Some(Seen::Closed(code.unwrap_or(1005)))
            }
            PING => None,
            _ => Some(Seen::Broken("a server sends text and control frames")),
        }
    }

    /// Everything up to the close and the end; or, where the connection stays, up to the last of so many
    /// answers.
    pub(super) async fn watch(&mut self, answers: usize, stays: bool) -> Vec<Seen> {
        let mut seen = Vec::new();
        let answered = |seen: &[Seen]| seen.iter().filter(|one| **one == Seen::Answer).count();
        while !stays || answered(&seen) < answers {
            seen.push(self.next().await);
            if matches!(seen.last(), Some(Seen::Closed(_))) {
                self.end(&mut seen).await;
                break;
            }
            if matches!(seen.last(), Some(Seen::Broken(_))) {
                break;
            }
        }
        seen
    }

    /// A last ping and an orderly close.
    pub(super) async fn farewell(&mut self) -> Vec<Seen> {
        let last = [Frame::new(PING, "fin"), Frame::close(1000, b"")];
        let bytes: Vec<u8> = last.iter().flat_map(Frame::bytes).collect();
        self.socket.send(&bytes).await.ok();
        self.watch(0, false).await
    }

    /// After the close the server ends the connection; frames after a close are not allowed.
    async fn end(&mut self, seen: &mut Vec<Seen>) {
        match tokio::time::timeout(LIMIT, self.socket.next()).await {
            // Unread bytes of ours make the system reset what the server had closed.
            Ok(Received::End | Received::Reset) => {}
            Ok(Received::Frame(_)) => seen.push(Seen::Broken("a frame after the close")),
            Err(_) => seen.push(Seen::Broken("not ended after the close")),
        }
    }
}
