//! Starts a child, waits until it answers, and starts it again on the same port whenever it dies.

use std::io::ErrorKind;
use std::net::Ipv4Addr;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::net::TcpStream;
use tokio::process::Child;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::StackError;
use crate::checksums::write_atomically;
use crate::child::{Engine, Reason, log_length, log_since, remembered_port};
use crate::health::{Board, ChildHealth};
use crate::spawner;

/// After a crash Kafka reads its last segments again, which may take minutes: it must not be killed over that.
const READY_LIMIT: Duration = Duration::from_secs(600);
/// A first start is tried this often: the port may be taken, or a dying predecessor may still hold the files.
const FIRST_ATTEMPTS: u32 = 4;
const BACKOFF_FIRST: Duration = Duration::from_millis(200);
const BACKOFF_LIMIT: Duration = Duration::from_secs(10);
/// A child that answers is looked at this often, and started again when it refused that many times in a row.
const LOOK_EVERY: Duration = Duration::from_secs(1);
const REFUSALS: u32 = 3;
/// How much of the end of a log may tell of a death.
const LAST_WORDS: u64 = 8 << 10;
/// A child that lived this long did not die of how it was started.
const STEADY: Duration = Duration::from_secs(60);

/// A child under supervision.
#[derive(Debug)]
pub(crate) struct Supervised {
    /// Where it answers; the same for as long as the stack lives.
    pub(crate) port: u16,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Supervised {
    /// Starts the child, and returns once it answers. The port is kept in `port_file` over restarts of the hub.
    pub(crate) async fn start<E: Engine>(
        engine: E,
        port_file: PathBuf,
        board: Board,
    ) -> Result<Self, StackError> {
        let engine = Arc::new(engine);
        board.set_health(engine.which(), ChildHealth::Starting);
        let mut port = remembered_port(&port_file).unwrap_or(0);
        let mut attempt = 1;
        let running = loop {
            match start_once(&*engine, port, &board).await? {
                Ok(running) => break running,
                Err(reason) if attempt < FIRST_ATTEMPTS && reason != Reason::DiskFull => {
                    tracing::info!(
                        child = engine.which().title(),
                        attempt,
                        reason = reason.sentence(port),
                        "starting again"
                    );
                    if reason == Reason::PortTaken {
                        // Nobody was given the remembered port yet: any other will do.
                        port = 0;
                    }
                    sleep(backoff(attempt)).await;
                    attempt += 1;
                }
                Err(reason) => {
                    return Err(StackError::ChildFailed {
                        child: engine.which().title(),
                        reason: reason.sentence(port),
                        log: engine.log().to_path_buf(),
                    });
                }
            }
        };
        let port = running.port;
        write_atomically(&port_file, format!("{port}\n").as_bytes())?;
        let stop = CancellationToken::new();
        let task = tokio::spawn(watch_over(engine, running, board, stop.clone()));
        Ok(Self { port, stop, task })
    }

    /// Ends the child in its own order, or by force when it takes too long.
    pub(crate) async fn stop(mut self) {
        self.stop.cancel();
        if (&mut self.task).await.is_err() {
            tracing::warn!("the supervisor of a child had ended");
        }
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        // Without `stop` there is no time for an orderly end: the dropped child is killed.
        self.task.abort();
    }
}

struct Running {
    child: Child,
    port: u16,
    log_from: u64,
}

/// Spawns the child and waits until it answers. The inner error is the child's own, and may pass by itself.
async fn start_once<E: Engine>(
    engine: &E,
    port: u16,
    board: &Board,
) -> Result<Result<Running, Reason>, StackError> {
    let command = engine.command(port)?;
    let log_from = log_length(engine.log());
    let program = PathBuf::from(command.as_std().get_program());
    let mut child = spawner::spawn(command)
        .await
        .map_err(StackError::io("starting", &program))?;
    board.set_pid(engine.which(), child.id());
    let otherwise = tokio::select! {
        ready = engine.ready(log_from) => match ready {
            Ok(port) => return Ok(Ok(Running { child, port, log_from })),
            Err(why) => why,
        },
        status = child.wait() => end_of(status),
        () = sleep(READY_LIMIT) => format!("it did not answer within {} s", READY_LIMIT.as_secs()),
    };
    // Of one that does not answer nothing may be left: the next one needs its files.
    drop(child.kill().await);
    board.set_pid(engine.which(), None);
    Ok(Err(Reason::find(
        &log_since(engine.log(), log_from),
        &otherwise,
    )))
}

/// Keeps the child alive until it is told to stop.
async fn watch_over<E: Engine>(
    engine: Arc<E>,
    mut running: Running,
    board: Board,
    stop: CancellationToken,
) {
    let (which, port) = (engine.which(), running.port);
    let mut attempt = 0;
    loop {
        board.set_health(which, ChildHealth::Ready);
        let since = Instant::now();
        let mut reason = tokio::select! {
            () = stop.cancelled() => break end(&*engine, running.child).await,
            status = running.child.wait() => why_it_died(&*engine, running.log_from, status),
            why = refusal(port) => why,
        };
        // One that lives and does not listen is of no use, and holds the files.
        drop(running.child.kill().await);
        board.set_pid(which, None);
        if since.elapsed() > STEADY {
            attempt = 0;
        }
        let again = loop {
            attempt += 1;
            tracing::warn!(
                child = which.title(),
                attempt,
                reason,
                "is not there, starting it again"
            );
            board.set_health(
                which,
                ChildHealth::Restarting {
                    attempt,
                    reason: reason.clone(),
                },
            );
            let next = async {
                sleep(backoff(attempt)).await;
                start_once(&*engine, port, &board).await
            };
            tokio::select! {
                // Dropping the start kills what it spawned.
                () = stop.cancelled() => break None,
                next = next => match next {
                    Ok(Ok(again)) => break Some(again),
                    Ok(Err(why)) => reason = why.sentence(port),
                    Err(error) => reason = error.to_string(),
                },
            }
        };
        match again {
            Some(again) => running = again,
            None => break,
        }
    }
    board.set_pid(which, None);
    board.set_health(which, ChildHealth::Stopped);
}

/// Returns when the port refuses connections: a local caller may tell ClickHouse to stop listening, for one.
/// A child that is only slow refuses nothing.
async fn refusal(port: u16) -> String {
    let mut refusals = 0;
    while refusals < REFUSALS {
        sleep(LOOK_EVERY).await;
        let seen = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await;
        let closed = seen.is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused);
        refusals = if closed { refusals + 1 } else { 0 };
    }
    format!("it no longer listens on port {port}")
}

