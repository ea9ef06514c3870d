//! Every command in the documents really runs, as it stands there.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use tests::binary::{city_brain, repository};
use tests::hub::TestHub;
use tests::store::Store;
use tests::wait::until;

/// The two commands of the README build the whole product: the test that runs this is the second.
const THE_TWO: [&str; 2] = ["cargo run --release -- up --demo", "cargo test --workspace"];

/// Shell blocks of a document, with the line where each begins.
fn blocks(document: &Path) -> Vec<(usize, String)> {
    let text = std::fs::read_to_string(document).unwrap();
    let mut found = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (number, line) in text.lines().enumerate() {
        match (&mut open, line) {
            (None, "```sh") => open = Some((number + 2, String::new())),
            (Some(_), "```") => found.extend(open.take()),
            (Some((_, block)), line) => {
                block.push_str(line);
                block.push('\n');
            }
            (None, _) => {}
        }
    }
    assert!(
        open.is_none(),
        "{}: a block does not end",
        document.display()
    );
    found
}

fn documents() -> Vec<PathBuf> {
    let root = repository();
    [
        "README.md",
        "README.zh-CN.md",
        "CONTRIBUTING.md",
        "docs/publish-your-first-event.md",
        "docs/publish-your-first-event.zh-CN.md",
        "docs/kinds-of-cases.md",
        "docs/kinds-of-cases.zh-CN.md",
        "docs/write-a-rule.md",
        "docs/write-a-rule.zh-CN.md",
        "docs/simulated-city.md",
        "docs/simulated-city.zh-CN.md",
        "docs/graphql.md",
        "docs/graphql.zh-CN.md",
        "docs/administrator.md",
        "docs/administrator.zh-CN.md",
        "event-schemas/README.md",
    ]
    .into_iter()
    .map(|name| root.join(name))
    .collect()
}

fn shell(block: &str, check_only: bool) -> Command {
    let mut command = Command::new("sh");
    command
        .arg(if check_only { "-nc" } else { "-euc" })
        .arg(block);
    let mut path = vec![city_brain().parent().unwrap().to_owned()];
    path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap()));
    command
        .env("PATH", std::env::join_paths(path).unwrap())
        .current_dir(repository());
    command
}

fn must_pass(place: &str, output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{place}: {}\n{said}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    said
}

/// Runs a block as a reader would, who asks again when told that the answer is not there yet.
async fn run(hub: &TestHub, key: &str, place: &str, block: &str) -> String {
    let begin = Instant::now();
    loop {
        let mut command = shell(block, false);
        command
            .env("CITY_BRAIN_URL", hub.url())
            .env("CITY_BRAIN_KEY", key)
            .env("CITY_BRAIN_DATA_DIR", &hub.settings.data_dir);
        let running = tokio::task::spawn_blocking(move || command.output().unwrap());
        let output = running.await.unwrap();
        let told_to_wait =
            String::from_utf8_lossy(&output.stdout).contains("ask again in a second");
        if !told_to_wait || begin.elapsed() > Duration::from_secs(30) {
            return must_pass(place, &output);
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_shell_command_in_the_documents_runs_as_it_stands() {
    let hub = TestHub::start("documents").await;
    let now = service_kit::Clock::system().now();
    let (_, key) = hub
        .hub
        .identity
        .issue_key("fire", "documents", now)
        .await
        .unwrap();
    let (mut ran, mut refusals) = (0, 0);
    for document in documents() {
        for (line, block) in blocks(&document) {
            let place = format!("{}:{line}", document.display());
            must_pass(&place, &shell(&block, true).output().unwrap());
            if THE_TWO.contains(&block.trim()) {
                continue;
            }
            let said = run(&hub, &key, &place, &block).await;
            refusals += usize::from(said.contains("dragon"));
            ran += 1;
        }
    }
    assert!(ran >= 10, "only {ran} commands ran");
    assert_eq!(refusals, 2, "the mistake in either language is told");
    let readme = blocks(&repository().join("README.md"));
    for (command, (_, block)) in THE_TWO.iter().zip(&readme) {
        assert_eq!(block.trim(), *command);
    }
    let store = Store::new(&hub.hub.addresses.clickhouse);
    until(
        "what the pages publish is in the tables",
        Duration::from_secs(20),
        || async {
            let sql = "SELECT count(), countIf(source = '/fire/first-try') FROM events";
            let counts = store.numbers(sql).await;
            (counts[0] >= 3 && counts[0] == counts[1]).then_some(())
        },
    )
    .await;
    hub.stop().await;
}
