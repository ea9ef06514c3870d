//! Serves HTTP on a public port: request heads that do not come, connections beyond the limits and a
//! lack of file descriptors each have an answer that somebody can see.

mod door;
mod placed;
#[cfg(test)]
#[path = "serve_tests.rs"]
mod serve_tests;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use nix::errno::Errno;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc;

use crate::Shutdown;
use door::{Door, Full};
use placed::Placed;

/// Connections that the system keeps until we take them: a storm of consoles fits.
const BACKLOG: u32 = 4_096;
/// Longest head of a request.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// Pause after the system could give no connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);
/// Files that the hub needs for itself: Kafka, ClickHouse, snapshots, logs.
const FILES_RESERVED: u64 = 512;
/// More than this the hub does not ask the system for.
const FILES_WANTED: u64 = 65_536;
/// Connections at once, if descriptors allow it.
const CONNECTIONS_MAX: usize = 16_384;

/// What a port admits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServeLimits {
    /// Connections at once.
    pub connections: usize,
    /// Connections at once from one address (one /64 in IPv6); 0: as many as there are.
    pub per_address: usize,
    /// A request's head must be here within this time, and an idle connection is closed after it.
    pub head_wait: Duration,
}

impl ServeLimits {
    /// As many connections as this number of open files leaves beside the hub's own.
    pub fn within(open_files: u64, per_address: usize) -> Self {
        let left = open_files.saturating_sub(FILES_RESERVED);
        Self {
            connections: usize::try_from(left)
                .unwrap_or(CONNECTIONS_MAX)
                .clamp(64, CONNECTIONS_MAX),
            per_address,
            head_wait: Duration::from_secs(20),
        }
    }
}

/// Raises this process's limit of open files as far as the system lets it and the hub needs it, and
/// returns the limit in force.
pub fn raise_open_files() -> std::io::Result<u64> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    let wanted = hard.min(FILES_WANTED).max(soft);
    if wanted > soft {
        setrlimit(Resource::RLIMIT_NOFILE, wanted, hard)?;
    }
    Ok(wanted)
}

/// Binds a port whose queue takes a storm of clients.
pub fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves until the shutdown, then lets running requests end.
pub async fn serve(listener: TcpListener, router: Router, limits: ServeLimits, shutdown: Shutdown) {
    let door = Arc::new(Door::new(limits));
    let (alive, mut ended) = mpsc::channel::<()>(1);
    loop {
        let accepted = tokio::select! {
            () = shutdown.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, address)) => match door.enter(address.ip()) {
                Ok(place) => {
                    let (router, shutdown) = (router.clone(), shutdown.clone());
                    let (stream, alive) = (Placed::new(stream, place), alive.clone());
                    tokio::spawn(async move {
                        connection(stream, router, limits.head_wait, shutdown).await;
                        drop(alive);
                    });
                }
                Err(full) => turn_away(stream, full),
            },
            Err(error) => tell_failure(&error).await,
        }
    }
    drop(listener);
    drop(alive);
    // Nobody sends: this ends with the last connection.
    ended.recv().await;
}

async fn connection(stream: Placed, router: Router, head_wait: Duration, shutdown: Shutdown) {
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head_wait)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
        .with_upgrades();
    tokio::pin!(served);
    let ended = tokio::select! {
        ended = served.as_mut() => ended,
        () = shutdown.cancelled() => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = ended {
        if error.is_timeout() {
            refused("head_timeout");
        }
        tracing::debug!(%error, "a connection ended badly");
    }
}

/// Says why before the connection goes; what a full hub cannot do is to wait for the question.
fn turn_away(stream: TcpStream, full: Full) {
    use std::io::Write as _;
    refused(full.reason());
    let words = full.words();
    let answer = format!(
        "HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\nconnection: close\r\n\
         content-type: text/plain\r\ncontent-length: {}\r\n\r\n{words}",
        words.len()
    );
    let told = stream
        .into_std()
        .and_then(|mut stream| stream.write_all(answer.as_bytes()));
    if let Err(error) = told {
        tracing::debug!(%error, "a client was gone before it was turned away");
    }
}

async fn tell_failure(error: &std::io::Error) {
    let number = error.raw_os_error().map(Errno::from_raw);
    if matches!(number, Some(Errno::EMFILE | Errno::ENFILE)) {
        refused("descriptors");
        tracing::error!(
            %error,
            "no file descriptor is left for a client: raise the limit of open files \
             (`ulimit -n`, or LimitNOFILE in the unit) and start the hub again"
        );
        tokio::time::sleep(ACCEPT_PAUSE).await;
    } else {
        // The client went before it was taken.
        tracing::debug!(%error, "a connection was not taken");
    }
}

fn refused(reason: &'static str) {
    metrics::counter!("city_brain_http_refused_total", "reason" => reason).increment(1);
}
