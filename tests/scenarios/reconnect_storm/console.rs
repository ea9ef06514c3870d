//! One of many consoles: keeps no objects, only their hashes, and shares the reading of equal frames.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tests::live::KINDS;
use tokio::net::TcpStream;
use tokio::sync::{oneshot, watch};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

/// Longest silence of a hub that beats every five seconds; twice that, on a busy machine.
const SILENCE: Duration = Duration::from_secs(30);
/// All are back within this time after the cut.
const BACK_WITHIN_MS: u64 = 1_500;

/// What the consoles do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Follow.
    Follow,
    /// Be cut off, and come back.
    Storm,
    /// Nothing is published any more.
    Quiet,
    /// Follow up to this cursor, then tell.
    End(u64),
}

/// What became of a console.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) resumed: bool,
    pub(super) resets: usize,
    pub(super) cursor: u64,
    pub(super) picture: u64,
    pub(super) events: usize,
    pub(super) distinct_events: usize,
    pub(super) back_after: Duration,
}

/// A frame as far as a console needs it.
enum Digest {
    Welcome {
        epoch: String,
        resumed: bool,
    },
    Reset,
    Snapshot {
        cursor: u64,
        upserts: Vec<(u64, u64)>,
    },
    Delta(Delta),
    Beat {
        cursor: u64,
    },
    Bye(String),
}

struct Delta {
    from: u64,
    to: u64,
    upserts: Vec<(u64, u64)>,
    removes: Vec<u64>,
    events: Vec<u64>,
    skipped: u64,
}

/// Frames that were read already, by the hash of their text.
#[derive(Default)]
pub(super) struct Digests {
    known: Mutex<HashMap<u64, Arc<Digest>>>,
}

fn hash(text: &str) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(text)
}

fn number(value: &Value) -> u64 {
    value.as_str().unwrap().parse().unwrap()
}

impl Digests {
    fn read(&self, text: &str) -> Arc<Digest> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let digest = known
            .entry(hash(text))
            .or_insert_with(|| Arc::new(digest(text)));
        Arc::clone(digest)
    }
}

fn upserts(lists: &Value) -> Vec<(u64, u64)> {
    let of_kind = |kind: &'static str| {
        let things = lists[kind].as_array().into_iter().flatten();
        things.map(move |thing| {
            let id = format!("{kind} {}", thing["id"].as_str().unwrap());
            (hash(&id), hash(&thing.to_string()))
        })
    };
    KINDS.into_iter().flat_map(of_kind).collect()
}

fn digest(text: &str) -> Digest {
    let frame: Value = serde_json::from_str(text).unwrap();
    match frame["type"].as_str().unwrap() {
        "welcome" => Digest::Welcome {
            epoch: frame["epoch"].as_str().unwrap().to_owned(),
            resumed: frame["mode"] == "resume",
        },
        "reset" => Digest::Reset,
        "snapshot" => Digest::Snapshot {
            cursor: number(&frame["cursor"]),
            upserts: upserts(&frame),
        },
        "delta" => {
            let removed = |kind: &'static str| {
                let ids = frame["remove"][kind].as_array().into_iter().flatten();
                ids.map(move |id| hash(&format!("{kind} {}", id.as_str().unwrap())))
            };
            let events = frame["events"].as_array().unwrap();
            Digest::Delta(Delta {
                from: number(&frame["from"]),
                to: number(&frame["to"]),
                upserts: upserts(&frame["upsert"]),
                removes: KINDS.into_iter().flat_map(removed).collect(),
                events: events
                    .iter()
                    .map(|event| hash(event["subject"].as_str().unwrap()))
                    .collect(),
                skipped: frame["eventsSkipped"].as_u64().unwrap(),
            })
        }
        "beat" => Digest::Beat {
            cursor: number(&frame["cursor"]),
        },
        _ => Digest::Bye(text.to_owned()),
    }
}

/// One console.
pub(super) struct Console {
    address: SocketAddr,
    token: String,
    digests: Arc<Digests>,
    epoch: String,
    cursor: u64,
    picture: BTreeMap<u64, u64>,
    events: Vec<u64>,
    resets: usize,
    resumed: bool,
}

type Socket = WebSocketStream<TcpStream>;

impl Console {
    pub(super) fn new(address: SocketAddr, token: String, digests: Arc<Digests>) -> Self {
        Self {
            address,
            token,
            digests,
            epoch: String::new(),
            cursor: 0,
            picture: BTreeMap::new(),
            events: Vec::new(),
            resets: 0,
            resumed: false,
        }
    }

