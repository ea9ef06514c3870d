//! Alerts: what rules found, with the reason.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Context, ID, Object, SimpleObject};
use domain::alert::{Alert, EventRef};
use event_schemas::city::LogCursor;

use super::asking::hub;
use super::case::CaseView;
use super::department::DepartmentView;
use super::enums::AlertStatus;
use super::event::EventView;
use super::node_id::{Kind, global};
use super::page::PageInfo;
use super::place::{Location, PlaceView};
use super::rule::RuleView;
use super::scalars::DateTime;
use super::words::{BothTexts, Language, say};
use crate::failure::{Answer, Failure};
use crate::gate::cost::ALERT_EVENTS_DEFAULT;
use crate::hub::Moment;

/// How long an answer waits for the rows of an alert's events; then it tells those that are there.
const ROWS_WAIT: Duration = Duration::from_secs(5);

/// An alert at one moment.
#[derive(Clone)]
pub(crate) struct AlertView {
    alert: Arc<Alert>,
    moment: Arc<Moment>,
}

impl AlertView {
    pub(crate) fn new(alert: Arc<Alert>, moment: &Arc<Moment>) -> Self {
        Self {
            alert,
            moment: Arc::clone(moment),
        }
    }

    /// An alert by id: from the board, else from the store.
    pub(crate) async fn find(
        ctx: &Context<'_>,
        id: &str,
        moment: &Arc<Moment>,
    ) -> Result<Option<Self>, Failure> {
        if let Some(alert) = moment.alert(id) {
            return Ok(Some(Self::new(Arc::clone(alert), moment)));
        }
        let stored = hub(ctx)?.store.reader().alert(id).await?;
        Ok(stored.map(|alert| Self::new(Arc::new(alert), moment)))
    }
}

/// A condition found by a rule: one stretch of it, from raised to resolved.
#[Object(name = "Alert")]
impl AlertView {
    /// Global id of this episode.
    pub(crate) async fn id(&self) -> ID {
        global(Kind::Alert, &self.alert.id)
    }

    /// This episode's id in the log.
    async fn key(&self) -> &str {
        &self.alert.id
    }

    /// The same for every episode of the condition.
    async fn fingerprint(&self) -> &str {
        &self.alert.fingerprint
    }

    /// Counts up with every change of this episode.
    async fn version(&self) -> u64 {
        self.alert.version
    }

    /// The rule that found it, as it stood then.
    async fn rule(&self, ctx: &Context<'_>) -> Answer<RuleView> {
        let rules = hub(ctx)?.catalog.rules();
        Ok(RuleView::of_alert(&self.alert.rule, rules))
    }

    /// 1 (critical) to 4.
    async fn severity(&self) -> u8 {
        self.alert.severity
    }

    /// PENDING, FIRING or RESOLVED.
    async fn status(&self) -> AlertStatus {
        self.alert.status.into()
    }

    /// Event time at which the condition began.
    async fn raised_at(&self) -> DateTime {
        DateTime(self.alert.raised_at)
    }

    /// Event time of the last change.
    async fn changed_at(&self) -> DateTime {
        DateTime(self.alert.changed_at)
    }

    /// Event time of the end.
    async fn resolved_at(&self) -> Option<DateTime> {
        self.alert.resolved_at.map(DateTime)
    }

    /// Which stretch of the condition this is, from 1.
    async fn episode(&self) -> u32 {
        self.alert.episode
    }

    /// Shown to people.
    async fn title(&self, ctx: &Context<'_>, lang: Option<Language>) -> String {
        say(ctx, &self.alert.title, lang)
    }

    /// Shown to people, both languages.
    async fn titles(&self) -> BothTexts {
        BothTexts::from(&self.alert.title)
    }

    /// Where.
    async fn place(&self, ctx: &Context<'_>) -> Answer<Option<PlaceView>> {
        Ok(PlaceView::of(ctx, self.alert.place.as_deref())?)
    }

    /// The point of the gravest or latest located event.
    async fn location(&self) -> Option<Location> {
        Location::of(self.alert.lon, self.alert.lat)
    }

