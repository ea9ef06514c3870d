//! The alerts about which something is still to be decided: the latest record of each.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::alert::{Alert, AlertStatus};
use domain::case::CaseBook;
use domain::case::routing::WaitingAlert;
use event_log::Record;

/// Waiting alerts by episode. What is settled is forgotten, so this holds what is open and
/// unrouted, not the history.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    by_episode: BTreeMap<String, WaitingAlert>,
}

impl Waiting {
    /// Takes a record of `city.alerts`.
    pub(crate) fn see(&mut self, record: &Record, book: &CaseBook) {
        let alert: Alert = match serde_json::from_slice(&record.value) {
            Ok(alert) => alert,
            Err(error) => {
                tracing::warn!(position = %record.position, %error, "a record of city.alerts is not an alert");
                return;
            }
        };
        let known = self.by_episode.get(&alert.id);
        if known.is_some_and(|known| known.alert.version >= alert.version) {
            return;
        }
        let since = known
            .filter(|known| known.alert.status == AlertStatus::Firing)
            .map_or(record.append_time, |known| known.since);
        if is_routed(&alert, book) {
            self.by_episode.remove(&alert.id);
            return;
        }
        let id = alert.id.clone();
        let alert = Arc::new(alert);
        self.by_episode.insert(id, WaitingAlert { alert, since });
    }

    /// Forgets episodes that are settled.
    pub(crate) fn forget(&mut self, settled: &[String]) {
        for id in settled {
            self.by_episode.remove(id);
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &WaitingAlert> {
        self.by_episode.values()
    }

    pub(crate) fn len(&self) -> usize {
        self.by_episode.len()
    }
}

/// Whether the episode is in a case that already counts it as grave: nothing to do, and a restart
/// need not hold the whole history to find that out.
fn is_routed(alert: &Alert, book: &CaseBook) -> bool {
    book.case_of_alert(&alert.id).is_some_and(|case| {
        case.alerts
            .iter()
            .any(|known| known.id == alert.id && known.severity <= alert.severity)
    })
}
