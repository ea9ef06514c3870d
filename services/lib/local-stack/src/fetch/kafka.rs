//! Apache Kafka's jars, by Maven, from a pinned pom.

use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::cache::Artifact;
use crate::checksums::{parse_list, write_atomically};
use crate::tools::{self, Tool};
use crate::{Progress, StackError};

const VERSION: &str = "4.4.0";
const POM: &str = include_str!("../../pinned/kafka/pom.xml");
const SUMS: &str = include_str!("../../pinned/kafka/jars.sha256");
const TOOLS_POM: &str = include_str!("../../pinned/kafka-tools/pom.xml");
const TOOLS_SUMS: &str = include_str!("../../pinned/kafka-tools/jars.sha256");

pub(crate) const JAVA: Tool = Tool {
    title: "Java 17 or newer",
    programs: &["java"],
    version_argument: "-version",
    at_least: (17, 0),
    packages: &["default-jre-headless"],
};

const MAVEN: Tool = Tool {
    title: "Maven 3.6 or newer",
    programs: &["mvn"],
    version_argument: "--version",
    at_least: (3, 6),
    packages: &["maven"],
};

/// A Java that can run Kafka.
pub async fn ensure_java(cache_dir: &Path, progress: &Progress) -> Result<PathBuf, StackError> {
    JAVA.ensure(cache_dir, progress).await
}

/// The folder with Apache Kafka's jars, fetched the first time.
pub async fn ensure_kafka(cache_dir: &Path, progress: &Progress) -> Result<PathBuf, StackError> {
    let title = format!("Apache Kafka {VERSION}");
    let fetch = async |part: &Path| fetch(part, POM, &title, cache_dir, progress).await;
    Ok(artifact()
        .ensure(cache_dir, progress, fetch)
        .await?
        .join("lib"))
}

/// Kafka's own console clients, for tests that want a client that we did not write: the jar beside
/// those of [`ensure_kafka`].
pub async fn ensure_kafka_tools(
    cache_dir: &Path,
    progress: &Progress,
) -> Result<PathBuf, StackError> {
    let title = format!("Apache Kafka's tools {VERSION}");
    let artifact = Artifact {
        title: title.clone(),
        folder: format!("kafka-tools-{VERSION}"),
        files: parse_list(TOOLS_SUMS, "lib"),
        needed_mib: 10,
    };
    let fetch = async |part: &Path| fetch(part, TOOLS_POM, &title, cache_dir, progress).await;
    Ok(artifact
        .ensure(cache_dir, progress, fetch)
        .await?
        .join("lib"))
}

/// The jars, with their sums.
pub(crate) fn artifact() -> Artifact {
    Artifact {
        title: format!("Apache Kafka {VERSION}"),
        folder: format!("kafka-{VERSION}"),
        files: parse_list(SUMS, "lib"),
        needed_mib: 400,
    }
}

async fn fetch(
    part: &Path,
    pom: &str,
    title: &str,
    cache: &Path,
    progress: &Progress,
) -> Result<(), StackError> {
    JAVA.ensure(cache, progress).await?;
    let maven = MAVEN.ensure(cache, progress).await?;
    let step = progress.step(&format!("{title}: fetching by Maven (once)"));
    write_atomically(&part.join("pom.xml"), pom.as_bytes())?;
    let mut command = Command::new(maven);
    command
        .args([
            "-B",
            "dependency:copy-dependencies",
            "-DoutputDirectory=lib",
        ])
        .current_dir(part);
    let log = part.join("fetch.log");
    let look = || {
        let said = std::fs::read_to_string(&log).unwrap_or_default();
        let fetched = said.lines().filter(|line| {
            line.starts_with("Downloaded from") || line.contains("] Downloaded from")
        });
        step.detail(format!(
            "{title}: fetching by Maven, {} files",
            fetched.count()
        ));
    };
    tools::run(command, &format!("{title} (by Maven)"), &log, look).await?;
    step.done(&format!("{title}: fetched"));
    Ok(())
}
