//! Programs that we do not bring: finds them, checks their version, installs them where we may, else says the line.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use nix::unistd::geteuid;
use tokio::process::Command;
use tokio::time::timeout;

use crate::progress::Progress;
use crate::{StackError, cache};

/// A version is asked for with this much patience.
const ANSWER_LIMIT: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// A program, the version it must have at least, and Debian's packages that bring it.
pub(crate) struct Tool {
    pub(crate) title: &'static str,
    /// Names it goes by; the first one found that is new enough is taken.
    pub(crate) programs: &'static [&'static str],
    pub(crate) version_argument: &'static str,
    /// Major and minor version.
    pub(crate) at_least: (u32, u32),
    pub(crate) packages: &'static [&'static str],
}

impl Tool {
    /// Finds the program, or installs it where that is allowed.
    pub(crate) async fn ensure(
        &self,
        cache: &Path,
        progress: &Progress,
    ) -> Result<PathBuf, StackError> {
        if let Some(found) = self.find().await {
            return Ok(found);
        }
        if may_install() {
            install(self.title, self.packages, cache, progress).await?;
            if let Some(found) = self.find().await {
                return Ok(found);
            }
        }
        Err(self.missing())
    }

    /// The program, if there is one that is new enough.
    pub(crate) async fn find(&self) -> Option<PathBuf> {
        for program in self.programs {
            for path in candidates(program) {
                if version(&path, self.version_argument)
                    .await
                    .is_some_and(|found| found >= self.at_least)
                {
                    return Some(path);
                }
            }
        }
        None
    }

    fn missing(&self) -> StackError {
        StackError::MissingTool {
            tool: self.title.to_owned(),
            exact_line_to_type: install_line(self.packages),
        }
    }
}

/// Installs packages of Debian, one process of ours at a time.
pub(crate) async fn install(
    title: &str,
    packages: &[&str],
    cache: &Path,
    progress: &Progress,
) -> Result<(), StackError> {
    let _lock = cache::lock(cache, "apt", title, progress).await?;
    let step = progress.step(&format!("{title}: installing {}", packages.join(", ")));
    let what = format!("{title} (Debian packages {})", packages.join(", "));
    let log = cache.join("apt.log");
    let install = [&["install", "--no-install-recommends"], packages].concat();
    if run(apt(&install), &what, &log, || {}).await.is_err() {
        // The lists of packages may be old, or not there at all.
        run(apt(&["update"]), &what, &log, || {}).await?;
        run(apt(&install), &what, &log, || {}).await?;
    }
    step.done(&format!("{title}: installed"));
    Ok(())
}

