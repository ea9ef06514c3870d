//! Units (crews, patrols, mediators) and their assignments to cases.

use event_schemas::Text;
use event_schemas::city::Millis;
use serde::{Deserialize, Serialize};

use super::Actor;

/// What a unit is doing; follows its assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum UnitState {
    /// Free to be assigned.
    Available,
    /// On a case, not yet moving.
    Assigned,
    /// On its way.
    EnRoute,
    /// At the scene.
    OnScene,
    /// Going home, not yet free.
    Returning,
    /// Cannot be assigned.
    OutOfService,
}

/// One unit. A unit is on at most one case at a time: assigning names case and unit in one record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Unit {
    /// Identity, e.g. `fire-e1`.
    pub id: String,
    /// Counts up by one with every accepted decision about it, from 1.
    pub version: u64,
    /// Shown to people.
    pub name: Text,
    /// The department it belongs to.
    pub department: String,
    /// What it can do, e.g. `engine`.
    pub kind: String,
    /// What it is doing.
    pub state: UnitState,
    /// The case it is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// The assignment by which it is on that case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignment: Option<String>,
    /// Home longitude, WGS-84 degrees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lon: Option<f64>,
    /// Home latitude, WGS-84 degrees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lat: Option<f64>,
    /// When it last changed.
    pub changed_at: Millis,
    /// Who changed it last.
    pub changed_by: Actor,
}

/// How far a unit's work on a case has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AssignmentState {
    /// Told to go.
    Assigned,
    /// On its way.
    EnRoute,
    /// At the scene.
    OnScene,
    /// Off the case again.
    Released,
}

/// A unit put on a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Assignment {
    /// Identity: the case's id and a running number.
    pub id: String,
    /// The unit.
    pub unit: String,
    /// The unit's name at the time.
    pub unit_name: Text,
    /// The unit's department.
    pub department: String,
    /// How far it has come.
    pub state: AssignmentState,
    /// Who assigned it.
    pub assigned_by: Actor,
    /// When.
    pub assigned_at: Millis,
    /// When it set out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en_route_at: Option<Millis>,
    /// When it arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_scene_at: Option<Millis>,
    /// When it was released.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released_at: Option<Millis>,
}

impl Assignment {
    /// Whether the unit is still on the case.
    pub fn is_active(&self) -> bool {
        self.state != AssignmentState::Released
    }
}
