//! The faults of real publishers: silence, wrong clocks, repeats, reused ids, broken contracts. Each
//! holds for a while, for one department, and is part of the truth.

use event_schemas::city::Millis;
use rand::RngExt as _;
use serde_json::json;

use super::Simulation;
use super::cloud_event::{Happening, SimulatedEvent, What};
use super::scene::MINUTE;
use super::truth::{Expected, FaultKind, FaultTruth, TruthLine};

/// Faults that hold now.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults {
    active: Vec<FaultTruth>,
    /// The id that the department at fault is about to use again.
    earlier: Option<String>,
}

impl Faults {
    /// Ends what is over.
    fn expire(&mut self, at: Millis) -> Vec<TruthLine> {
        let over = |fault: &FaultTruth| fault.until <= at;
        let ended = self.active.iter().filter(|fault| over(fault)).cloned();
        let ended: Vec<TruthLine> = ended.map(TruthLine::Fault).collect();
        self.active.retain(|fault| !over(fault));
        ended
    }

    /// Tells the faults that still hold.
    pub(super) fn finish(&mut self) -> Vec<TruthLine> {
        self.active.drain(..).map(TruthLine::Fault).collect()
    }

    fn find(&mut self, kind: FaultKind, department: &str) -> Option<&mut FaultTruth> {
        self.active
            .iter_mut()
            .find(|fault| fault.kind == kind && fault.department == department)
    }
}

impl Simulation {
    /// A publisher's next fault. One at a time: faults that overlap could not be told apart.
    pub(super) fn fault(&mut self, at: Millis) {
        let ended = self.faults.expire(at);
        self.told.extend(ended);
        if !self.faults.active.is_empty() {
            return;
        }
        let (kind, departments, lasts, skew): (_, &[&str], _, _) =
            match self.dice.random_range(0..10) {
                0 | 1 => {
                    let silent: &[&str] = &["water", "air", "weather", "traffic", "hotline"];
                    (FaultKind::Silence, silent, self.minutes(40, 110), None)
                }
                2 | 3 => {
                    // Minutes ahead, half an hour behind, or local time written as UTC.
                    let skews = [12 * MINUTE, -35 * MINUTE, 8 * 60 * MINUTE];
                    let skew = skews[self.dice.random_range(0..skews.len())];
                    let clocks: &[&str] = &["fire", "power", "water", "roads"];
                    (
                        FaultKind::WrongClock,
                        clocks,
                        self.minutes(20, 45),
                        Some(skew),
                    )
                }
                4..=6 => {
                    let twice: &[&str] = &["fire", "power", "hotline", "traffic"];
                    (FaultKind::Repeats, twice, self.minutes(5, 20), None)
                }
                7 => (
                    FaultKind::IdReused,
                    &["hotline", "power"],
                    120 * MINUTE,
                    None,
                ),
                _ => (
                    FaultKind::Malformed,
                    &["hotline", "air", "traffic"],
                    120 * MINUTE,
                    None,
                ),
            };
        let department = self.pick(departments).to_owned();
        let until = at.plus(lasts);
        self.faults.active.push(FaultTruth {
            kind,
            expected: silence_expected(kind, &department, at, until),
            department,
            begin: at,
            until,
            skew_ms: skew,
            events: Vec::new(),
        });
        self.faults.earlier = None;
    }

    /// Publishes an event as its department does it now; `None` when nothing leaves the department.
    pub(super) fn publish(
        &mut self,
        at: Millis,
        order: u64,
        mut happening: Happening,
    ) -> Option<SimulatedEvent> {
        let ended = self.faults.expire(at);
        self.told.extend(ended);
        let department = happening.department();
        let id = happening
            .id
            .clone()
            .unwrap_or_else(|| format!("{}-{order}", self.run));
        if let Some(silence) = self.faults.find(FaultKind::Silence, department) {
            silence.events.push(id.clone());
            let again = silence.until.plus(1 + at.since(silence.begin) / 100);
            if !happening.fleeting {
                happening.id = Some(id);
                self.queue(again, What::Tell(Box::new(happening)));
            }
            return None;
        }
        if let Some(event) = self.bad_event(at, &id, &happening) {
            return Some(event);
        }
        let mut skew = 0;
        if let Some(fault) = self.faults.find(FaultKind::WrongClock, department) {
            skew = fault.skew_ms.unwrap_or_default();
            fault.events.push(id.clone());
        }
        let mut name = None;
        if let Some(story) = happening
            .story
            .and_then(|story| self.stories.get_mut(&story))
        {
            story.truth.events.push(id.clone());
            story.truth.departments.insert(department.to_owned());
            name = (!happening.fleeting).then(|| story.truth.id.clone());
        }
        let event = happening.event(at, &id, skew, name.as_deref());
        if let Some(fault) = self.faults.find(FaultKind::Repeats, department) {
            fault.events.push(id);
            let pause = self.dice.random_range(200..40_000);
            self.queue(at.plus(pause), What::Again(Box::new(event.clone())));
        }
        Some(event)
    }

    /// An everyday event spoilt by a fault: once, then the fault is over.
    fn bad_event(&mut self, at: Millis, id: &str, event: &Happening) -> Option<SimulatedEvent> {
        let department = event.department();
        if event.story.is_some() {
            return None;
        }
        if let Some(fault) = self.faults.find(FaultKind::Malformed, department) {
            fault.events.push(id.to_owned());
            fault.until = at;
            let mut broken = event.clone();
            broken.data["firmware"] = json!("2.1");
            return Some(broken.event(at, id, 0, None));
        }
        self.faults.find(FaultKind::IdReused, department)?;
        let Some(earlier) = self.faults.earlier.take() else {
            self.faults.earlier = Some(id.to_owned());
            return None;
        };
        if let Some(fault) = self.faults.find(FaultKind::IdReused, department) {
            fault.events.push(earlier.clone());
            fault.until = at;
        }
        Some(event.event(at, &earlier, 0, None))
    }
}

/// Which rules notice that nothing comes. Half an hour of a feed, an hour of a gauge.
fn silence_expected(
    kind: FaultKind,
    department: &str,
    begin: Millis,
    until: Millis,
) -> Vec<Expected> {
    let (rule, after) = match (kind, department) {
        (FaultKind::Silence, "traffic") => ("traffic.feed-silent", 30 * MINUTE),
        (FaultKind::Silence, "water") => ("water.gauge-silent", 60 * MINUTE),
        _ => return Vec::new(),
    };
    // The last sign of life may lie an interval before the silence.
    let (since, by) = (
        begin.plus(after - 5 * MINUTE),
        begin.plus(after + 2 * MINUTE),
    );
    if by > until {
        return Vec::new();
    }
    vec![Expected {
        rule: rule.to_owned(),
        place: None,
        subject: None,
        since,
        by,
    }]
}
