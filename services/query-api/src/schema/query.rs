//! Everything that can be asked.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use domain::case::Case;
use event_store::{AlertCursor, DeadLetterCursor, EventCursor, EventPart};

use super::alert::{AlertConnection, AlertView};
use super::asking::{caller, cases_moment, hub, moment, stored};
use super::audit::{self, AuditConnection};
use super::case::{CaseConnection, CaseView};
use super::case_kind::CaseKind;
use super::dead_letter::{self, DeadLetterConnection};
use super::dead_letter_group::{self, DeadLetterGroupView};
use super::department::DepartmentView;
use super::enums::{CalendarUnit, EventDimension, Measure};
use super::event::{EventConnection, EventView};
use super::event_rows::only_columns;
use super::feed::FeedView;
use super::filters::Check;
use super::inputs::{AlertFilter, CaseFilter, DeadLetterFilter, EventFilter, UnitFilter};
use super::node::{self, NodeView};
use super::node_id::{Kind, key};
use super::page::{PageArguments, cut};
use super::people::Viewer;
use super::place::PlaceView;
use super::rule::RuleView;
use super::scalars::{Cursor, DateTime, Duration};
use super::scorecard::{self, Scorecard};
use super::statistic_rows::StatisticRows;
use super::statistics;
use super::store_page::{finish, request, stands};
use super::unit::UnitView;
use super::vital_sign::{self, VitalSignView};
use crate::failure::{Answer, Failure};

/// Everything that can be asked.
pub(crate) struct Query;

/// Everything that can be asked.
#[Object]
impl Query {
    /// Who am I, with which roles and scope.
    async fn viewer(&self, ctx: &Context<'_>) -> Answer<Viewer> {
        Ok(Viewer {
            principal: caller(ctx)?.clone(),
        })
    }

    /// This response includes the log at least up to here: subscribe with it as `since`.
    async fn at(&self, ctx: &Context<'_>) -> Answer<Cursor> {
        Ok(Cursor(moment(ctx)?.at()))
    }

    /// Anything that has a global id.
    async fn node(&self, ctx: &Context<'_>, id: ID) -> Answer<Option<NodeView>> {
        Ok(node::open(ctx, &id).await?)
    }

    /// An event by global id, or by `source#id`.
    async fn event(
        &self,
        ctx: &Context<'_>,
        id: ID,
        at_least: Option<Cursor>,
    ) -> Answer<Option<EventView>> {
        stored(ctx, at_least).await?;
        let key = key(Kind::Event, &id)?;
        Ok(node::event(hub(ctx)?, &key).await?)
    }

