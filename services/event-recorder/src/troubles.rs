//! What keeps partitions from being recorded, as one line of readiness.

use std::collections::BTreeMap;
use std::sync::Arc;

use service_kit::{Component, Health};
use tokio::sync::watch;

/// Reasons by partition; the recorder is ready when there is none.
#[derive(Clone, Debug)]
pub(crate) struct Troubles {
    component: Component,
    reasons: Arc<watch::Sender<BTreeMap<String, String>>>,
}

impl Troubles {
    pub(crate) fn new(health: &Health) -> Self {
        Self {
            component: health.component("event-recorder"),
            reasons: Arc::new(watch::Sender::new(BTreeMap::new())),
        }
    }

    /// Notes why `what` stands still.
    pub(crate) fn tell(&self, what: &str, reason: &str) {
        self.reasons.send_if_modified(|reasons| {
            if reasons.get(what).is_some_and(|known| known == reason) {
                return false;
            }
            tracing::warn!(what, reason, "recording stands still");
            reasons.insert(what.to_owned(), reason.to_owned());
            self.show(reasons);
            true
        });
    }

    /// Notes that `what` goes on.
    pub(crate) fn clear(&self, what: &str) {
        self.reasons.send_if_modified(|reasons| {
            if reasons.remove(what).is_none() && !reasons.is_empty() {
                return false;
            }
            self.show(reasons);
            true
        });
    }

    /// Forgets everything: the partitions were given back.
    pub(crate) fn forget(&self) {
        self.reasons.send_modify(BTreeMap::clear);
    }

    fn show(&self, reasons: &BTreeMap<String, String>) {
        match reasons.iter().next() {
            None => self.component.ready(),
            Some((what, reason)) => self.component.down(format!("{what}: {reason}")),
        }
    }
}
