//! Stands between a hub and ClickHouse and writes down what is asked: every query of the hub passes here,
//! so what is not written down was not asked.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// How much of a query names its kind.
const KIND_BYTES: usize = 90;

/// Queries so far by kind: the text's beginning, without its numbers.
pub type Kinds = BTreeMap<String, u64>;

/// A running proxy.
pub struct CountingProxy {
    /// Its address.
    pub url: String,
    kinds: Arc<Mutex<Kinds>>,
}

impl CountingProxy {
    /// Starts one before this ClickHouse.
    pub async fn start(clickhouse: &str) -> Self {
        let goal = clickhouse
            .strip_prefix("http://")
            .unwrap()
            .trim_end_matches('/');
        let goal: SocketAddr = goal.parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let kinds = Arc::new(Mutex::new(Kinds::new()));
        let counted = Arc::clone(&kinds);
        tokio::spawn(async move {
            while let Ok((hub, _)) = listener.accept().await {
                tokio::spawn(pass(hub, goal, Arc::clone(&counted)));
            }
        });
        Self { url, kinds }
    }

    /// What was asked so far.
    pub fn kinds(&self) -> Kinds {
        self.kinds
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

async fn pass(hub: TcpStream, goal: SocketAddr, kinds: Arc<Mutex<Kinds>>) {
    // A hub that is refused sees its connection end, as it would without us.
    let Ok(store) = TcpStream::connect(goal).await else {
        return;
    };
    let (mut from_hub, mut to_hub) = hub.into_split();
    let (mut from_store, mut to_store) = store.into_split();
    let answers = tokio::spawn(async move {
        tokio::io::copy(&mut from_store, &mut to_hub).await.ok();
    });
    let (mut buffer, mut text) = (vec![0; 64 * 1024], Vec::new());
    while let Ok(count @ 1..) = from_hub.read(&mut buffer).await {
        text.extend(&buffer[..count]);
        count_queries(&mut text, &kinds);
        if to_store.write_all(&buffer[..count]).await.is_err() {
            break;
        }
    }
    answers.abort();
}

/// Counts the queries in `text`, and leaves what may be the beginning of one.
fn count_queries(text: &mut Vec<u8>, kinds: &Mutex<Kinds>) {
    const WORD: &[u8] = b"SELECT";
    let mut done = 0;
    while let Some(at) = text[done..]
        .windows(WORD.len())
        .position(|word| word == WORD)
    {
        let begin = done + at;
        let end = text.len().min(begin + KIND_BYTES);
        let kind: String = String::from_utf8_lossy(&text[begin..end])
            .split_whitespace()
            .map(|word| word.replace(|letter: char| letter.is_ascii_digit(), "0"))
            .collect::<Vec<_>>()
            .join(" ");
        let mut kinds = kinds.lock().unwrap_or_else(PoisonError::into_inner);
        *kinds.entry(kind).or_default() += 1;
        done = begin + WORD.len();
    }
    let kept = (text.len() - done).min(WORD.len() - 1);
    text.drain(..text.len() - kept);
}