    /// Events, newest event time first.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a Relay connection"
    )]
    async fn events(
        &self,
        ctx: &Context<'_>,
        filter: Option<EventFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        at_least: Option<Cursor>,
    ) -> Answer<EventConnection> {
        let hub = hub(ctx)?;
        let filter = Check::new(hub.catalog.as_ref()).events(filter.as_ref())?;
        let page = PageArguments {
            first,
            after,
            last,
            before,
        }
        .check()?;
        stored(ctx, at_least).await?;
        let request = request::<EventCursor>(&page)?;
        let part = if only_columns(ctx.field()) {
            EventPart::Head
        } else {
            EventPart::Whole
        };
        let reader = hub.store.reader();
        let found = reader.events_in_part(&filter, &request, part).await;
        let found = found.map_err(Failure::from)?;
        let page_info = stands(&found, |row| row.cursor().to_string());
        let rows = found.rows.into_iter().map(Arc::new).collect();
        Ok(EventConnection { rows, page_info })
    }

    /// Counts and measures of events, by time bucket and dimension.
    #[expect(
        clippy::too_many_arguments,
        reason = "each narrows the question in its own way"
    )]
    async fn event_statistics(
        &self,
        ctx: &Context<'_>,
        filter: Option<EventFilter>,
        #[graphql(desc = "At most four dimensions, `byData` included.")] group_by: Option<
            Vec<EventDimension>,
        >,
        #[graphql(desc = "Group by these payload fields too.")] by_data: Option<Vec<String>>,
        #[graphql(
            desc = "Time buckets of event time. Up to an hour they count on; longer ones follow the wall clock of the zone."
        )]
        interval: Option<Duration>,
        #[graphql(desc = "Time buckets by the zone's calendar instead of an interval.")]
        calendar: Option<CalendarUnit>,
        #[graphql(desc = "Default: COUNT, SUM, AVG, MIN, MAX.")] measures: Option<Vec<Measure>>,
        #[graphql(desc = "Measure this payload field instead of the main measure.")] of: Option<
            String,
        >,
        #[graphql(desc = "IANA time zone of hours, days and buckets.")] zone: Option<String>,
        #[graphql(
            desc = "With the dimension PLACE: each place counts for the place of this kind that holds it, e.g. `district`."
        )]
        place_kind: Option<String>,
        #[graphql(desc = "Groups at most, 5,000.")] limit: Option<i32>,
        at_least: Option<Cursor>,
    ) -> Answer<StatisticRows> {
        stored(ctx, at_least).await?;
        let asked = statistics::Asked {
            filter,
            group_by,
            by_data,
            interval,
            calendar,
            measures,
            of,
            zone,
            place_kind,
            limit,
        };
        let rows = statistics::answer(hub(ctx)?, asked).await?;
        Ok(StatisticRows(rows))
    }

    /// An alert by global id or key.
    async fn alert(
        &self,
        ctx: &Context<'_>,
        id: ID,
        at_least: Option<Cursor>,
    ) -> Answer<Option<AlertView>> {
        stored(ctx, at_least).await?;
        let key = key(Kind::Alert, &id)?;
        Ok(AlertView::find(ctx, &key, &moment(ctx)?).await?)
    }

    /// Alerts, the last raised first.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a Relay connection"
    )]
    async fn alerts(
        &self,
        ctx: &Context<'_>,
        filter: Option<AlertFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        at_least: Option<Cursor>,
    ) -> Answer<AlertConnection> {
        let hub = hub(ctx)?;
        let filter = Check::new(hub.catalog.as_ref()).alerts(filter.as_ref())?;
        let page = PageArguments {
            first,
            after,
            last,
            before,
        }
        .check()?;
        stored(ctx, at_least).await?;
        let request = request::<AlertCursor>(&page)?;
        let found = hub.store.reader().alerts(&filter, &request).await;
        let (rows, page_info) = finish(found.map_err(Failure::from)?, |row| {
            AlertCursor::of(row).to_string()
        });
        let moment = moment(ctx)?;
        let view = |(cursor, alert)| (cursor, AlertView::new(Arc::new(alert), &moment));
        Ok(AlertConnection {
            rows: rows.into_iter().map(view).collect(),
            page_info,
        })
    }

    /// A case by global id, key or number.
    async fn case(
        &self,
        ctx: &Context<'_>,
        id: ID,
        at_least: Option<Cursor>,
    ) -> Answer<Option<CaseView>> {
        let moment = cases_moment(ctx, at_least).await?;
        Ok(CaseView::find(&key(Kind::Case, &id)?, &moment))
    }

    /// Cases, the last opened first: exact as of `at`.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a Relay connection"
    )]
    async fn cases(
        &self,
        ctx: &Context<'_>,
        filter: Option<CaseFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        at_least: Option<Cursor>,
    ) -> Answer<CaseConnection> {
        let filter = Check::new(hub(ctx)?.catalog.as_ref()).cases(filter.as_ref())?;
        let page = PageArguments {
            first,
            after,
            last,
            before,
        }
        .check()?;
        let moment = cases_moment(ctx, at_least).await?;
        let mut found: Vec<Arc<Case>> = moment
            .book()
            .cases()
            .filter(|case| filter.matches(case))
            .map(Arc::clone)
            .collect();
        found.sort_by(|a, b| (b.opened_at, &a.id).cmp(&(a.opened_at, &b.id)));
        // Ascending text for a list that runs from the newest to the oldest.
        let key = |case: &Arc<Case>| format!("{:019}.{}", i64::MAX - case.opened_at.0, case.id);
        let (rows, page_info) = cut(&found, &page, key);
        let view = |(cursor, case): (String, Arc<Case>)| (cursor, CaseView::new(&case, &moment));
        Ok(CaseConnection {
            rows: rows.into_iter().map(view).collect(),
            page_info,
            total_count: found.len(),
        })
    }

    /// The kinds of cases and what is asked for to open one.
    async fn case_kinds(&self, ctx: &Context<'_>) -> Answer<Vec<CaseKind>> {
        let kinds = hub(ctx)?.workflows.kinds();
        Ok(kinds
            .map(|workflow| CaseKind {
                workflow: Arc::clone(workflow),
            })
            .collect())
    }

    /// The publishing agencies, each with its feeds and event types.
    async fn departments(&self, ctx: &Context<'_>) -> Answer<Vec<DepartmentView>> {
        let departments = hub(ctx)?.catalog.departments().iter();
        Ok(departments
            .map(|one| DepartmentView::of(&one.name))
            .collect())
    }

    /// The streams of events and how they live.
    async fn feeds(&self, ctx: &Context<'_>) -> Answer<Vec<FeedView>> {
        let feeds = hub(ctx)?.catalog.feeds().iter();
        let watched = feeds.filter(|one| !one.is_archive());
        Ok(watched.map(|one| FeedView::of(&one.name)).collect())
    }

    /// The city's vital signs, in the catalog's order: computed once for all askers, at most five
    /// seconds old.
    async fn vital_signs(&self, ctx: &Context<'_>) -> Answer<Vec<VitalSignView>> {
        Ok(vital_sign::all(ctx).await?)
    }

    /// The rules of the catalog.
    async fn rules(&self, ctx: &Context<'_>) -> Answer<Vec<RuleView>> {
        Ok(hub(ctx)?
            .catalog
            .rules()
            .iter()
            .map(RuleView::from)
            .collect())
    }

    /// Units and what they are doing.
    async fn units(
        &self,
        ctx: &Context<'_>,
        filter: Option<UnitFilter>,
        at_least: Option<Cursor>,
    ) -> Answer<Vec<UnitView>> {
        let moment = cases_moment(ctx, at_least).await?;
        let filter = filter.unwrap_or_default();
        let units = moment.book().units().filter(|unit| filter.matches(unit));
        Ok(units.map(|unit| UnitView::new(unit, &moment)).collect())
    }

    /// The places directly within a place (by id or code); without one, the roots of the tree.
    async fn places(&self, ctx: &Context<'_>, parent: Option<ID>) -> Answer<Vec<PlaceView>> {
        let tree = hub(ctx)?.catalog.places();
        let places = match parent {
            None => tree.roots(),
            Some(id) => {
                let code = key(Kind::Place, &id)?;
                if tree.get(&code).is_none() {
                    return Err(Failure::bad("parent: the catalog knows no such place.").into());
                }
                tree.children(&code)
            }
        };
        Ok(places.into_iter().map(PlaceView::from).collect())
    }

    /// Acts of administration, the last first: the latest thousand.
    async fn audit(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Answer<AuditConnection> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        }
        .check()?;
        Ok(audit::page(hub(ctx)?, &page))
    }

    /// Events that could not be admitted, the last received first.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a Relay connection"
    )]
    async fn dead_letters(
        &self,
        ctx: &Context<'_>,
        filter: Option<DeadLetterFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        at_least: Option<Cursor>,
    ) -> Answer<DeadLetterConnection> {
        let filter = dead_letter::filter(&hub(ctx)?.catalog, filter.unwrap_or_default())?;
        let page = PageArguments {
            first,
            after,
            last,
            before,
        }
        .check()?;
        stored(ctx, at_least).await?;
        let request = request::<DeadLetterCursor>(&page)?;
        let found = hub(ctx)?
            .store
            .reader()
            .dead_letters(&filter, &request)
            .await;
        let (rows, page_info) = finish(found.map_err(Failure::from)?, |row| {
            row.cursor().to_string()
        });
        Ok(DeadLetterConnection { rows, page_info })
    }

    /// Dead letters grouped by department, reason and place in the event, the largest group first.
    async fn dead_letter_groups(
        &self,
        ctx: &Context<'_>,
        filter: Option<DeadLetterFilter>,
        at_least: Option<Cursor>,
    ) -> Answer<Vec<DeadLetterGroupView>> {
        Ok(dead_letter_group::answer(ctx, filter, at_least).await?)
    }

    /// What a department's publishing looked like over a period of inbox time, at most 31 days; without
    /// one the last week. Who belongs to a department, its programs included, sees its own alone.
    #[expect(
        clippy::too_many_arguments,
        reason = "each narrows the question in its own way"
    )]
    async fn scorecard(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The department by name; without it the caller's own, or the feed's.")]
        department: Option<String>,
        #[graphql(desc = "Only this feed of it, by name.")] feed: Option<String>,
        #[graphql(desc = "Only this CloudEvents source.")] source: Option<String>,
        #[graphql(desc = "Taken by the inbox at or after.")] from: Option<DateTime>,
        #[graphql(desc = "Taken before.")] to: Option<DateTime>,
        at_least: Option<Cursor>,
    ) -> Answer<Scorecard> {
        stored(ctx, at_least).await?;
        let wanted = scorecard::Wanted {
            department,
            feed,
            source,
            from,
            to,
        };
        Ok(scorecard::answer(ctx, wanted).await?)
    }
}
