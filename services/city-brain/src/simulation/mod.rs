//! The simulated city: eight departments, the rhythm of their week, units on the streets, incidents
//! that touch several of them, and the faults of real publishers; the same from the same seed.
//!
//! Pure: a catalog, a start time and a seed give an endless sequence of events in order of
//! publishing, all marked as an exercise, and beside it the [truth]: what really happened, which
//! events tell of it, and which rules should find it. The shell in `simulate` publishes the events
//! when their time has come.

mod cloud_event;
mod everyday;
mod faults;
mod fleet;
mod ground;
mod hotline;
pub mod offline;
mod rhythm;
mod scene;
pub mod score;
mod sensors;
mod stories;
mod storms;
mod streets;
pub mod truth;

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use event_schemas::Catalog;
use event_schemas::city::Millis;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt as _, SeedableRng as _};

pub use cloud_event::SimulatedEvent;
use cloud_event::{Happening, Task, What};
use faults::Faults;
use fleet::Fleet;
use ground::Ground;
use scene::Story;
use sensors::Sensors;
use truth::{CourseTruth, TruthLine};

/// How the city behaves.
#[derive(Clone, Copy, Debug)]
pub struct Behaviour {
    /// The same seed gives the same city.
    pub seed: u64,
    /// Events per second of everyday life, on the week's mean: people's at their natural rate, the
    /// rest readings of sensors.
    pub rate: f64,
    /// Ten times everything, and one incident after the other.
    pub storm: bool,
    /// Mean time between incidents.
    pub incident_every_ms: i64,
}

impl Behaviour {
    /// An ordinary city: an incident in three quarters of an hour.
    pub const fn ordinary(seed: u64, rate: f64) -> Self {
        Self {
            seed,
            rate,
            storm: false,
            incident_every_ms: 45 * 60_000,
        }
    }
}

/// Time from the start to the first incident.
const FIRST_STORY_MS: i64 = 20_000;
/// In a storm incidents follow each other so quickly.
const STORM_STORY_EVERY_MS: i64 = 3 * 60_000;
/// Faults leave a new city alone for so long, then come at this mean.
const FIRST_FAULT_MS: i64 = 20 * 60_000;
const FAULT_EVERY_MS: f64 = 50.0 * 60_000.0;
/// At this rate and above people's own events have their natural frequency.
const NATURAL_RATE: f64 = 1.0;

/// What happens again and again by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Request,
    Emergency,
    Outage,
    Roadworks,
    Sensor(usize),
    Incident,
    Fault,
    /// An incident is over: its truth is told.
    End(u64),
}

/// The city under way.
pub struct Simulation {
    dice: Xoshiro256PlusPlus,
    run: String,
    tag: String,
    behaviour: Behaviour,
    types: BTreeSet<String>,
    ground: Ground,
    fleet: Fleet,
    sensors: Sensors,
    faults: Faults,
    stories: BTreeMap<u64, Story>,
    /// Kinds of incidents still to come in this round.
    deck: Vec<stories::Kind>,
    told: Vec<TruthLine>,
    queue: BinaryHeap<Task>,
    count: u64,
}

impl Simulation {
    /// Starts the city at `start`; `None` when no place has a location. Events whose type the
    /// catalog does not have are left out.
    pub fn new(behaviour: Behaviour, catalog: &Catalog, start: Millis) -> Option<Self> {
        let ground = Ground::of(catalog)?;
        let people = behaviour.rate.min(NATURAL_RATE) * everyday::PER_SECOND;
        let readings = (behaviour.rate - people).max(0.0) * times(behaviour.storm);
        let mut city = Self {
            dice: Xoshiro256PlusPlus::seed_from_u64(behaviour.seed),
            run: format!("{}-{}", behaviour.seed, start.0),
            tag: short(start.0 / 1_000),
            behaviour,
            types: catalog
                .event_types()
                .map(|kind| kind.name.clone())
                .collect(),
            fleet: Fleet::of(catalog.units(), start),
            sensors: Sensors::on(&ground, readings),
            ground,
            faults: Faults::default(),
            stories: BTreeMap::new(),
            deck: vec![stories::Kind::BurstMain],
            told: Vec::new(),
            queue: BinaryHeap::new(),
            count: 0,
        };
        city.told.push(TruthLine::Course(CourseTruth {
            run: city.run.clone(),
            seed: behaviour.seed,
            rate: behaviour.rate,
            storm: behaviour.storm,
            start,
        }));
        for source in [
            Source::Request,
            Source::Emergency,
            Source::Outage,
            Source::Roadworks,
        ] {
            city.again(source, start);
        }
        for sensor in 0..city.sensors.len() {
            let wait = city.dice.random_range(0.0..city.sensors.period_ms(sensor));
            city.wake(start.plus(wait as i64), Source::Sensor(sensor));
        }
        city.wake(start.plus(FIRST_STORY_MS), Source::Incident);
        city.again(Source::Fault, start.plus(FIRST_FAULT_MS));
        Some(city)
    }

