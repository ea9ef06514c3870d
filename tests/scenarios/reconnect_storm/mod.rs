//! Two thousand consoles are cut off at once and come back within a second or two, while events flow.

mod console;

use std::sync::Arc;
use std::time::{Duration, Instant};

use service_kit::serve::raise_open_files;
use tests::api::Api;
use tests::counting_proxy::{CountingProxy, Kinds};
use tests::hub::settings;
use tests::kafka::Department;
use tests::live::LiveClient;
use tests::memory::memory_mib;
use tests::process::HubProcess;
use tests::stack::{namespace, shared};
use tokio::sync::watch;

use crate::story::{COMMUNITY, medical_call, structure_fire};
use console::{Console, Digests, Outcome, Phase};

const CONSOLES: usize = 2_000;
/// Each session has 200 of them.
const SESSIONS: usize = 10;
/// Consoles that connect at once at the beginning; afterwards they all do.
const AT_ONCE: usize = 100;
/// An event each so often; every tenth raises an alert and opens a case.
const EVENT_EVERY: Duration = Duration::from_millis(200);
/// How long the hub is watched with all consoles there, before and during the storm.
const WATCHED: Duration = Duration::from_secs(12);
/// What 2,000 connections and their catching up may cost the hub.
const MEMORY_MIB: u64 = 250;
const LIMIT: Duration = Duration::from_secs(60);

/// Publishes until told to stop; how many events it were.
async fn publish(fire: Department, mut stop: watch::Receiver<Phase>) -> usize {
    let mut tick = tokio::time::interval(EVENT_EVERY);
    for number in 1.. {
        tokio::select! {
            _ = stop.wait_for(|phase| *phase == Phase::Quiet) => return number - 1,
            _ = tick.tick() => {}
        }
        let id = format!("S-{number}");
        let event = if number % 10 == 0 {
            structure_fire(&id, COMMUNITY)
        } else {
            medical_call(&id, COMMUNITY)
        };
        fire.publish_structured(&event).await;
    }
    unreachable!("numbers do not end")
}

/// Queries of a kind that came in a span.
fn since(earlier: &Kinds, later: &Kinds) -> Kinds {
    let new = |(kind, count): (&String, &u64)| {
        let before = earlier.get(kind).copied().unwrap_or_default();
        (*count > before).then(|| (kind.clone(), count - before))
    };
    later.iter().filter_map(new).collect()
}

/// Lets time pass, while a console that is not disturbed follows without gap or reset.
async fn watch_for(time: Duration, undisturbed: &mut LiveClient) {
    let begin = Instant::now();
    undisturbed
        .follow("frames go on", LIMIT, |_| begin.elapsed() > time)
        .await;
    assert!(undisturbed.resets.is_empty(), "{:?}", undisturbed.resets);
}

async fn sign_in(hub: &HubProcess, url: &str) -> Api {
    let (name, password) = hub.first_account();
    Api::sign_in(url, &name, &password).await
}

/// Everyone is there once and follows.
async fn gather(url: &str, sessions: &[Api], phase: &watch::Receiver<Phase>) -> Vec<Running> {
    let digests = Arc::new(Digests::default());
    let address = url.strip_prefix("http://").unwrap().parse().unwrap();
    let mut running = Vec::with_capacity(CONSOLES);
    for number in 0..CONSOLES {
        let console = Console::new(
            address,
            sessions[number % sessions.len()].token.clone(),
            Arc::clone(&digests),
        );
        let (tell, joined) = tokio::sync::oneshot::channel();
        let task = tokio::spawn(console.live(number, phase.clone(), tell));
        running.push(Running {
            task,
            joined: Some(joined),
        });
        if number % AT_ONCE == AT_ONCE - 1 {
            for one in &mut running[number + 1 - AT_ONCE..] {
                if let Some(joined) = one.joined.take() {
                    // A console that failed says so by its outcome.
                    tokio::time::timeout(LIMIT, joined).await.unwrap().ok();
                }
            }
        }
    }
    running
}

struct Running {
    task: tokio::task::JoinHandle<Result<Outcome, String>>,
    joined: Option<tokio::sync::oneshot::Receiver<()>>,
}

/// What one span of watching saw: queries by kind, and how long a programmer's questions took.
struct Span {
    asked: Kinds,
    took: Vec<Duration>,
}

impl Span {
    /// Watches for a while.
    async fn watch(proxy: &CountingProxy, api: &Api, undisturbed: &mut LiveClient) -> Self {
        // A programmer's client that goes on asking.
        let programmer = api.clone();
        let asking = async move {
            let pause = Duration::from_millis(50);
            programmer.answer_times(WATCHED, pause).await
        };
        let asking = tokio::spawn(asking);
        let begin = proxy.kinds();
        watch_for(WATCHED, undisturbed).await;
        let asked = since(&begin, &proxy.kinds());
        Self {
            asked,
            took: asking.await.unwrap(),
        }
    }

    fn queries(&self) -> u64 {
        self.asked.values().sum()
    }

    fn median(&self) -> Duration {
        self.took[self.took.len() / 2]
    }

