//! The scorecard: what a department's publishing looked like, for those who publish.
//!
//! Nothing in it leads on to anything else of the hub, and no value of an event is repeated: so a
//! department's own program may read it, of its own department alone.

use async_graphql::{Context, SimpleObject};
use domain::access::{Principal, Role};
use event_schemas::Feed;
use event_schemas::city::Millis;
use event_store::{PublishedEvents, Spread};

use super::asking::{caller, hub};
use super::scalars::{DateTime, Position};
use crate::failure::{Code, Failure};
use crate::redaction;
use crate::scorecard::{self, Asked, Found, Note};

/// A week.
const USUAL_MS: i64 = 7 * 24 * 3_600_000;
/// The longest period of one scorecard.
const LONGEST_MS: i64 = 31 * 24 * 3_600_000;
/// Longest source to ask for.
const SOURCE_MAX: usize = 1_024;

/// What a department's publishing looked like over a period of inbox time.
#[derive(SimpleObject)]
pub(crate) struct Scorecard {
    /// The department by name.
    department: String,
    /// The feed by name, where it is of one feed.
    feed: Option<String>,
    /// CloudEvents `source`, where it is of one source.
    source: Option<String>,
    /// Begin of the period, included.
    from: DateTime,
    /// End of the period.
    to: DateTime,
    /// Admitted, rejected, and repeats as far as they are known.
    received: u64,
    /// Events admitted.
    admitted: u64,
    /// Dead letters.
    rejected: u64,
    /// Repeats that were dropped, counted as the gaps they leave in the inbox between its first and last
    /// record of the period; absent for a feed or source, of which none is kept.
    repeats: Option<u64>,
    /// Rejections by reason and place in the event, the most frequent first.
    reasons: Vec<ScorecardReason>,
    /// From the event to when the publisher wrote it down, where it said so.
    event_to_recorded: ScorecardDelay,
    /// From when the publisher wrote it down to the inbox.
    recorded_to_inbox: ScorecardDelay,
    /// From the event to the inbox.
    event_to_inbox: ScorecardDelay,
    /// From the inbox to the log of admitted events: the hub's own part.
    inbox_to_ingest: ScorecardDelay,
    /// How far the publisher's clock is off; absent with fewer than 20 events, and for history.
    clock: Option<ScorecardClock>,
    /// Events with an earlier event time than an earlier event of the same source.
    out_of_order: u64,
    /// Events whose time lay more than an hour ahead of the hub's clock.
    future: u64,
    /// Events whose time lay more than 30 days back.
    old: u64,
    /// Events that came too late for every enabled rule that reads their type.
    too_old: Vec<ScorecardTooOld>,
    /// Events without a place.
    unplaced: u64,
    /// Stretches without an admitted event.
    silence: ScorecardSilence,
    /// By CloudEvents `source`, the busiest first, at most 100.
    sources: Vec<ScorecardSource>,
    /// What the publisher should know, in sentences.
    notes: Vec<ScorecardNote>,
}

/// Rejections with the same reason at the same place of the event.
#[derive(SimpleObject)]
pub(crate) struct ScorecardReason {
    /// What kind of fault, e.g. `contract_violation`.
    reason: String,
    /// JSON pointer into the event, `*` for each item of a list; absent where none applies.
    path: Option<String>,
    /// How many.
    count: u64,
    /// The first one.
    first_at: DateTime,
    /// The last one.
    last_at: DateTime,
    /// What was expected, as told for the newest; never what was found.
    expected: String,
    /// The newest, from around the fault: names of fields, and of each value its kind and size alone.
    sample: String,
    /// CloudEvents `type` of the newest, where it could be read.
    sample_type: Option<String>,
    /// Where the newest stands among the dead letters, for an administrator.
    position: Position,
}

/// A delay over many events, in seconds; absent where no event has both moments.
#[derive(SimpleObject)]
pub(crate) struct ScorecardDelay {
    /// Median.
    p50: Option<f64>,
    /// 95th percentile.
    p95: Option<f64>,
    /// Greatest.
    max: Option<f64>,
}

impl From<Spread> for ScorecardDelay {
    fn from(of: Spread) -> Self {
        let seconds = |ms: Option<f64>| ms.map(|ms| ms / 1_000.0);
        Self {
            p50: seconds(of.p50),
            p95: seconds(of.p95),
            max: seconds(of.max),
        }
    }
}

/// How far a publisher's clock is off, estimated by its quickest events.
#[derive(SimpleObject)]
pub(crate) struct ScorecardClock {
    /// Seconds that it is ahead of the hub's; negative: behind, or its events wait before they are sent.
    ahead: f64,
    /// Seconds that the way to the inbox takes by itself (the quickest of all other departments'), which
    /// were taken off the estimate.
    way: f64,
    /// No wait explains it: events were here before the moment that they name.
    certain: bool,
}

