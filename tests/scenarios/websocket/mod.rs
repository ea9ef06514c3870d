//! Both WebSockets of the hub against the cases of the Autobahn suite, under its numbers, by a client
//! that uses no WebSocket library. The hub is no echo server: where the suite awaits an echo, `/graphql`
//! answers a ping of its sub-protocol with the same payload, and `/live` welcomes a hello.

mod closing;
mod framing;
mod handshake;
mod hostile;
mod peer;
mod utf8;

use std::time::Duration;

use futures_util::StreamExt as _;
use tests::hub::TestHub;
use tests::raw_socket::Frame;

use peer::{Door, ENDPOINTS, Endpoint, Peer, Seen};

/// Cases that run at once.
const AT_ONCE: usize = 24;

/// One case of the suite.
struct Case {
    /// Its number in the suite, with a word where we have more of the kind.
    number: String,
    /// What is sent, written for each endpoint.
    sent: Vec<Sent>,
    /// Pieces of this size; otherwise all at once.
    chopped: Option<usize>,
    /// What comes back.
    expected: Vec<Seen>,
    /// The one endpoint it is written for; otherwise it is for both.
    only: Option<Endpoint>,
}

/// Something a client sends.
#[derive(Clone)]
enum Sent {
    /// A frame as it is.
    Frame(Frame),
    /// A message that the endpoint answers, of this many bytes, in so many fragments, with a ping after
    /// each fragment but the last where `pings` says so.
    Asking(Asking),
    /// Raw bytes.
    Bytes(Vec<u8>),
}

#[derive(Clone)]
struct Asking {
    size: usize,
    fragments: usize,
    pings: bool,
}

fn case(number: &str, sent: Vec<Sent>, expected: Vec<Seen>) -> Case {
    Case {
        number: number.to_owned(),
        sent,
        chopped: None,
        expected,
        only: None,
    }
}

impl Case {
    fn chopped(mut self, size: usize) -> Self {
        self.chopped = Some(size);
        self
    }

    fn bytes(&self, endpoint: Endpoint) -> Vec<u8> {
        let mut bytes = Vec::new();
        for sent in &self.sent {
            match sent {
                Sent::Frame(frame) => bytes.extend(frame.bytes()),
                Sent::Bytes(raw) => bytes.extend(raw),
                Sent::Asking(asking) => {
                    bytes.extend(peer::fragments(&endpoint.question(asking.size), asking));
                }
            }
        }
        bytes
    }

    /// The case fails with everything that was seen.
    async fn run(&self, door: Door, endpoint: Endpoint) -> Result<(), String> {
        let mut expected = endpoint.expectation(&self.expected);
        let alive = !expected.iter().any(|seen| matches!(seen, Seen::Closed(_)));
        let mut peer = Peer::open(door, endpoint).await;
        let bytes = self.bytes(endpoint);
        // The hub may close before it has read everything.
        match self.chopped {
            Some(size) => peer.socket.send_chopped(&bytes, size).await.ok(),
            None => peer.socket.send(&bytes).await.ok(),
        };
        let questions = expected
            .iter()
            .filter(|seen| **seen == Seen::Answer)
            .count();
        let mut seen = peer.watch(questions, alive).await;
        if alive {
            // Still good for a ping and an orderly end.
            expected.extend([Seen::Pong(b"fin".to_vec()), Seen::Closed(1000)]);
            seen.extend(peer.farewell().await);
        }
        if seen == expected {
            return Ok(());
        }
        Err(format!(
            "{} on {}: expected {expected:?}, saw {seen:?}",
            self.number, endpoint.path
        ))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_websockets_behave_as_the_autobahn_suite_asks() {
    let hub = TestHub::start("autobahn").await;
    let door = Door::of(&hub).await;
    let cases: Vec<Case> = [framing::cases(), utf8::cases(), closing::cases()]
        .into_iter()
        .flatten()
        .collect();
    assert!(cases.len() > 600, "{} cases", cases.len());
    let runs = ENDPOINTS
        .iter()
        .flat_map(|endpoint| cases.iter().map(move |case| (*endpoint, case)))
        .filter(|(endpoint, case)| case.only.is_none_or(|only| only == *endpoint))
        .map(|(endpoint, case)| {
            let door = door.clone();
            async move {
                let limit = Duration::from_secs(30);
                tokio::time::timeout(limit, case.run(door, endpoint))
                    .await
                    .unwrap_or_else(|_| Err(format!("{} on {}: hangs", case.number, endpoint.path)))
            }
        });
    let failures: Vec<String> = futures_util::stream::iter(runs)
        .buffer_unordered(AT_ONCE)
        .filter_map(async |result| result.err())
        .collect()
        .await;
    assert!(
        failures.is_empty(),
        "{} fail:\n{}",
        failures.len(),
        failures.join("\n")
    );
    hub.stop().await;
}
