//! A department's scorecard: asked of the store, held against the catalog, and put into sentences.

use domain::engine::run_label;
use domain::rule::DEFAULT_LATENESS_MS;
use event_schemas::city::Millis;
use event_schemas::rule_file::{Condition, RuleFile};
use event_schemas::{Catalog, Feed, Text};
use event_store::{
    DeadLetterFilter, DeadLetterGroup, PublishedEvents, Reader, RefusedOfSource, ScorecardScope,
    Silences, TooOld,
};

use crate::failure::Failure;

/// Reasons told one by one.
const REASONS_MAX: u32 = 50;
/// Sources told one by one.
const SOURCES_MAX: u32 = 100;
/// Fewer events tell nothing of a clock.
const TELLING: u64 = 20;
/// A clock that is off by less is right.
const RIGHT_MS: f64 = 2_000.0;
/// What is older than this when it comes is history, and says nothing of a clock.
const HISTORY_MS: f64 = 24.0 * 3_600_000.0;

/// Of whom a scorecard is.
pub(crate) struct Asked<'c> {
    pub(crate) department: String,
    pub(crate) feed: Option<&'c Feed>,
    pub(crate) source: Option<String>,
    pub(crate) from: Millis,
    pub(crate) to: Millis,
}

/// Everything the store knows for a scorecard.
pub(crate) struct Found {
    pub(crate) whole: PublishedEvents,
    pub(crate) by_source: Vec<PublishedEvents>,
    pub(crate) reasons: Vec<DeadLetterGroup>,
    pub(crate) rejected: u64,
    pub(crate) refused_by_source: Vec<RefusedOfSource>,
    /// Known for a department alone.
    pub(crate) repeats: Option<u64>,
    pub(crate) silences: Silences,
    pub(crate) expected_ms: Option<i64>,
    pub(crate) too_old: Vec<TooOldFor>,
    pub(crate) way_ms: Option<f64>,
}

/// Events that came too late for every rule that reads their type.
pub(crate) struct TooOldFor {
    pub(crate) found: TooOld,
    pub(crate) longest_ms: i64,
}

/// How far a publisher's clock is off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Skew {
    /// Positive: ahead of the hub's.
    pub(crate) ms: f64,
    /// What the way takes by itself, and was taken off.
    pub(crate) way_ms: f64,
    /// No wait explains it: the hub had events before the publisher's clock says they were there.
    pub(crate) certain: bool,
}

/// What a publisher should know, for programs and for people.
pub(crate) struct Note {
    pub(crate) code: &'static str,
    pub(crate) text: Text,
}

/// Asks the store.
pub(crate) async fn find(
    reader: &Reader,
    catalog: &Catalog,
    asked: &Asked<'_>,
) -> Result<Found, Failure> {
    let carried: Vec<String> = asked
        .feed
        .map(|feed| feed.event_types().map(str::to_owned).collect())
        .unwrap_or_default();
    let scope = ScorecardScope {
        department: asked.department.clone(),
        types: carried.clone(),
        source: asked.source.clone(),
        from: asked.from,
        to: asked.to,
    };
    let letters = DeadLetterFilter {
        departments: vec![asked.department.clone()],
        types: carried.clone(),
        sources: asked.source.clone().into_iter().collect(),
        from: Some(asked.from),
        to: Some(asked.to),
        ..DeadLetterFilter::default()
    };
    let whole = reader.published_events(&scope, false).await?;
    let reasons = reader.dead_letter_groups(&letters, REASONS_MAX).await?;
    let refused_by_source = reader.refused_by_source(&letters, SOURCES_MAX).await?;
    let expected_ms = asked
        .feed
        .and_then(|feed| feed.silent_after)
        .map(|span| span.ms);
    let windows = longest_windows(catalog, &asked.department, &carried);
    let late = reader.too_old(&scope, &windows).await?;
    Ok(Found {
        whole: whole.into_iter().next().unwrap_or_default(),
        by_source: reader.published_events(&scope, true).await?,
        rejected: reader.dead_letter_count(&letters).await?,
        reasons,
        refused_by_source,
        repeats: if asked.feed.is_none() && asked.source.is_none() {
            let whole = reader.repeats(&asked.department, asked.from, asked.to);
            Some(whole.await?)
        } else {
            None
        },
        silences: reader
            .silences(&scope, expected_ms.unwrap_or(i64::MAX))
            .await?,
        expected_ms,
        too_old: too_old(late, &windows),
        way_ms: reader.quickest_way(&scope).await?,
    })
}

