//! Vital signs: one figure each about the city's present, with target and trend.

use std::sync::Arc;

use async_graphql::{Context, Enum, Object, SimpleObject};
use event_schemas::sign_file::{self, SignFile};

use super::asking::hub;
use super::department::DepartmentView;
use super::scalars::DateTime;
use super::words::{BothTexts, Language, say};
use crate::failure::{Answer, Code, Failure};
use crate::signs::Reading;

/// What a sign's value means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "sign_file::SignState")]
pub(crate) enum SignState {
    /// On the good side of the target.
    Normal,
    /// Close to the target.
    Watch,
    /// Beyond the target.
    Bad,
    /// No value, or its events fell silent: neither good nor bad.
    Unknown,
}

/// Which side of a target is bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "sign_file::BadSide")]
pub(crate) enum SignDirection {
    /// More than the target is bad.
    Above,
    /// Less than the target is bad.
    Below,
}

/// A sign's value at the end of one window.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub(crate) struct SignPoint {
    /// The end of the window.
    at: DateTime,
    /// The value; null: no event had the measure.
    value: Option<f64>,
}

/// A sign as of a moment.
pub(crate) struct VitalSignView {
    readings: Arc<Vec<Reading>>,
    at: usize,
}

/// All signs of the catalog, in its order.
pub(crate) async fn all(ctx: &Context<'_>) -> Result<Vec<VitalSignView>, Failure> {
    let readings = hub(ctx)?.signs.get().await?;
    let views = (0..readings.len()).map(|at| VitalSignView {
        readings: Arc::clone(&readings),
        at,
    });
    Ok(views.collect())
}

impl VitalSignView {
    fn reading(&self) -> &Reading {
        &self.readings[self.at]
    }

    fn file<'c>(&self, ctx: &Context<'c>) -> Result<&'c SignFile, Failure> {
        let catalog: &'c event_schemas::Catalog = &hub(ctx)?.catalog;
        catalog
            .signs()
            .get(self.reading().index)
            .ok_or_else(|| Failure::new(Code::Internal, "The catalog has no such sign."))
    }
}

/// One figure about the city's present, with its target.
#[Object(name = "VitalSign")]
impl VitalSignView {
    /// The sign's name in the catalog.
    async fn id(&self, ctx: &Context<'_>) -> Answer<String> {
        Ok(self.file(ctx)?.id.clone())
    }

    /// Shown to people.
    async fn title(&self, ctx: &Context<'_>, lang: Option<Language>) -> Answer<String> {
        Ok(say(ctx, &self.file(ctx)?.title, lang))
    }

    /// Shown to people, both languages.
    async fn titles(&self, ctx: &Context<'_>) -> Answer<BothTexts> {
        Ok(BothTexts::from(&self.file(ctx)?.title))
    }

    /// What the value counts, in words.
    async fn unit(&self, ctx: &Context<'_>, lang: Option<Language>) -> Answer<String> {
        Ok(say(ctx, &self.file(ctx)?.unit, lang))
    }

    /// What the value counts, both languages.
    async fn units(&self, ctx: &Context<'_>) -> Answer<BothTexts> {
        Ok(BothTexts::from(&self.file(ctx)?.unit))
    }

    /// The department that answers for it.
    async fn department(&self, ctx: &Context<'_>) -> Answer<DepartmentView> {
        Ok(DepartmentView::of(&self.file(ctx)?.department))
    }

    /// The figure over the last window; null while `state` is UNKNOWN.
    async fn value(&self) -> Option<f64> {
        self.reading().value
    }

    /// The bound between good and bad.
    async fn target(&self, ctx: &Context<'_>) -> Answer<f64> {
        Ok(self.file(ctx)?.target)
    }

    /// From this value on it is worth watching.
    async fn watch_from(&self, ctx: &Context<'_>) -> Answer<f64> {
        Ok(self.file(ctx)?.watch_from())
    }

    /// Which side of the target is bad.
    async fn direction(&self, ctx: &Context<'_>) -> Answer<SignDirection> {
        Ok(self.file(ctx)?.bad.into())
    }

    /// What the value means.
    async fn state(&self) -> SignState {
        self.reading().state.into()
    }

    /// The figure of each of the last 24 windows, oldest first; the last one is `value`.
    async fn trend(&self) -> Vec<SignPoint> {
        let points = self.reading().trend.iter();
        points
            .map(|&(at, value)| SignPoint {
                at: DateTime(at),
                value,
            })
            .collect()
    }

    /// Length of a window in seconds.
    async fn window_seconds(&self, ctx: &Context<'_>) -> Answer<i64> {
        Ok(self.file(ctx)?.window.ms / 1_000)
    }

    /// When the inbox last took one of its events.
    async fn last_event_at(&self) -> Option<DateTime> {
        self.reading().last_event_at.map(DateTime)
    }

    /// Without an event for this long the sign says nothing.
    async fn silent_after_seconds(&self, ctx: &Context<'_>) -> Answer<i64> {
        Ok(self.file(ctx)?.silent_after.ms / 1_000)
    }

    /// It rests on exercises alone: there are no real events to tell of.
    async fn exercise(&self) -> bool {
        self.reading().exercise
    }
}