    /// Departments whose events it rests on.
    async fn departments(&self) -> Vec<DepartmentView> {
        let names = self.alert.departments.iter();
        names.map(|name| DepartmentView::of(name)).collect()
    }

    /// Matched events so far.
    async fn event_count(&self) -> u64 {
        self.alert.event_count
    }

    /// The first and the latest of them, at most 40 are kept with the alert.
    async fn events(&self, ctx: &Context<'_>, first: Option<i32>) -> Answer<Vec<EventView>> {
        let most = match first {
            None => ALERT_EVENTS_DEFAULT,
            Some(first) => usize::try_from(first).map_err(|_| Failure::bad("first: 0 or more."))?,
        };
        let refs: Vec<EventRef> = self.alert.events.iter().take(most).cloned().collect();
        let reader = hub(ctx)?.store.reader();
        let mut stored = reader.events_by_refs(&refs).await.map_err(Failure::from)?;
        // An alert is often quicker than the rows of its events: what it names is on its way. What the
        // recorder has passed and is no row yet will be none.
        if stored.len() < refs.len() {
            let _late = hub(ctx)?
                .stored_at_least_within(&named(&refs), ROWS_WAIT)
                .await;
            stored = reader.events_by_refs(&refs).await.map_err(Failure::from)?;
        }
        Ok(stored.into_iter().map(EventView::from).collect())
    }

    /// Why it fired.
    async fn explanation(&self) -> Explanation {
        let explanation = &self.alert.explanation;
        Explanation {
            key: explanation.key.clone(),
            words: BothTexts::from(&explanation.words),
            window: Window {
                from: DateTime(explanation.window_from),
                to: DateTime(explanation.window_to),
            },
            value: explanation.value,
            bound: explanation.bound,
            rule_version: self.alert.rule.version,
        }
    }

    /// The cases that work on it.
    async fn cases(&self) -> Vec<CaseView> {
        let case = self.moment.book().case_of_alert(&self.alert.id);
        case.map(|case| CaseView::new(case, &self.moment))
            .into_iter()
            .collect()
    }

    /// All its events are exercises.
    async fn exercise(&self) -> bool {
        self.alert.exercise
    }
}

/// How far the log must be in the tables for all of these events to be rows.
fn named(refs: &[EventRef]) -> LogCursor {
    let mut least = LogCursor::default();
    for position in refs.iter().map(|one| one.position) {
        least.advance(position.topic_id, position.partition, position.offset + 1);
    }
    least
}

/// Why an alert fired: the rule's condition with the figures that met it.
#[derive(SimpleObject)]
pub(crate) struct Explanation {
    /// What the alert exists for, e.g. a place code or a subject.
    key: String,
    /// In words.
    words: BothTexts,
    /// The window (event time) that met the condition.
    window: Window,
    /// The figure reached, where the rule computes one.
    value: Option<f64>,
    /// The bound it was held against.
    bound: Option<f64>,
    /// The rule's version.
    rule_version: u32,
}

/// From one moment to another.
#[derive(SimpleObject)]
pub(crate) struct Window {
    /// Its start.
    from: DateTime,
    /// Its end.
    to: DateTime,
}

/// An alert in a page.
#[derive(SimpleObject)]
pub(crate) struct AlertEdge {
    /// The alert.
    pub(crate) node: AlertView,
    /// For `after` and `before`.
    pub(crate) cursor: String,
}

/// A page of alerts.
pub(crate) struct AlertConnection {
    pub(crate) rows: Vec<(String, AlertView)>,
    pub(crate) page_info: PageInfo,
}

/// A page of alerts, the last raised first.
#[Object]
impl AlertConnection {
    /// Alerts with cursors.
    async fn edges(&self) -> Vec<AlertEdge> {
        let edge = |(cursor, view): &(String, AlertView)| AlertEdge {
            node: view.clone(),
            cursor: cursor.clone(),
        };
        self.rows.iter().map(edge).collect()
    }

    /// The alerts alone.
    async fn nodes(&self) -> Vec<AlertView> {
        self.rows.iter().map(|(_, view)| view.clone()).collect()
    }

    /// Where the page stands.
    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }
}
