//! The events that count now for one key of one rule, and the figure they make.
//!
//! An event counts at time t when it lies in (t - within, t] and no clearing event took it out.
//! Figures are kept up to date event by event, in the logarithm of the window's size; sums in
//! whole millionths, so that adding and taking away again leaves nothing behind.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use event_schemas::city::Millis;
use serde::{Deserialize, Serialize};

use super::record::Matched;
use crate::rule::{Figure, Retract, Shape};

/// Measures are kept in millionths.
const MICRO: f64 = 1e6;

/// A clearing event is remembered at least this long, for a start that comes late.
const REMEMBER_CLEARS_MS: i64 = 24 * 3_600_000;

/// One event that counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) event: Arc<Matched>,
    pub(super) selectors: u32,
    subject: Arc<str>,
    micro: i64,
}

type At = (Millis, u64);

/// The window of one key.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Window {
    active: BTreeMap<At, Entry>,
    subjects: BTreeMap<Arc<str>, BTreeSet<At>>,
    sum: i128,
    measures: BTreeMap<i64, u32>,
    /// Per selector: subjects with the number of their events.
    selectors: Vec<BTreeMap<Arc<str>, u32>>,
    cleared: BTreeMap<Arc<str>, Millis>,
    all_cleared: Option<Millis>,
}

/// The figure now, and whether it meets the rule's bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Reading {
    pub(super) value: f64,
    pub(super) met: bool,
}

impl Window {
    /// Takes an event in, if it counts at `now`. `false`: it was over before.
    pub(super) fn add(
        &mut self,
        shape: &Shape,
        event: Arc<Matched>,
        selectors: u32,
        seq: u64,
        now: Millis,
    ) -> bool {
        let subject: Arc<str> = event.identity().into();
        let cleared = match shape.retract {
            Retract::Subject => self.cleared.get(&subject).copied(),
            Retract::Key => self.all_cleared,
        };
        let time = event.time;
        if cleared.is_some_and(|cleared| cleared >= time) || now.since(time) >= shape.within.max(1)
        {
            return false;
        }
        let at = (time, seq);
        if supersedes(shape) {
            let newest = self
                .subjects
                .get(&subject)
                .and_then(|own| own.last().copied());
            match newest {
                Some(newest) if newest > at => return true,
                Some(newest) => self.remove(newest),
                None => {}
            }
        }
        let micro = (event.measure.unwrap_or(0.0) * MICRO).round() as i64;
        self.count(shape, &subject, micro, selectors);
        self.subjects
            .entry(Arc::clone(&subject))
            .or_default()
            .insert(at);
        let entry = Entry {
            event,
            selectors,
            subject,
            micro,
        };
        self.active.insert(at, entry);
        true
    }

    fn count(&mut self, shape: &Shape, subject: &Arc<str>, micro: i64, selectors: u32) {
        self.sum += i128::from(micro);
        if shape.figure == Figure::Max {
            *self.measures.entry(micro).or_default() += 1;
        }
        if let Figure::Together(bounds) = &shape.figure {
            self.selectors.resize_with(bounds.len(), BTreeMap::new);
            for (bit, subjects) in self.selectors.iter_mut().enumerate() {
                if selectors & (1 << bit) != 0 {
                    *subjects.entry(Arc::clone(subject)).or_default() += 1;
                }
            }
        }
    }

    fn remove(&mut self, at: At) {
        let Some(entry) = self.active.remove(&at) else {
            return;
        };
        self.sum -= i128::from(entry.micro);
        if let Some(own) = self.subjects.get_mut(&entry.subject) {
            own.remove(&at);
            if own.is_empty() {
                self.subjects.remove(&entry.subject);
            }
        }
        if let Some(times) = self.measures.get_mut(&entry.micro) {
            *times -= 1;
            if *times == 0 {
                self.measures.remove(&entry.micro);
            }
        }
        for (bit, subjects) in self.selectors.iter_mut().enumerate() {
            if entry.selectors & (1 << bit) != 0
                && let Some(times) = subjects.get_mut(&entry.subject)
            {
                *times -= 1;
                if *times == 0 {
                    subjects.remove(&entry.subject);
                }
            }
        }
    }

