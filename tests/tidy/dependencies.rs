//! The direction of dependencies: event-schemas ‹ domain ‹ lib ‹ services ‹ city-brain ‹ tests.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

const SERVICES: [&str; 7] = [
    "event-intake",
    "event-admission",
    "event-recorder",
    "alert-engine",
    "dispatch",
    "query-api",
    "live-gateway",
];

/// The workspace's crates, each with the names of everything it depends on outside tests.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(crate::sources::root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    packages
        .iter()
        .map(|package| {
            let needs = package["dependencies"].as_array().unwrap().iter();
            let needs = needs
                .filter(|need| need["kind"].is_null())
                .map(|need| need["name"].as_str().unwrap().to_owned());
            (
                package["name"].as_str().unwrap().to_owned(),
                needs.collect(),
            )
        })
        .collect()
}

#[test]
fn services_never_depend_on_one_another() {
    let all = dependencies();
    for service in SERVICES {
        let needs = &all[service];
        for other in SERVICES {
            assert!(
                !needs.contains(other),
                "{service} depends on {other}: they meet in topics"
            );
        }
        assert!(
            !needs.contains("city-brain") && !needs.contains("tests"),
            "{service}"
        );
    }
}

#[test]
fn the_core_is_pure_and_at_the_bottom() {
    let all = dependencies();
    for core in ["event-schemas", "domain"] {
        for impure in [
            "tokio",
            "rdkafka",
            "clickhouse",
            "reqwest",
            "axum",
            "tracing",
            "rand",
            "getrandom",
            "metrics",
            "event-log",
            "event-store",
            "service-kit",
            "local-stack",
        ] {
            assert!(!all[core].contains(impure), "{core} depends on {impure}");
        }
    }
    assert!(!all["event-schemas"].contains("domain"));
}

#[test]
fn the_adapters_know_neither_each_other_nor_the_services() {
    let all = dependencies();
    assert!(!all["event-log"].contains("event-store"));
    assert!(!all["event-store"].contains("event-log"));
    assert!(
        !all["event-log"].contains("domain"),
        "event-log knows no rule of the domain"
    );
    for adapter in ["event-log", "event-store", "service-kit", "local-stack"] {
        for service in SERVICES {
            assert!(
                !all[adapter].contains(service),
                "{adapter} depends on {service}"
            );
        }
    }
}

#[test]
fn every_crate_takes_the_workspaces_lints() {
    for (name, folder) in members() {
        let manifest =
            std::fs::read_to_string(crate::sources::root().join(&folder).join("Cargo.toml"))
                .unwrap();
        assert!(
            manifest.contains("[lints]\nworkspace = true"),
            "{name} has lints of its own"
        );
    }
}

fn members() -> Vec<(String, String)> {
    let manifest = std::fs::read_to_string(crate::sources::root().join("Cargo.toml")).unwrap();
    let (_, list) = manifest.split_once("members = [").unwrap();
    let (list, _) = list.split_once(']').unwrap();
    list.split(',')
        .map(|entry| entry.trim().trim_matches('"').to_owned())
        .filter(|entry| !entry.is_empty())
        .map(|folder| (folder.rsplit('/').next().unwrap().to_owned(), folder))
        .collect()
}
