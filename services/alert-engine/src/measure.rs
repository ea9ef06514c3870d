//! Figures of the engine.

use std::time::Duration;

use domain::alert::{Alert, AlertChange};
use domain::engine::{RuleStatistics, Statistics};
use event_schemas::city::Millis;

/// What was folded since the last time: the engine counts, this tells the difference.
pub(crate) fn folded(topic: &str, before: &Statistics, now: &Statistics) {
    let topic = topic.to_owned();
    metrics::counter!("city_brain_alert_engine_events_consumed_total", "topic" => topic.clone())
        .increment(now.events + now.matches - before.events - before.matches);
    metrics::counter!("city_brain_alert_engine_rule_evaluations_total")
        .increment(now.evaluations - before.evaluations);
    metrics::counter!("city_brain_alert_engine_stale_matches_total")
        .increment(now.stale_matches - before.stale_matches);
    metrics::counter!("city_brain_alert_engine_unplaced_total")
        .increment(now.unplaced - before.unplaced);
    let nothing = RuleStatistics::default();
    for (rule, counts) in &now.rules {
        let known = before.rules.get(rule).unwrap_or(&nothing);
        if known != counts {
            rule_folded(rule, known, counts);
        }
    }
}

fn rule_folded(rule: &str, before: &RuleStatistics, now: &RuleStatistics) {
    let add = |name: &'static str, count: u64| {
        metrics::counter!(name, "rule" => rule.to_owned()).increment(count);
    };
    add(
        "city_brain_alert_engine_matched_total",
        now.matched - before.matched,
    );
    add(
        "city_brain_alert_engine_late_events_total",
        now.late - before.late,
    );
    add(
        "city_brain_alert_engine_missed_events_total",
        now.missed - before.missed,
    );
    add(
        "city_brain_alert_engine_unwatched_signs_total",
        now.unwatched - before.unwatched,
    );
    add(
        "city_brain_alert_engine_evaluation_errors_total",
        now.errors - before.errors,
    );
    if now.errors > before.errors {
        let error = now.last_error.as_deref().unwrap_or_default();
        tracing::warn!(
            rule,
            error,
            "a rule's predicate failed on an event; it counts as no match"
        );
    }
}

/// An alert was written. `freshness` runs from the broker's taking of the event that raised it.
pub(crate) fn alert(alert: &Alert, caused: Millis, now: Millis) {
    let change = match alert.change {
        AlertChange::Pending => "pending",
        AlertChange::Raised => "firing",
        AlertChange::Changed => "changed",
        AlertChange::Resolved => "resolved",
    };
    metrics::counter!("city_brain_alert_engine_alerts_total", "status" => change).increment(1);
    if alert.change == AlertChange::Raised {
        metrics::histogram!("city_brain_alert_engine_freshness_seconds")
            .record(now.since(caused).max(0) as f64 / 1_000.0);
    }
}

pub(crate) fn committed(took: Duration, records: usize) {
    metrics::histogram!("city_brain_alert_engine_commit_seconds").record(took.as_secs_f64());
    metrics::histogram!("city_brain_alert_engine_transaction_records").record(records as f64);
}

pub(crate) fn lag(topic: &str, partition: i32, records: i64) {
    metrics::gauge!(
        "city_brain_alert_engine_lag_records",
        "topic" => topic.to_owned(), "partition" => partition.to_string()
    )
    .set(records.max(0) as f64);
}

pub(crate) fn unfoldable(topic: &str) {
    metrics::counter!("city_brain_alert_engine_unfoldable_records_total", "topic" => topic.to_owned())
        .increment(1);
}

pub(crate) fn refused_rules(count: usize) {
    metrics::gauge!("city_brain_alert_engine_refused_rules").set(count as f64);
}

pub(crate) fn snapshot(bytes: usize, took: Duration) {
    metrics::histogram!("city_brain_alert_engine_snapshot_bytes").record(bytes as f64);
    metrics::histogram!("city_brain_alert_engine_snapshot_seconds").record(took.as_secs_f64());
}

pub(crate) fn started_over() {
    metrics::counter!("city_brain_alert_engine_restarts_total").increment(1);
}
