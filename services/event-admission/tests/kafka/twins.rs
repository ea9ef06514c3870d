//! A process that is stopped in the middle (SIGSTOP), replaced, and then continued.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use event_schemas::city::Reason;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::json;

use crate::city::{City, fire, ids};

/// Another process that admits; killed when the scenario ends, however it ends.
struct Twin(Child);

impl Twin {
    fn start(city: &City, instance: &str) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_event-admission"))
            .args(["--kafka", &city.log.brokers])
            .args(["--prefix", city.log.topics.prefix()])
            .arg("--key-file")
            .arg(city.key_file())
            .args(["--instance", instance])
            // Never asked: the memory is complete.
            .args(["--clickhouse", "http://127.0.0.1:1"])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self(child)
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.0.id()).unwrap());
        kill(pid, signal).unwrap();
    }

    fn lives(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }
}

impl Drop for Twin {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _ended = self.0.wait();
    }
}

async fn publish(city: &City, from: usize, to: usize) {
    for n in from..to {
        city.publish("fire", &fire(&format!("{n:04}"))).await;
    }
}

/// Stops the early process while events arrive, lets the late one take over, and continues the early
/// one while more arrive.
async fn replaced_while_stopped(early_name: &str, late_name: &str) {
    let city = City::new().await;
    let mut early = Twin::start(&city, early_name);
    publish(&city, 0, 100).await;
    city.events(50).await;
    early.signal(Signal::SIGSTOP);
    publish(&city, 100, 200).await;
    let mut late = Twin::start(&city, late_name);
    city.events(200).await;
    early.signal(Signal::SIGCONT);
    publish(&city, 200, 300).await;
    let mut reused = fire("0000");
    reused["data"]["category"] = json!("smoke");
    city.publish("fire", &reused).await;
    city.events(300).await;
    let letters = city.dead_letters(1).await;
    // Long enough for whatever the early one still held to come out.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let events = city.events(300).await;
    let expected: Vec<String> = (0..300).map(|n| format!("{n:04}")).collect();
    assert_eq!(ids(&events), expected, "each exactly once");
    assert_eq!((letters.len(), letters[0].reason), (1, Reason::IdReused));
    assert!(early.lives() && late.lives());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_process_is_replaced_by_one_of_another_name_and_leaves_nothing_behind() {
    replaced_while_stopped("early", "late").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_process_is_replaced_by_one_of_its_own_name_and_leaves_nothing_behind() {
    replaced_while_stopped("0", "0").await;
}
