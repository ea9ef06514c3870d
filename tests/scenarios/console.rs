//! The operator console: its own checks, and a real browser against the real hub.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use city_brain::settings::{ConsoleSource, Settings};
use tests::binary::{city_brain, repository};
use tests::console::{ConsoleTools, tools};
use tests::hub::settings;
use tests::kafka::Department;
use tests::process::HubProcess;
use tests::stack::{namespace, shared};

use crate::story::{COMMUNITY, structure_fire};

#[tokio::test(flavor = "multi_thread")]
async fn the_consoles_own_checks_and_tests_pass() {
    let tools = tools().await;
    tools.must_run("npm", &["run", "check"]);
    tools.must_run("npm", &["test"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_stays_within_its_size_budget() {
    let tools = tools().await;
    let built = tools.built.display().to_string();
    tools.must_run("node", &["budget.mjs", &built]);
}

/// Faults on the wire, the operator's hands, every screen with axe in both languages and themes, and
/// both walls, in a real browser. The hub follows a script: a healthy one shows none of those faults.
#[tokio::test(flavor = "multi_thread")]
async fn every_screen_holds_in_a_real_browser() {
    let tools = tools().await;
    let results = concat!(env!("CARGO_TARGET_TMPDIR"), "/console-screens");
    let mut arguments = vec!["playwright", "test", "--output", results];
    arguments.extend(["scripted", "hands", "screens", "wall", "budgets"]);
    tools.must_run("npx", &arguments);
}

/// A port that was free a moment ago: the hub must come back on the same one.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_works_a_case_by_keyboard_to_closed_and_outlives_a_lost_hub() {
    let tools = tools().await;
    let namespace = namespace("console");
    let mut settings = settings(&namespace);
    settings.console = ConsoleSource::Build;
    // The console asks for nothing but what it was built with: all of it works on a strict hub.
    settings.console_operations_only = true;
    settings.listen.set_port(free_port());
    let hub = HubProcess::start(&settings);
    let (shots, handshake) = (
        settings.data_dir.join("shots"),
        settings.data_dir.join("handshake"),
    );
    for folder in [&shots, &handshake] {
        std::fs::create_dir_all(folder).unwrap();
    }
    let mut city = simulated_city(&settings);
    let fire = Department::connect(&shared().brokers, &namespace.topic_prefix, "fire");
    fire.publish_structured(&structure_fire("F-2301", COMMUNITY))
        .await;
    let browser = browser(tools, &hub, &shots, &handshake);
    // The city is quiet before the hub goes away: its publisher would otherwise wait for Kafka only.
    let (ended, hub) = accompany(browser, hub, &settings, &handshake).await;
    city.kill().ok();
    city.wait().unwrap();
    let written = std::fs::read_to_string(handshake.join("browser.log")).unwrap();
    assert!(
        ended,
        "the browser test failed:\n{written}\n{}",
        hub.last_words()
    );
    keep_pictures(&shots);
    hub.terminate(Duration::from_secs(10));
}

/// A quiet city with a storyline, so that the map and the queue look as on a working day.
fn simulated_city(settings: &Settings) -> Child {
    Command::new(city_brain())
        .args(["simulate", "--seed", "7", "--rate", "2"])
        .args(["--kafka", settings.kafka.as_deref().unwrap()])
        .args(["--topic-prefix", &settings.topic_prefix])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn browser(tools: &ConsoleTools, hub: &HubProcess, shots: &Path, handshake: &Path) -> Child {
    let (name, password) = hub.first_account();
    let log = std::fs::File::create(handshake.join("browser.log")).unwrap();
    let results = shots.join("results").display().to_string();
    tools
        .command(
            "npx",
            &["playwright", "test", "real-hub", "--output", &results],
        )
        .env("CITY_BRAIN_URL", hub.addresses().unwrap().http)
        .env("CITY_BRAIN_USER", name)
        .env("CITY_BRAIN_PASSWORD", password)
        .env("CITY_BRAIN_SHOTS", shots)
        .env("CITY_BRAIN_HANDSHAKE", handshake)
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap()
}

/// Stops and starts the hub when the browser test asks for it; returns whether that test passed.
async fn accompany(
    mut browser: Child,
    hub: HubProcess,
    settings: &Settings,
    handshake: &Path,
) -> (bool, HubProcess) {
    let said = |word: &str| std::fs::remove_file(handshake.join(word)).is_ok();
    let say = |word: &str| std::fs::write(handshake.join(word), "").unwrap();
    let mut hub = Some(hub);
    loop {
        if let Some(status) = browser.try_wait().unwrap() {
            let hub = hub.unwrap_or_else(|| HubProcess::start(settings));
            return (status.success(), hub);
        }
        if said("stop-hub")
            && let Some(running) = hub.take()
        {
            // As when a machine loses power: the browser hears nothing more.
            running.kill();
            say("hub-stopped");
        }
        if said("start-hub") {
            hub = Some(HubProcess::start(settings));
            say("hub-started");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Both pictures must have been taken; with `UPDATE_DOCS=1` they become those of the README.
fn keep_pictures(shots: &Path) {
    for (shot, document) in [("zh.png", "console-zh.png"), ("en.png", "console-en.png")] {
        let shot = shots.join(shot);
        assert!(
            std::fs::metadata(&shot).unwrap().len() > 20_000,
            "{}",
            shot.display()
        );
        if std::env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1") {
            std::fs::copy(&shot, repository().join("docs").join(document)).unwrap();
        }
    }
}
