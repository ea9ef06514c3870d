//! Units and their assignments to cases.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use domain::case::{Assignment, Unit};

use super::case::CaseView;
use super::department::DepartmentView;
use super::enums::{AssignmentState, UnitState};
use super::node_id::{Kind, global};
use super::people::ActorView;
use super::place::Location;
use super::scalars::DateTime;
use super::words::{BothTexts, Language, say};
use crate::failure::{Answer, Code, Failure};
use crate::hub::Moment;

/// A unit at one moment.
pub(crate) struct UnitView {
    unit: Arc<Unit>,
    moment: Arc<Moment>,
}

impl UnitView {
    pub(crate) fn new(unit: &Arc<Unit>, moment: &Arc<Moment>) -> Self {
        Self {
            unit: Arc::clone(unit),
            moment: Arc::clone(moment),
        }
    }
}

/// A crew, patrol, mediator … that can be put on a case.
#[Object(name = "Unit")]
impl UnitView {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        global(Kind::Unit, &self.unit.id)
    }

    /// Its id in the catalog, e.g. `fire-e1`.
    async fn key(&self) -> &str {
        &self.unit.id
    }

    /// What it can do, e.g. `engine`.
    async fn kind(&self) -> &str {
        &self.unit.kind
    }

    /// Its name.
    async fn name(&self, ctx: &Context<'_>, lang: Option<Language>) -> String {
        say(ctx, &self.unit.name, lang)
    }

    /// Its name in both languages.
    async fn names(&self) -> BothTexts {
        BothTexts::from(&self.unit.name)
    }

    /// The department it belongs to.
    async fn department(&self) -> DepartmentView {
        DepartmentView::of(&self.unit.department)
    }

    /// What it is doing; follows its assignment.
    async fn state(&self) -> UnitState {
        self.unit.state.into()
    }

    /// Where it is stationed.
    async fn location(&self) -> Option<Location> {
        Location::of(self.unit.lon, self.unit.lat)
    }

    /// The case it is on.
    async fn case(&self) -> Option<CaseView> {
        CaseView::find(self.unit.case.as_deref()?, &self.moment)
    }
}

/// One assignment of a case.
pub(crate) struct AssignmentView {
    pub(crate) assignment: Assignment,
    pub(crate) moment: Arc<Moment>,
}

/// A unit put on a case.
#[Object(name = "Assignment")]
impl AssignmentView {
    /// Its id, for `markEnRoute` and `markOnScene`.
    async fn id(&self) -> ID {
        global(Kind::Assignment, &self.assignment.id)
    }

    /// The unit.
    async fn unit(&self) -> Answer<UnitView> {
        let unit = self.moment.book().unit(&self.assignment.unit);
        let unit = unit.ok_or_else(|| {
            Failure::new(Code::Internal, "The assignment's unit is not registered.")
        })?;
        Ok(UnitView::new(unit, &self.moment))
    }

    /// The unit's name at the time.
    async fn unit_names(&self) -> BothTexts {
        BothTexts::from(&self.assignment.unit_name)
    }

    /// How far it has come.
    async fn state(&self) -> AssignmentState {
        self.assignment.state.into()
    }

    /// Who assigned it.
    async fn assigned_by(&self) -> ActorView {
        ActorView::from(&self.assignment.assigned_by)
    }

    /// When.
    async fn assigned_at(&self) -> DateTime {
        DateTime(self.assignment.assigned_at)
    }

    /// When it set out.
    async fn en_route_at(&self) -> Option<DateTime> {
        self.assignment.en_route_at.map(DateTime)
    }

    /// When it arrived.
    async fn on_scene_at(&self) -> Option<DateTime> {
        self.assignment.on_scene_at.map(DateTime)
    }

    /// When it was released.
    async fn released_at(&self) -> Option<DateTime> {
        self.assignment.released_at.map(DateTime)
    }
}
