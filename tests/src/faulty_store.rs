//! Stands between a hub and ClickHouse and breaks inserts in the ways a store, its disk and the way to
//! it break: before the rows are in, after they are, and in between answers.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use tokio::net::TcpListener;

/// Larger than the recorder's largest batch.
const BODY_MAX: usize = 256 << 20;
/// One insert in so many meets a fault while faults are on.
const FAULT_IN: u32 = 3;

/// What happens to an insert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// 500 "Too many parts": nothing is stored.
    TooManyParts,
    /// 500 "Not enough space": nothing is stored.
    DiskFull,
    /// 500 with words that ClickHouse has never said: nothing is stored.
    Unknown,
    /// Stored, and the gateway on the way says 504.
    GatewayTimeout,
    /// Stored, and the connection ends within the answer.
    AnswerCut,
    /// Not stored, though an answer began; the connection ends within it.
    CutBefore,
    /// Stored after a long wait.
    Slow,
}

/// All of them.
pub const FAULTS: [Fault; 7] = [
    Fault::TooManyParts,
    Fault::DiskFull,
    Fault::Unknown,
    Fault::GatewayTimeout,
    Fault::AnswerCut,
    Fault::CutBefore,
    Fault::Slow,
];

struct Plan {
    chance: StdRng,
    left: Vec<Fault>,
    met: Vec<Fault>,
}

struct Way {
    goal: String,
    client: reqwest::Client,
    slow: Duration,
    plan: Mutex<Plan>,
}

/// A running proxy.
pub struct FaultyStore {
    /// Its address.
    pub url: String,
    way: Arc<Way>,
}

impl FaultyStore {
    /// Starts one before this ClickHouse, faultless at first; `slow` is how long the slow fault waits.
    pub async fn start(clickhouse: &str, seed: u64, slow: Duration) -> Self {
        let way = Arc::new(Way {
            goal: clickhouse.trim_end_matches('/').to_owned(),
            client: reqwest::Client::new(),
            slow,
            plan: Mutex::new(Plan {
                chance: StdRng::seed_from_u64(seed),
                left: Vec::new(),
                met: Vec::new(),
            }),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().fallback(pass).with_state(Arc::clone(&way));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, way }
    }

    /// So many faults from now on, every kind about as often as any other.
    pub fn break_inserts(&self, count: usize) {
        let mut plan = self.way.plan.lock().unwrap_or_else(PoisonError::into_inner);
        plan.left = FAULTS.iter().copied().cycle().take(count).collect();
    }

    /// How many faults are still to come, and those that came.
    pub fn state(&self) -> (usize, Vec<Fault>) {
        let plan = self.way.plan.lock().unwrap_or_else(PoisonError::into_inner);
        (plan.left.len(), plan.met.clone())
    }
}

impl Plan {
    /// The fault that the next insert meets, if any.
    fn next(&mut self) -> Option<Fault> {
        if !self.chance.random_ratio(1, FAULT_IN) {
            return None;
        }
        let fault = *self.left.choose(&mut self.chance)?;
        let at = self.left.iter().position(|one| *one == fault)?;
        self.left.swap_remove(at);
        self.met.push(fault);
        Some(fault)
    }
}

async fn pass(State(way): State<Arc<Way>>, request: Request) -> Response {
    let insert = request
        .uri()
        .query()
        .is_some_and(|query| query.contains("query=INSERT"));
    let fault = if insert {
        let mut plan = way.plan.lock().unwrap_or_else(PoisonError::into_inner);
        plan.next()
    } else {
        None
    };
    match fault {
        None => forward(&way, request).await,
        Some(Fault::TooManyParts) => refused("Code: 252. DB::Exception: Too many parts (300)"),
        Some(Fault::DiskFull) => refused("Code: 243. DB::Exception: Cannot reserve 1.00 MiB"),
        Some(Fault::Unknown) => refused("the server fell over"),
        Some(Fault::GatewayTimeout) => {
            forward(&way, request).await;
            (StatusCode::GATEWAY_TIMEOUT, "the gateway waited too long").into_response()
        }
        Some(Fault::AnswerCut) => {
            forward(&way, request).await;
            cut()
        }
        Some(Fault::CutBefore) => cut(),
        Some(Fault::Slow) => {
            tokio::time::sleep(way.slow).await;
            forward(&way, request).await
        }
    }
}

fn refused(words: &'static str) -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, words).into_response()
}

/// An answer that never ends as it was announced.
fn cut() -> Response {
    let parts = [
        Ok(Bytes::from_static(b" ")),
        Err(std::io::Error::other("the connection ends here")),
    ];
    Body::from_stream(futures_util::stream::iter(parts)).into_response()
}

async fn forward(way: &Way, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let url = format!("{}{}", way.goal, head.uri);
    let mut headers = head.headers;
    headers.remove("host");
    headers.remove("content-length");
    let body = to_bytes(body, BODY_MAX).await.unwrap();
    let asked = way.client.request(head.method, url).headers(headers);
    match asked.body(body).send().await {
        Ok(answer) => {
            let (status, mut headers) = (answer.status(), answer.headers().clone());
            for name in ["transfer-encoding", "connection", "content-length"] {
                headers.remove(name);
            }
            (status, headers, answer.bytes().await.unwrap()).into_response()
        }
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}