/// Which types have an age beyond which no enabled rule can count them with the present, in milliseconds.
/// A type that a single event of which raises an alert has none; nor has one that no rule reads.
fn longest_windows(catalog: &Catalog, department: &str, carried: &[String]) -> Vec<(String, i64)> {
    let types = catalog.event_types().filter(|one| {
        one.department == department && (carried.is_empty() || carried.contains(&one.name))
    });
    types
        .filter_map(|one| {
            Some((
                one.name.clone(),
                longest_window(catalog.rules(), &one.name)?,
            ))
        })
        .collect()
}

fn longest_window(rules: &[RuleFile], event_type: &str) -> Option<i64> {
    let mut longest = None;
    for rule in rules {
        if !rule.event_types().any(|one| one == event_type) {
            continue;
        }
        let window = match &rule.when {
            Condition::Match { .. } => return None,
            Condition::Threshold { within, .. } | Condition::Correlation { within, .. } => {
                within.ms
            }
            Condition::Absence { after, .. } => after.ms,
        };
        let lateness = rule.lateness.map_or(DEFAULT_LATENESS_MS, |span| span.ms);
        longest = longest.max(Some(window.max(lateness)));
    }
    longest
}

/// What was too old, by type; a labelled replay is judged by its own time and never too old.
fn too_old(late: Vec<TooOld>, windows: &[(String, i64)]) -> Vec<TooOldFor> {
    let mut kept: Vec<TooOldFor> = Vec::new();
    for one in late
        .into_iter()
        .filter(|one| run_label(&one.source).is_none())
    {
        let longest = windows.iter().find(|(name, _)| *name == one.event_type);
        let Some((_, longest_ms)) = longest else {
            continue;
        };
        let known = kept
            .iter_mut()
            .find(|known| known.found.event_type == one.event_type);
        match known {
            None => kept.push(TooOldFor {
                found: one,
                longest_ms: *longest_ms,
            }),
            Some(known) => {
                known.found.events += one.events;
                if one.oldest_ms > known.found.oldest_ms {
                    known.found.oldest_ms = one.oldest_ms;
                    known.found.oldest_id = one.oldest_id;
                }
            }
        }
    }
    kept
}

/// How far the clock is off that wrote these events' times. An event is stamped, then travels: so the
/// quickest of them tell the clock, less what the way takes by itself, which is known from other
/// departments. None: too few events, or history.
pub(crate) fn skew(events: &PublishedEvents, way_ms: Option<f64>) -> Option<Skew> {
    let quickest = events.quickest_ms?;
    if events.admitted < TELLING || quickest.abs() > HISTORY_MS {
        return None;
    }
    // Where nobody can be compared with, the way is taken as no time at all.
    let way_ms = way_ms.unwrap_or(0.0);
    Some(Skew {
        ms: way_ms - quickest,
        way_ms,
        certain: quickest < 0.0,
    })
}

/// What a publisher should know.
pub(crate) fn notes(found: &Found) -> Vec<Note> {
    let mut notes = Vec::new();
    for late in &found.too_old {
        let (count, id) = (late.found.events, &late.found.oldest_id);
        let (age_zh, age_en) = length(late.found.oldest_ms);
        let (window_zh, window_en) = length(late.longest_ms);
        let name = &late.found.event_type;
        notes.push(Note {
            code: "TOO_OLD",
            text: Text::new(
                format!("{name}：{count} 条事件到达时已过时，任何启用的规则都无法将其与当前情况一并判断：最旧的一条（{id}）到达时已 {age_zh}，而最长窗口为 {window_zh}"),
                format!("{name}: {count} events can match no enabled rule together with the present: the oldest ({id}) was {age_en} old when it came, and the longest window is {window_en}"),
            ),
        });
    }
    if let Some(skew) = skew(&found.whole, found.way_ms).filter(|skew| skew.ms.abs() > RIGHT_MS) {
        notes.push(skew_note(skew));
    }
    if let Some(expected_ms) = found.expected_ms
        && found.silences.longer > 0
    {
        let (longest_zh, longest_en) = length(found.silences.longest_s * 1_000);
        let (expected_zh, expected_en) = length(expected_ms);
        let times = found.silences.longer;
        notes.push(Note {
            code: "SILENT",
            text: Text::new(
                format!("{times} 次静默超过预期的 {expected_zh}，最长 {longest_zh}"),
                format!("silent {times} times for longer than the expected {expected_en}, at most for {longest_en}"),
            ),
        });
    }
    if found.repeats.is_none() {
        notes.push(Note {
            code: "REPEATS_NOT_KEPT",
            text: Text::new(
                "重复只按部门统计：重复事件被丢弃，不留来源与类型",
                "repeats are known for the whole department only: they are dropped, and neither source nor type of one is kept",
            ),
        });
    }
    notes
}