    /// What has become certain about the truth since this was asked last.
    pub fn take_truth(&mut self) -> Vec<TruthLine> {
        std::mem::take(&mut self.told)
    }

    /// Tells what is still under way when the city is left at `end`, and that it ended.
    pub fn finish(&mut self, end: Millis) -> Vec<TruthLine> {
        for story in std::mem::take(&mut self.stories).into_values() {
            self.told.push(TruthLine::Incident(story.truth));
        }
        self.told.extend(self.faults.finish());
        self.told.push(TruthLine::End { at: end });
        self.take_truth()
    }

    /// A number for a department's own records: short enough to be read out, and another one in
    /// every run.
    fn number(&mut self, prefix: &str) -> String {
        self.count += 1;
        format!("{prefix}-{}-{}", self.tag, self.count)
    }

    fn pick<'p, T: ?Sized>(&mut self, among: &'p [&'p T]) -> &'p T {
        among[self.dice.random_range(0..among.len())]
    }

    fn minutes(&mut self, from: i64, to: i64) -> i64 {
        self.dice.random_range(from * 60_000..to * 60_000)
    }

    fn queue(&mut self, at: Millis, what: What) {
        self.count += 1;
        self.queue.push(Task {
            at,
            order: self.count,
            what,
        });
    }

    fn wake(&mut self, at: Millis, source: Source) {
        self.queue(at, What::Wake(source));
    }

    /// Publishes an event `lag` after it happened, if the catalog knows its type.
    fn happen(&mut self, happening: Happening) {
        if self.types.contains(happening.event_type) {
            let at = happening.time.plus(happening.lag);
            self.queue(at, What::Tell(Box::new(happening)));
        }
    }

    /// Plans a source's next turn after `from`.
    fn again(&mut self, source: Source, from: Millis) {
        let share = self.behaviour.rate.min(NATURAL_RATE) * times(self.behaviour.storm);
        let next = match source {
            Source::Request => rhythm::CALLS.next(&mut self.dice, from, hotline::PER_HOUR * share),
            Source::Emergency => {
                rhythm::EMERGENCIES.next(&mut self.dice, from, everyday::CALLS_PER_HOUR * share)
            }
            Source::Outage => {
                rhythm::LOAD.next(&mut self.dice, from, everyday::OUTAGES_PER_HOUR * share)
            }
            Source::Roadworks => {
                rhythm::WORKS.next(&mut self.dice, from, everyday::WORKS_PER_HOUR * share)
            }
            Source::Sensor(number) => self.sensors.next(number, from),
            Source::Incident if self.behaviour.storm => from.plus(STORM_STORY_EVERY_MS),
            Source::Incident => {
                let mean = self.behaviour.incident_every_ms as f64;
                let pause = rhythm::exponential(&mut self.dice, mean * 0.6);
                from.plus((mean * 0.4) as i64 + pause)
            }
            Source::Fault => from.plus(rhythm::exponential(&mut self.dice, FAULT_EVERY_MS)),
            Source::End(_) => return,
        };
        self.wake(next, source);
    }

    fn turn(&mut self, source: Source, at: Millis) {
        match source {
            Source::Request => self.request(at),
            Source::Emergency => self.emergency(at),
            Source::Outage => self.small_outage(at),
            Source::Roadworks => self.roadworks(at),
            Source::Sensor(number) => self.reading(number, at),
            Source::Incident => self.incident(at),
            Source::Fault => self.fault(at),
            Source::End(story) => {
                if let Some(story) = self.stories.remove(&story) {
                    self.told.push(TruthLine::Incident(story.truth));
                }
            }
        }
        self.again(source, at);
    }
}

fn times(storm: bool) -> f64 {
    if storm { 10.0 } else { 1.0 }
}

/// A number in letters and digits, its last five places.
fn short(mut number: i64) -> String {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKLMNPQRSTUVWX";
    let mut text = [b'0'; 5];
    for place in text.iter_mut().rev() {
        *place = DIGITS[number.rem_euclid(32) as usize];
        number = number.div_euclid(32);
    }
    text.iter().copied().map(char::from).collect()
}

impl Iterator for Simulation {
    type Item = SimulatedEvent;

    fn next(&mut self) -> Option<SimulatedEvent> {
        loop {
            let Task { at, order, what } = self.queue.pop()?;
            match what {
                What::Wake(source) => self.turn(source, at),
                What::Again(mut event) => {
                    event.at = at;
                    return Some(*event);
                }
                What::Tell(happening) => {
                    if let Some(event) = self.publish(at, order, *happening) {
                        return Some(event);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod city_tests;
