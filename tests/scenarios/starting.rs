//! What can be wrong at a start: one clear message each, and the right exit code.

use std::net::TcpListener;
use std::process::{Command, Output};

use city_brain::settings::ConsoleSource;
use tests::binary::{copy_folder, repository};
use tests::hub::settings;
use tests::process::{HubProcess, command};
use tests::stack::namespace;

struct Ended {
    code: i32,
    said: String,
}

fn run(command: &mut Command) -> Ended {
    let Output { status, stderr, .. } = command.output().unwrap();
    Ended {
        code: status.code().unwrap(),
        said: String::from_utf8_lossy(&stderr).into_owned(),
    }
}

impl Ended {
    fn must_be(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, code, "{}", self.said);
        for word in words {
            assert!(
                self.said.contains(word),
                "expected '{word}' in: {}",
                self.said
            );
        }
        assert!(!self.said.contains("panicked"), "{}", self.said);
        assert!(self.said.lines().count() < 12, "one message: {}", self.said);
    }
}

#[test]
fn a_port_that_is_taken_is_named_with_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut settings = settings(&namespace("port"));
    settings.listen = taken.local_addr().unwrap();
    let port = settings.listen.port().to_string();
    run(&mut command(&settings, None)).must_be(3, &["--listen", &port, "port 0", "do:"]);
}

#[test]
fn a_catalog_with_errors_is_refused_with_file_path_and_expectation_of_each() {
    let mut settings = settings(&namespace("catalog"));
    let catalog = settings.data_dir.join("catalog");
    copy_folder(&repository().join("event-schemas/catalog"), &catalog);
    let contract = catalog.join("power/outage-started.v1.schema.json");
    let text = std::fs::read_to_string(&contract).unwrap();
    std::fs::write(&contract, text.replace("\"/customers\"", "\"/custommers\"")).unwrap();
    let rules = catalog.join("fire/rules.yaml");
    let text = std::fs::read_to_string(&rules).unwrap();
    std::fs::write(
        &rules,
        text.replacen("severity: event", "severity: terrible", 1),
    )
    .unwrap();
    settings.catalog = Some(catalog);
    run(&mut command(&settings, None)).must_be(
        1,
        &[
            "power/outage-started.v1.schema.json",
            "x-city",
            "/custommers",
            "fire/rules.yaml",
            "severity",
            "schema check",
        ],
    );
}

#[test]
fn a_second_start_on_the_same_data_is_told_who_has_them() {
    let settings = settings(&namespace("second"));
    let first = HubProcess::start(&settings);
    let pid = first.pid().to_string();
    let folder = settings.data_dir.display().to_string();
    run(&mut command(&settings, None))
        .must_be(3, &["in use by process", &pid, &folder, "--data-dir"]);
}

#[test]
fn data_of_another_format_are_left_alone() {
    let settings = settings(&namespace("format"));
    std::fs::write(settings.data_dir.join("format"), "0\n").unwrap();
    run(&mut command(&settings, None)).must_be(3, &["format 0", "older", "--data-dir"]);
}

#[test]
fn a_strict_hub_that_was_given_no_operations_says_what_is_missing() {
    let mut settings = settings(&namespace("strictstart"));
    settings.console_operations_only = true;
    for service in [None, Some("query")] {
        run(&mut command(&settings, service)).must_be(
            2,
            &["--console-operations-only", "operations.json", "--console"],
        );
    }
    let console = settings.data_dir.join("console");
    std::fs::create_dir_all(&console).unwrap();
    std::fs::write(console.join("index.html"), "<!doctype html>").unwrap();
    let folder = console.display().to_string();
    settings.console = ConsoleSource::Folder(console);
    run(&mut command(&settings, Some("query"))).must_be(2, &[&folder, "no operations.json", "do:"]);
}

#[test]
fn a_missing_tool_is_named_with_the_exact_line_that_brings_it() {
    let mut settings = settings(&namespace("tool"));
    (settings.kafka, settings.clickhouse) = (None, None);
    let empty = settings.data_dir.join("empty");
    std::fs::create_dir_all(&empty).unwrap();
    let ended = run(command(&settings, None)
        .env("PATH", &empty)
        .env_remove("JAVA_HOME"));
    ended.must_be(
        3,
        &["Java 17", "is needed and was not found", "apt-get install"],
    );
}

#[test]
fn wrong_usage_ends_with_two_and_says_what_was_expected() {
    let settings = settings(&namespace("usage"));
    let ended = run(command(&settings, None).arg("--lisen"));
    ended.must_be(2, &["--lisen", "--listen"]);
    let ended = run(command(&settings, None).args(["--config", "/no/such/file.toml"]));
    ended.must_be(2, &["/no/such/file.toml"]);
    let mut other = settings;
    other.database = String::from("city; drop");
    run(&mut command(&other, None)).must_be(2, &["city; drop", "lower-case"]);
}

#[test]
fn a_dependency_that_does_not_answer_is_named() {
    let mut settings = settings(&namespace("nobody"));
    let nobody = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    settings.clickhouse.as_mut().unwrap().url = format!("http://{nobody}");
    run(&mut command(&settings, None)).must_be(3, &[&nobody.to_string()]);
}
