//! The engine's absence rules: what it hears, how time passes for them, and what becomes of them when
//! rules change.

use std::collections::BTreeMap;
use std::sync::Arc;

use event_schemas::rule_file::Silent;

use super::absence::{Watches, watches_the_same};
use super::progress::{Course, Timeline};
use super::record::{MatchRecord, Matched, Output};
use super::rule_state::Setting;
use super::{Engine, Mode, rule_counts, words};
use crate::rule::{CompiledRule, RuleSet};

/// By rule id.
pub(super) type Absences = BTreeMap<String, BTreeMap<Timeline, Watches>>;

/// Whether what some version of a rule matched counts for this one. A sign of life does whichever
/// version saw it: it would be wrong to forget it while versions change.
pub(super) fn takes(rule: &CompiledRule, matched: &MatchRecord) -> bool {
    let watched = || {
        let selectors = rule.selectors.iter();
        let mut types = selectors.flat_map(|selector| &selector.types);
        rule.absence.is_some() && types.any(|one| *one == matched.event.event_type)
    };
    rule.file.version == matched.rule_version || watched()
}

impl Engine {
    /// Over `city.matches`: how many partitions `city.events` has. Until a watermark came through
    /// every one of them, nothing counts as silent; unset, those that were heard of are waited for.
    #[must_use]
    pub fn of_partitions(mut self, events: u32) -> Self {
        self.origins = (self.mode == Mode::Matches).then_some(events);
        self
    }

    /// The key under which an absence rule watches an event; `None` where it has none.
    pub(super) fn watch_key(rule: &CompiledRule, event: &Matched) -> Option<String> {
        let absence = rule.absence.as_ref()?;
        match absence.of {
            Silent::Feed => Some(absence.feed.clone()),
            Silent::Subject => event.subject.as_ref().map(|_| event.identity()),
        }
    }

    /// A sign of life.
    pub(super) fn watch(
        &mut self,
        rule: usize,
        timeline: &Timeline,
        key: String,
        event: &Arc<Matched>,
        out: &mut Vec<Output>,
    ) {
        if timeline.course == Course::History {
            return;
        }
        let rule = self.rules.rule(rule);
        let timelines = self.state.absences.entry(rule.file.id.clone()).or_default();
        let mut setting = Setting {
            rule,
            rule_set: self.state.mark.as_ref().map_or(0, |mark| mark.version),
            timeline,
            places: self.places.as_ref(),
            out,
        };
        timelines.entry(timeline.clone()).or_default().heard(
            &mut setting,
            key,
            event,
            rule_counts(&mut self.statistics, rule),
        );
    }

    /// Lets time pass for every absence rule, as far as inboxes are admitted.
    pub(super) fn pass_watches(&mut self, out: &mut Vec<Output>) {
        let rule_set = self.state.mark.as_ref().map_or(0, |mark| mark.version);
        for (id, timelines) in &mut self.state.absences {
            let Some(rule) = self.rules.position(id).map(|rule| self.rules.rule(rule)) else {
                continue;
            };
            let certain = rule
                .departments
                .first()
                .and_then(|department| self.state.progress.certain(department, self.origins));
            let Some(certain) = certain else { continue };
            timelines.retain(|timeline, watches| {
                let mut setting = Setting {
                    rule,
                    rule_set,
                    timeline,
                    places: self.places.as_ref(),
                    out: &mut *out,
                };
                !watches.pass(&mut setting, certain)
            });
        }
    }

    /// Rules change: alerts of changed absence rules end. Where the next version watches the same,
    /// what was heard stays known, and it judges anew.
    pub(super) fn change_watches(&mut self, next: &RuleSet, out: &mut Vec<Output>) {
        let rule_set = self.state.mark.as_ref().map_or(0, |mark| mark.version);
        for (id, timelines) in std::mem::take(&mut self.state.absences) {
            let Some(rule) = self.rules.position(&id).map(|rule| self.rules.rule(rule)) else {
                continue;
            };
            let follower = next.position(&id).map(|rule| next.rule(rule));
            if follower.is_some_and(|follower| follower.file == rule.file) {
                self.state.absences.insert(id, timelines);
                continue;
            }
            for (timeline, mut watches) in timelines {
                let mut setting = Setting {
                    rule,
                    rule_set,
                    timeline: &timeline,
                    places: self.places.as_ref(),
                    out: &mut *out,
                };
                watches.end(&mut setting, &words::rule_changed(follower.is_none()));
                if let Some(follower) = follower.filter(|next| watches_the_same(rule, next)) {
                    let kept = self.state.absences.entry(id.clone()).or_default();
                    kept.insert(timeline, watches.under(follower));
                }
            }
        }
    }
}