/// Why a child that had answered is gone. Killed by a signal it had no time to log; else the end of its log tells.
fn why_it_died<E: Engine>(
    engine: &E,
    log_from: u64,
    status: std::io::Result<ExitStatus>,
) -> String {
    let by_signal = status
        .as_ref()
        .is_ok_and(|status| status.signal().is_some());
    let ended = end_of(status);
    if by_signal {
        return ended;
    }
    let from = log_from.max(log_length(engine.log()).saturating_sub(LAST_WORDS));
    Reason::find(&log_since(engine.log(), from), &ended).sentence(0)
}

/// SIGTERM, a while, SIGKILL.
async fn end<E: Engine>(engine: &E, mut child: Child) {
    let told = child
        .id()
        .and_then(|pid| i32::try_from(pid).ok())
        .map(|pid| kill(Pid::from_raw(pid), Signal::SIGTERM));
    if let Some(Err(errno)) = told {
        tracing::debug!(child = engine.which().title(), %errno, "was gone before it was told to stop");
    }
    if timeout(engine.stop_limit(), child.wait()).await.is_err() {
        tracing::warn!(
            child = engine.which().title(),
            "did not stop in time, killed"
        );
        drop(child.kill().await);
    }
}

fn end_of(status: std::io::Result<ExitStatus>) -> String {
    match status {
        Ok(status) => format!("it ended with {status}"),
        Err(error) => format!("it cannot be waited for: {error}"),
    }
}

fn backoff(attempt: u32) -> Duration {
    BACKOFF_LIMIT.min(BACKOFF_FIRST * 2_u32.saturating_pow(attempt.saturating_sub(1).min(10)))
}
