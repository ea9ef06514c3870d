//! Feeds and how they live. The figures come from the store, once per request and only when asked.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use event_schemas::city::Millis;
use event_schemas::{Feed, Text};
use event_store::{FeedActivity, Rejections};
use tokio::sync::OnceCell;

use super::asking::hub;
use super::department::{DepartmentView, EventTypeView};
use super::enums::FeedState;
use super::node_id::{Kind, global};
use super::scalars::DateTime;
use super::scorecard::{self, Scorecard};
use super::words::{BothTexts, Language, say};
use crate::failure::{Answer, Failure};
use crate::hub::Hub;
use crate::inboxes::Reading;

/// Silent after this, where the feed does not say.
const SILENT_AFTER_MS: i64 = 60 * 60 * 1_000;
/// Dead after this, where the feed does not say.
const DEAD_AFTER_MS: i64 = 24 * 60 * 60 * 1_000;

/// Traffic of all feeds, asked for once per request.
#[derive(Default)]
pub(crate) struct Traffic(OnceCell<Arc<Figures>>);

struct Figures {
    activity: Vec<FeedActivity>,
    rejections: Vec<Rejections>,
    now: Millis,
}

impl Traffic {
    async fn figures(&self, hub: &Hub) -> Result<Arc<Figures>, Failure> {
        let ask = async || {
            let now = hub.clock.now();
            let reader = hub.store.reader();
            Ok::<_, Failure>(Arc::new(Figures {
                activity: reader.feed_activity(now).await?,
                rejections: reader.rejections(now).await?,
                now,
            }))
        };
        self.0.get_or_try_init(ask).await.map(Arc::clone)
    }
}

async fn figures(ctx: &Context<'_>) -> Result<Arc<Figures>, Failure> {
    let hub = hub(ctx)?;
    match ctx.data_opt::<Arc<Traffic>>() {
        Some(traffic) => traffic.figures(hub).await,
        None => Traffic::default().figures(hub).await,
    }
}

/// A feed by name.
pub(crate) struct FeedView {
    name: String,
}

impl FeedView {
    pub(crate) fn of(name: &str) -> Self {
        Self {
            name: name.to_owned(),
        }
    }

    fn known<'c>(&self, ctx: &Context<'c>) -> Result<&'c Feed, Failure> {
        let catalog: &'c event_schemas::Catalog = &hub(ctx)?.catalog;
        catalog
            .feed(&self.name)
            .ok_or_else(|| Failure::bad(format!("The catalog has no feed '{}'.", self.name)))
    }

    fn text(&self, ctx: &Context<'_>) -> Result<Text, Failure> {
        Ok(self.known(ctx)?.title.clone())
    }

    /// The event types that make up the feed: what its files become, or, where the department
    /// publishes by itself, all it may publish.
    fn types<'c>(&self, ctx: &Context<'c>) -> Result<Vec<&'c str>, Failure> {
        let feed = self.known(ctx)?;
        let mapped: Vec<&str> = feed.event_types().collect();
        if !mapped.is_empty() {
            return Ok(mapped);
        }
        let catalog: &'c event_schemas::Catalog = &hub(ctx)?.catalog;
        Ok(catalog
            .event_types()
            .filter(|one| one.department == feed.department)
            .map(|one| one.name.as_str())
            .collect())
    }

    /// How far the hub has read the department's inbox.
    async fn reading(&self, ctx: &Context<'_>) -> Answer<Reading> {
        let department = &self.known(ctx)?.department;
        let now = figures(ctx).await?.now;
        let hub = hub(ctx)?;
        let inboxes = Arc::clone(&hub.board.borrow().inboxes);
        Ok(inboxes.reading(department, &hub.store.progress(), now))
    }

    /// The last event, events per minute, and the skew of the busiest type.
    async fn pulse(&self, ctx: &Context<'_>) -> Result<Pulse, Failure> {
        let types = self.types(ctx)?;
        let figures = figures(ctx).await?;
        let mut pulse = Pulse {
            last_inbox: None,
            per_minute: 0.0,
            skew_ms: None,
        };
        let mut busiest = 0;
        for one in &figures.activity {
            if !types.contains(&one.event_type.as_str()) {
                continue;
            }
            pulse.last_inbox = pulse.last_inbox.max(Some(Millis(one.last_inbox_time)));
            pulse.per_minute += one.events_per_minute;
            if one.events_last_hour >= busiest && one.skew_ms.is_some() {
                busiest = one.events_last_hour;
                pulse.skew_ms = one.skew_ms;
            }
        }
        Ok(pulse)
    }
}

