//! The machine: programs, processor, fetched parts, room.

use std::path::Path;

use local_stack::{PartState, ToolSeen};

use super::report::Report;
use super::scene::Scene;
use crate::settings::ConsoleSource;

pub(super) async fn look(scene: &Scene, report: &mut Report) {
    let settings = &scene.settings;
    if settings.kafka.is_none() {
        tool("java_missing", &local_stack::java_seen().await, report);
    } else {
        report.skip("Java: an existing Kafka is set");
    }
    if settings.clickhouse.is_none() {
        processor(&scene.proc, report);
    } else {
        report.skip("processor: an existing ClickHouse is set");
    }
    parts(scene, report).await;
    for folder in [&settings.data_dir, &settings.cache_dir] {
        room(folder, scene.free_mib, report);
    }
}

fn tool(code: &'static str, seen: &ToolSeen, report: &mut Report) {
    match &seen.found {
        Some(path) => report.good(format!("{}: {}", seen.title, path.display())),
        None => report.find(
            code,
            format!("{} is needed and was not found", seen.title),
            "PATH",
            format!("type: {}", seen.exact_line_to_type),
        ),
    }
}

fn processor(proc: &Path, report: &mut Report) {
    let path = proc.join("cpuinfo");
    match std::fs::read_to_string(&path) {
        Err(error) => report.skip(format!("processor: {}: {error}", path.display())),
        Ok(text) => match local_stack::processor_lacks(&text) {
            None => report.good("processor: has what ClickHouse needs"),
            Some(lacking) => report.find(
                "processor_unfit",
                format!("the processor has no {lacking}, which ClickHouse needs"),
                path.display(),
                "run the hub on another machine, or give it an existing ClickHouse with --clickhouse",
            ),
        },
    }
}

/// Fetched parts with their sums; and what is needed to fetch or build what is not there.
async fn parts(scene: &Scene, report: &mut Report) {
    let cache = &scene.settings.cache_dir;
    let parts = match local_stack::parts_seen(cache).await {
        Ok(parts) => parts,
        Err(error) => {
            report.find(
                "cache_unreadable",
                error,
                cache.display(),
                format!(
                    "remove {}; the next start fetches it again",
                    cache.display()
                ),
            );
            return;
        }
    };
    let mut node_fetched = false;
    for part in parts {
        let place = part.folder.display();
        match part.state {
            PartState::Whole => {
                node_fetched |= part.title.starts_with("Node");
                report.good(format!("{}: every file is the pinned one", part.title));
            }
            PartState::Absent => {
                report.skip(format!(
                    "{}: not fetched yet, the next start does",
                    part.title
                ));
            }
            PartState::Wrong(error) => report.find(
                "cache_checksum",
                error,
                &place,
                format!("rm -r {place}; the next start fetches it again"),
            ),
        }
    }
    let built = scene.settings.console != ConsoleSource::Build;
    if built || node_fetched {
        return;
    }
    tool("node_missing", &local_stack::node_seen().await, report);
}

fn room(folder: &Path, needed: u64, report: &mut Report) {
    match local_stack::free_mib(folder) {
        Ok(free) if free < needed => report.find(
            "disk_nearly_full",
            format!("{free} MiB are free, {needed} MiB should be"),
            folder.display(),
            "make room, or put the data elsewhere with --data-dir (stop the hub, move the folder, start it)",
        ),
        Ok(free) => report.good(format!("room: {free} MiB free at {}", folder.display())),
        Err(error) => report.skip(format!("room: {error}")),
    }
}