    /// Its whole life; what is wrong with it is an error in words.
    pub(super) async fn live(
        mut self,
        number: usize,
        mut phase: watch::Receiver<Phase>,
        joined: oneshot::Sender<()>,
    ) -> Result<Outcome, String> {
        let mut socket = self.connect(false).await?;
        self.step(&mut socket).await?;
        self.step(&mut socket).await?;
        // Nobody waits for it any more if the test has failed.
        joined.send(()).ok();
        self.follow(&mut socket, &mut phase, |phase, _| phase == Phase::Storm)
            .await?;
        socket
            .get_mut()
            .set_zero_linger()
            .map_err(|error| error.to_string())?;
        drop(socket);
        let cut = Instant::now();
        // Spread as a console's own jitter spreads them.
        let wait = number as u64 * 7_919 % BACK_WITHIN_MS;
        tokio::time::sleep(Duration::from_millis(wait)).await;
        let mut socket = self.connect(true).await?;
        self.step(&mut socket).await?;
        let back_after = cut.elapsed();
        let at_the_end = |phase, cursor| matches!(phase, Phase::End(end) if cursor >= end);
        self.follow(&mut socket, &mut phase, at_the_end).await?;
        let distinct: std::collections::BTreeSet<_> = self.events.iter().collect();
        Ok(Outcome {
            resumed: self.resumed,
            resets: self.resets,
            cursor: self.cursor,
            picture: hash(&format!("{:?}", self.picture)),
            events: self.events.len(),
            distinct_events: distinct.len(),
            back_after,
        })
    }

    async fn connect(&self, resume: bool) -> Result<Socket, String> {
        let words = |error: &dyn std::fmt::Display| format!("connecting: {error}");
        let stream = TcpStream::connect(self.address)
            .await
            .map_err(|error| words(&error))?;
        let config = WebSocketConfig::default()
            .read_buffer_size(4 * 1024)
            .write_buffer_size(0);
        let url = format!("ws://{}/live", self.address);
        let (mut socket, _) = client_async_with_config(url, stream, Some(config))
            .await
            .map_err(|error| words(&error))?;
        let mut hello = json!({ "type": "hello", "v": 1, "topics": [], "token": self.token });
        if resume {
            hello["resume"] = json!({ "epoch": self.epoch, "cursor": self.cursor.to_string() });
        }
        let hello = Message::text(hello.to_string());
        socket.send(hello).await.map_err(|error| words(&error))?;
        Ok(socket)
    }

    async fn follow(
        &mut self,
        socket: &mut Socket,
        phase: &mut watch::Receiver<Phase>,
        done: impl Fn(Phase, u64) -> bool,
    ) -> Result<(), String> {
        loop {
            let now = *phase.borrow_and_update();
            if done(now, self.cursor) {
                return Ok(());
            }
            tokio::select! {
                changed = phase.changed() => changed.map_err(|_| String::from("the test is over"))?,
                stepped = self.step(socket) => stepped?,
            }
        }
    }

    /// Takes the next text.
    async fn step(&mut self, socket: &mut Socket) -> Result<(), String> {
        loop {
            let next = tokio::time::timeout(SILENCE, socket.next()).await;
            match next.map_err(|_| format!("nothing for {SILENCE:?}"))? {
                Some(Ok(Message::Text(text))) => {
                    let digest = self.digests.read(&text);
                    return self.take(&digest);
                }
                Some(Ok(Message::Close(close))) => return Err(format!("closed: {close:?}")),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error.to_string()),
                None => return Err(String::from("ended")),
            }
        }
    }

    fn take(&mut self, digest: &Digest) -> Result<(), String> {
        match digest {
            Digest::Welcome { epoch, resumed } => {
                self.epoch.clone_from(epoch);
                self.resumed = *resumed;
                if !resumed {
                    self.picture.clear();
                }
            }
            Digest::Reset => {
                self.resets += 1;
                self.picture.clear();
            }
            Digest::Snapshot { cursor, upserts } => {
                self.cursor = *cursor;
                self.picture.extend(upserts.iter().copied());
            }
            Digest::Delta(delta) => {
                if delta.from != self.cursor || delta.skipped != 0 {
                    return Err(format!(
                        "a gap or a repeat: {} to {}, at {}, {} skipped",
                        delta.from, delta.to, self.cursor, delta.skipped
                    ));
                }
                self.cursor = delta.to;
                self.picture.extend(delta.upserts.iter().copied());
                for id in &delta.removes {
                    self.picture.remove(id);
                }
                self.events.extend(&delta.events);
            }
            Digest::Beat { cursor } if *cursor != self.cursor => {
                return Err(format!("a beat at {cursor}, frames led to {}", self.cursor));
            }
            Digest::Beat { .. } => {}
            Digest::Bye(text) => return Err(text.clone()),
        }
        Ok(())
    }
}