fn apt(arguments: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    // Another apt may be at work: it is waited for.
    command
        .args(["-q", "-y", "-o", "DPkg::Lock::Timeout=300"])
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// Whether this process may install packages: root on a Debian.
pub(crate) fn may_install() -> bool {
    geteuid().is_root()
        && Path::new("/etc/debian_version").exists()
        && candidates("apt-get").next().is_some()
}

/// The line that installs packages on this machine's kind of system.
pub(crate) fn install_line(packages: &[&str]) -> String {
    let sudo = if geteuid().is_root() { "" } else { "sudo " };
    format!(
        "{sudo}apt-get update && {sudo}apt-get install -y {}",
        packages.join(" ")
    )
}

/// Runs a command to its end, looking at its progress meanwhile; its last words in the log are the reason of a failure.
pub(crate) async fn run(
    mut command: Command,
    what: &str,
    log: &Path,
    look: impl Fn(),
) -> Result<(), StackError> {
    let failed = |reason: String| StackError::FetchFailed {
        what: what.to_owned(),
        reason,
    };
    let file = File::create(log).map_err(StackError::io("making", log))?;
    let errors = file.try_clone().map_err(StackError::io("opening", log))?;
    command
        .stdin(Stdio::null())
        .stdout(file)
        .stderr(errors)
        .kill_on_drop(true);
    let mut child = command.spawn().map_err(|error| failed(error.to_string()))?;
    let status = loop {
        match timeout(LOOK_EVERY, child.wait()).await {
            Ok(ended) => break ended.map_err(|error| failed(error.to_string()))?,
            Err(_) => look(),
        }
    };
    if status.success() {
        Ok(())
    } else {
        Err(failed(format!("{status}\n{}", last_lines(log))))
    }
}

fn last_lines(log: &Path) -> String {
    let text = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    lines[lines.len().saturating_sub(8)..].join("\n")
}

/// Every place of the search path that has the program; `JAVA_HOME` goes before it.
pub(crate) fn candidates(program: &str) -> impl Iterator<Item = PathBuf> {
    let java_home = std::env::var_os("JAVA_HOME").map(|home| PathBuf::from(home).join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = java_home
        .into_iter()
        .chain(std::env::split_paths(&path))
        .collect();
    let program = program.to_owned();
    folders
        .into_iter()
        .map(move |folder| folder.join(&program))
        .filter(|path| path.is_file())
}

/// Major and minor version, as the program says them.
async fn version(program: &Path, argument: &str) -> Option<(u32, u32)> {
    let mut command = Command::new(program);
    command
        .arg(argument)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = timeout(ANSWER_LIMIT, command.output()).await.ok()?.ok()?;
    // Java says it on standard error.
    let said = [output.stdout, output.stderr].concat();
    parse_version(&String::from_utf8_lossy(&said))
}

/// The first number with a dot, else the first number: `3.8.7` among colour codes, or a plain `21`.
fn parse_version(said: &str) -> Option<(u32, u32)> {
    let numbers = || {
        said.split(|c: char| !c.is_ascii_digit() && c != '.')
            .filter(|part| part.starts_with(|c: char| c.is_ascii_digit()))
    };
    let number = numbers()
        .find(|number| number.contains('.'))
        .or_else(|| numbers().next())?;
    let mut parts = number.split('.').map(|part| part.parse().unwrap_or(0));
    Some((parts.next()?, parts.next().unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::{Tool, parse_version};

    #[tokio::test]
    async fn a_tool_that_is_missing_or_too_old_is_told_with_the_line_that_brings_it() {
        let tool = |programs, at_least| Tool {
            title: "A shell",
            programs,
            version_argument: "--version",
            at_least,
            packages: &["a-shell", "its-libraries"],
        };
        assert!(tool(&["bash"], (1, 0)).find().await.is_some());
        assert!(
            tool(&["no-such-shell", "bash"], (1, 0))
                .find()
                .await
                .is_some()
        );
        assert!(tool(&["bash"], (9999, 0)).find().await.is_none());
        let said = tool(&["no-such-shell"], (1, 0)).missing().to_string();
        assert!(
            said.starts_with("A shell is needed")
                && said.ends_with("apt-get install -y a-shell its-libraries"),
            "{said}"
        );
    }

    #[test]
    fn a_version_is_found_in_what_each_tool_says_of_itself() {
        for (said, version) in [
            (
                "openjdk version \"17.0.15\" 2025-04-15\nOpenJDK Runtime",
                (17, 0),
            ),
            (
                "openjdk version \"21\" 2023-09-19\nOpenJDK 64-Bit Server VM (build 21+35-2513)",
                (21, 0),
            ),
            (
                "\u{1b}[1mApache Maven 3.8.7\u{1b}[m\nMaven home: /usr/share/maven",
                (3, 8),
            ),
            ("v20.19.4\n", (20, 19)),
            (
                "Chromium 140.0.7339.185 built on Debian GNU/Linux 12 (bookworm)",
                (140, 0),
            ),
        ] {
            assert_eq!(parse_version(said), Some(version), "{said}");
        }
        assert_eq!(parse_version("command not found"), None);
    }
}
