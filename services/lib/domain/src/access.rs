//! Who may do what: roles, principals, and their scope.

mod attempts;
pub mod control;

use serde::{Deserialize, Serialize};

pub use attempts::LoginAttempts;

/// What a person or program may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Runs the hub: accounts, keys, catalog, dead letters; no case work.
    Administrator,
    /// An operator who may also reopen, void and suspend.
    Supervisor,
    /// Works cases at the console.
    Operator,
    /// Queries, no commands.
    Developer,
    /// A department's program that publishes events; sees nothing.
    Publisher,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 5] = [
        Self::Administrator,
        Self::Supervisor,
        Self::Operator,
        Self::Developer,
        Self::Publisher,
    ];

    /// The role's name in files, records and commands.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Supervisor => "supervisor",
            Self::Operator => "operator",
            Self::Developer => "developer",
            Self::Publisher => "publisher",
        }
    }
}

/// An authenticated caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// Account name or key id.
    pub name: String,
    /// Its roles.
    pub roles: Vec<Role>,
    /// A publisher's department; `None` for people of the operations centre.
    pub department: Option<String>,
    /// The session it came by (hash of its token), for revocation; `None` for keys.
    pub session: Option<String>,
}

impl Principal {
    /// Whether it has the role.
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether it has any of the roles.
    pub fn has_any(&self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.has(*role))
    }
}
