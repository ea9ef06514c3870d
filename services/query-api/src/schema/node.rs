//! `node(id)`: anything that has a global id.

use async_graphql::{Context, ID, Interface};
use domain::access::Principal;
use event_schemas::city::LogPosition;
use event_store::StoredEvent;

use super::alert::AlertView;
use super::asking::{caller, hub, moment};
use super::case::CaseView;
use super::dead_letter::DeadLetterView;
use super::department::{DepartmentView, EventTypeView};
use super::event::EventView;
use super::feed::FeedView;
use super::node_id::{Kind, parse};
use super::place::PlaceView;
use super::rule::RuleView;
use super::unit::UnitView;
use crate::failure::Failure;
use crate::gate::policy;
use crate::hub::Hub;

/// Anything that has a global id.
#[derive(Interface)]
#[graphql(name = "Node", field(name = "id", ty = "ID", desc = "Global id."))]
pub(crate) enum NodeView {
    /// A fact.
    Event(EventView),
    /// What a rule found.
    Alert(AlertView),
    /// What people do about it.
    Case(CaseView),
    /// A crew.
    Unit(UnitView),
    /// A place.
    Place(PlaceView),
    /// An agency.
    Department(DepartmentView),
    /// A kind of fact.
    EventType(EventTypeView),
    /// A stream.
    Feed(FeedView),
    /// A rule.
    Rule(RuleView),
    /// What could not be admitted.
    DeadLetter(DeadLetterView),
}

/// Opens a global id. What the caller may not see does not exist for them.
pub(crate) async fn open(ctx: &Context<'_>, id: &str) -> Result<Option<NodeView>, Failure> {
    let Some((kind, key)) = parse(id) else {
        return Err(Failure::bad("This is not an id of the hub."));
    };
    if !may_open(caller(ctx)?, kind) {
        return Ok(None);
    }
    let hub = hub(ctx)?;
    let catalog = &hub.catalog;
    Ok(match kind {
        Kind::Event => event(hub, &key).await?.map(NodeView::Event),
        Kind::Alert => AlertView::find(ctx, &key, &moment(ctx)?)
            .await?
            .map(NodeView::Alert),
        Kind::Case => CaseView::find(&key, &moment(ctx)?).map(NodeView::Case),
        Kind::Unit => {
            let moment = moment(ctx)?;
            let unit = moment.book().unit(&key);
            unit.map(|unit| NodeView::Unit(UnitView::new(unit, &moment)))
        }
        Kind::Place => PlaceView::of(ctx, Some(&key))?.map(NodeView::Place),
        Kind::Department => catalog
            .department(&key)
            .map(|one| NodeView::Department(DepartmentView::of(&one.name))),
        Kind::EventType => catalog
            .event_type(&key)
            .map(|one| NodeView::EventType(EventTypeView::of(&one.name))),
        Kind::Feed => catalog
            .feed(&key)
            .map(|one| NodeView::Feed(FeedView::of(&one.name))),
        Kind::Rule => catalog
            .rules()
            .iter()
            .find(|rule| rule.id == key)
            .map(|rule| NodeView::Rule(RuleView::from(rule))),
        Kind::DeadLetter => dead_letter(hub, &key).await?.map(NodeView::DeadLetter),
        Kind::Assignment => None,
    })
}

/// An event by `source#id`.
pub(crate) async fn event(hub: &Hub, key: &str) -> Result<Option<EventView>, Failure> {
    Ok(stored(hub, key).await?.map(EventView::from))
}

/// An event by `source#id`, as it is stored. Both may hold a `#`, so every reading is tried, at most four.
pub(super) async fn stored(hub: &Hub, key: &str) -> Result<Option<StoredEvent>, Failure> {
    for (at, _) in key.rmatch_indices('#').take(4) {
        let (source, id) = (&key[..at], &key[at + 1..]);
        if source.is_empty() || id.is_empty() {
            continue;
        }
        if let Some(stored) = hub.store.reader().event_by_key(source, id).await? {
            return Ok(Some(stored));
        }
    }
    Ok(None)
}

async fn dead_letter(hub: &Hub, key: &str) -> Result<Option<DeadLetterView>, Failure> {
    let Ok(position) = key.parse::<LogPosition>() else {
        return Ok(None);
    };
    let stored = hub.store.reader().dead_letter(position).await?;
    Ok(stored.map(DeadLetterView::from))
}

fn may_open(principal: &Principal, kind: Kind) -> bool {
    policy::allows(principal, kind.name(), "id")
}
