//! The checks of a text: length in characters, pattern, date and time.

use super::date_time::parse_rfc3339;
use super::node::TextRules;
use super::violation::excerpt;
use super::walk::Walk;

pub(crate) fn check_text(rules: &TextRules, text: &str, walk: &mut Walk<'_, '_>) {
    check_length(rules, text, walk);
    if let Some(pattern) = &rules.pattern
        && !pattern.is_match(text)
    {
        walk.refuse(format!("text like {pattern}"), || excerpt(text));
    }
    if rules.date_time && parse_rfc3339(text).is_none() {
        let expected = "date and time with zone (RFC 3339), such as 2026-07-01T08:30:00+08:00";
        walk.refuse(expected, || excerpt(text));
    }
}

/// Bytes bound characters from above, so most texts need no counting.
fn check_length(rules: &TextRules, text: &str, walk: &mut Walk<'_, '_>) {
    let at_most_fits = rules.max_length.is_none_or(|most| text.len() <= most);
    let at_least_fits = rules.min_length == 0 || text.len() >= rules.min_length * 4;
    if at_most_fits && at_least_fits {
        return;
    }
    let count = text.chars().count();
    if count < rules.min_length {
        let expected = format!("at least {} characters", rules.min_length);
        walk.refuse(expected, || format!("{count} characters"));
    }
    if let Some(most) = rules.max_length.filter(|most| count > *most) {
        walk.refuse(format!("at most {most} characters"), || {
            format!("{count} characters")
        });
    }
}
