//! What the hub has counted, as Prometheus reads it.

use std::collections::BTreeMap;

/// Admission's counters of one process, by name and labels.
pub(super) struct Figures(BTreeMap<String, u64>);

impl Figures {
    pub(super) async fn read(admin: &str) -> Self {
        let text = reqwest::get(format!("{admin}/metrics")).await.unwrap();
        let text = text.text().await.unwrap();
        let lines = text.lines().filter_map(|line| {
            let line = line.strip_prefix("city_brain_event_admission_events_")?;
            let (name, count) = line.rsplit_once(' ')?;
            Some((name.to_owned(), count.parse().ok()?))
        });
        Self(lines.collect())
    }

    /// Refused, by department and reason.
    pub(super) fn dead_lettered(&self) -> BTreeMap<(String, String), u64> {
        let refused = self.0.iter().filter_map(|(name, count)| {
            let labels = name.strip_prefix("dead_lettered_total")?;
            Some((
                (label(labels, "department"), label(labels, "reason")),
                *count,
            ))
        });
        refused.collect()
    }

    /// Over all departments.
    pub(super) fn total(&self, name: &str) -> u64 {
        let counted = self.0.iter().filter(|(full, _)| full.starts_with(name));
        counted.map(|(_, count)| count).sum()
    }
}

fn label(labels: &str, name: &str) -> String {
    let (_, rest) = labels.split_once(&format!("{name}=\"")).unwrap();
    let (value, _) = rest.split_once('"').unwrap();
    value.to_owned()
}
