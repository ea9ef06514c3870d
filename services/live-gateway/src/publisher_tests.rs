//! The publisher as a client meets it: any cut, any resume, the same picture in the end.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use domain::alert::{Alert, AlertChange, AlertRule, AlertStatus, Explanation};
use event_schemas::city::Millis;
use event_schemas::{Catalog, Text};
use proptest::prelude::*;
use serde_json::Value;
use service_kit::{Clock, Shutdown};
use tokio::sync::{mpsc, oneshot};

use crate::Config;
use crate::audience::Audience;
use crate::protocol::Resume;
use crate::publisher::{Input, Subscribed, spawn};

fn alert(number: u8, version: u64, status: AlertStatus) -> Alert {
    let words = Text::new("测试", "test");
    Alert {
        id: format!("rule@{number}"),
        fingerprint: format!("f{number}"),
        version,
        change: AlertChange::Changed,
        rule: AlertRule {
            id: String::from("rule"),
            version: 1,
            rule_set: 1,
            title: words.clone(),
            owner: String::from("hub"),
            sop: words.clone(),
            suggested_unit: None,
            labels: BTreeMap::new(),
        },
        severity: 2,
        status,
        episode: 1,
        title: words.clone(),
        raised_at: Millis(0),
        changed_at: Millis(version as i64),
        resolved_at: None,
        place: None,
        lon: None,
        lat: None,
        departments: Vec::new(),
        event_count: version,
        events: Vec::new(),
        explanation: Explanation {
            key: String::new(),
            window_from: Millis(0),
            window_to: Millis(0),
            value: None,
            bound: None,
            words,
        },
        exercise: false,
    }
}

struct Console {
    inputs: mpsc::Sender<Input>,
    subscribed: Subscribed,
    cursor: String,
    picture: BTreeMap<String, Value>,
}

impl Console {
    async fn connect(inputs: &mpsc::Sender<Input>, resume: Option<Resume>) -> Self {
        let (reply, answer) = oneshot::channel();
        let ask = Input::Subscribe {
            audience: Audience::ALL,
            resume,
            reply,
        };
        inputs.send(ask).await.ok().unwrap();
        let subscribed = answer.await.unwrap();
        Self {
            inputs: inputs.clone(),
            subscribed,
            cursor: String::new(),
            picture: BTreeMap::new(),
        }
    }

    async fn reconnect(self) -> Self {
        let resume = Resume {
            epoch: self.subscribed.epoch.to_string(),
            cursor: self.cursor.clone(),
        };
        let mut again = Self::connect(&self.inputs, Some(resume)).await;
        if again.subscribed.resumed {
            again.picture = self.picture;
            again.cursor = self.cursor;
        }
        again
    }

    fn take_first(&mut self) {
        for text in Arc::clone(&self.subscribed.first).iter() {
            self.take(text);
        }
    }

    fn drain(&mut self) {
        while let Ok(text) = self.subscribed.frames.try_recv() {
            self.take(&text);
        }
    }

    fn take(&mut self, text: &str) {
        let frame: Value = serde_json::from_str(text).unwrap();
        let lists = match frame["type"].as_str().unwrap() {
            "snapshot" => {
                self.cursor = frame["cursor"].as_str().unwrap().to_owned();
                &frame["alerts"]
            }
            "delta" => {
                assert_eq!(frame["from"], self.cursor.as_str(), "a gap or a repeat");
                self.cursor = frame["to"].as_str().unwrap().to_owned();
                &frame["upsert"]["alerts"]
            }
            _ => return,
        };
        for alert in lists.as_array().unwrap() {
            let id = alert["id"].as_str().unwrap().to_owned();
            self.picture.insert(id, alert.clone());
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Change(u8, bool),
    Pause,
    Drain,
    Reconnect,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..6_u8, any::<bool>()).prop_map(|(number, over)| Step::Change(number, over)),
        2 => Just(Step::Pause),
        1 => Just(Step::Drain),
        1 => Just(Step::Reconnect),
    ];
    proptest::collection::vec(step, 1..60)
}

async fn play(steps: Vec<Step>, history_frames: usize) {
    let config = Config {
        frame_every: Duration::from_millis(10),
        history_frames,
        client_queue: 1_000,
        ..Config::default()
    };
    let catalog = Arc::new(Catalog::default());
    let shutdown = Shutdown::new();
    let clock = Clock::manual(Millis(0));
    let inputs = spawn(&config, &catalog, &clock, shutdown.clone());
    let mut console = Console::connect(&inputs, None).await;
    console.take_first();
    let mut versions = [0_u64; 6];
    for step in steps {
        match step {
            Step::Change(number, over) => {
                let version = &mut versions[usize::from(number)];
                *version += 1;
                let status = if over {
                    AlertStatus::Resolved
                } else {
                    AlertStatus::Firing
                };
                let changed = alert(number, *version, status);
                inputs
                    .send(Input::Alert(Box::new(changed)))
                    .await
                    .ok()
                    .unwrap();
            }
            Step::Pause => tokio::time::sleep(Duration::from_millis(25)).await,
            Step::Drain => console.drain(),
            Step::Reconnect => {
                console = console.reconnect().await;
                console.take_first();
            }
        }
    }
    tokio::time::sleep(Duration::from_millis(25)).await;
    let mut fresh = Console::connect(&inputs, None).await;
    fresh.take_first();
    console.drain();
    assert_eq!(console.picture, fresh.picture);
    assert_eq!(console.cursor, fresh.cursor);
    shutdown.cancel();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn any_cut_and_resume_ends_in_the_picture_of_a_fresh_snapshot(steps in steps(), short in any::<bool>()) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(play(steps, if short { 2 } else { 1_000 }));
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_read_is_let_go_and_others_go_on() {
    let config = Config {
        client_queue: 3,
        ..Config::default()
    };
    let catalog = Arc::new(Catalog::default());
    let inputs = spawn(
        &config,
        &catalog,
        &Clock::manual(Millis(0)),
        Shutdown::new(),
    );
    let mut slow = Console::connect(&inputs, None).await;
    let mut quick = Console::connect(&inputs, None).await;
    quick.take_first();
    for version in 1..=10 {
        let changed = alert(1, version, AlertStatus::Firing);
        inputs
            .send(Input::Alert(Box::new(changed)))
            .await
            .ok()
            .unwrap();
        tokio::time::sleep(Duration::from_millis(150)).await;
        quick.drain();
    }
    assert_eq!(quick.picture["rule@1"]["version"], 10);
    while slow.subscribed.frames.recv().await.is_some() {}
    assert!(
        slow.subscribed.frames.is_closed(),
        "the slow one's queue has ended"
    );
}