    /// The storm asked ClickHouse nothing, and others were answered.
    fn is_no_worse_than(&self, usual: &Self) {
        for (kind, count) in &self.asked {
            let before = usual.asked.get(kind).copied().unwrap_or_default();
            // The hub's own clockwork and the flow of events ask as before, give or take a tick.
            assert!(
                *count <= before + before / 2 + 6,
                "{kind}: {count} in the storm, {before} before"
            );
        }
        let queries = self.queries();
        assert!(queries < CONSOLES as u64 / 4, "{queries}: {:?}", self.asked);
        // 2,000 clients share the hub's machine here: these bounds are what starvation would break.
        let bound = usual.median() * 3 + Duration::from_secs(2);
        let worst = self.took[self.took.len() - 1];
        assert!(
            self.median() < bound && worst < LIMIT / 4,
            "answers in the storm took {:?}, before {:?}",
            self.took,
            usual.took
        );
    }
}

/// Follows until all that was published has been told, with what it leads to; the cursor there.
async fn settle(undisturbed: &mut LiveClient, published: usize) -> u64 {
    let all = |live: &LiveClient| live.events.len() == published;
    undisturbed.follow("every event", LIMIT, all).await;
    // All has been told when nothing changed from one beat to the next.
    let mut cursor = String::new();
    while cursor != undisturbed.cursor {
        cursor.clone_from(&undisturbed.cursor);
        let beats = undisturbed.beats;
        undisturbed
            .follow("a beat", LIMIT, |live| live.beats > beats)
            .await;
    }
    let alerts = undisturbed.picture["alerts"].len();
    assert!(
        alerts >= published / 10,
        "{alerts} alerts of {published} events"
    );
    cursor.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_consoles_come_back_at_once_and_cost_the_store_no_query() {
    raise_open_files().unwrap();
    let namespace = namespace("reconnectstorm");
    let mut settings = settings(&namespace);
    let proxy = CountingProxy::start(&shared().clickhouse.url).await;
    let external = settings.clickhouse.as_mut().unwrap();
    external.url.clone_from(&proxy.url);
    let hub = HubProcess::start(&settings);
    let url = hub.addresses().unwrap().http;
    let mut sessions = Vec::new();
    for _ in 0..SESSIONS {
        sessions.push(sign_in(&hub, &url).await);
    }
    let api = sign_in(&hub, &url).await;
    let (phase, told) = watch::channel(Phase::Follow);

    let memory_before = memory_mib(hub.pid()).0;
    let consoles = gather(&url, &sessions, &told).await;
    let mut undisturbed = LiveClient::connect(&url, &api.token, None).await;
    let fire = Department::connect(&shared().brokers, &namespace.topic_prefix, "fire");
    let publishing = tokio::spawn(publish(fire, told.clone()));

    let usual = Span::watch(&proxy, &api, &mut undisturbed).await;
    phase.send(Phase::Storm).unwrap();
    let storm = Span::watch(&proxy, &api, &mut undisturbed).await;
    phase.send(Phase::Quiet).unwrap();
    let published = publishing.await.unwrap();
    let end = settle(&mut undisturbed, published).await;
    phase.send(Phase::End(end)).unwrap();

    let mut outcomes = Vec::new();
    for console in consoles {
        outcomes.push(console.task.await.unwrap().unwrap());
    }
    let (_, highest) = memory_mib(hub.pid());
    judge(&outcomes, published);
    storm.is_no_worse_than(&usual);
    assert!(
        highest < memory_before + MEMORY_MIB,
        "the hub grew from {memory_before} to {highest} MiB"
    );
    report(&outcomes, [&usual, &storm], [memory_before, highest]);
    assert!(hub.terminate(Duration::from_secs(20)).success());
}

/// The figures, for who reads along.
fn report(outcomes: &[Outcome], [usual, storm]: [&Span; 2], [before, highest]: [u64; 2]) {
    let resumed = outcomes.iter().filter(|one| one.resumed).count();
    let back = outcomes.iter().map(|one| one.back_after).max().unwrap();
    let text = format!(
        "{resumed} of {CONSOLES} resumed, the last was back after {back:?}; other answers took {:?}, \
         before {:?}; hub {before} to {highest} MiB; {} queries in {WATCHED:?}, {} before\n",
        storm.median(),
        usual.median(),
        storm.queries(),
        usual.queries(),
    );
    std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes()).unwrap();
}

/// Every console ended where all others did, and missed nothing without being told.
fn judge(outcomes: &[Outcome], published: usize) {
    let resumed = outcomes.iter().filter(|one| one.resumed).count();
    assert!(
        resumed > CONSOLES * 9 / 10,
        "{resumed} of {CONSOLES} resumed"
    );
    let pictures: std::collections::BTreeSet<_> = outcomes
        .iter()
        .map(|one| (one.cursor, one.picture))
        .collect();
    assert_eq!(pictures.len(), 1, "one state: {pictures:?}");
    for one in outcomes.iter().filter(|one| one.resets == 0) {
        assert_eq!(
            (one.events, one.distinct_events),
            (published, published),
            "a console without a reset saw every event once"
        );
    }
}
