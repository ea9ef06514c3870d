//! Many live clients in a process of their own: they count frames and look at when each was made,
//! and can be stopped as a whole like a machine that hangs.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use event_schemas::city::Millis;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::json;
use service_kit::Clock;
use tests::hub::TestHub;
use tokio::io::AsyncBufReadExt as _;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use crate::table::percentile;

/// Connections that are opened at the same time.
const AT_ONCE: usize = 50;
/// Sessions that a crowd takes turns with: an account has at most twenty.
const SESSIONS: usize = 10;
/// A client whose connection ended comes back after this.
const BACK_AFTER: Duration = Duration::from_millis(500);

/// A crowd as its parent sees it.
pub(crate) struct Crowd {
    process: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// Several sessions, for clients to take turns with.
pub(crate) async fn sessions(hub: &TestHub) -> Vec<String> {
    let mut sessions = Vec::new();
    for _ in 0..SESSIONS {
        sessions.push(hub.api().await.token);
    }
    sessions
}

/// What a crowd has heard since it was last asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heard {
    /// Text frames of all clients together.
    pub(crate) frames: f64,
    /// Their bytes.
    pub(crate) bytes: f64,
    /// Those of them that tell changes.
    pub(crate) deltas: f64,
    /// 99 of 100 frames of changes were no older than this at arrival, in milliseconds.
    pub(crate) p99: f64,
    /// Connections that ended.
    pub(crate) ended: f64,
}

impl Crowd {
    /// Connects so many clients that take turns with these sessions; without any, frames come
    /// without a word, as a floor sends them.
    pub(crate) fn start(
        address: &str,
        clients: usize,
        topics: &[&str],
        sessions: &[String],
    ) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["child", "crowd", address, &topics.join(",")])
            .arg(sessions.join(","))
            .arg(clients.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (orders, output) = (
            process.stdin.take().unwrap(),
            process.stdout.take().unwrap(),
        );
        let mut crowd = Self {
            process,
            orders,
            answers: BufReader::new(output),
        };
        // All are connected.
        crowd.answer();
        crowd
    }

    /// What was heard since the last question.
    pub(crate) fn heard(&mut self) -> Heard {
        self.orders.write_all(b"?\n").unwrap();
        let numbers = self.answer();
        Heard {
            frames: numbers[0],
            bytes: numbers[1],
            deltas: numbers[2],
            p99: numbers[3],
            ended: numbers[4],
        }
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    fn answer(&mut self) -> Vec<f64> {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        line.split_whitespace()
            .map(|word| word.parse().unwrap())
            .collect()
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// What clients of this process have heard. One thread runs them all, so nobody waits for the lock.
#[derive(Default)]
struct Ears {
    connected: usize,
    frames: u64,
    bytes: u64,
    ended: u64,
    ages: Vec<f64>,
}

/// Child: connects and listens until it is killed.
pub(crate) async fn run(address: String, topics: String, sessions: String, clients: usize) {
    let ears = Arc::new(Mutex::new(Ears::default()));
    let topics: Vec<&str> = topics
        .split(',')
        .filter(|topic| !topic.is_empty())
        .collect();
    let sessions: Vec<&str> = sessions
        .split(',')
        .filter(|token| !token.is_empty())
        .collect();
    let hello = |nth: usize| {
        let token = sessions.get(nth % sessions.len().max(1))?;
        let hello = json!({ "type": "hello", "v": 1, "token": token, "topics": topics });
        Some(hello.to_string())
    };
    let door = Arc::new(tokio::sync::Semaphore::new(AT_ONCE));
    for nth in 0..clients {
        let client = stay(
            address.clone(),
            hello(nth),
            Arc::clone(&ears),
            Arc::clone(&door),
        );
        tokio::spawn(client);
    }
    while ears.lock().unwrap().connected < clients {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    println!("0");
    let mut orders = tokio::io::BufReader::new(tokio::io::stdin()).lines();
    while let Ok(Some(_)) = orders.next_line().await {
        let mut ears = ears.lock().unwrap();
        ears.ages.sort_by(f64::total_cmp);
        let p99 = percentile(&ears.ages, 99.0);
        let deltas = ears.ages.len();
        println!(
            "{} {} {deltas} {p99} {}",
            ears.frames, ears.bytes, ears.ended
        );
        let connected = ears.connected;
        *ears = Ears {
            connected,
            ..Ears::default()
        };
    }
}

/// One client: it comes back when its connection ends.
async fn stay(
    address: String,
    hello: Option<String>,
    ears: Arc<Mutex<Ears>>,
    door: Arc<tokio::sync::Semaphore>,
) {
    loop {
        let place = door.acquire().await.unwrap();
        let mut socket = connect(&address, hello.as_deref()).await;
        if hello.is_some() {
            // Welcomed: it counts, and the next may come.
            socket.next().await.unwrap().unwrap();
        }
        drop(place);
        ears.lock().unwrap().connected += 1;
        while let Some(Ok(message)) = socket.next().await {
            if let Message::Text(text) = message {
                hear(&mut ears.lock().unwrap(), &text);
            }
        }
        {
            let mut ears = ears.lock().unwrap();
            ears.connected -= 1;
            ears.ended += 1;
        }
        tokio::time::sleep(BACK_AFTER).await;
    }
}

async fn connect(address: &str, hello: Option<&str>) -> WebSocketStream<TcpStream> {
    let stream = TcpStream::connect(address).await.unwrap();
    let config = WebSocketConfig::default()
        .read_buffer_size(4 * 1024)
        .write_buffer_size(0);
    let Some(hello) = hello else {
        return WebSocketStream::from_raw_socket(stream, Role::Client, Some(config)).await;
    };
    let url = format!("ws://{address}/live");
    let connected = tokio_tungstenite::client_async_with_config(url, stream, Some(config)).await;
    let (mut socket, _) = connected.unwrap();
    socket.send(Message::text(hello)).await.unwrap();
    socket
}

fn hear(ears: &mut Ears, text: &str) {
    ears.frames += 1;
    ears.bytes += text.len() as u64;
    if text.starts_with(r#"{"type":"delta""#)
        && let Some((_, rest)) = text.split_once(r#""ts":""#)
        && let Some((made, _)) = rest.split_once('"')
    {
        let made = Millis::parse(made).unwrap();
        ears.ages.push(Clock::system().now().since(made) as f64);
    }
}
