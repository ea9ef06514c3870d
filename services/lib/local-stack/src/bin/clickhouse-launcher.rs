//! The smallest executable that can be the stack's children: for tests, whose own binaries have another `main`.
//!
//! `clickhouse-launcher hold DIR` is a parent too: it starts the stack in `DIR`, prints one line of JSON with the
//! children's process ids and addresses, and holds it until it is killed. Tests kill it; people may look around in it.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use local_stack::{LocalStack, Progress, StackConfig, StackError};

fn main() -> ExitCode {
    local_stack::run_launcher_if_asked();
    let mut arguments = std::env::args_os().skip(1);
    let ended = match (arguments.next(), arguments.next()) {
        (Some(hold), Some(dir)) if hold == "hold" => hold_stack(PathBuf::from(dir)),
        _ => Err("expected: hold DIR".to_owned()),
    };
    let Err(why) = ended else {
        return ExitCode::SUCCESS;
    };
    drop(writeln!(std::io::stderr(), "clickhouse-launcher: {why}"));
    ExitCode::FAILURE
}

fn hold_stack(data_dir: PathBuf) -> Result<(), String> {
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let stack = start(data_dir).await.map_err(|error| error.to_string())?;
        let pids = stack.pids();
        let line = serde_json::json!({
            "kafka": stack.kafka_brokers(),
            "kafka_pid": pids.kafka,
            "clickhouse": stack.clickhouse().map(|address| address.url),
            "clickhouse_pid": pids.clickhouse,
        });
        writeln!(std::io::stdout(), "{line}").map_err(|error| error.to_string())?;
        tokio::signal::ctrl_c()
            .await
            .map_err(|error| error.to_string())?;
        stack.stop().await.map_err(|error| error.to_string())
    })
}

async fn start(data_dir: PathBuf) -> Result<LocalStack, StackError> {
    let launcher = std::env::current_exe().map_err(|source| StackError::Io {
        doing: "finding",
        path: PathBuf::from("this executable"),
        source,
    })?;
    let cache_dir = local_stack::cache_dir_default()?;
    local_stack::start(StackConfig {
        data_dir,
        cache_dir,
        launcher,
        kafka: true,
        clickhouse: true,
        progress: Progress::Lines,
    })
    .await
}
