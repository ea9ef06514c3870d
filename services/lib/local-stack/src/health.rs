//! How the children fare, as the rest of the hub sees it.

use tokio::sync::watch;

/// One child.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChildHealth {
    /// It is being started for the first time.
    Starting,
    /// It answers.
    Ready,
    /// It died, or does not answer, and is being started again on the same port.
    Restarting {
        /// Which attempt this is, from 1.
        attempt: u32,
        /// Why it is not there.
        reason: String,
    },
    /// It was stopped by [`crate::LocalStack::stop`].
    Stopped,
}

/// All children; `None` for one that was not asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StackHealth {
    /// Apache Kafka.
    pub kafka: Option<ChildHealth>,
    /// ClickHouse.
    pub clickhouse: Option<ChildHealth>,
}

impl StackHealth {
    /// Whether everything that was asked for answers.
    pub fn is_ready(&self) -> bool {
        [&self.kafka, &self.clickhouse]
            .into_iter()
            .flatten()
            .all(|child| *child == ChildHealth::Ready)
    }
}

/// The children's process ids at this moment; `None` for one that does not run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pids {
    /// The Java machine of Kafka.
    pub kafka: Option<u32>,
    /// The process that hosts ClickHouse.
    pub clickhouse: Option<u32>,
}

/// Which child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    Kafka,
    ClickHouse,
}

impl Which {
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Kafka => "Kafka",
            Self::ClickHouse => "ClickHouse",
        }
    }
}

/// Where the supervisors write what they see.
#[derive(Clone, Debug, Default)]
pub(crate) struct Board {
    health: watch::Sender<StackHealth>,
    pids: watch::Sender<Pids>,
}

impl Board {
    pub(crate) fn health(&self) -> watch::Receiver<StackHealth> {
        self.health.subscribe()
    }

    pub(crate) fn pids(&self) -> Pids {
        *self.pids.borrow()
    }

    pub(crate) fn set_health(&self, which: Which, health: ChildHealth) {
        self.health.send_modify(|all| match which {
            Which::Kafka => all.kafka = Some(health),
            Which::ClickHouse => all.clickhouse = Some(health),
        });
    }

    pub(crate) fn set_pid(&self, which: Which, pid: Option<u32>) {
        self.pids.send_modify(|all| match which {
            Which::Kafka => all.kafka = pid,
            Which::ClickHouse => all.clickhouse = pid,
        });
    }
}