    /// Takes out what a clearing event at `time` ends.
    pub(super) fn clear(&mut self, shape: &Shape, event: &Matched) {
        let time = event.time;
        let over: Vec<At> = match shape.retract {
            Retract::Key => {
                self.all_cleared = self.all_cleared.max(Some(time));
                self.active
                    .range(..=(time, u64::MAX))
                    .map(|(at, _)| *at)
                    .collect()
            }
            Retract::Subject => {
                let subject: Arc<str> = event.identity().into();
                let own = self.subjects.get(&subject);
                let over = own
                    .into_iter()
                    .flat_map(|own| own.range(..=(time, u64::MAX)).copied())
                    .collect();
                let cleared = self.cleared.entry(subject).or_insert(time);
                *cleared = (*cleared).max(time);
                over
            }
        };
        for at in over {
            self.remove(at);
        }
    }

    /// When the oldest event stops counting.
    pub(super) fn next_expiry(&self, shape: &Shape) -> Option<Millis> {
        let ((time, _), _) = self.active.first_key_value()?;
        (shape.within < crate::rule::UNTIL_CLEARED).then(|| time.plus(shape.within.max(1)))
    }

    /// Takes out what no longer counts at `now`, and forgets old clearing events.
    pub(super) fn expire(&mut self, shape: &Shape, now: Millis) {
        while self.next_expiry(shape).is_some_and(|expiry| expiry <= now)
            && let Some((at, _)) = self.active.first_key_value()
        {
            let at = *at;
            self.remove(at);
        }
        let remembered = now.plus(-shape.lateness.max(REMEMBER_CLEARS_MS));
        if self.cleared.len() > 64 {
            self.cleared.retain(|_, cleared| *cleared >= remembered);
        }
    }

    /// The figure now.
    pub(super) fn reading(&self, shape: &Shape) -> Reading {
        let value = match &shape.figure {
            Figure::Count => self.active.len() as f64,
            Figure::Subjects => self.subjects.len() as f64,
            Figure::Occasions(apart) => self.occasions(*apart) as f64,
            Figure::Sum => self.sum as f64 / MICRO,
            Figure::Max => self
                .measures
                .last_key_value()
                .map_or(0.0, |(micro, _)| *micro as f64 / MICRO),
            Figure::Together(bounds) => {
                return Reading {
                    value: self.active.len() as f64,
                    met: self.together(bounds),
                };
            }
        };
        Reading {
            value,
            met: !self.active.is_empty() && value >= shape.bound,
        }
    }

    /// The most events of which no two lie closer together than `apart`: from the oldest on, always
    /// the next that is far enough.
    fn occasions(&self, apart: i64) -> usize {
        let next = |from: Millis| self.active.range((from, 0)..).next().map(|(at, _)| at.0);
        let first = self.active.first_key_value().map(|(at, _)| at.0);
        std::iter::successors(first, |time| next(time.plus(apart))).count()
    }

    /// Whether every selector can be given as many subjects as it asks for, none of them twice.
    fn together(&self, bounds: &[u32]) -> bool {
        let enough =
            |(subjects, bound): (&BTreeMap<Arc<str>, u32>, &u32)| subjects.len() >= *bound as usize;
        if self.selectors.len() != bounds.len() || !self.selectors.iter().zip(bounds).all(enough) {
            return false;
        }
        let mut taken: BTreeMap<&str, usize> = BTreeMap::new();
        bounds.iter().enumerate().all(|(selector, bound)| {
            (0..*bound).all(|_| self.place(selector, &mut BTreeSet::new(), &mut taken))
        })
    }

    /// Finds a subject for the selector, moving others where needed (Kuhn's matching).
    fn place<'s>(
        &'s self,
        selector: usize,
        tried: &mut BTreeSet<&'s str>,
        taken: &mut BTreeMap<&'s str, usize>,
    ) -> bool {
        for subject in self.selectors[selector].keys() {
            if !tried.insert(subject) {
                continue;
            }
            let free = match taken.get(subject.as_ref()).copied() {
                None => true,
                Some(holder) => self.place(holder, tried, taken),
            };
            if free {
                taken.insert(subject, selector);
                return true;
            }
        }
        false
    }

    /// The events that count, oldest first.
    pub(super) fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> + ExactSizeIterator {
        self.active.values()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.active.is_empty()
    }
}

/// Whether only a subject's latest event can matter, so that older ones need not be kept.
fn supersedes(shape: &Shape) -> bool {
    matches!(
        shape.figure,
        Figure::Subjects | Figure::Occasions(_) | Figure::Sum
    )
}
