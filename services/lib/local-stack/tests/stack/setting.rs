//! What the tests of the stack share: a configuration, the one stack of this run, questions, and waiting with a limit.

use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use local_stack::{ClickHouseAddress, Credential, LocalStack, Progress, StackConfig, StackHealth};
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// Which parts a test needs.
#[derive(Clone, Copy)]
pub(crate) enum Parts {
    Both,
    Kafka,
    ClickHouse,
}

pub(crate) fn config(data_dir: &Path, parts: Parts) -> StackConfig {
    StackConfig {
        data_dir: data_dir.to_path_buf(),
        cache_dir: local_stack::cache_dir_default().unwrap(),
        launcher: env!("CARGO_BIN_EXE_clickhouse-launcher").into(),
        kafka: matches!(parts, Parts::Both | Parts::Kafka),
        clickhouse: matches!(parts, Parts::Both | Parts::ClickHouse),
        progress: Progress::Lines,
    }
}

/// The stack of tests that break nothing; its children die with the test process.
pub(crate) fn shared() -> &'static (Runtime, LocalStack) {
    static SHARED: OnceLock<(Runtime, LocalStack)> = OnceLock::new();
    SHARED.get_or_init(|| {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("shared-stack");
        if dir.exists() {
            std::fs::remove_dir_all(&dir).unwrap();
        }
        let runtime = Runtime::new().unwrap();
        let stack = runtime
            .block_on(local_stack::start(config(&dir, Parts::Both)))
            .unwrap();
        (runtime, stack)
    })
}

/// Asks ClickHouse as somebody; `None` is a caller without name and password.
pub(crate) async fn ask(
    address: &ClickHouseAddress,
    who: Option<&Credential>,
    query: &str,
) -> Result<String, String> {
    let mut request = reqwest::Client::new()
        .post(&address.url)
        .body(query.to_owned());
    if let Some(who) = who {
        request = request.basic_auth(&who.user, Some(&who.password));
    }
    let answer = request.send().await.map_err(|error| error.to_string())?;
    let fine = answer.status().is_success();
    let text = answer.text().await.map_err(|error| error.to_string())?;
    if fine {
        Ok(text.trim().to_owned())
    } else {
        Err(text)
    }
}

/// Waits until the stack's health is as wished.
pub(crate) async fn until(
    health: &mut watch::Receiver<StackHealth>,
    what: &str,
    wished: impl FnMut(&StackHealth) -> bool,
) -> StackHealth {
    let seen = tokio::time::timeout(Duration::from_secs(60), health.wait_for(wished))
        .await
        .map(|seen| seen.unwrap().clone());
    seen.unwrap_or_else(|_| {
        panic!(
            "{what} did not come within 60 s; the last that was seen: {:?}",
            health.borrow()
        )
    })
}

/// Whether a process runs; one that ended and waits to be reaped does not.
pub(crate) fn runs(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| {
        stat.rsplit_once(") ")
            .is_some_and(|(_, rest)| !rest.starts_with('Z'))
    })
}

pub(crate) fn kill_9(pid: u32) {
    let pid = nix::unistd::Pid::from_raw(i32::try_from(pid).unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).unwrap();
}
