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

/// A shell block of a document.
struct Block {
    /// The line where it begins.
    line: usize,
    /// What is typed.
    shell: String,
    /// What the document says that it answers: the lines of the `output` block that follows it. Each is
    /// part of the answer, in this order; `…` stands for anything.
    output: String,
}

/// Shell blocks of a document, with what they answer.
fn blocks(document: &Path) -> Vec<Block> {
    let text = std::fs::read_to_string(document).unwrap();
    let mut found: Vec<Block> = Vec::new();
    let mut open: Option<(&str, usize, String)> = None;
    for (number, line) in text.lines().enumerate() {
        match (&mut open, line) {
            (None, fence) if fence.starts_with("```") => {
                open = Some((&fence[3..], number + 2, String::new()));
            }
            (Some(_), "```") => match open.take() {
                Some(("sh", line, shell)) => found.push(Block {
                    line,
                    shell,
                    output: String::new(),
                }),
                Some(("output", line, output)) => {
                    let shown = found.last_mut().filter(|block| block.output.is_empty());
                    let place = format!("{}:{line}: output of no command", document.display());
                    shown.expect(&place).output = output;
                }
                _ => {}
            },
            (Some((_, _, block)), line) => {
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

/// Every line that a document shows as an answer is part of it, in order.
fn must_say(place: &str, said: &str, shown: &str) {
    let mut rest = said;
    for part in shown.lines().flat_map(|line| line.split('…')) {
        let Some(at) = rest.find(part.trim()) else {
            panic!("{place}: the document shows\n  {part}\nbut the command says\n{said}");
        };
        rest = &rest[at + part.trim().len()..];
    }
}

fn documents() -> Vec<PathBuf> {
    let root = repository();
    [
        "README.md",
        "README.zh-CN.md",
        "CONTRIBUTING.md",
        "docs/publish-your-first-event.md",
        "docs/publish-your-first-event.zh-CN.md",
        "docs/department-engineer.md",
        "docs/department-engineer.zh-CN.md",
        "docs/change-a-contract.md",
        "docs/change-a-contract.zh-CN.md",
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
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(
        output.status.success(),
        "{place}: {}\n{said}",
        output.status
    );
    said
}

/// A reader at the terminal: the hub, the department's key, a Kafka client for Python, a folder for
/// what the documents write.
struct Reader<'h> {
    hub: &'h TestHub,
    key: String,
    python: PathBuf,
    scratch: PathBuf,
}

impl Reader<'_> {
    /// Runs a block as a reader would, who asks again when told that the answer is not there yet.
    async fn run(&self, place: &str, block: &str) -> String {
        let addresses = &self.hub.hub.addresses;
        let prefix = &self.hub.namespace.topic_prefix;
        let begin = Instant::now();
        loop {
            let mut command = shell(block, false);
            command
                .env("CITY_BRAIN_URL", self.hub.url())
                .env("CITY_BRAIN_KEY", &self.key)
                .env("CITY_BRAIN_DATA_DIR", &self.hub.settings.data_dir)
                .env("KAFKA", &addresses.kafka)
                .env("INBOX", format!("{prefix}.inbox.fire"))
                .env("PYTHONPATH", &self.python)
                .env("TMPDIR", &self.scratch);
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
}

/// A folder with the Kafka client that the documents name, installed as they say unless it is there.
fn python_client() -> PathBuf {
    let folder = repository().join("target/python");
    let python = |arguments: &[&str]| {
        let mut command = Command::new("python3");
        command.args(arguments).env("PYTHONPATH", &folder);
        command
            .output()
            .expect("Python 3 is installed: apt-get install python3 python3-pip")
    };
    if !python(&["-c", "import confluent_kafka"]).status.success() {
        let to = folder.display().to_string();
        let install = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--target",
            &to,
            "confluent-kafka",
        ];
        must_pass("python3 -m pip install confluent-kafka", &python(&install));
    }
    folder
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
    let scratch = hub.settings.data_dir.join("scratch");
    std::fs::create_dir_all(&scratch).unwrap();
    let reader = Reader {
        hub: &hub,
        key,
        python: python_client(),
        scratch,
    };
    let (mut ran, mut refusals) = (0, 0);
    for document in documents() {
        for block in blocks(&document) {
            let place = format!("{}:{}", document.display(), block.line);
            must_pass(&place, &shell(&block.shell, true).output().unwrap());
            if THE_TWO.contains(&block.shell.trim()) {
                continue;
            }
            let said = reader.run(&place, &block.shell).await;
            must_say(&place, &said, &block.output);
            refusals += usize::from(said.contains("dragon"));
            ran += 1;
        }
    }
    assert!(ran >= 10, "only {ran} commands ran");
    assert!(refusals >= 2, "the mistake in either language is told");
    let readme = blocks(&repository().join("README.md"));
    for (command, block) in THE_TWO.iter().zip(&readme) {
        assert_eq!(block.shell.trim(), *command);
    }
    let store = Store::new(&hub.hub.addresses.clickhouse);
    until(
        "what the pages publish is in the tables",
        Duration::from_secs(20),
        || async {
            let sql = "SELECT countIf(source = '/fire/first-try'), \
                       countIf(source = '/power/outage-map/replay/first-try') FROM events";
            let counts = store.numbers(sql).await;
            (counts[0] >= 3 && counts[1] == 2).then_some(())
        },
    )
    .await;
    hub.stop().await;
}
