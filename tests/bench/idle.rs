//! P9: what a connection costs while nothing happens: signed in, with three subscriptions, ten
//! thousand of them, on a hub whose picture is not empty.

use std::time::Duration;

use serde_json::json;
use tests::hub::TestHub;

use crate::crowd::{self, Crowd};
use crate::fanout::TOPICS;
use crate::goal::{Goal, judge};
use crate::served::Served;
use crate::table::row;

/// Connections at once: as many as the gateway takes.
const CLIENTS: usize = 10_000;
/// Connections that come and go before: what is allocated once is allocated then.
const FIRST: usize = 500;
/// Runs, each with a gateway of its own.
const RUNS: usize = 3;
/// Grave fires that raise an alert and open a case each.
const FIRES: usize = 100;
/// Several beats, pings and looks at the session pass in this time.
const REST: Duration = Duration::from_secs(12);

/// Measures and prints the rows.
pub(crate) fn measure() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let hub = runtime.block_on(TestHub::start("idle"));
    let sessions = runtime.block_on(crowd::sessions(&hub));
    runtime.block_on(some_picture(&hub));
    let each: Vec<f64> = (0..RUNS).map(|_| one_run(&hub, &sessions)).collect();
    row(
        &format!("P9 {CLIENTS} idle connections: resident memory of one"),
        "bytes",
        &each,
    );
    judge(
        "P9 memory of a connection",
        &each,
        "bytes",
        Goal::AtMost(8_192.0),
    );
    runtime.block_on(hub.stop());
}

fn one_run(hub: &TestHub, sessions: &[String]) -> f64 {
    let gateway = Served::gateway(hub, Duration::from_millis(100));
    drop(Crowd::start(&gateway.address, FIRST, &TOPICS, sessions));
    std::thread::sleep(Duration::from_secs(3));
    let before = gateway.resident();
    let _crowd = Crowd::start(&gateway.address, CLIENTS, &TOPICS, sessions);
    std::thread::sleep(REST);
    (gateway.resident() - before) / CLIENTS as f64
}

/// Alerts and cases, so that a snapshot has something to say.
async fn some_picture(hub: &TestHub) {
    let fire = hub.department("fire");
    let api = hub.api().await;
    let mut live = hub.live(&api).await;
    for number in 0..FIRES {
        let event = json!({
            "specversion": "1.0", "id": format!("idle-{number}"), "source": "/fire/idle",
            "type": "city.fire.incident-reported.v1", "placecode": crate::load::PLACE,
            "time": service_kit::Clock::system().now().rfc3339(), "subject": format!("idle-{number}"),
            "data": { "incident": format!("idle-{number}"), "category": "structure-fire" },
        });
        fire.publish_structured(&event).await;
    }
    live.follow("the alerts", Duration::from_secs(60), |live| {
        live.picture["alerts"].len() >= FIRES
    })
    .await;
}
