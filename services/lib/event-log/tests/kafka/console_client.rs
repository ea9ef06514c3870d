//! Kafka's own console producer and consumer, as a department would use them: clients we did not write.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use local_stack::Progress;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};

/// A Java machine on a busy machine takes its time.
const LIMIT: Duration = Duration::from_secs(120);

/// Somebody who signs in to Kafka.
pub(crate) struct ConsoleClient {
    java: PathBuf,
    class_path: String,
    brokers: String,
    settings: tempfile::NamedTempFile,
}

impl ConsoleClient {
    /// With a user and its secret; with a certificate to trust it speaks TLS.
    pub(crate) async fn new(brokers: &str, user: &str, secret: &str, trust: Option<&Path>) -> Self {
        let cache = local_stack::cache_dir_default().unwrap();
        let jars = local_stack::ensure_kafka(&cache, &Progress::Lines);
        let tools = local_stack::ensure_kafka_tools(&cache, &Progress::Lines);
        let (jars, tools) = (jars.await.unwrap(), tools.await.unwrap());
        let protocol = match trust {
            Some(certificate) => format!(
                "security.protocol=SASL_SSL\nssl.truststore.type=PEM\nssl.truststore.location={}\n",
                certificate.display()
            ),
            None => String::from("security.protocol=SASL_PLAINTEXT\n"),
        };
        let settings = tempfile::NamedTempFile::new().unwrap();
        let text = format!(
            "{protocol}sasl.mechanism=SCRAM-SHA-512\n\
             sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required \
             username=\"{user}\" password=\"{secret}\";\n"
        );
        std::fs::write(settings.path(), text).unwrap();
        Self {
            java: local_stack::ensure_java(&cache, &Progress::Lines)
                .await
                .unwrap(),
            class_path: format!("{}/*:{}/*", jars.display(), tools.display()),
            brokers: brokers.to_owned(),
            settings,
        }
    }

    fn command(&self, main: &str, topic: &str) -> Command {
        let mut command = Command::new(&self.java);
        command
            .args([
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                &self.class_path,
            ])
            .args([main, "--bootstrap-server", &self.brokers, "--topic", topic])
            .arg("--command-config")
            .arg(self.settings.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// Writes lines, each a record; returns what it complained of.
    pub(crate) async fn produce(&self, topic: &str, lines: &str) -> String {
        let mut child = self.producer(topic);
        let mut typing = child.stdin.take().unwrap();
        typing.write_all(lines.as_bytes()).await.unwrap();
        drop(typing);
        said(&ended(child).await)
    }

    /// A producer that goes on for as long as it is typed to.
    pub(crate) fn producer(&self, topic: &str) -> Child {
        let mut command = self.command("org.apache.kafka.tools.ConsoleProducer", topic);
        command.spawn().unwrap()
    }

    /// Reads a topic from its beginning; returns what it got, and what it complained of.
    pub(crate) async fn consume(&self, topic: &str) -> (String, String) {
        let mut command = self.command("org.apache.kafka.tools.consumer.ConsoleConsumer", topic);
        command
            .args(["--partition", "0", "--offset", "earliest"])
            .args(["--timeout-ms", "15000"]);
        let output = ended(command.spawn().unwrap()).await;
        let got = String::from_utf8_lossy(&output.stdout).into_owned();
        (got, said(&output))
    }
}

async fn ended(child: Child) -> Output {
    let ending = tokio::time::timeout(LIMIT, child.wait_with_output()).await;
    ending
        .expect("a console client ends within its limit")
        .unwrap()
}

fn said(output: &Output) -> String {
    let all = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8_lossy(&all).into_owned()
}

/// Reads what a running client says until it says `wanted`.
pub(crate) async fn until_said(child: &mut Child, wanted: &str) {
    let mut heard = String::new();
    let stderr = child.stderr.as_mut().unwrap();
    let listening = async {
        let mut part = [0; 4096];
        while !heard.contains(wanted) {
            let read = stderr.read(&mut part).await.unwrap();
            assert_ne!(read, 0, "it ended without saying '{wanted}':\n{heard}");
            heard.push_str(&String::from_utf8_lossy(&part[..read]));
        }
    };
    let said = tokio::time::timeout(LIMIT, listening).await;
    assert!(said.is_ok(), "it never said '{wanted}':\n{heard}");
}
