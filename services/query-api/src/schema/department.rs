//! Departments and their event types.

use std::sync::Arc;

use async_graphql::{Context, ID, Json, Object};
use event_schemas::Text;
use serde_json::Value;

use super::asking::{hub, moment};
use super::feed::FeedView;
use super::node_id::{Kind, global};
use super::unit::UnitView;
use super::words::{BothTexts, Language, say};
use crate::failure::Answer;

/// A department by name; one that has left the catalog still names itself on its old events.
pub(crate) struct DepartmentView {
    name: String,
}

impl DepartmentView {
    pub(crate) fn of(name: &str) -> Self {
        Self {
            name: name.to_owned(),
        }
    }

    fn text(&self, ctx: &Context<'_>) -> Answer<Text> {
        let known = hub(ctx)?.catalog.department(&self.name);
        Ok(known.map_or_else(
            || Text::new(self.name.as_str(), self.name.as_str()),
            |department| department.title.clone(),
        ))
    }
}

/// A publishing agency of the city.
#[Object(name = "Department")]
impl DepartmentView {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        global(Kind::Department, &self.name)
    }

    /// Its name in filters, topics and event types, e.g. `fire`.
    async fn name(&self) -> &str {
        &self.name
    }

    /// What kind of agency, as the catalog says; empty for one that left the catalog.
    async fn kind(&self, ctx: &Context<'_>) -> Answer<String> {
        let known = hub(ctx)?.catalog.department(&self.name);
        Ok(known.map_or_else(String::new, |department| department.kind.clone()))
    }

    /// Shown to people.
    async fn title(&self, ctx: &Context<'_>, lang: Option<Language>) -> Answer<String> {
        Ok(say(ctx, &self.text(ctx)?, lang))
    }

    /// Shown to people, both languages.
    async fn titles(&self, ctx: &Context<'_>) -> Answer<BothTexts> {
        Ok(BothTexts::from(&self.text(ctx)?))
    }

    /// What it may publish.
    async fn event_types(&self, ctx: &Context<'_>) -> Answer<Vec<EventTypeView>> {
        let types = hub(ctx)?.catalog.event_types();
        Ok(types
            .filter(|one| one.department == self.name)
            .map(|one| EventTypeView::of(&one.name))
            .collect())
    }

    /// Its streams of events.
    async fn feeds(&self, ctx: &Context<'_>) -> Answer<Vec<FeedView>> {
        let feeds = hub(ctx)?.catalog.feeds().iter();
        Ok(feeds
            .filter(|feed| feed.department == self.name && !feed.is_archive())
            .map(|feed| FeedView::of(&feed.name))
            .collect())
    }

    /// Its units.
    async fn units(&self, ctx: &Context<'_>) -> Answer<Vec<UnitView>> {
        let moment = moment(ctx)?;
        let units = moment.book().units();
        Ok(units
            .filter(|unit| unit.department == self.name)
            .map(|unit| UnitView::new(unit, &moment))
            .collect())
    }
}

/// An event type by name.
pub(crate) struct EventTypeView {
    name: String,
}

impl EventTypeView {
    pub(crate) fn of(name: &str) -> Self {
        Self {
            name: name.to_owned(),
        }
    }

    fn known<'c>(&self, ctx: &Context<'c>) -> Answer<Option<&'c event_schemas::EventType>> {
        Ok(Arc::as_ref(&hub(ctx)?.catalog).event_type(&self.name))
    }

    fn text(&self, ctx: &Context<'_>) -> Answer<Text> {
        Ok(self.known(ctx)?.map_or_else(
            || Text::new(self.name.as_str(), self.name.as_str()),
            |known| known.title.clone(),
        ))
    }
}

/// A kind of fact with its contract.
#[Object(name = "EventType")]
impl EventTypeView {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        global(Kind::EventType, &self.name)
    }

    /// `city.<department>.<what-happened>.v1`.
    async fn name(&self) -> &str {
        &self.name
    }

    /// The department that may publish it; absent for a type that left the catalog.
    async fn department(&self, ctx: &Context<'_>) -> Answer<Option<DepartmentView>> {
        let known = self.known(ctx)?;
        Ok(known.map(|known| DepartmentView::of(&known.department)))
    }

    /// Shown to people.
    async fn title(&self, ctx: &Context<'_>, lang: Option<Language>) -> Answer<String> {
        Ok(say(ctx, &self.text(ctx)?, lang))
    }

    /// Shown to people, both languages.
    async fn titles(&self, ctx: &Context<'_>) -> Answer<BothTexts> {
        Ok(BothTexts::from(&self.text(ctx)?))
    }

    /// Unit of the main measure, where it has one.
    async fn measure_unit(&self, ctx: &Context<'_>) -> Answer<Option<String>> {
        Ok(self
            .known(ctx)?
            .and_then(|known| known.measure_unit.clone()))
    }

    /// The contract: JSON Schema 2020-12 of `data`.
    async fn contract(&self, ctx: &Context<'_>) -> Answer<Option<Json<Value>>> {
        Ok(self.known(ctx)?.map(|known| Json(known.schema.clone())))
    }
}
