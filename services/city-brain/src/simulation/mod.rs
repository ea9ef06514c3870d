//! The simulated city: quiet days and one storyline, the same from the same seed.
//!
//! Pure: a start time and a seed give an endless sequence of events in order of time, all marked
//! as an exercise. The shell in `simulate` publishes them when their time has come.

mod background;
mod cloud_event;
mod storyline;

use std::collections::BinaryHeap;

use event_schemas::city::Millis;
use event_schemas::places::PlaceTree;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt as _, SeedableRng as _};

use cloud_event::Scheduled;
pub use cloud_event::SimulatedEvent;

/// How the city behaves.
#[derive(Clone, Copy, Debug)]
pub struct Behaviour {
    /// The same seed gives the same city.
    pub seed: u64,
    /// Events per second of the quiet background.
    pub rate: f64,
    /// Ten times the rate, one storyline after the other.
    pub storm: bool,
}

/// Time from the start to the first storyline, and from one to the next.
const FIRST_STORY_MS: i64 = 20_000;
const STORY_EVERY_MS: i64 = 45 * 60_000;
const STORM_STORY_EVERY_MS: i64 = 3 * 60_000;

/// A place where something can happen.
#[derive(Clone, Debug)]
struct Spot {
    place: String,
    name: event_schemas::Text,
    lon: f64,
    lat: f64,
}

/// The city under way.
pub struct Simulation {
    dice: Xoshiro256PlusPlus,
    run: String,
    tag: String,
    behaviour: Behaviour,
    spots: Vec<Spot>,
    queue: BinaryHeap<Scheduled>,
    count: u64,
    next_background: Millis,
    next_story: Millis,
}

impl Simulation {
    /// Starts the city at `start`; `None` when no place has a location.
    pub fn new(behaviour: Behaviour, places: &PlaceTree, start: Millis) -> Option<Self> {
        let spots: Vec<Spot> = places
            .iter()
            .filter(|place| places.children(&place.code).is_empty())
            .filter_map(|place| {
                let (lon, lat) = place.center?;
                Some(Spot {
                    place: place.code.clone(),
                    name: place.name.clone(),
                    lon,
                    lat,
                })
            })
            .collect();
        if spots.is_empty() {
            return None;
        }
        Some(Self {
            dice: Xoshiro256PlusPlus::seed_from_u64(behaviour.seed),
            run: format!("{}-{}", behaviour.seed, start.0),
            tag: short(start.0 / 1_000),
            behaviour,
            spots,
            queue: BinaryHeap::new(),
            count: 0,
            next_background: start,
            next_story: start.plus(FIRST_STORY_MS),
        })
    }

    /// A place, and a point near its centre.
    fn somewhere(&mut self) -> Spot {
        let index = self.dice.random_range(0..self.spots.len());
        let spot = self.spots[index].clone();
        self.near(&spot, 0.004)
    }

    /// A point within `degrees` of a spot.
    fn near(&mut self, spot: &Spot, degrees: f64) -> Spot {
        let lon = spot.lon + self.dice.random_range(-degrees..degrees);
        let lat = spot.lat + self.dice.random_range(-degrees..degrees);
        Spot {
            lon: (lon * 1e5).round() / 1e5,
            lat: (lat * 1e5).round() / 1e5,
            ..spot.clone()
        }
    }

    /// A number for a department's own records: short enough to be read out, and another one in
    /// every run.
    fn number(&mut self, prefix: &str) -> String {
        self.count += 1;
        format!("{prefix}-{}-{}", self.tag, self.count)
    }

    fn pick<'p>(&mut self, among: &'p [&'p str]) -> &'p str {
        among[self.dice.random_range(0..among.len())]
    }

    fn schedule(&mut self, at: Millis, event: cloud_event::Happening) {
        self.count += 1;
        self.queue.push(Scheduled {
            at,
            order: self.count,
            event,
        });
    }

    /// Fills the queue until the next event is sure to be the earliest.
    fn plan(&mut self) {
        while self
            .queue
            .peek()
            .is_none_or(|first| first.at >= self.next_background.min(self.next_story))
        {
            if self.next_story <= self.next_background {
                let at = self.next_story;
                self.burst_main(at);
                let pause = if self.behaviour.storm {
                    STORM_STORY_EVERY_MS
                } else {
                    STORY_EVERY_MS
                };
                self.next_story = at.plus(pause);
            } else {
                let at = self.next_background;
                self.everyday(at);
                let times = if self.behaviour.storm { 10.0 } else { 1.0 };
                let mean_ms = 1_000.0 / (self.behaviour.rate * times).max(0.000_1);
                let luck: f64 = self.dice.random_range(f64::EPSILON..1.0);
                self.next_background = at.plus((-luck.ln() * mean_ms).ceil() as i64);
            }
        }
    }
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
        self.plan();
        let scheduled = self.queue.pop()?;
        Some(scheduled.into_event(&self.run))
    }
}

#[cfg(test)]
mod tests {
    use event_schemas::catalog::Catalog;

    use super::*;

    fn city(seed: u64) -> Simulation {
        let behaviour = Behaviour {
            seed,
            rate: 2.0,
            storm: false,
        };
        let catalog = Catalog::embedded().unwrap();
        Simulation::new(behaviour, catalog.places(), Millis(1_700_000_000_000)).unwrap()
    }

    #[test]
    fn the_same_seed_gives_the_same_city_and_another_seed_another() {
        let some = |seed| -> Vec<String> { city(seed).take(300).map(|event| event.json).collect() };
        assert_eq!(some(7), some(7));
        assert_ne!(some(7), some(8));
    }

    #[test]
    fn events_come_in_order_of_time_and_every_one_is_an_exercise_with_an_id_of_its_own() {
        let events: Vec<SimulatedEvent> = city(7).take(2_000).collect();
        assert!(events.windows(2).all(|pair| pair[0].at <= pair[1].at));
        let ids: std::collections::HashSet<String> = events
            .iter()
            .map(|event| {
                let json: serde_json::Value = serde_json::from_str(&event.json).unwrap();
                assert_eq!(json["exercise"], true);
                json["id"].as_str().unwrap().to_owned()
            })
            .collect();
        assert_eq!(ids.len(), events.len());
    }

    #[test]
    fn every_simulated_event_matches_its_contract() {
        let catalog = Catalog::embedded().unwrap();
        for event in city(11).take(3_000) {
            let json: serde_json::Value = serde_json::from_str(&event.json).unwrap();
            let kind = catalog.event_type(json["type"].as_str().unwrap()).unwrap();
            let data = serde_json::to_vec(&json["data"]).unwrap();
            if let Err(violations) = kind.contract.check(&data) {
                panic!("{}: {violations:?}", event.json);
            }
        }
    }

    #[test]
    fn the_storyline_touches_four_departments_in_one_street() {
        let catalog = Catalog::embedded().unwrap();
        let mut departments = std::collections::HashSet::new();
        let mut streets = std::collections::HashSet::new();
        for event in city(7).take(1_000) {
            if event.json.contains("storyline") {
                let json: serde_json::Value = serde_json::from_str(&event.json).unwrap();
                departments.insert(event.department.clone());
                let place = json["placecode"].as_str().unwrap();
                streets.insert(catalog.places().partition_place(place).unwrap().to_owned());
            }
        }
        assert_eq!(departments.len(), 4, "{departments:?}");
        assert_eq!(streets.len(), 1, "{streets:?}");
    }
}