fn skew_note(skew: Skew) -> Note {
    let (zh, en) = length(skew.ms.abs() as i64);
    let (code, zh, en) = match (skew.ms > 0.0, skew.certain) {
        (true, true) => (
            "CLOCK_AHEAD",
            format!("发布方时钟约快 {zh}：事件在其标注的时刻之前已到达"),
            format!(
                "the publisher's clock is about {en} ahead: events were here before the moment they name"
            ),
        ),
        (true, false) => (
            "CLOCK_PERHAPS_AHEAD",
            format!("发布方时钟可能快 {zh}"),
            format!("the publisher's clock may be {en} ahead"),
        ),
        (false, _) => (
            "CLOCK_BEHIND_OR_LATE",
            format!("发布方时钟约慢 {zh}，或事件在发出前等待这么久"),
            format!(
                "the publisher's clock is about {en} behind, or its events wait that long before they are sent"
            ),
        ),
    };
    Note {
        code,
        text: Text::new(zh, en),
    }
}

/// A length of time for people, in its largest whole unit.
fn length(ms: i64) -> (String, String) {
    let seconds = ms / 1_000;
    let (n, zh, en) = match seconds {
        ..=119 => (seconds, "秒", "s"),
        120..=7_199 => (seconds / 60, "分钟", "min"),
        7_200..=259_199 => (seconds / 3_600, "小时", "h"),
        _ => (seconds / 86_400, "天", "days"),
    };
    (format!("{n} {zh}"), format!("{n} {en}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(admitted: u64, quickest_ms: f64) -> PublishedEvents {
        PublishedEvents {
            admitted,
            quickest_ms: Some(quickest_ms),
            ..PublishedEvents::default()
        }
    }

    #[test]
    fn a_clocks_skew_is_told_without_what_the_way_takes() {
        // A clock ten seconds ahead; the way takes 40 ms: events seem to come 9,960 ms too early.
        let ahead = skew(&events(100, -9_960.0), Some(40.0)).unwrap();
        assert_eq!((ahead.ms, ahead.certain), (10_000.0, true));
        // A right clock seems late by the way alone.
        assert!(skew(&events(100, 40.0), Some(40.0)).unwrap().ms.abs() < f64::EPSILON);
        let behind = skew(&events(100, 60_040.0), Some(40.0)).unwrap();
        assert_eq!((behind.ms, behind.certain), (-60_000.0, false));
        assert_eq!(skew(&events(5, 0.0), None), None);
        assert_eq!(skew(&events(100, 1e12), None), None);
    }

    #[test]
    fn a_type_that_raises_an_alert_by_itself_is_never_too_old() {
        let catalog = Catalog::embedded().unwrap();
        let mut without_window = 0;
        for rule in catalog.rules() {
            for name in rule.event_types() {
                let longest = longest_window(catalog.rules(), name);
                match rule.when {
                    Condition::Match { .. } => {
                        without_window += 1;
                        assert_eq!(longest, None, "{name}");
                    }
                    Condition::Threshold { within, .. } | Condition::Correlation { within, .. } => {
                        assert!(longest.is_none_or(|ms| ms >= within.ms), "{name}");
                    }
                    Condition::Absence { .. } => {}
                }
            }
        }
        assert!(without_window > 0);
        assert_eq!(
            longest_window(catalog.rules(), "city.nobody.reads-it.v1"),
            None
        );
    }

    #[test]
    fn a_length_is_told_in_its_largest_whole_unit() {
        let told = [
            (27 * 3_600_000, "27 h"),
            (90_000, "90 s"),
            (300_000, "5 min"),
            (400_000_000, "4 days"),
        ];
        for (ms, text) in told {
            assert_eq!(length(ms).1, text);
        }
    }
}