struct Pulse {
    last_inbox: Option<Millis>,
    per_minute: f64,
    skew_ms: Option<f64>,
}

/// A stream of a department's events.
#[Object(name = "Feed")]
impl FeedView {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        global(Kind::Feed, &self.name)
    }

    /// `<department>.<feed>`.
    async fn name(&self) -> &str {
        &self.name
    }

    /// Shown to people.
    async fn title(&self, ctx: &Context<'_>, lang: Option<Language>) -> Answer<String> {
        Ok(say(ctx, &self.text(ctx)?, lang))
    }

    /// Shown to people, both languages.
    async fn titles(&self, ctx: &Context<'_>) -> Answer<BothTexts> {
        Ok(BothTexts::from(&self.text(ctx)?))
    }

    /// The department.
    async fn department(&self, ctx: &Context<'_>) -> Answer<DepartmentView> {
        Ok(DepartmentView::of(&self.known(ctx)?.department))
    }

    /// What it carries.
    async fn event_types(&self, ctx: &Context<'_>) -> Answer<Vec<EventTypeView>> {
        let types = self.types(ctx)?;
        Ok(types.into_iter().map(EventTypeView::of).collect())
    }

    /// When the inbox last took an event that was admitted.
    async fn last_event_at(&self, ctx: &Context<'_>) -> Answer<Option<DateTime>> {
        Ok(self.pulse(ctx).await?.last_inbox.map(DateTime))
    }

    /// LIVE while events arrive as often as the catalog expects. What the hub has not read yet is no
    /// silence: while it is `behind`, this is the state of the moment until which it has read.
    async fn state(&self, ctx: &Context<'_>) -> Answer<FeedState> {
        let feed = self.known(ctx)?;
        let pulse = self.pulse(ctx).await?;
        let now = self.reading(ctx).await?.moment();
        let silent_after = feed.silent_after.map_or(SILENT_AFTER_MS, |span| span.ms);
        let dead_after = feed.dead_after.map_or(DEAD_AFTER_MS, |span| span.ms);
        Ok(match pulse.last_inbox {
            None => FeedState::Dead,
            Some(last) if now.since(last) > dead_after => FeedState::Dead,
            Some(last) if now.since(last) > silent_after => FeedState::Silent,
            Some(_) => FeedState::Live,
        })
    }

    /// The hub has not read the department's inbox on: then nothing can be said about silence.
    async fn behind(&self, ctx: &Context<'_>) -> Answer<bool> {
        Ok(self.reading(ctx).await?.is_behind())
    }

    /// Until when the inbox is read, while the hub is behind; absent when it has told nothing yet.
    async fn behind_since(&self, ctx: &Context<'_>) -> Answer<Option<DateTime>> {
        let reading = self.reading(ctx).await?;
        let since = reading.until.filter(|_| reading.is_behind());
        Ok(since.map(DateTime))
    }

    /// Events per minute over the last five minutes.
    async fn events_per_minute(&self, ctx: &Context<'_>) -> Answer<f64> {
        Ok(self.pulse(ctx).await?.per_minute)
    }

    /// The department's dead letters of the last 24 hours.
    async fn rejected(&self, ctx: &Context<'_>) -> Answer<u64> {
        let department = &self.known(ctx)?.department;
        let figures = figures(ctx).await?;
        let found = figures
            .rejections
            .iter()
            .find(|one| one.department == *department);
        Ok(found.map_or(0, |one| one.rejected))
    }

    /// Seconds from an event's time to its arrival, median of the last hour.
    async fn skew(&self, ctx: &Context<'_>) -> Answer<Option<f64>> {
        let skew = self.pulse(ctx).await?.skew_ms;
        Ok(skew.map(|ms| ms / 1_000.0))
    }

    /// What the feed's publishing looked like over a period, at most 31 days; without one the last week.
    async fn scorecard(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Taken by the inbox at or after.")] from: Option<DateTime>,
        #[graphql(desc = "Taken before.")] to: Option<DateTime>,
    ) -> Answer<Scorecard> {
        let wanted = scorecard::Wanted {
            department: None,
            feed: Some(self.name.clone()),
            source: None,
            from,
            to,
        };
        Ok(scorecard::answer(ctx, wanted).await?)
    }
}
