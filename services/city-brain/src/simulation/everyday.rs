//! Quiet everyday life of the emergency services, the grid and the roads.

use event_schemas::city::Millis;
use rand::RngExt as _;
use serde_json::json;

use super::Simulation;
use super::cloud_event::Happening;
use super::fleet::Job;
use super::ground::Spot;
use super::scene::FireCall;

/// Per hour on the week's mean.
pub(super) const CALLS_PER_HOUR: f64 = 6.0;
pub(super) const OUTAGES_PER_HOUR: f64 = 0.8;
pub(super) const WORKS_PER_HOUR: f64 = 0.8;
/// All that people's doings bring, follow-ups and positions of units included, a second.
pub(super) const PER_SECOND: f64 = 0.11;

const MINUTE: i64 = 60_000;

/// What the dispatch centre hears on a quiet day; grave ones are incidents of their own.
const CATEGORIES: [&str; 16] = [
    "medical",
    "medical",
    "medical",
    "medical",
    "medical",
    "medical",
    "public-assist",
    "public-assist",
    "public-assist",
    "alarm",
    "alarm",
    "elevator",
    "traffic-accident",
    "traffic-accident",
    "smoke",
    "other",
];

/// One emergency call in so many is a fire in a building.
const FIRE_IN: u32 = 40;

impl Simulation {
    /// One call to the fire service.
    pub(super) fn emergency(&mut self, at: Millis) {
        let spot = self.ground.somewhere(&mut self.dice);
        if self.dice.random_range(0..FIRE_IN) == 0 {
            self.house_fire(at, spot);
            return;
        }
        let category = self.pick(&CATEGORIES);
        let lasts = self.minutes(12, 45);
        self.fire_call(
            at,
            &spot,
            &FireCall {
                category,
                kinds: &["engine"],
                lasts_ms: lasts,
            },
            None,
        );
    }

    /// An incident report, its units' way there and back, and its end; returns its number.
    pub(super) fn fire_call(
        &mut self,
        at: Millis,
        spot: &Spot,
        call: &FireCall<'_>,
        story: Option<u64>,
    ) -> String {
        let incident = self.number("F");
        let mut sent = Vec::new();
        for kind in call.kinds {
            sent.extend(self.dispatch(&Job {
                department: "fire",
                kinds: &[kind],
                to: spot,
                at,
                stays_ms: call.lasts_ms,
            }));
        }
        let mut data = json!({
            "incident": incident, "category": call.category, "address": spot.name.zh,
        });
        let units: Vec<&str> = sent.iter().map(|unit| unit.unit.as_str()).collect();
        if !units.is_empty() {
            data["units"] = json!(units);
        }
        let about = (incident.clone(), spot.clone());
        let lag = if story.is_some() {
            0
        } else {
            self.dice.random_range(3_000..40_000)
        };
        let told = |event_type, time, data| {
            let mut told = Happening::new(event_type, about.clone(), time, data).late(lag);
            told.story = story;
            told
        };
        let mut events = vec![told("city.fire.incident-reported.v1", at, data)];
        let (first, last) = (
            sent.iter().map(|unit| unit.leaves).min(),
            sent.iter().map(|unit| unit.arrives).max(),
        );
        for (time, status) in [(first, "en-route"), (last, "on-scene")] {
            if let Some(time) = time {
                let data = json!({ "incident": incident, "units": units, "status": status });
                events.push(told("city.fire.unit-status-changed.v1", time, data));
            }
        }
        let end = last.unwrap_or(at.plus(6 * MINUTE)).plus(call.lasts_ms);
        let data = json!({ "incident": incident, "outcome": "handled", "category": call.category });
        events.push(told("city.fire.incident-closed.v1", end, data));
        for event in events {
            self.happen(event);
        }
        incident
    }

    /// A fault at a few customers, or work that was announced.
    pub(super) fn small_outage(&mut self, at: Millis) {
        let spot = self.ground.somewhere(&mut self.dice);
        let outage = self.number("P");
        let planned = self.dice.random_range(0..4) == 0;
        let customers = if planned {
            self.dice.random_range(40..400)
        } else {
            self.dice.random_range(1..45)
        };
        let cause = if planned {
            "planned"
        } else {
            self.pick(&["equipment", "equipment", "animal", "third-party", "vehicle"])
        };
        let about = (outage.clone(), spot.clone());
        let lasts = self.minutes(25, 150);
        let mut at = at;
        if planned {
            let announced = at;
            at = at.plus(self.minutes(60, 240));
            let data = json!({
                "outage": outage, "customers": customers, "from": at.rfc3339(),
                "until": at.plus(lasts).rfc3339(), "work": "更换配电设备", "area": spot.name.zh,
            });
            let event_type = "city.power.outage-announced.v1";
            self.happen(Happening::new(event_type, about.clone(), announced, data));
        }
        let data = json!({
            "outage": outage, "customers": customers, "cause": cause,
            "crew": "assigned", "area": spot.name.zh,
        });
        let lag = self.minutes(1, 8);
        let event_type = "city.power.outage-started.v1";
        self.happen(Happening::new(event_type, about.clone(), at, data).late(lag));
        self.dispatch(&Job {
            department: "power",
            kinds: &["line-crew"],
            to: &spot,
            at: at.plus(lag),
            stays_ms: lasts / 2,
        });
        let data = json!({ "outage": outage, "area": spot.name.zh });
        let end = at.plus(lag + lasts);
        self.happen(Happening::new("city.power.outage-restored.v1", about, end, data).late(lag));
    }

    /// A lane is taken for maintenance.
    pub(super) fn roadworks(&mut self, at: Millis) {
        let spot = self.ground.somewhere(&mut self.dice);
        let closure = self.number("R");
        let road = self.ground.road(&spot);
        let reason = self.pick(&["maintenance", "construction"]);
        let data = json!({
            "closure": closure, "road": road, "restriction": "lanes-reduced", "reason": reason,
        });
        let about = (closure.clone(), spot.clone());
        let lag = self.minutes(0, 4);
        let event_type = "city.roads.closure-started.v1";
        self.happen(Happening::new(event_type, about.clone(), at, data).late(lag));
        let lasts = self.minutes(60, 240);
        self.dispatch(&Job {
            department: "roads",
            kinds: &["road-crew"],
            to: &spot,
            at,
            stays_ms: lasts / 2,
        });
        let data = json!({ "closure": closure, "road": road });
        let end = at.plus(lasts);
        self.happen(Happening::new("city.roads.closure-ended.v1", about, end, data).late(lag));
    }
}
