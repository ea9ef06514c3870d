//! Who is asking, and who acted.

use async_graphql::{Object, SimpleObject};
use domain::access::Principal;
use domain::case::Actor;

use super::department::DepartmentView;
use super::enums::{ActorKind, Role};

/// Who did something.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(name = "Actor")]
pub(crate) struct ActorView {
    /// A person, a department, or the hub's own router or timer.
    kind: ActorKind,
    /// Account name; for the hub's own actors the kind's name.
    name: String,
}

impl From<&Actor> for ActorView {
    fn from(actor: &Actor) -> Self {
        Self {
            kind: actor.kind.into(),
            name: actor.name.clone(),
        }
    }
}

/// What one may see: nothing here means no restriction.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Scope {
    /// Only these departments; absent: all.
    departments: Option<Vec<String>>,
    /// Only these places; absent: all.
    places: Option<Vec<String>>,
}

/// The caller.
pub(crate) struct Viewer {
    pub(crate) principal: Principal,
}

/// Who I am.
#[Object]
impl Viewer {
    /// Account name, or key id.
    async fn name(&self) -> &str {
        &self.principal.name
    }

    /// What I may do.
    async fn roles(&self) -> Vec<Role> {
        self.principal
            .roles
            .iter()
            .map(|&role| role.into())
            .collect()
    }

    /// The department I work for; absent: the operations centre.
    async fn department(&self) -> Option<DepartmentView> {
        self.principal.department.as_deref().map(DepartmentView::of)
    }

    /// What I may see.
    async fn scope(&self) -> Scope {
        Scope {
            departments: None,
            places: None,
        }
    }
}
