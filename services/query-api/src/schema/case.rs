//! Cases: the work of people on one or more alerts, reports or requests.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};
use domain::case::Case;
use event_schemas::Text;
use event_schemas::workflow_file::WorkflowFile;

use super::alert::AlertView;
use super::asking::{caller, hub};
use super::case_kind::CaseFact;
use super::clock::ClockView;
use super::command_offer::CommandOffer;
use super::department::DepartmentView;
use super::enums::CaseStatus;
use super::node_id::{Kind, global};
use super::page::{PageArguments, PageInfo};
use super::people::ActorView;
use super::place::{Location, PlaceView};
use super::scalars::DateTime;
use super::timeline::{TimelineConnection, timeline};
use super::unit::AssignmentView;
use super::words::{BothTexts, Language, say};
use crate::failure::Answer;
use crate::hub::Moment;

/// A case at one moment.
#[derive(Clone)]
pub(crate) struct CaseView {
    case: Arc<Case>,
    moment: Arc<Moment>,
}

impl CaseView {
    pub(crate) fn new(case: &Arc<Case>, moment: &Arc<Moment>) -> Self {
        Self {
            case: Arc::clone(case),
            moment: Arc::clone(moment),
        }
    }

    /// A case by id, or by number.
    pub(crate) fn find(key: &str, moment: &Arc<Moment>) -> Option<Self> {
        let book = moment.book();
        let by_number = || book.cases().find(|case| case.number == key);
        let case = book.case(key).or_else(by_number)?;
        Some(Self::new(case, moment))
    }

    fn workflow<'c>(&self, ctx: &Context<'c>) -> Answer<Option<&'c WorkflowFile>> {
        let workflows = &hub(ctx)?.workflows;
        Ok(workflows.kind(&self.case.kind).map(Arc::as_ref))
    }

    fn allowed<'c>(&self, ctx: &Context<'c>) -> Answer<Vec<&'c str>> {
        let (hub, principal) = (hub(ctx)?, caller(ctx)?);
        let now = hub.clock.now();
        Ok(self.case.allowed_commands(&hub.workflows, principal, now))
    }

    fn state_text(&self, ctx: &Context<'_>) -> Answer<Text> {
        let workflow = self.workflow(ctx)?;
        let state = workflow.and_then(|workflow| {
            workflow
                .states
                .iter()
                .find(|one| one.name == self.case.state)
        });
        let name = self.case.state.as_str();
        Ok(state.map_or_else(|| Text::new(name, name), |state| state.title.clone()))
    }
}