/// Events of a type that came too late for every enabled rule that reads it.
#[derive(SimpleObject)]
pub(crate) struct ScorecardTooOld {
    /// Event type.
    #[graphql(name = "type")]
    event_type: String,
    /// How many.
    events: u64,
    /// Age of the oldest when it came, seconds.
    oldest: f64,
    /// CloudEvents `id` of the oldest.
    oldest_id: String,
    /// The longest window of those rules, seconds.
    longest_window: f64,
}

/// Stretches without an admitted event.
#[derive(SimpleObject)]
pub(crate) struct ScorecardSilence {
    /// The last event of the period.
    last_at: Option<DateTime>,
    /// Seconds from there to the period's end, or to now.
    since_last: Option<f64>,
    /// After so many seconds the feed counts as silent; absent where the catalog does not say.
    expected: Option<f64>,
    /// The longest stretch between two events, seconds.
    longest: f64,
    /// When it ended.
    longest_until: Option<DateTime>,
    /// How many between two events were longer than expected; absent where nothing is expected.
    longer: Option<u64>,
}

/// One source's part.
#[derive(SimpleObject)]
pub(crate) struct ScorecardSource {
    /// CloudEvents `source`; empty: it could not be read.
    source: String,
    /// Events admitted.
    admitted: u64,
    /// Dead letters.
    rejected: u64,
    /// From the event to the inbox.
    event_to_inbox: ScorecardDelay,
    /// How far its clock is off.
    clock: Option<ScorecardClock>,
    /// Events with an earlier time than an earlier event of it.
    out_of_order: u64,
    /// Events without a place.
    unplaced: u64,
    /// Its last event.
    last_at: Option<DateTime>,
}

/// What a publisher should know.
#[derive(SimpleObject)]
pub(crate) struct ScorecardNote {
    /// For programs, e.g. `TOO_OLD`.
    code: &'static str,
    /// In Chinese.
    zh: String,
    /// In English.
    en: String,
}

impl From<Note> for ScorecardNote {
    fn from(note: Note) -> Self {
        Self {
            code: note.code,
            zh: note.text.zh,
            en: note.text.en,
        }
    }
}

/// What somebody wants to see.
pub(super) struct Wanted {
    pub(super) department: Option<String>,
    pub(super) feed: Option<String>,
    pub(super) source: Option<String>,
    pub(super) from: Option<DateTime>,
    pub(super) to: Option<DateTime>,
}

/// The scorecard of a department, feed or source.
pub(super) async fn answer(ctx: &Context<'_>, wanted: Wanted) -> Result<Scorecard, Failure> {
    let (hub, caller) = (hub(ctx)?, caller(ctx)?);
    let department = department(caller, &wanted)?;
    let known = hub.catalog.department(&department);
    known.ok_or_else(|| Failure::bad("department: the catalog knows no such department."))?;
    let feed = feed(
        hub.catalog.feed(wanted.feed.as_deref().unwrap_or_default()),
        &wanted,
        &department,
    )?;
    if wanted
        .source
        .as_ref()
        .is_some_and(|source| source.is_empty() || source.len() > SOURCE_MAX)
    {
        return Err(Failure::bad(format!("source: 1 to {SOURCE_MAX} bytes.")));
    }
    let now = hub.clock.now();
    let to = wanted.to.map_or(now, |DateTime(to)| to);
    let from = wanted
        .from
        .map_or(to.plus(-USUAL_MS), |DateTime(from)| from);
    if to.since(from) <= 0 || to.since(from) > LONGEST_MS {
        return Err(Failure::bad(
            "from, to: a period of at most 31 days, its begin before its end.",
        ));
    }
    let asked = Asked {
        department,
        feed,
        source: wanted.source,
        from,
        to,
    };
    let found = scorecard::find(hub.store.reader(), &hub.catalog, &asked).await?;
    Ok(shown(asked, found, now))
}

/// Whose scorecard it is. Who belongs to a department sees its own alone, whatever the role.
fn department(caller: &Principal, wanted: &Wanted) -> Result<String, Failure> {
    let of_feed = wanted
        .feed
        .as_deref()
        .and_then(|feed| feed.split('.').next());
    let named = wanted.department.as_deref().or(of_feed);
    let foreign = Failure::new(
        Code::Forbidden,
        "A department sees its own scorecard alone.",
    );
    match (&caller.department, named) {
        (Some(own), None) => Ok(own.clone()),
        (Some(own), Some(named)) if own == named => Ok(own.clone()),
        (Some(_), Some(_)) => Err(foreign),
        (None, _) if caller.roles.iter().all(|role| *role == Role::Publisher) => Err(foreign),
        (None, Some(named)) => Ok(named.to_owned()),
        (None, None) => Err(Failure::bad("department: name one, or a feed.")),
    }
}

