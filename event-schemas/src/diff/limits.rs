//! Bounds of numbers, lengths and counts, and forms of texts, old against new.

use std::cmp::Ordering;
use std::fmt::Display;

use super::{ChangeRule, Found};
use crate::contract::node::{ArrayRules, NumberRules, TextRules};

/// Numbers: the lower and the upper bound.
pub(super) fn numbers(old: &NumberRules, new: &NumberRules, at: &str, found: &mut Found<'_>) {
    let (was, now) = (lower(old), lower(new));
    bound(
        tighter(was, now),
        at,
        (show(was, "≥", ">"), show(now, "≥", ">")),
        found,
    );
    let (was, now) = (upper(old), upper(new));
    bound(
        tighter(was, now),
        at,
        (show(was, "≤", "<"), show(now, "≤", "<")),
        found,
    );
}

/// A bound on an axis where greater is tighter, and whether the bound itself is outside.
type Bound = Option<(f64, bool)>;

fn lower(rules: &NumberRules) -> Bound {
    strongest(
        rules.minimum.map(|at| (at, false)),
        rules.exclusive_minimum.map(|at| (at, true)),
    )
}

/// Turned round, so that a lesser bound is tighter.
fn upper(rules: &NumberRules) -> Bound {
    strongest(
        rules.maximum.map(|at| (-at, false)),
        rules.exclusive_maximum.map(|at| (-at, true)),
    )
}

fn strongest(one: Bound, other: Bound) -> Bound {
    if tighter(one, other) == Ordering::Greater {
        other
    } else {
        one
    }
}

/// How tight the second is, seen from the first: `Greater` is tighter.
fn tighter(was: Bound, now: Bound) -> Ordering {
    match (was, now) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some((was, was_out)), Some((now, now_out))) => {
            now.total_cmp(&was).then(now_out.cmp(&was_out))
        }
    }
}

fn show(bound: Bound, within: &str, beyond: &str) -> String {
    match bound {
        None => String::from("no bound"),
        Some((at, outside)) => {
            let sign = if outside { beyond } else { within };
            let at = if within == "≤" { -at } else { at };
            format!("{sign} {at}")
        }
    }
}

/// Texts: length and form.
pub(super) fn texts(old: &TextRules, new: &TextRules, at: &str, found: &mut Found<'_>) {
    least((old.min_length, new.min_length), "characters", at, found);
    most((old.max_length, new.max_length), "characters", at, found);
    let form = |rules: &TextRules| rules.pattern.as_ref().map(ToString::to_string);
    form_of(form(old), form(new), at, found);
    let form = |rules: &TextRules| rules.date_time.then(|| String::from("date-time"));
    form_of(form(old), form(new), at, found);
}

/// Arrays: how many items.
pub(super) fn counts(old: &ArrayRules, new: &ArrayRules, at: &str, found: &mut Found<'_>) {
    least((old.min_items, new.min_items), "items", at, found);
    most((old.max_items, new.max_items), "items", at, found);
}

fn least((was, now): (usize, usize), what: &str, at: &str, found: &mut Found<'_>) {
    let show = |count: usize| format!("at least {count} {what}");
    bound(now.cmp(&was), at, (show(was), show(now)), found);
}

fn most((was, now): (Option<usize>, Option<usize>), what: &str, at: &str, found: &mut Found<'_>) {
    let reach = |count: Option<usize>| count.unwrap_or(usize::MAX);
    let show = |count: Option<usize>| {
        count.map_or_else(
            || format!("any number of {what}"),
            |count| format!("at most {count} {what}"),
        )
    };
    bound(
        reach(was).cmp(&reach(now)),
        at,
        (show(was), show(now)),
        found,
    );
}

fn bound(
    tightness: Ordering,
    at: &str,
    (was, now): (impl Display, impl Display),
    found: &mut Found<'_>,
) {
    match tightness {
        Ordering::Greater => found.add(ChangeRule::BoundNarrowed, at, was, now),
        Ordering::Less => found.add(ChangeRule::BoundWidened, at, was, now),
        Ordering::Equal => {}
    }
}

fn form_of(was: Option<String>, now: Option<String>, at: &str, found: &mut Found<'_>) {
    match (was, now) {
        (None, Some(now)) => found.add(ChangeRule::PatternAdded, at, "", now),
        (Some(was), None) => found.add(ChangeRule::PatternRemoved, at, was, ""),
        (Some(was), Some(now)) if was != now => {
            found.add(ChangeRule::PatternChanged, at, was, now);
        }
        _ => {}
    }
}
