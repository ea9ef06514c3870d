//! Which dead letters somebody means.

use event_schemas::city::{DeadLetter, Millis, Reason};

use super::super::connect::catalog;
use crate::cli::{HubArgs, LetterArgs};
use crate::failure::Failure;

/// A choice, understood.
pub(super) struct Chosen {
    department: Option<String>,
    reason: Option<Reason>,
    source: Option<String>,
    types: Option<Vec<String>>,
    from: Option<Millis>,
    to: Option<Millis>,
}

impl Chosen {
    /// Understands what was typed.
    pub(super) fn of(args: &LetterArgs, hub: &HubArgs) -> Result<Self, Failure> {
        Ok(Self {
            department: args.department.clone(),
            reason: args.reason.as_deref().map(reason).transpose()?,
            source: args.source.clone(),
            types: args
                .feed
                .as_deref()
                .map(|feed| types(feed, hub))
                .transpose()?,
            from: args.from.as_deref().map(moment).transpose()?,
            to: args.to.as_deref().map(moment).transpose()?,
        })
    }

    /// Whether a letter is one of them.
    pub(super) fn has(&self, letter: &DeadLetter) -> bool {
        let same = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| found == Some(wanted))
        };
        same(&self.department, Some(&letter.department))
            && self.reason.is_none_or(|wanted| wanted == letter.reason)
            && same(&self.source, letter.source.as_deref())
            && self.types.as_ref().is_none_or(|types| {
                letter
                    .event_type
                    .as_ref()
                    .is_some_and(|found| types.contains(found))
            })
            && self.from.is_none_or(|from| letter.received_at >= from)
            && self.to.is_none_or(|to| letter.received_at < to)
    }
}

fn reason(code: &str) -> Result<Reason, Failure> {
    serde_json::from_value(serde_json::Value::from(code)).map_err(|_| {
        Failure::usage(format!("--reason {code}: there is no such reason"))
            .remedy("`city-brain dead-letters list --groups` tells those that there are")
    })
}

fn moment(text: &str) -> Result<Millis, Failure> {
    Millis::parse(text).ok_or_else(|| {
        Failure::usage(format!(
            "'{text}': expected date and time with zone, such as 2026-07-01T08:30:00+08:00"
        ))
    })
}

fn types(feed: &str, hub: &HubArgs) -> Result<Vec<String>, Failure> {
    let catalog = catalog(hub.catalog.as_deref())?;
    let known = catalog.feed(feed).ok_or_else(|| {
        Failure::usage(format!("--feed {feed}: the catalog has no such feed"))
            .remedy("`city-brain feed list` tells the feeds")
    })?;
    Ok(known.event_types().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> DeadLetter {
        serde_json::from_value(serde_json::json!({
            "reason": "contract_violation", "message": "m", "department": "power", "topic": "city.inbox.power",
            "position": {"topicId": "00000000000000000000000000000007", "partition": 0, "offset": 3},
            "receivedAt": 1_000, "source": "/power/x", "type": "city.power.outage-started.v1",
        }))
        .unwrap()
    }

    fn chosen(args: &LetterArgs) -> Chosen {
        let hub = HubArgs {
            data_dir: None,
            kafka: None,
            topic_prefix: None,
            catalog: None,
        };
        Chosen::of(args, &hub).unwrap()
    }

    #[test]
    fn every_part_of_a_choice_must_hold() {
        let some = |text: &str| Some(text.to_owned());
        assert!(chosen(&LetterArgs::default()).has(&letter()));
        let all = LetterArgs {
            department: some("power"),
            reason: some("contract_violation"),
            source: some("/power/x"),
            feed: some("power.outages"),
            from: some("1970-01-01T00:00:01Z"),
            to: some("1970-01-01T00:00:02Z"),
        };
        assert!(chosen(&all).has(&letter()));
        for other in [
            LetterArgs {
                department: some("fire"),
                ..all.clone()
            },
            LetterArgs {
                reason: some("id_reused"),
                ..all.clone()
            },
            LetterArgs {
                source: some("/power/y"),
                ..all.clone()
            },
            LetterArgs {
                from: some("1970-01-01T00:00:02Z"),
                ..all.clone()
            },
            LetterArgs {
                to: some("1970-01-01T00:00:01Z"),
                ..all
            },
        ] {
            assert!(!chosen(&other).has(&letter()));
        }
    }
}