/// The feed that was named, if it is the department's.
fn feed<'c>(
    found: Option<&'c Feed>,
    wanted: &Wanted,
    department: &str,
) -> Result<Option<&'c Feed>, Failure> {
    match (&wanted.feed, found) {
        (None, _) => Ok(None),
        (Some(_), Some(feed)) if feed.department == department => Ok(Some(feed)),
        (Some(_), _) => Err(Failure::bad("feed: the department has no such feed.")),
    }
}

fn shown(asked: Asked<'_>, found: Found, now: Millis) -> Scorecard {
    let notes = scorecard::notes(&found);
    let whole = &found.whole;
    let last = (whole.admitted > 0).then_some(whole.last);
    Scorecard {
        received: whole.admitted + found.rejected + found.repeats.unwrap_or_default(),
        admitted: whole.admitted,
        rejected: found.rejected,
        repeats: found.repeats,
        event_to_recorded: whole.event_to_recorded.into(),
        recorded_to_inbox: whole.recorded_to_inbox.into(),
        event_to_inbox: whole.event_to_inbox.into(),
        inbox_to_ingest: whole.inbox_to_ingest.into(),
        clock: clock(whole, found.way_ms),
        out_of_order: whole.out_of_order,
        future: whole.future,
        old: whole.old,
        unplaced: whole.unplaced,
        silence: ScorecardSilence {
            last_at: last.map(DateTime),
            since_last: last.map(|last| asked.to.min(now).since(last).max(0) as f64 / 1_000.0),
            expected: found.expected_ms.map(|ms| ms as f64 / 1_000.0),
            longest: found.silences.longest_s as f64,
            longest_until: (found.silences.longest_s > 0)
                .then_some(DateTime(Millis(found.silences.longest_end_s * 1_000))),
            longer: found.expected_ms.map(|_| found.silences.longer),
        },
        sources: sources(&found),
        reasons: found.reasons.into_iter().map(reason).collect(),
        too_old: found
            .too_old
            .into_iter()
            .map(|late| ScorecardTooOld {
                event_type: late.found.event_type,
                events: late.found.events,
                oldest: late.found.oldest_ms as f64 / 1_000.0,
                oldest_id: late.found.oldest_id,
                longest_window: late.longest_ms as f64 / 1_000.0,
            })
            .collect(),
        notes: notes.into_iter().map(ScorecardNote::from).collect(),
        department: asked.department,
        feed: asked.feed.map(|feed| feed.name.clone()),
        source: asked.source,
        from: DateTime(asked.from),
        to: DateTime(asked.to),
    }
}

fn clock(events: &PublishedEvents, way_ms: Option<f64>) -> Option<ScorecardClock> {
    scorecard::skew(events, way_ms).map(|skew| ScorecardClock {
        ahead: skew.ms / 1_000.0,
        way: skew.way_ms / 1_000.0,
        certain: skew.certain,
    })
}

fn reason(group: event_store::DeadLetterGroup) -> ScorecardReason {
    let present = |text: String| (!text.is_empty()).then_some(text);
    // What the store said of a row may hold the row.
    let expected = if group.reason == event_schemas::city::Reason::Unstorable.code() {
        String::new()
    } else {
        redaction::expected(&group.newest.message)
    };
    ScorecardReason {
        expected,
        sample: redaction::sample(&group.newest.original, &group.newest.path),
        sample_type: present(group.newest.event_type),
        position: Position(group.newest.position),
        first_at: DateTime(group.first),
        last_at: DateTime(group.last),
        count: group.letters,
        path: present(group.path),
        reason: group.reason,
    }
}

fn sources(found: &Found) -> Vec<ScorecardSource> {
    let refused = |source: &str| {
        let of = found.refused_by_source.iter().find(|one| one.who == source);
        of.map_or(0, |one| one.letters)
    };
    let mut sources: Vec<ScorecardSource> = found
        .by_source
        .iter()
        .map(|one| ScorecardSource {
            source: one.source.clone(),
            admitted: one.admitted,
            rejected: refused(&one.source),
            event_to_inbox: one.event_to_inbox.into(),
            clock: clock(one, found.way_ms),
            out_of_order: one.out_of_order,
            unplaced: one.unplaced,
            last_at: Some(DateTime(one.last)),
        })
        .collect();
    // A source of which nothing was admitted is the one that needs a word most.
    let silent = found.refused_by_source.iter().filter(|refused| {
        let admitted = found.by_source.iter().any(|one| one.source == refused.who);
        !admitted
    });
    sources.extend(silent.map(|refused| ScorecardSource {
        source: refused.who.clone(),
        admitted: 0,
        rejected: refused.letters,
        event_to_inbox: Spread::default().into(),
        clock: None,
        out_of_order: 0,
        unplaced: 0,
        last_at: None,
    }));
    sources
}
