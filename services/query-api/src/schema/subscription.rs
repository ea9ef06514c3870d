//! Changes as they come: gap-free from a cursor, then live, in lists. A client that was too slow, or
//! came too late, is told exactly what it missed.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Context, SimpleObject, Subscription, Union};
use domain::filter;
use event_schemas::Text;
use event_schemas::city::LogCursor;
use futures_util::stream::{self, Stream};
use tokio::sync::watch;
use tokio::time::Instant;

use super::alert::AlertView;
use super::asking::hub;
use super::case::CaseView;
use super::enums::LagReason;
use super::event::EventView;
use super::filters::Check;
use super::inputs::{AlertFilter, CaseFilter, EventFilter};
use super::scalars::Cursor;
use super::words::say;
use crate::history::{History, Place, Read};
use crate::hub::{Hub, Moment};

/// Changes in one batch.
const BATCH: usize = 200;
/// A client whose filter lets nothing pass still gets its cursor moved on this often.
const BOOKMARK: Duration = Duration::from_secs(10);

/// Changed alerts, or what was missed.
#[derive(Union)]
pub(crate) enum AlertStream {
    /// Changes.
    Batch(AlertBatch),
    /// Missed changes.
    Lagged(Lagged),
}

/// Changed cases, or what was missed.
#[derive(Union)]
pub(crate) enum CaseStream {
    /// Changes.
    Batch(CaseBatch),
    /// Missed changes.
    Lagged(Lagged),
}

/// New events, or what was missed.
#[derive(Union)]
pub(crate) enum EventStream {
    /// New events.
    Batch(EventBatch),
    /// Missed events.
    Lagged(Lagged),
}

/// Events in log order; empty when only the cursor moves on.
#[derive(SimpleObject)]
pub(crate) struct EventBatch {
    /// The events.
    list: Vec<EventView>,
    /// Everything before this was delivered before.
    from: Cursor,
    /// Everything before this is delivered now: `since` for the next time.
    to: Cursor,
}

/// Alerts after each of their changes, in log order; empty when only the cursor moves on.
#[derive(SimpleObject)]
pub(crate) struct AlertBatch {
    /// The alerts.
    list: Vec<AlertView>,
    /// Everything before this was delivered before.
    from: Cursor,
    /// Everything before this is delivered now: `since` for the next time.
    to: Cursor,
}

/// Cases after each of their changes, in log order; empty when only the cursor moves on.
#[derive(SimpleObject)]
pub(crate) struct CaseBatch {
    /// The cases.
    list: Vec<CaseView>,
    /// Everything before this was delivered before.
    from: Cursor,
    /// Everything before this is delivered now: `since` for the next time.
    to: Cursor,
}

/// Changes from `from` to `to` were not delivered: query them; the stream goes on after `to`.
#[derive(SimpleObject)]
pub(crate) struct Lagged {
    /// Why.
    reason: LagReason,
    /// For people.
    message: String,
    /// Where you were.
    from: Cursor,
    /// Where the stream goes on.
    to: Cursor,
}

/// Changes as they come.
pub(crate) struct SubscriptionRoot;

/// Changes as they come.
#[expect(clippy::unused_async, reason = "the macro asks for it")]
#[Subscription(name = "Subscription")]
impl SubscriptionRoot {
    /// Events as they are admitted that pass the filter, from `since` (else from now) on. Personal
    /// fields are masked as in queries.
    async fn events(
        &self,
        ctx: &Context<'_>,
        filter: Option<EventFilter>,
        since: Option<Cursor>,
    ) -> async_graphql::Result<impl Stream<Item = EventStream>> {
        let hub = Arc::clone(hub(ctx)?);
        let filter = Check::new(hub.catalog.as_ref()).events(filter.as_ref())?;
        let changed = hub.tails.subscribe().await?;
        let follow = Follow::begin(&hub, changed, since, Words::of(ctx), |moment| {
            &moment.tail().events
        });
        Ok(stream::unfold(
            (follow, filter),
            async |(mut follow, filter)| {
                let step = follow.next(|kept, out| {
                    out.extend(
                        kept.event()
                            .filter(|event| filter.matches(event))
                            .map(|event| EventView::live(event.clone(), kept.ingest_time())),
                    );
                });
                let item = match step.await? {
                    Step::Missed(lagged) => EventStream::Lagged(lagged),
                    Step::Changes { list, from, to, .. } => EventStream::Batch(EventBatch {
                        list,
                        from: Cursor(from),
                        to: Cursor(to),
                    }),
                };
                Some((item, (follow, filter)))
            },
        ))
    }

    /// Alerts after each change that passes the filter, from `since` (else from now) on.
    async fn alerts(
        &self,
        ctx: &Context<'_>,
        filter: Option<AlertFilter>,
        since: Option<Cursor>,
    ) -> async_graphql::Result<impl Stream<Item = AlertStream>> {
        let hub = Arc::clone(hub(ctx)?);
        let filter = Check::new(hub.catalog.as_ref()).alerts(filter.as_ref())?;
        let changed = hub.board.clone();
        let follow = Follow::begin(&hub, changed, since, Words::of(ctx), |moment| {
            &moment.board().changes
        });
        Ok(stream::unfold(
            (follow, filter),
            async |(mut follow, filter)| {
                let passes = |alert: &Arc<domain::alert::Alert>| {
                    filter.matches(alert).then(|| Arc::clone(alert)).into_iter()
                };
                let item = match follow.next(|alert, out| out.extend(passes(&alert))).await? {
                    Step::Missed(lagged) => AlertStream::Lagged(lagged),
                    Step::Changes {
                        list,
                        from,
                        to,
                        moment,
                    } => AlertStream::Batch(AlertBatch {
                        list: list
                            .into_iter()
                            .map(|alert| AlertView::new(alert, &moment))
                            .collect(),
                        from: Cursor(from),
                        to: Cursor(to),
                    }),
                };
                Some((item, (follow, filter)))
            },
        ))
    }

