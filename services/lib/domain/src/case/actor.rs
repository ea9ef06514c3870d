//! Who acts on cases: people, departments, and the hub's own router, timer and registrar.

use serde::{Deserialize, Serialize};

use crate::access::Principal;

/// What kind of actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ActorKind {
    /// A person of the operations centre.
    Operator,
    /// A person or program of a department.
    Department,
    /// The hub, grouping alerts into cases.
    Router,
    /// The hub, when a time limit passes.
    Timer,
    /// The hub itself: registering units, first set-up.
    Hub,
}

impl ActorKind {
    /// The kind's name in keys and derived ids.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Department => "department",
            Self::Router => "router",
            Self::Timer => "timer",
            Self::Hub => "hub",
        }
    }
}

/// Who did something, as kept in the log and shown in timelines.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Actor {
    /// What kind.
    pub kind: ActorKind,
    /// Account name; for the hub's own actors the kind's name.
    pub name: String,
    /// The department, where the actor belongs to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
}

impl Actor {
    /// One of the hub's own actors.
    pub fn own(kind: ActorKind) -> Self {
        Self {
            kind,
            name: kind.name().to_owned(),
            department: None,
        }
    }

    /// The actor that a signed-in principal is.
    pub fn of(principal: &Principal) -> Self {
        Self {
            kind: if principal.department.is_some() {
                ActorKind::Department
            } else {
                ActorKind::Operator
            },
            name: principal.name.clone(),
            department: principal.department.clone(),
        }
    }

    /// An idempotency key that belongs to this actor alone: nobody can use up another's keys.
    pub fn scoped(&self, key: &str) -> String {
        format!("{}:{}|{key}", self.kind.name(), self.name)
    }
}

/// Who gives a command: a principal with its roles, or one of the hub's own actors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Issuer {
    /// A person or a department's program.
    Principal(Principal),
    /// The hub, grouping alerts into cases.
    Router,
    /// The hub, when a time limit passes.
    Timer,
    /// The hub itself.
    Hub,
}

impl Issuer {
    /// The actor written into the record.
    pub fn actor(&self) -> Actor {
        match self {
            Self::Principal(principal) => Actor::of(principal),
            Self::Router => Actor::own(ActorKind::Router),
            Self::Timer => Actor::own(ActorKind::Timer),
            Self::Hub => Actor::own(ActorKind::Hub),
        }
    }
}
