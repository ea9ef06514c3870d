//! Everything that can be asked.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use domain::case::Case;
use event_store::{
    AlertCursor, DeadLetterCursor, DeadLetterFilter as StoreDeadLetterFilter, EventCursor,
    StatisticsRequest,
};

use super::alert::{AlertConnection, AlertView};
use super::asking::{caller, cases_moment, hub, moment, stored};
use super::case::{CaseConnection, CaseView};
use super::dead_letter::{DeadLetterConnection, reason};
use super::department::DepartmentView;
use super::enums::{EventDimension, Measure};
use super::event::{EventConnection, EventView};
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
use super::statistics::EventStatistic;
use super::store_page::{finish, request};
use super::unit::UnitView;
use crate::failure::{Answer, Failure};

/// Groups of statistics, where the caller names no number, and at most.
const GROUPS_DEFAULT: i32 = 1_000;
const GROUPS_MAX: i32 = 5_000;

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
        let found = hub.store.reader().events(&filter, &request).await;
        let (rows, page_info) = finish(found.map_err(Failure::from)?, |row| {
            row.cursor().to_string()
        });
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
        #[graphql(desc = "Time buckets of event time.")] interval: Option<Duration>,
        #[graphql(desc = "Default: COUNT, SUM, AVG, MIN, MAX.")] measures: Option<Vec<Measure>>,
        #[graphql(desc = "Measure this payload field instead of the main measure.")] of: Option<
            String,
        >,
        #[graphql(desc = "IANA time zone of hours, days and buckets.")] zone: Option<String>,
        #[graphql(desc = "Groups at most, 5,000.")] limit: Option<i32>,
        at_least: Option<Cursor>,
    ) -> Answer<Vec<EventStatistic>> {
        let hub = hub(ctx)?;
        let filter = Check::new(hub.catalog.as_ref()).events(filter.as_ref())?;
        let dimensions = group_by.unwrap_or_default().into_iter().map(Into::into);
        let by_data = by_data.unwrap_or_default().into_iter();
        let group_by: Vec<event_store::EventDimension> = dimensions
            .chain(by_data.map(event_store::EventDimension::Field))
            .collect();
        let all = || {
            vec![
                Measure::Count,
                Measure::Sum,
                Measure::Avg,
                Measure::Min,
                Measure::Max,
            ]
        };
        let measures: Vec<event_store::Measure> = measures
            .unwrap_or_else(all)
            .into_iter()
            .map(Into::into)
            .collect();
        let limit = limit.unwrap_or(GROUPS_DEFAULT);
        if !(1..=GROUPS_MAX).contains(&limit) || measures.len() > 9 {
            return Err(
                Failure::bad(format!("limit: 1 to {GROUPS_MAX}; at most nine measures.")).into(),
            );
        }
        stored(ctx, at_least).await?;
        let interval = interval.map(|Duration(span)| span.ms);
        let request = StatisticsRequest {
            filter,
            group_by,
            interval,
            measures,
            of,
            zone: zone.unwrap_or_else(|| hub.zone.clone()),
            limit: limit.unsigned_abs(),
        };
        let rows = hub.store.reader().event_statistics(&request).await;
        let made = |row| EventStatistic::of(row, &request.group_by, &request.measures, interval);
        Ok(rows.map_err(Failure::from)?.into_iter().map(made).collect())
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
        Ok(feeds.map(|one| FeedView::of(&one.name)).collect())
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
        let filter = filter.unwrap_or_default();
        let reasons = filter.reason.unwrap_or_default();
        let filter = StoreDeadLetterFilter {
            departments: filter.department.unwrap_or_default(),
            reasons: reasons
                .iter()
                .map(|code| reason(code))
                .collect::<Result<_, _>>()?,
            from: filter.from.map(|DateTime(millis)| millis),
            to: filter.to.map(|DateTime(millis)| millis),
        };
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
}
