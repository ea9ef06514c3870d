//! Rules about the text of files.

use crate::sources::{Source, root, sources};

const FILE_LINES_MAX: usize = 500;
const FUNCTION_LINES_MAX: usize = 70;

fn assert_none(rule: &str, offences: &[String]) {
    assert!(offences.is_empty(), "{rule}:\n  {}", offences.join("\n  "));
}

#[test]
fn no_file_is_longer_than_500_lines() {
    let offences: Vec<String> = sources(&[".rs", ".ts", ".tsx", ".css", ".mjs"])
        .iter()
        .map(|source| (source, source.text.lines().count()))
        .filter(|(_, lines)| *lines > FILE_LINES_MAX)
        .map(|(source, lines)| format!("{}: {lines} lines", source.name))
        .collect();
    assert_none("split the file by idea", &offences);
}

#[test]
fn no_rust_function_is_longer_than_70_lines() {
    let mut offences = Vec::new();
    for source in sources(&[".rs"]) {
        offences.extend(long_functions(&source));
    }
    assert_none("split the function", &offences);
}

/// Functions by rustfmt's shape: from a line that holds `fn` to the closing brace at its indentation.
fn long_functions(source: &Source) -> Vec<String> {
    let lines: Vec<&str> = source.text.lines().collect();
    let mut offences = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let head = line.trim_start();
        let is_function = [
            "fn ",
            "pub fn ",
            "async fn ",
            "pub async fn ",
            "pub(crate) fn ",
            "pub(crate) async fn ",
            "pub(super) fn ",
            "pub(super) async fn ",
            "const fn ",
            "pub const fn ",
        ]
        .iter()
        .any(|form| head.starts_with(form));
        if !is_function {
            continue;
        }
        let close = format!("{}}}", " ".repeat(indent));
        if let Some(length) = lines[start..].iter().position(|line| *line == close)
            && length + 1 > FUNCTION_LINES_MAX
        {
            offences.push(format!(
                "{}:{}: {} lines",
                source.name,
                start + 1,
                length + 1
            ));
        }
    }
    offences
}

#[test]
fn every_rust_file_says_what_it_is() {
    let offences: Vec<String> = sources(&[".rs"])
        .iter()
        .filter(|source| !source.text.starts_with("//!"))
        .map(|source| source.name.clone())
        .collect();
    assert_none("begin the file with //! and a sentence", &offences);
}

#[test]
fn no_file_has_a_name_that_says_nothing() {
    const EMPTY: [&str; 10] = [
        "utils",
        "util",
        "common",
        "helper",
        "helpers",
        "manager",
        "processor",
        "misc",
        "others",
        "stuff",
    ];
    let offences: Vec<String> = sources(&[".rs", ".ts", ".tsx"])
        .iter()
        .filter(|source| {
            source
                .name
                .split(['/', '.'])
                .any(|part| EMPTY.contains(&part) || part.ends_with("_v2") || part == "old")
        })
        .map(|source| source.name.clone())
        .collect();
    assert_none("name the file after its idea", &offences);
}

#[test]
fn sql_lives_in_the_event_store_alone() {
    let offences: Vec<String> = sources(&[".rs"])
        .iter()
        .filter(|source| !source.name.starts_with("services/lib/event-store/") && !source.is_test())
        .filter(|source| !source.name.starts_with("services/lib/local-stack/"))
        .flat_map(|source| {
            source
                .production_text()
                .lines()
                .enumerate()
                .filter(|(_, line)| holds_sql(line))
                .map(|(n, line)| format!("{}:{}: {}", source.name, n + 1, line.trim()))
                .collect::<Vec<_>>()
        })
        .collect();
    assert_none("move the statement to event-store", &offences);
}

fn holds_sql(line: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    [
        "SELECT ",
        "INSERT INTO",
        "ALTER TABLE",
        "CREATE TABLE",
        "DROP TABLE",
    ]
    .iter()
    .any(|word| code.contains(word))
}

#[test]
fn the_clock_is_read_in_service_kit_alone() {
    let offences: Vec<String> = sources(&[".rs"])
        .iter()
        .filter(|source| {
            !source.is_test() && source.name != "services/lib/service-kit/src/clock.rs"
        })
        .filter(|source| {
            let text = source.production_text();
            text.contains("SystemTime::now")
                || text.contains("Timestamp::now")
                || text.contains("Utc::now")
        })
        .map(|source| source.name.clone())
        .collect();
    assert_none(
        "take the time as a value from service_kit::Clock",
        &offences,
    );
}

#[test]
fn nothing_is_left_to_do_in_comments_and_no_test_is_skipped() {
    let offences: Vec<String> = sources(&[".rs", ".ts", ".tsx"])
        .iter()
        .filter(|source| !source.name.starts_with("tests/tidy/"))
        .filter(|source| {
            [
                "TODO",
                "FIXME",
                "XXX:",
                "#[ignore",
                "it.skip",
                "test.skip",
                "describe.skip",
            ]
            .iter()
            .any(|word| source.text.contains(word))
        })
        .map(|source| source.name.clone())
        .collect();
    assert_none("do it, or file it", &offences);
}

#[test]
fn unsafe_code_stands_only_where_clickhouse_is_loaded() {
    let offences: Vec<String> = sources(&[".rs"])
        .iter()
        .filter(|source| source.text.contains("unsafe {") || source.text.contains("unsafe fn"))
        .filter(|source| {
            !source.name.starts_with("services/lib/local-stack/src/")
                && !source.name.starts_with("tests/tidy/")
        })
        .map(|source| source.name.clone())
        .collect();
    assert_none("find a safe way", &offences);
}

#[test]
fn documents_name_only_paths_that_exist() {
    let mut offences = Vec::new();
    for name in [
        "README.md",
        "README.zh-CN.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
    ] {
        let text = std::fs::read_to_string(root().join(name))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        for quoted in text.split('`').skip(1).step_by(2) {
            let looks_like_a_path = quoted.contains('/')
                && !quoted.contains([' ', '<', '*', '{', '$', ':', '…'])
                && !quoted.starts_with(['/', '.', '~'])
                && !quoted.starts_with("application/")
                && !quoted.starts_with("run/");
            if looks_like_a_path && !root().join(quoted).exists() {
                offences.push(format!("{name}: {quoted}"));
            }
        }
    }
    assert_none("correct the document", &offences);
}
