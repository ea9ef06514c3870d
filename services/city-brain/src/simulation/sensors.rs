//! Machines that measure: speed detectors, air and weather stations, water gauges. Each has its
//! natural interval; a higher rate shortens all of them, a lower one leaves detectors out.

mod measures;

use event_schemas::city::Millis;
use rand::RngExt as _;
use serde_json::Value;

use super::Simulation;
use super::cloud_event::Happening;
use super::ground::{Ground, Spot};
use super::streets::{Point, metres};

/// Natural intervals.
const DETECTOR_MS: f64 = 120_000.0;
const STATION_MS: f64 = 600_000.0;
const GAUGE_MS: f64 = 300_000.0;

/// A rise in an hour that is fast, metres: no tide alone is.
const FAST: f64 = 0.15;

/// What a sensor measures.
#[derive(Clone, Debug)]
enum Kind {
    Speed { road: String, free_flow: f64 },
    Air,
    Weather,
    Level(Gauge),
}

/// A gauge and its marks, metres.
#[derive(Clone, Debug)]
struct Gauge {
    kind: &'static str,
    base: f64,
    warning: f64,
    guarantee: f64,
    /// How far the tide moves it.
    tide: f64,
}

/// One sensor.
#[derive(Clone, Debug)]
struct Sensor {
    number: String,
    name: String,
    kind: Kind,
    spot: Spot,
    period_ms: f64,
    /// Wanders slowly around zero, between about -1 and 1.
    drift: f64,
}

/// What an incident changes for sensors nearby.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Share of the speed that is lost.
    Slow,
    /// Metres of water.
    Water,
    /// PM2.5, µg/m³.
    Smoke,
    /// Rain, mm/h.
    Rain,
}

/// An effect at a place and time.
#[derive(Clone, Debug)]
pub(super) struct Disturbance {
    pub(super) story: u64,
    pub(super) effect: Effect,
    pub(super) strength: f64,
    pub(super) at: Point,
    pub(super) metres: f64,
    pub(super) from: Millis,
    pub(super) until: Millis,
}

impl Disturbance {
    /// Rises over its first sixth, falls over its last quarter.
    fn now(&self, at: Millis) -> f64 {
        let whole = self.until.since(self.from).max(1) as f64;
        let gone = at.since(self.from) as f64 / whole;
        if !(0.0..1.0).contains(&gone) {
            return 0.0;
        }
        let shape = (gone * 6.0).min((1.0 - gone) * 4.0).min(1.0);
        self.strength * shape
    }
}

/// All sensors, and what disturbs them.
#[derive(Clone, Debug, Default)]
pub(super) struct Sensors {
    sensors: Vec<Sensor>,
    disturbances: Vec<Disturbance>,
}

