//! The `city-brain` command: the whole hub in one process, and the tools around it.
//!
//! A library, so that the tests start the same hub that people start.

pub mod cli;
pub mod commands;
pub mod console;
pub mod failure;
pub mod hub;
pub mod print;
pub mod settings;
pub mod simulation;

use std::process::ExitCode;

use clap::Parser as _;

use cli::{Cli, Command, LogFormatArg};
use failure::Failure;
use service_kit::telemetry::LogFormat;
use settings::SettingsFile;

/// Parses the command line, runs the command, prints a failure, returns the exit code.
pub fn run_command_line() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let usage = error.use_stderr();
            if error.print().is_err() {
                print::error_line("the terminal is closed");
            }
            return ExitCode::from(if usage { 2 } else { 0 });
        }
    };
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            print::error_line(&failure.to_string());
            failure.exit_code()
        }
    }
}

fn run(cli: Cli) -> Result<(), Failure> {
    let file = SettingsFile::read(cli.config.as_deref())?;
    let format = match cli.log_format {
        Some(LogFormatArg::Json) => LogFormat::Json,
        Some(LogFormatArg::Text) => LogFormat::Text,
        None => file.log_format.unwrap_or_default(),
    };
    let quiet = if matches!(cli.command, Command::Up(_) | Command::Run { .. }) {
        "info,rdkafka=off,librdkafka=error"
    } else {
        "warn,rdkafka=off,librdkafka=error"
    };
    let filter = cli.log.or_else(|| file.log.clone());
    service_kit::telemetry::start_logs(format, filter.as_deref().unwrap_or(quiet));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::dependency(format!("starting threads: {error}")))?;
    let ended = runtime.block_on(dispatch_command(cli.command, file));
    // Blocking calls of the Kafka client may linger; they must not hold the exit.
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    ended
}

async fn dispatch_command(command: Command, file: SettingsFile) -> Result<(), Failure> {
    match command {
        Command::Up(args) => hub::up(args, file).await,
        Command::Run { service, args } => hub::run_service(service, args, file).await,
        Command::Publish(args) => commands::publish::run(args).await,
        Command::Replay(args) => commands::replay::run(args).await,
        Command::Simulate(args) => commands::simulate::run(args).await,
        Command::Rule(command) => commands::rule::run(command),
        Command::Schema(command) => commands::schema::run(command),
        Command::Feed(command) => commands::feed::run(command).await,
        Command::DeadLetters(command) => commands::dead_letters::run(command).await,
        Command::Rebuild(args) => commands::rebuild::run(args, file).await,
        Command::Doctor(args) => commands::doctor::run(args, file).await,
        Command::User(command) => commands::accounts::user(command).await,
        Command::Key(command) => commands::accounts::key(command).await,
        Command::Erase(args) => commands::erase::run(args).await,
        Command::Version => {
            print::line(concat!("city-brain ", env!("CARGO_PKG_VERSION")));
            Ok(())
        }
    }
}