    /// Cases after each change that passes the filter, from `since` (else from now) on.
    async fn cases(
        &self,
        ctx: &Context<'_>,
        filter: Option<CaseFilter>,
        since: Option<Cursor>,
    ) -> async_graphql::Result<impl Stream<Item = CaseStream>> {
        let hub = Arc::clone(hub(ctx)?);
        let filter: filter::CaseFilter = Check::new(hub.catalog.as_ref()).cases(filter.as_ref())?;
        let changed = hub.cases.watch();
        let follow = Follow::begin(&hub, changed, since, Words::of(ctx), |moment| {
            &moment.desk().changes
        });
        Ok(stream::unfold(
            (follow, filter),
            async |(mut follow, filter)| {
                let step = follow.next(|applied, out| {
                    out.extend(
                        applied
                            .cases
                            .iter()
                            .filter(|case| filter.matches(case))
                            .cloned(),
                    );
                });
                let item = match step.await? {
                    Step::Missed(lagged) => CaseStream::Lagged(lagged),
                    Step::Changes {
                        list,
                        from,
                        to,
                        moment,
                    } => CaseStream::Batch(CaseBatch {
                        list: list
                            .iter()
                            .map(|case| CaseView::new(case, &moment))
                            .collect(),
                        from: Cursor(from),
                        to: Cursor(to),
                    }),
                };
                Some((item, (follow, filter)))
            },
        ))
    }
}

/// What is said to a client that missed something, in its language.
struct Words {
    too_old: String,
    slow: String,
}

impl Words {
    fn of(ctx: &Context<'_>) -> Self {
        Self {
            too_old: say(
                ctx,
                &Text::new(
                    "起点早于内存中的历史:请先查询,再从 to 继续",
                    "since lies before the history in memory: query what you missed",
                ),
                None,
            ),
            slow: say(
                ctx,
                &Text::new(
                    "读取过慢,有变化未送达:请先查询",
                    "you did not read fast enough: query what you missed",
                ),
                None,
            ),
        }
    }
}

/// A subscriber's place in a history, and how it learns that there is more.
struct Follow<S, T: Clone> {
    hub: Arc<Hub>,
    changed: watch::Receiver<S>,
    history: fn(&Moment) -> &History<T>,
    place: Place,
    /// To be said first: `since` is too old.
    first: Option<(LogCursor, LogCursor)>,
    /// Up to where the client has been told.
    told: LogCursor,
    told_at: Instant,
    words: Words,
}

enum Step<I> {
    Changes {
        list: Vec<I>,
        from: LogCursor,
        to: LogCursor,
        moment: Arc<Moment>,
    },
    Missed(Lagged),
}

impl<S, T: Clone> Follow<S, T> {
    fn begin(
        hub: &Arc<Hub>,
        changed: watch::Receiver<S>,
        since: Option<Cursor>,
        words: Words,
        history: fn(&Moment) -> &History<T>,
    ) -> Self {
        let moment = hub.moment();
        let kept = history(&moment);
        let since = since.map(|Cursor(since)| since);
        let kept_place = match &since {
            None => Some(kept.end()),
            Some(since) => kept.place(since),
        };
        let place = kept_place.clone().unwrap_or_else(|| kept.end());
        // Asked for, but not kept any more.
        let first = since
            .filter(|_| kept_place.is_none())
            .map(|since| (since, place.at.clone()));
        Self {
            hub: Arc::clone(hub),
            changed,
            history,
            told: place.at.clone(),
            told_at: Instant::now(),
            place,
            first,
            words,
        }
    }

    /// Waits for the next thing to say; `None` when the log has ended.
    async fn next<I>(&mut self, pick: impl Fn(T, &mut Vec<I>)) -> Option<Step<I>> {
        if let Some((from, to)) = self.first.take() {
            let message = self.words.too_old.clone();
            return Some(Step::Missed(lagged(LagReason::TooOld, message, from, to)));
        }
        loop {
            self.changed.borrow_and_update();
            let moment = self.hub.moment();
            let to = match (self.history)(&moment).read(&mut self.place, BATCH) {
                Read::Gone { to, .. } => {
                    let from = std::mem::replace(&mut self.told, to.clone());
                    self.told_at = Instant::now();
                    let message = self.words.slow.clone();
                    return Some(Step::Missed(lagged(LagReason::Slow, message, from, to)));
                }
                Read::Changes { list, to, .. } => {
                    let more = list.len() == BATCH;
                    let mut picked = Vec::new();
                    for change in list {
                        pick(change, &mut picked);
                    }
                    let bookmark = to != self.told && self.told_at.elapsed() > BOOKMARK;
                    if !picked.is_empty() || bookmark {
                        self.told_at = Instant::now();
                        let from = std::mem::replace(&mut self.told, to.clone());
                        return Some(Step::Changes {
                            list: picked,
                            from,
                            to,
                            moment,
                        });
                    }
                    if more {
                        continue;
                    }
                    to
                }
            };
            // Nothing to say yet. The moment is let go before waiting: it holds a whole snapshot.
            drop(moment);
            if to == self.told {
                self.changed.changed().await.ok()?;
            } else {
                let waited = tokio::time::timeout(BOOKMARK, self.changed.changed()).await;
                if waited.is_ok_and(|changed| changed.is_err()) {
                    return None;
                }
            }
        }
    }
}

fn lagged(reason: LagReason, message: String, from: LogCursor, to: LogCursor) -> Lagged {
    Lagged {
        reason,
        message,
        from: Cursor(from),
        to: Cursor(to),
    }
}
