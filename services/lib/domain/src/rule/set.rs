//! All active rules, found by event type: a rule that does not name a type costs its events nothing.

use std::collections::HashMap;
use std::sync::Arc;

use event_schemas::rule_file::RuleFile;

use super::compile::{CompiledRule, RuleError};
use super::predicate::{Evaluator, Predicate};
use crate::event::Event;

/// A compiled rule set.
#[derive(Debug, Default)]
pub struct RuleSet {
    rules: Vec<CompiledRule>,
    by_type: HashMap<String, Vec<Candidate>>,
    by_id: HashMap<String, usize>,
}

#[derive(Debug)]
struct Candidate {
    rule: usize,
    /// Bit of the selector, or none for `clears`.
    selector: Option<u32>,
    predicate: Option<Arc<Predicate>>,
}

/// What one event matched of one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selected {
    /// Which rule.
    pub rule: usize,
    /// Bits of the matched selectors.
    pub selectors: u32,
    /// It matched `clears`.
    pub clears: bool,
}

/// Everything one event matched, and what it took to find out.
#[derive(Debug, Default)]
pub struct Selection {
    /// One entry per rule that the event matters to, in rule order.
    pub selected: Vec<Selected>,
    /// How many selectors were tried.
    pub evaluations: u64,
    /// Rules whose predicate failed on this event, with the reason.
    pub errors: Vec<(usize, String)>,
}

impl RuleSet {
    /// Compiles rules. Those that do not compile are left out and listed.
    pub fn compile(files: &[RuleFile]) -> (Self, Vec<RuleError>) {
        let mut set = Self::default();
        let mut errors = Vec::new();
        for file in files {
            if set.by_id.contains_key(&file.id) {
                errors.push(RuleError {
                    rule: file.id.clone(),
                    path: String::from("id"),
                    expectation: String::from("expected an id of its own: another rule has it"),
                });
                continue;
            }
            match CompiledRule::compile(file) {
                Ok(rule) => set.add(rule),
                Err(found) => errors.extend(found),
            }
        }
        (set, errors)
    }

    fn add(&mut self, rule: CompiledRule) {
        let index = self.rules.len();
        let selectors = rule
            .selectors
            .iter()
            .zip(0_u32..)
            .map(|(one, bit)| (one, Some(bit)));
        for (selector, bit) in selectors.chain(rule.clears.iter().map(|one| (one, None))) {
            for event_type in &selector.types {
                self.by_type
                    .entry(event_type.clone())
                    .or_default()
                    .push(Candidate {
                        rule: index,
                        selector: bit,
                        predicate: selector.predicate.clone(),
                    });
            }
        }
        self.by_id.insert(rule.file.id.clone(), index);
        self.rules.push(rule);
    }

    /// The rules.
    pub fn rules(&self) -> &[CompiledRule] {
        &self.rules
    }

    /// One rule by its index.
    pub fn rule(&self, index: usize) -> &CompiledRule {
        &self.rules[index]
    }

    /// The index of a rule by its id.
    pub fn position(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// What the event matches. `into` is reused from event to event.
    pub fn select(&self, event: &Event, evaluator: &mut Evaluator, into: &mut Selection) {
        into.selected.clear();
        into.errors.clear();
        into.evaluations = 0;
        let Some(candidates) = self.by_type.get(&event.event_type) else {
            return;
        };
        evaluator.next_event();
        for candidate in candidates {
            into.evaluations += 1;
            let matched = match &candidate.predicate {
                None => true,
                Some(predicate) => match predicate.matches(event, evaluator) {
                    Ok(matched) => matched,
                    Err(error) => {
                        into.errors.push((candidate.rule, error));
                        false
                    }
                },
            };
            if matched {
                into.note(candidate);
            }
        }
    }
}

impl Selection {
    fn note(&mut self, candidate: &Candidate) {
        if self
            .selected
            .last()
            .is_none_or(|last| last.rule != candidate.rule)
        {
            self.selected.push(Selected {
                rule: candidate.rule,
                selectors: 0,
                clears: false,
            });
        }
        if let Some(last) = self.selected.last_mut() {
            match candidate.selector {
                Some(bit) => last.selectors |= 1 << bit,
                None => last.clears = true,
            }
        }
    }
}