impl Sensors {
    /// Places sensors in a city so that together they bring about `per_second` readings.
    pub(super) fn on(ground: &Ground, per_second: f64) -> Self {
        let mut stations = stations(ground);
        let mut detectors = detectors(ground);
        let rate = |sensors: &[Sensor]| -> f64 {
            sensors
                .iter()
                .map(|sensor| 1_000.0 / sensor.period_ms)
                .sum()
        };
        if per_second < rate(&stations) {
            stations.clear();
        }
        let (base, more) = (rate(&stations), rate(&detectors));
        if per_second < base + more {
            let wanted = ((per_second - base).max(0.0) * DETECTOR_MS / 1_000.0) as usize;
            let all = detectors.len();
            let mut number = 0;
            detectors.retain(|_| {
                number += 1;
                number * wanted / all != (number - 1) * wanted / all
            });
        }
        let mut sensors = detectors;
        sensors.append(&mut stations);
        let natural = rate(&sensors);
        if per_second > natural && natural > 0.0 {
            for sensor in &mut sensors {
                sensor.period_ms *= natural / per_second;
            }
        }
        Self {
            sensors,
            disturbances: Vec::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.sensors.len()
    }

    pub(super) fn period_ms(&self, number: usize) -> f64 {
        self.sensors[number].period_ms.max(1.0)
    }

    /// The next turn: on the grid of the sensor's own interval.
    pub(super) fn next(&self, number: usize, from: Millis) -> Millis {
        from.plus(self.period_ms(number).round() as i64)
    }

    /// Gauges in underpasses, and where they are.
    pub(super) fn underpasses(&self) -> Vec<(String, Spot)> {
        self.gauges("underpass")
            .map(|sensor| (sensor.number.clone(), sensor.spot.clone()))
            .collect()
    }

    /// Gauges of rivers and canals.
    pub(super) fn rivers(&self) -> Vec<String> {
        self.gauges("river")
            .map(|sensor| sensor.number.clone())
            .collect()
    }

    /// Rivers whose rise foretells within this time that the warning level comes within the hour, and
    /// does so for `lead_ms` before it has come: each with the moment from which it does.
    pub(super) fn foretold(
        &self,
        (from, until): (Millis, Millis),
        lead_ms: i64,
    ) -> Vec<(String, Millis)> {
        let minutes = || (0..until.since(from) / 60_000).map(|n| from.plus(n * 60_000));
        let foretold = |sensor: &Sensor| {
            let Kind::Level(gauge) = &sensor.kind else {
                return None;
            };
            let water = |at| self.effect(Effect::Water, sensor, at).strength;
            let metres = |at: Millis| {
                let added = (water(at), water(at.plus(-3_600_000)));
                measures::metres_of_water(gauge, at, added)
            };
            let foretells = |at: &Millis| {
                let (now, before) = metres(*at);
                let rise = now - before;
                now < gauge.warning && rise >= FAST && now + rise >= gauge.warning
            };
            let first = minutes().find(foretells)?;
            let held = minutes()
                .filter(|at| *at >= first)
                .take_while(foretells)
                .count() as i64;
            (held * 60_000 >= lead_ms).then(|| (sensor.number.clone(), first))
        };
        self.gauges("river").filter_map(foretold).collect()
    }

    fn gauges(&self, kind: &'static str) -> impl Iterator<Item = &Sensor> {
        self.sensors
            .iter()
            .filter(move |sensor| matches!(&sensor.kind, Kind::Level(gauge) if gauge.kind == kind))
    }

    /// Whether a speed detector stands so near.
    pub(super) fn are_detectors_within(&self, spot: &Spot, far: f64) -> bool {
        self.sensors.iter().any(|sensor| {
            let near = spot.point.zip(sensor.spot.point);
            matches!(sensor.kind, Kind::Speed { .. })
                && near.is_some_and(|(one, other)| metres(one, other) <= far)
        })
    }

    pub(super) fn disturb(&mut self, disturbance: Disturbance) {
        self.disturbances.push(disturbance);
    }

    /// How strong an effect is at a sensor, and which incident's it is most.
    fn effect(&self, effect: Effect, sensor: &Sensor, at: Millis) -> Felt {
        let mut felt = Felt::default();
        let mut most = 0.0;
        let Some(point) = sensor.spot.point else {
            return felt;
        };
        for one in &self.disturbances {
            if one.effect == effect && metres(one.at, point) <= one.metres {
                let strength = one.now(at) * drained(sensor, one);
                felt.strength += strength;
                if strength > most {
                    most = strength;
                    felt.story = Some(one.story);
                }
            }
        }
        felt
    }
}

/// Pumps keep underpasses nearly dry in a rain that is everywhere, not in a cloudburst above them.
fn drained(sensor: &Sensor, by: &Disturbance) -> f64 {
    let underpass = matches!(&sensor.kind, Kind::Level(gauge) if gauge.kind == "underpass");
    if underpass && by.metres > 1_000.0 {
        0.1
    } else {
        1.0
    }
}

/// An effect as a sensor feels it.
#[derive(Clone, Copy, Debug, Default)]
struct Felt {
    strength: f64,
    story: Option<u64>,
}

impl Simulation {
    /// A sensor reports.
    pub(super) fn reading(&mut self, number: usize, at: Millis) {
        self.sensors.disturbances.retain(|one| one.until > at);
        let wander: f64 = self.dice.random_range(-0.2..0.2);
        let noise: f64 = self.dice.random_range(-1.0..1.0);
        let sensor = &mut self.sensors.sensors[number];
        sensor.drift = sensor.drift * 0.95 + wander;
        let sensor = self.sensors.sensors[number].clone();
        let (event_type, data, story) = self.sensors.measure(&sensor, at, noise);
        let about = (sensor.number, sensor.spot);
        let mut told = Happening::new(event_type, about, at, data);
        told.fleeting = true;
        told.story = story;
        self.happen(told);
    }
}

impl Sensors {
    fn measure(
        &self,
        sensor: &Sensor,
        at: Millis,
        noise: f64,
    ) -> (&'static str, Value, Option<u64>) {
        match &sensor.kind {
            Kind::Speed { road, free_flow } => {
                let slow = self.effect(Effect::Slow, sensor, at);
                let data = measures::speed(sensor, road, *free_flow, (at, noise, slow.strength));
                ("city.traffic.speed-reading.v1", data, slow.story)
            }
            Kind::Air => {
                let smoke = self.effect(Effect::Smoke, sensor, at);
                let data = measures::air(sensor, at, noise, smoke.strength);
                ("city.air.station-reading.v1", data, smoke.story)
            }
            Kind::Weather => {
                let rain = self.effect(Effect::Rain, sensor, at);
                let data = measures::weather(sensor, at, noise, rain.strength);
                ("city.weather.station-reading.v1", data, rain.story)
            }
            Kind::Level(gauge) => {
                let water = |at| self.effect(Effect::Water, sensor, at);
                let (now, before) = (water(at), water(at.plus(-3_600_000)));
                let data = measures::level(sensor, gauge, at, (now.strength, before.strength));
                ("city.water.level-reading.v1", data, now.story)
            }
        }
    }
}

fn detectors(ground: &Ground) -> Vec<Sensor> {
    let mut found = Vec::new();
    for road in &ground.streets.roads {
        let free_flow = match road.kind.as_str() {
            "expressway" => 80.0,
            "main" => 50.0,
            _ => 38.0,
        };
        for point in ground.streets.stretches(road) {
            let point = (
                super::streets::rounded(point.0),
                super::streets::rounded(point.1),
            );
            found.push(Sensor {
                number: format!("S-{}", 101 + found.len()),
                name: road.name.zh.clone(),
                kind: Kind::Speed {
                    road: road.name.zh.clone(),
                    free_flow,
                },
                spot: ground.at(point),
                period_ms: DETECTOR_MS,
                drift: 0.0,
            });
        }
    }
    found
}

fn stations(ground: &Ground) -> Vec<Sensor> {
    let mut found = Vec::new();
    for (n, spot) in ground.one_of_each_street().into_iter().enumerate() {
        let name = spot.name.zh.trim_end_matches("社区").to_owned();
        let mut add = |prefix: &str, kind, period_ms| {
            found.push(Sensor {
                number: format!("{prefix}-{:02}", n + 1),
                name: name.clone(),
                kind,
                spot: spot.clone(),
                period_ms,
                drift: 0.0,
            });
        };
        add("AQ", Kind::Air, STATION_MS);
        add("WS", Kind::Weather, STATION_MS);
    }
    let mut gauge = |name: String, at: Point, gauge: Gauge| {
        found.push(Sensor {
            number: format!("G-{:02}", found.len() + 1),
            name,
            kind: Kind::Level(gauge),
            spot: ground.at(at),
            period_ms: GAUGE_MS,
            drift: 0.0,
        });
    };
    for (name, at) in &ground.streets.waters {
        let river = Gauge {
            kind: "river",
            base: 2.55,
            warning: 3.3,
            guarantee: 3.8,
            tide: 0.22,
        };
        gauge(format!("{}水位站", name.zh), *at, river);
    }
    for (name, at) in ground.streets.crossings("expressway") {
        let underpass = Gauge {
            kind: "underpass",
            base: 0.0,
            warning: 0.15,
            guarantee: 0.25,
            tide: 0.0,
        };
        gauge(format!("{}下立交", name.zh), at, underpass);
    }
    found
}
