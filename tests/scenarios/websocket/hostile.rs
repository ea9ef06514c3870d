//! Clients that want to wear the hub out, while others want to be served.

use std::time::{Duration, Instant};

use tests::hub::TestHub;
use tests::memory::memory_mib;
use tests::raw_socket::{CONTINUATION, Frame, PING, Received, TEXT};

use super::peer::{Door, ENDPOINTS, Endpoint, GRAPHQL, LIVE, Peer, Seen};

/// Attackers of each kind on each endpoint.
const OF_EACH: usize = 5;
/// How long they go on.
const ATTACK: Duration = Duration::from_secs(5);
/// Between two questions of somebody who wants to be served.
const PAUSE: Duration = Duration::from_millis(20);

/// What an attacker says, again and again.
#[derive(Clone, Copy, Debug)]
enum Attack {
    Pings,
    EmptyFragments,
    UnmaskedFrames,
    Texts,
}

const ATTACKS: [Attack; 4] = [
    Attack::Pings,
    Attack::EmptyFragments,
    Attack::UnmaskedFrames,
    Attack::Texts,
];

impl Attack {
    fn words(self) -> Vec<u8> {
        let frame = match self {
            Self::Pings => Frame::new(PING, [0; 125]),
            Self::EmptyFragments => Frame::new(CONTINUATION, "").unfinished(),
            Self::UnmaskedFrames => Frame {
                masked: false,
                ..Frame::new(TEXT, "hello")
            },
            Self::Texts => Frame::new(TEXT, r#"{"type":"pong"}"#),
        };
        frame.bytes().repeat(50)
    }

    /// Attacks until it is thrown out; how it was told, or that it was not.
    async fn go(self, door: Door, endpoint: Endpoint) -> (Self, &'static str, Option<Seen>) {
        let mut peer = Peer::open(door, endpoint).await;
        if endpoint == LIVE {
            // Attackers who have signed in are the worse ones.
            let hello = Frame::new(TEXT, endpoint.question(100)).bytes();
            peer.socket.send(&hello).await.ok();
        }
        if matches!(self, Self::EmptyFragments) {
            peer.socket
                .send(&Frame::new(TEXT, "").unfinished().bytes())
                .await
                .ok();
        }
        let (words, begin) = (self.words(), Instant::now());
        while begin.elapsed() < ATTACK && peer.socket.send(&words).await.is_ok() {
            tokio::task::yield_now().await;
        }
        let reading = async {
            loop {
                match peer.next().await {
                    Seen::Answer | Seen::Pong(_) => {}
                    other => return other,
                }
            }
        };
        let told = tokio::time::timeout(Duration::from_secs(1), reading).await;
        (self, endpoint.path, told.ok())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn floods_end_their_own_connection_and_others_are_served() {
    let hub = TestHub::start("floods").await;
    let (door, api) = (Door::of(&hub).await, hub.api().await);
    let quiet = api.answer_times(Duration::from_secs(2), PAUSE).await;
    let before = memory_mib(std::process::id()).0;
    let attackers: Vec<_> = ENDPOINTS
        .iter()
        .flat_map(|endpoint| ATTACKS.map(|attack| (*endpoint, attack)))
        .flat_map(|pair| [pair; OF_EACH])
        .map(|(endpoint, attack)| tokio::spawn(attack.go(door.clone(), endpoint)))
        .collect();
    let under_attack = api.answer_times(ATTACK, PAUSE).await;
    let grown = memory_mib(std::process::id()).0.saturating_sub(before);
    for attacker in attackers {
        let (attack, path, told) = attacker.await.unwrap();
        let expected = match (attack, path) {
            // Fragments without content are no message; what they cost is their own transfer.
            (Attack::EmptyFragments, _) => continue,
            (Attack::UnmaskedFrames, _) => 1002,
            (Attack::Pings | Attack::Texts, "/live") => 1008,
            (Attack::Pings | Attack::Texts, _) => 4429,
        };
        // What we had sent and it had not read may have reset the connection under its last words.
        let fine = [
            Seen::Closed(expected),
            Seen::Broken("reset"),
            Seen::Broken("end"),
        ];
        assert!(
            told.as_ref().is_some_and(|told| fine.contains(told)),
            "{attack:?} {path}: {told:?}"
        );
    }
    let worst = |took: &[Duration]| took[took.len() * 99 / 100];
    let (before_p99, p99) = (worst(&quiet), worst(&under_attack));
    assert!(under_attack.len() > 10, "{} answers", under_attack.len());
    // Attackers and the attacked share the machine of a test: a bound that starvation would break.
    assert!(
        p99 < Duration::from_secs(2),
        "p99 {p99:?}, quiet {before_p99:?}"
    );
    assert!(grown < 200, "{grown} MiB more");
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_there_but_silent_is_let_go() {
    let hub = TestHub::start("halfopen").await;
    let door = Door::of(&hub).await;
    let silent = async |endpoint: Endpoint, first: String| {
        let mut peer = Peer::open(door.clone(), endpoint).await;
        peer.socket
            .send(&Frame::new(TEXT, first).bytes())
            .await
            .unwrap();
        let begin = Instant::now();
        let ending = async {
            loop {
                match peer.socket.next().await {
                    Received::Frame(_) => {}
                    end => return end,
                }
            }
        };
        // It reads, and answers neither the WebSocket's pings nor the sub-protocol's.
        let end = tokio::time::timeout(Duration::from_secs(90), ending).await;
        assert!(end.is_ok(), "{} keeps a silent client", endpoint.path);
        let lasted = begin.elapsed();
        assert!(
            lasted > Duration::from_secs(20),
            "{}: {lasted:?}",
            endpoint.path
        );
    };
    tokio::join!(
        silent(LIVE, LIVE.question(100)),
        silent(GRAPHQL, String::from(r#"{"type":"connection_init"}"#)),
    );
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_has_a_bounded_number_of_connections() {
    let hub = TestHub::start("seats").await;
    let (door, other) = (Door::of(&hub).await, Door::of(&hub).await);
    for (endpoint, first, refused) in [
        (LIVE, LIVE.question(100), Seen::Closed(4429)),
        (
            GRAPHQL,
            String::from(r#"{"type":"connection_init"}"#),
            Seen::Closed(4429),
        ),
    ] {
        let open = async |door: &Door| {
            let mut peer = Peer::open(door.clone(), endpoint).await;
            peer.socket
                .send(&Frame::new(TEXT, first.clone()).bytes())
                .await
                .unwrap();
            let greeted = peer.socket.next().await;
            (peer, greeted)
        };
        let mut open_ones: Vec<(Peer, Received)> = Vec::new();
        for _ in 0..service_kit::websocket::CONNECTIONS_PER_SESSION {
            open_ones.push(open(&door).await);
        }
        let greets = |greeted: &Received, word: &str| match greeted {
            Received::Frame(frame) => String::from_utf8_lossy(&frame.payload).contains(word),
            _ => false,
        };
        let words = ["welcome", "connection_ack"];
        let greeted = open_ones
            .iter()
            .filter(|(_, greeted)| words.iter().any(|word| greets(greeted, word)));
        assert_eq!(greeted.count(), open_ones.len(), "{}", endpoint.path);
        let mut one_more = Peer::open(door.clone(), endpoint).await;
        one_more
            .socket
            .send(&Frame::new(TEXT, first.clone()).bytes())
            .await
            .unwrap();
        assert_eq!(one_more.next().await, refused, "{}", endpoint.path);
        let (_peer, greeted) = open(&other).await;
        assert!(
            words.iter().any(|word| greets(&greeted, word)),
            "another session"
        );
        // A place is free again when its client has gone.
        let (mut gone, _) = open_ones.remove(0);
        gone.farewell().await;
        let (_peer, greeted) = open(&door).await;
        assert!(
            words.iter().any(|word| greets(&greeted, word)),
            "its place is free again"
        );
    }
    hub.stop().await;
}
