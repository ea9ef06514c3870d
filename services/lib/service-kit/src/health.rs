//! Whether this process can serve, and what is wrong with what it depends on.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use tokio::sync::watch;

/// The state of one part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", tag = "state", content = "reason")]
pub enum ComponentState {
    /// Not yet up.
    Starting,
    /// Serving.
    Ready,
    /// Serving with a fault that people should know of.
    Degraded(String),
    /// Not serving.
    Down(String),
}

#[derive(Clone, Debug)]
struct Entry {
    state: ComponentState,
    required: bool,
}

/// All parts of this process; cheap to clone.
#[derive(Clone, Debug)]
pub struct Health {
    parts: Arc<watch::Sender<BTreeMap<String, Entry>>>,
}

impl Default for Health {
    fn default() -> Self {
        Self::new()
    }
}

impl Health {
    /// No parts yet.
    pub fn new() -> Self {
        Self {
            parts: Arc::new(watch::Sender::new(BTreeMap::new())),
        }
    }

    /// Registers a part without which this process cannot serve.
    pub fn component(&self, name: &str) -> Component {
        self.register(name, true)
    }

    /// Registers a part that is reported but does not take readiness away.
    pub fn optional(&self, name: &str) -> Component {
        self.register(name, false)
    }

    fn register(&self, name: &str, required: bool) -> Component {
        self.parts.send_modify(|parts| {
            parts.insert(
                name.to_owned(),
                Entry {
                    state: ComponentState::Starting,
                    required,
                },
            );
        });
        Component {
            name: name.into(),
            health: self.clone(),
        }
    }

    /// Whether every required part serves.
    pub fn is_ready(&self) -> bool {
        ready(&self.parts.borrow())
    }

    /// Waits until every required part serves.
    pub async fn wait_ready(&self) {
        let mut parts = self.parts.subscribe();
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ended = parts.wait_for(ready).await;
    }

    /// Every part with its state, for the administration port.
    pub fn report(&self) -> BTreeMap<String, ComponentState> {
        self.parts
            .borrow()
            .iter()
            .map(|(name, entry)| (name.clone(), entry.state.clone()))
            .collect()
    }
}

fn ready(parts: &BTreeMap<String, Entry>) -> bool {
    parts.values().all(|entry| {
        !entry.required
            || matches!(
                entry.state,
                ComponentState::Ready | ComponentState::Degraded(_)
            )
    })
}

/// One part's handle.
#[derive(Clone, Debug)]
pub struct Component {
    name: Arc<str>,
    health: Health,
}

impl Component {
    /// It serves.
    pub fn ready(&self) {
        self.set(ComponentState::Ready);
    }

    /// It serves with a fault.
    pub fn degraded(&self, reason: impl Into<String>) {
        self.set(ComponentState::Degraded(reason.into()));
    }

    /// It does not serve.
    pub fn down(&self, reason: impl Into<String>) {
        self.set(ComponentState::Down(reason.into()));
    }

    fn set(&self, state: ComponentState) {
        self.health.parts.send_if_modified(|parts| {
            let Some(entry) = parts.get_mut(&*self.name) else {
                return false;
            };
            if entry.state == state {
                return false;
            }
            tracing::info!(component = %self.name, ?state, "health changed");
            entry.state = state;
            true
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readiness_needs_every_required_part_and_no_optional_one() {
        let health = Health::new();
        let log = health.component("log");
        let mail = health.optional("mail");
        assert!(!health.is_ready());
        log.ready();
        mail.down("no route");
        assert!(health.is_ready());
        log.down("unreachable");
        assert!(!health.is_ready());
        log.degraded("slow");
        assert!(health.is_ready());
    }
}
