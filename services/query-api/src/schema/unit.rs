//! Units and their assignments to cases.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};
use domain::case::{Assignment, Unit};
use event_store::StoredEvent;

use super::asking::hub;
use super::case::CaseView;
use super::department::DepartmentView;
use super::enums::{AssignmentState, UnitState};
use super::event::EventView;
use super::node_id::{Kind, global};
use super::people::ActorView;
use super::place::Location;
use super::scalars::DateTime;
use super::words::{BothTexts, Language, say};
use crate::failure::{Answer, Code, Failure};
use crate::hub::Moment;
use crate::whereabouts::Known;

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

    /// Since when: the last decision about it.
    async fn since(&self) -> DateTime {
        DateTime(self.unit.changed_at)
    }

    /// Where it is stationed.
    async fn location(&self) -> Option<Location> {
        Location::of(self.unit.lon, self.unit.lat)
    }

    /// Where its department last said that it is; null: nobody has said so for a day.
    async fn position(&self, ctx: &Context<'_>) -> Answer<Option<UnitPosition>> {
        let known = hub(ctx)?.whereabouts.get().await?;
        let told = known.of(&self.unit.id);
        Ok(told.and_then(|told| UnitPosition::of(told, &known)))
    }

    /// The case it is on.
    async fn case(&self) -> Option<CaseView> {
        CaseView::find(self.unit.case.as_deref()?, &self.moment)
    }
}

/// Where a unit is, as its department published it.
#[derive(SimpleObject)]
pub(crate) struct UnitPosition {
    /// Where.
    location: Location,
    /// When it was there, by the department's clock.
    at: DateTime,
    /// What it was doing, in the department's own word; null where it does not say.
    status: Option<String>,
    /// Told more than ten minutes ago: it may be elsewhere by now.
    stale: bool,
    /// Told in an exercise: no real position is known.
    exercise: bool,
    /// The event that told it.
    event: EventView,
}

impl UnitPosition {
    fn of(told: &StoredEvent, known: &Known) -> Option<Self> {
        let (event, admission) = (&told.event, &told.event.admission);
        Some(Self {
            location: Location::of(admission.lon, admission.lat)?,
            at: DateTime(admission.event_time),
            status: event.data["status"].as_str().map(str::to_owned),
            stale: known.is_stale(admission.event_time),
            exercise: admission.exercise,
            event: EventView::from(told.clone()),
        })
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
