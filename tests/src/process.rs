//! A hub, or one of its services, as a process of its own: to be killed, stopped and continued.

use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use city_brain::hub::Addresses;
use city_brain::settings::{ConsoleSource, Settings};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

const READY_LIMIT: Duration = Duration::from_secs(120);

/// A running `city-brain up` or `city-brain run SERVICE`.
pub struct HubProcess {
    child: Child,
    data_dir: PathBuf,
    log: PathBuf,
}

/// Tells a command which hub is meant: its folder, addresses, names and catalog.
pub fn name_hub(command: &mut Command, settings: &Settings) {
    command
        .args(["--listen", &settings.listen.to_string()])
        .args(["--topic-prefix", &settings.topic_prefix])
        .args(["--database", &settings.database])
        .arg("--data-dir")
        .arg(&settings.data_dir)
        .stdin(Stdio::null());
    if let Some(brokers) = &settings.kafka {
        command.args(["--kafka", brokers]);
    }
    if let Some(external) = &settings.clickhouse {
        command
            .args(["--clickhouse", &external.url])
            .args(["--clickhouse-user", &external.admin.user])
            .env("CITY_BRAIN_CLICKHOUSE_PASSWORD", &external.admin.password);
    }
    if let Some(catalog) = &settings.catalog {
        command.arg("--catalog").arg(catalog);
    }
}

/// The command line of a hub with these settings; `service` runs one service of it alone.
pub fn command(settings: &Settings, service: Option<&str>) -> Command {
    let mut command = Command::new(crate::binary::city_brain());
    match service {
        None => command.arg("up"),
        Some(service) => command.args(["run", service]),
    };
    name_hub(&mut command, settings);
    command.arg("--personal-key").arg(&settings.personal_key);
    if let Some(places) = &settings.places {
        command.arg("--places").arg(places);
    }
    match &settings.console {
        ConsoleSource::None => command.arg("--no-console"),
        ConsoleSource::Build => &mut command,
        ConsoleSource::Folder(folder) => command.arg("--console").arg(folder),
    };
    if settings.console_operations_only {
        command.arg("--console-operations-only");
    }
    command
}

impl HubProcess {
    /// Starts the whole hub and waits until it is ready.
    pub fn start(settings: &Settings) -> Self {
        let mut process = Self::spawn(settings, None);
        process.wait_ready();
        process
    }

    /// Starts one service and waits until it is ready.
    pub fn start_service(settings: &Settings, service: &str) -> Self {
        let mut process = Self::spawn(settings, Some(service));
        process.wait_ready();
        process
    }

    /// Starts it and does not wait. What it writes is kept in `hub.log` of its data folder.
    pub fn spawn(settings: &Settings, service: Option<&str>) -> Self {
        Self::spawn_with(settings, service, &[])
    }

    /// Starts it with these variables in its environment.
    pub fn spawn_with(
        settings: &Settings,
        service: Option<&str>,
        variables: &[(&str, &str)],
    ) -> Self {
        let log = settings.data_dir.join("hub.log");
        let file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&log)
            .unwrap();
        let child = command(settings, service)
            .envs(variables.iter().copied())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn()
            .unwrap();
        Self {
            child,
            data_dir: settings.data_dir.clone(),
            log,
        }
    }

    /// Waits until it is ready; its end or too long a wait fails the test.
    pub fn wait_ready(&mut self) {
        let begin = Instant::now();
        while self.addresses().is_none() {
            if let Ok(Some(status)) = self.child.try_wait() {
                panic!("the hub ended with {status}:\n{}", self.last_words());
            }
            assert!(
                begin.elapsed() < READY_LIMIT,
                "not ready within {READY_LIMIT:?}:\n{}",
                self.last_words()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Its addresses, once it is ready.
    pub fn addresses(&self) -> Option<Addresses> {
        Addresses::read(&self.data_dir)
            .ok()
            .filter(|addresses| addresses.pid == self.child.id())
    }

    /// The end of what it wrote.
    pub fn last_words(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(25)..].join("\n")
    }

    /// Name and password of the first account.
    pub fn first_account(&self) -> (String, String) {
        first_account(&self.data_dir)
    }

    /// Process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        kill(pid(self.child.id()), signal).unwrap();
    }

    /// kill -9, and waits for the end.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits until it has ended by itself, at most this long: by SIGKILL, and having said `last_line`.
    pub fn wait_killed(&mut self, last_line: &str, limit: Duration) {
        let begin = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(
                begin.elapsed() < limit,
                "not within {limit:?}: {last_line}\n{}",
                self.last_words()
            );
            std::thread::sleep(Duration::from_millis(5));
        };
        let said = std::fs::read_to_string(&self.log).unwrap();
        assert!(
            status.signal() == Some(9) && said.lines().any(|line| line == last_line),
            "ended with {status}, not as expected: {last_line}\n{}",
            self.last_words()
        );
    }

    /// SIGTERM, and waits for the end at most this long.
    pub fn terminate(mut self, limit: Duration) -> ExitStatus {
        self.signal(Signal::SIGTERM);
        let begin = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(
                begin.elapsed() < limit,
                "not stopped within {limit:?}:\n{}",
                self.last_words()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for HubProcess {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.child.kill().ok();
            self.child.wait().ok();
        }
    }
}

/// Name and password of the first account of a hub on this data folder.
pub fn first_account(data_dir: &Path) -> (String, String) {
    let text = std::fs::read_to_string(data_dir.join("run/first-password")).unwrap();
    let (name, password) = text.trim().split_once(' ').unwrap();
    (name.to_owned(), password.to_owned())
}

/// A process id as the system's calls want it.
pub fn pid(number: u32) -> Pid {
    Pid::from_raw(i32::try_from(number).unwrap())
}
