//! Kafka: reachable, topics as they must be, groups that keep up.

use std::time::Duration;

use event_log::{
    GroupPosition, LogConfig, LogError, TopicFault, TopicSettings, check_topics, group_positions,
};
use event_schemas::Catalog;
use event_schemas::city::Topic;
use service_kit::Shutdown;
use service_kit::identity::Identity;

use super::report::Report;
use super::scene::Scene;
use crate::failure::chain;

/// A group that is further behind than this does not keep up.
const BEHIND: i64 = 10_000;
/// Longest wait for the control log.
const FOLD_WITHIN: Duration = Duration::from_secs(30);

/// Looks, and returns the database in force, where the control log says one.
pub(super) async fn look(
    scene: &Scene,
    catalog: Option<&Catalog>,
    report: &mut Report,
) -> Option<String> {
    let Some(log) = scene.log() else {
        report.skip("Kafka: no hub is running here, and none is named with --kafka");
        return None;
    };
    if let Err(error) = event_log::probe(&log).await {
        unreachable(&log, &error, report);
        return None;
    }
    report.good(format!("Kafka: answers at {}", log.brokers));
    let departments: Vec<&str> = catalog.map_or_else(Vec::new, |catalog| {
        let all = catalog.departments().iter();
        all.map(|department| department.name.as_str()).collect()
    });
    match check_topics(&log, &departments, &TopicSettings::default()).await {
        Ok(faults) if faults.is_empty() => report.good("topics: all there, with their settings"),
        Ok(faults) => {
            for fault in faults {
                topic(fault, &log, report);
            }
        }
        Err(error) => unreachable(&log, &error, report),
    }
    let database = in_force(scene, &log, report).await;
    let named = &scene.settings.database;
    let recorder = event_recorder::group_of(named, database.as_deref().unwrap_or(named));
    recorder_group(&log, &recorder, report).await;
    let inboxes: Vec<String> = departments
        .iter()
        .map(|department| log.topics.inbox(department))
        .collect();
    lag(&log, "admission", &inboxes, report).await;
    let engine = [Topic::Events, Topic::Matches].map(|topic| log.topic(topic));
    lag(&log, "alert-engine", &engine, report).await;
    database
}

fn unreachable(log: &LogConfig, error: &LogError, report: &mut Report) {
    report.find(
        "kafka_unreachable",
        error,
        &log.brokers,
        "see whether Kafka runs and its address is right (--kafka); a hub that runs goes on by itself when it is back",
    );
}

fn topic(fault: TopicFault, log: &LogConfig, report: &mut Report) {
    let what = fault.to_string();
    let (code, remedy) = match fault {
        TopicFault::Missing { .. } => (
            "topic_missing",
            String::from(
                "start the hub once: it creates its topics; if there was one before, its records are lost: restore Kafka from its backup first",
            ),
        ),
        TopicFault::Partitions { .. } => (
            "topic_partitions",
            String::from(
                "partitions cannot be changed without tearing a history: give the hub another --topic-prefix and replay into it",
            ),
        ),
        TopicFault::Setting {
            topic,
            name,
            expected,
            ..
        } => (
            "topic_setting",
            format!(
                "kafka-configs.sh --bootstrap-server {} --entity-type topics --entity-name {topic} --alter --add-config {name}={expected}",
                log.brokers
            ),
        ),
        TopicFault::OffsetsForgotten { needed, .. } => (
            "offsets_forgotten",
            format!(
                "set offsets.retention.minutes={needed} or more in the broker's server.properties and restart it"
            ),
        ),
    };
    report.find(code, what, format!("Kafka at {}", log.brokers), remedy);
}

async fn in_force(scene: &Scene, log: &LogConfig, report: &mut Report) -> Option<String> {
    let (ended, named) = (Shutdown::new(), &scene.settings.database);
    let folding = Identity::open(log, ended.clone());
    let opened = tokio::time::timeout(FOLD_WITHIN, folding).await;
    let database = match opened {
        Ok(Ok(identity)) => identity
            .book()
            .tables(named)
            .map_or_else(|| named.clone(), |tables| tables.database.clone()),
        Ok(Err(error)) => {
            report.skip(format!("tables in force: {}", chain(&error)));
            named.clone()
        }
        Err(_) => {
            report.skip("tables in force: the control log does not answer in time");
            named.clone()
        }
    };
    ended.cancel();
    Some(database)
}

/// The recorder's group also says which topic it has recorded.
async fn recorder_group(log: &LogConfig, group: &str, report: &mut Report) {
    let topics: Vec<String> = event_recorder::recorded_topics()
        .map(|(topic, _)| log.topic(topic))
        .collect();
    let Some(positions) = positions(log, group, &topics, report).await else {
        return;
    };
    for one in &positions {
        if let Some((next, note)) = &one.committed
            && (!event_recorder::is_about(note, one.topic_id) || *next > one.end)
        {
            report.find(
                "topic_recreated",
                format!(
                    "the topic {} is not the one that was recorded (partition {}: recorded up to {next}, it ends at {})",
                    one.topic, one.partition, one.end
                ),
                format!("Kafka at {}", log.brokers),
                "restore the topic; or, if its records are lost for good: `city-brain rebuild --accept-differences`",
            );
        }
    }
    tell_lag(group, &positions, report);
}

async fn lag(log: &LogConfig, group: &str, topics: &[String], report: &mut Report) {
    if let Some(positions) = positions(log, group, topics, report).await {
        tell_lag(group, &positions, report);
    }
}

async fn positions(
    log: &LogConfig,
    group: &str,
    topics: &[String],
    report: &mut Report,
) -> Option<Vec<GroupPosition>> {
    match group_positions(log, &log.scoped(group), topics).await {
        Ok(positions) => Some(positions),
        Err(error) => {
            report.skip(format!("lag of {group}: {error}"));
            None
        }
    }
}

fn tell_lag(group: &str, positions: &[GroupPosition], report: &mut Report) {
    let left: i64 = positions.iter().map(GroupPosition::left).sum();
    let worst = positions.iter().max_by_key(|one| one.left());
    match worst {
        Some(worst) if left > BEHIND => report.find(
            "consumer_lag",
            format!("{group} is {left} records behind"),
            format!("most in {}/{}", worst.topic, worst.partition),
            "see whether the hub runs and what its readiness says; if it runs and the number grows, the machine is too small for the load",
        ),
        _ => report.good(format!("lag: {group} is {left} records behind")),
    }
}