/// The work of people on one or more alerts, reports or requests.
#[Object(name = "Case")]
impl CaseView {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        global(Kind::Case, &self.case.id)
    }

    /// Its id in the log and in live frames.
    async fn key(&self) -> &str {
        &self.case.id
    }

    /// For people, e.g. `C-20240204-0007`.
    async fn number(&self) -> &str {
        &self.case.number
    }

    /// Whose workflow it follows, e.g. `city`.
    async fn kind(&self) -> &str {
        &self.case.kind
    }

    /// What commands name as `expectedVersion`.
    async fn version(&self) -> u64 {
        self.case.version
    }

    /// The kind's own state.
    async fn state(&self) -> &str {
        &self.case.state
    }

    /// The state in words.
    async fn state_title(&self, ctx: &Context<'_>, lang: Option<Language>) -> Answer<String> {
        Ok(say(ctx, &self.state_text(ctx)?, lang))
    }

    /// The state in words, both languages.
    async fn state_titles(&self, ctx: &Context<'_>) -> Answer<BothTexts> {
        Ok(BothTexts::from(&self.state_text(ctx)?))
    }

    /// The stage that all kinds share.
    async fn status(&self) -> CaseStatus {
        self.case.stage.into()
    }

    /// What it is about.
    async fn title(&self, ctx: &Context<'_>, lang: Option<Language>) -> String {
        say(ctx, &self.case.title, lang)
    }

    /// What it is about, both languages.
    async fn titles(&self) -> BothTexts {
        BothTexts::from(&self.case.title)
    }

    /// 1 (critical) to 4.
    async fn severity(&self) -> u8 {
        self.case.severity
    }

    /// When it was opened.
    async fn opened_at(&self) -> DateTime {
        DateTime(self.case.opened_at)
    }

    /// By whom.
    async fn opened_by(&self) -> ActorView {
        ActorView::from(&self.case.opened_by)
    }

    /// When it last changed.
    async fn changed_at(&self) -> DateTime {
        DateTime(self.case.changed_at)
    }

    /// Who changed it last.
    async fn changed_by(&self) -> ActorView {
        ActorView::from(&self.case.changed_by)
    }

    /// When it was closed or voided.
    async fn closed_at(&self) -> Option<DateTime> {
        self.case.closed_at.map(DateTime)
    }

    /// Where.
    async fn place(&self, ctx: &Context<'_>) -> Answer<Option<PlaceView>> {
        Ok(PlaceView::of(ctx, self.case.place.as_deref())?)
    }

    /// The point, where known.
    async fn location(&self) -> Option<Location> {
        Location::of(self.case.lon, self.case.lat)
    }

    /// The responsible department; absent: the operations centre.
    async fn responsible(&self) -> Option<DepartmentView> {
        self.case.responsible.as_deref().map(DepartmentView::of)
    }

    /// Who acknowledged the present episode.
    async fn acknowledged_by(&self) -> Option<ActorView> {
        let acknowledged = self.case.acknowledged.as_ref();
        acknowledged.map(|one| ActorView::from(&one.by))
    }

    /// When.
    async fn acknowledged_at(&self) -> Option<DateTime> {
        self.case.acknowledged.as_ref().map(|one| DateTime(one.at))
    }

    /// The alerts it works on, in their latest state.
    async fn alerts(&self, ctx: &Context<'_>) -> Answer<Vec<AlertView>> {
        let mut views = Vec::with_capacity(self.case.alerts.len());
        for alert in &self.case.alerts {
            views.extend(AlertView::find(ctx, &alert.id, &self.moment).await?);
        }
        Ok(views)
    }

    /// How many alerts it works on.
    async fn alert_count(&self) -> usize {
        self.case.alerts.len()
    }

    /// Units put on it, released ones included.
    async fn assignments(&self) -> Vec<AssignmentView> {
        let assignments = self.case.assignments.iter();
        assignments
            .map(|assignment| AssignmentView {
                assignment: assignment.clone(),
                moment: Arc::clone(&self.moment),
            })
            .collect()
    }

    /// Its time limits.
    async fn clocks(&self) -> Vec<ClockView> {
        let clocks = self.case.clocks.iter();
        clocks.map(|run| ClockView { run: run.clone() }).collect()
    }

    /// What happened, oldest first.
    async fn timeline(
        &self,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Answer<TimelineConnection> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        Ok(timeline(&self.moment, &self.case.id, &page.check()?))
    }

    /// The commands that you may give now, by name.
    async fn allowed_commands(&self, ctx: &Context<'_>) -> Answer<Vec<String>> {
        let allowed = self.allowed(ctx)?.into_iter();
        Ok(allowed.map(str::to_owned).collect())
    }

    /// The commands that you may give now, with their words and fields.
    async fn commands(&self, ctx: &Context<'_>) -> Answer<Vec<CommandOffer>> {
        let allowed = self.allowed(ctx)?;
        let Some(workflow) = self.workflow(ctx)? else {
            return Ok(Vec::new());
        };
        let offered = workflow
            .commands
            .iter()
            .filter(|command| allowed.contains(&command.name.as_str()));
        Ok(offered
            .map(|command| CommandOffer {
                command: command.clone(),
            })
            .collect())
    }

    /// A drill or a simulation.
    async fn exercise(&self) -> bool {
        self.case.exercise
    }

    /// What was done, once resolved.
    async fn outcome(&self) -> Option<&str> {
        self.case.outcome.as_ref().map(|one| one.text.as_str())
    }

    /// Somebody checked that it is really done.
    async fn verified(&self) -> bool {
        self.case.verification.is_some()
    }

    /// Times it came back from verification.
    async fn rework(&self) -> u32 {
        self.case.rework
    }

    /// Times it was handed to another department.
    async fn bounces(&self) -> u32 {
        self.case.bounces
    }

    /// Times it was reopened.
    async fn reopened(&self) -> u32 {
        self.case.reopened
    }

    /// Until when it is meant to rest, while suspended.
    async fn suspended_until(&self) -> Option<DateTime> {
        let suspension = self.case.suspension.as_ref()?;
        suspension.until.map(DateTime)
    }

    /// What to do, from the gravest alert's rule.
    async fn sop(&self) -> Option<BothTexts> {
        self.case.sop.as_ref().map(BothTexts::from)
    }

    /// Kind of unit that rule proposes.
    async fn suggested_unit(&self) -> Option<&str> {
        self.case.suggested_unit.as_deref()
    }

    /// 1 when it is before the supervisor, because a time limit passed or is about to; otherwise 0.
    async fn escalation(&self) -> i32 {
        i32::from(self.case.escalation)
    }

    /// When it was brought before the supervisor.
    async fn escalated_at(&self) -> Option<DateTime> {
        self.case.escalated_at.map(DateTime)
    }

    /// What was filled in and is kept: the latest of each field, in the workflow's order.
    async fn facts(&self, ctx: &Context<'_>) -> Answer<Vec<CaseFact>> {
        let Some(workflow) = self.workflow(ctx)? else {
            return Ok(Vec::new());
        };
        Ok(CaseFact::all(workflow, &self.case))
    }
}

/// A case in a page.
#[derive(SimpleObject)]
pub(crate) struct CaseEdge {
    /// The case.
    pub(crate) node: CaseView,
    /// For `after` and `before`.
    pub(crate) cursor: String,
}

/// A page of cases.
pub(crate) struct CaseConnection {
    pub(crate) rows: Vec<(String, CaseView)>,
    pub(crate) page_info: PageInfo,
    pub(crate) total_count: usize,
}

/// A page of cases, the last opened first.
#[Object]
impl CaseConnection {
    /// Cases with cursors.
    async fn edges(&self) -> Vec<CaseEdge> {
        let edge = |(cursor, view): &(String, CaseView)| CaseEdge {
            node: view.clone(),
            cursor: cursor.clone(),
        };
        self.rows.iter().map(edge).collect()
    }

    /// The cases alone.
    async fn nodes(&self) -> Vec<CaseView> {
        self.rows.iter().map(|(_, view)| view.clone()).collect()
    }

    /// Where the page stands.
    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    /// How many cases pass the filter.
    async fn total_count(&self) -> usize {
        self.total_count
    }
}
