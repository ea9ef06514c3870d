//! How incidents are told: citizens call, crews go out, roads close, power fails, sensors notice.

use event_schemas::Text;
use event_schemas::city::Millis;
use rand::RngExt as _;
use serde_json::{Value, json};

use super::cloud_event::Happening;
use super::fleet::Job;
use super::ground::Spot;
use super::hotline::office_for;
use super::sensors::{Disturbance, Effect};
use super::truth::{Expected, IncidentTruth};
use super::{Simulation, Source};

/// A second and a minute.
pub(super) const SECOND: i64 = 1_000;
pub(super) const MINUTE: i64 = 60 * SECOND;

/// An incident that is not over.
#[derive(Clone, Debug)]
pub(super) struct Story {
    pub(super) truth: IncidentTruth,
}

/// Where and when an incident plays.
#[derive(Clone, Debug)]
pub(super) struct Scene {
    pub(super) story: u64,
    pub(super) begin: Millis,
    pub(super) spot: Spot,
}

impl Scene {
    pub(super) fn after(&self, seconds: i64) -> Millis {
        self.begin.plus(seconds * SECOND)
    }

    /// The same incident at another spot.
    pub(super) fn at(&self, spot: Spot) -> Self {
        Self {
            spot,
            ..self.clone()
        }
    }
}

/// What the fire service is called to.
#[derive(Clone, Copy, Debug)]
pub(super) struct FireCall<'c> {
    pub(super) category: &'c str,
    /// A unit of each kind is sent.
    pub(super) kinds: &'c [&'c str],
    pub(super) lasts_ms: i64,
}

/// A failure of the grid.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outage {
    pub(super) after_s: i64,
    pub(super) customers: u32,
    pub(super) cause: &'static str,
    pub(super) lasts_ms: i64,
}

/// A closed road.
#[derive(Clone, Copy, Debug)]
pub(super) struct Closure<'c> {
    pub(super) after_s: i64,
    pub(super) reason: &'c str,
    pub(super) statement: &'c str,
    pub(super) lasts_ms: i64,
}

/// A weather warning: its colours in order, each after so many minutes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Warning<'w> {
    pub(super) hazard: &'w str,
    pub(super) colours: &'w [(i64, &'w str)],
    pub(super) lifted_min: i64,
    pub(super) statement: &'w str,
}

impl Simulation {
    /// Begins an incident.
    pub(super) fn open(
        &mut self,
        (kind, zh, en): (&str, &str, &str),
        begin: Millis,
        spot: Spot,
        lasts_ms: i64,
    ) -> Scene {
        let id = self.number(&format!("storyline-{kind}"));
        let story = self.count;
        let until = begin.plus(lasts_ms);
        self.wake(until.plus(10 * MINUTE), Source::End(story));
        let truth = IncidentTruth {
            id,
            kind: kind.to_owned(),
            title: Text::new(
                format!("{}{zh}", spot.name.zh),
                format!("{en}, {}", spot.name.en),
            ),
            begin,
            until,
            place: spot.place.clone(),
            lon: spot.point.map(|point| point.0),
            lat: spot.point.map(|point| point.1),
            departments: std::collections::BTreeSet::new(),
            events: Vec::new(),
            expected: Vec::new(),
        };
        self.stories.insert(story, Story { truth });
        Scene { story, begin, spot }
    }

    /// A rule by place should find it within so many minutes of `since_s`.
    pub(super) fn expect_here(&mut self, scene: &Scene, rule: &str, since_s: i64, within_min: i64) {
        let place = self.ground.street(&scene.spot);
        self.expect(scene, rule, (place, None), (since_s, within_min));
    }

    /// A rule by subject should find it within so many minutes.
    pub(super) fn expect_about(
        &mut self,
        scene: &Scene,
        rule: &str,
        subject: &str,
        (since_s, within_min): (i64, i64),
    ) {
        let about = (None, Some(subject.to_owned()));
        self.expect(scene, rule, about, (since_s, within_min));
    }

    /// A rule should find it, wherever in the city and about whichever subject.
    pub(super) fn expect_in_the_city(
        &mut self,
        scene: &Scene,
        rule: &str,
        (since_s, within_min): (i64, i64),
    ) {
        self.expect(scene, rule, (None, None), (since_s, within_min));
    }

    fn expect(
        &mut self,
        scene: &Scene,
        rule: &str,
        (place, subject): (Option<String>, Option<String>),
        (since_s, within_min): (i64, i64),
    ) {
        let since = scene.after(since_s);
        if let Some(story) = self.stories.get_mut(&scene.story) {
            story.truth.expected.push(Expected {
                rule: rule.to_owned(),
                place,
                subject,
                since,
                by: since.plus(within_min * MINUTE),
            });
        }
    }

    /// One event of the incident.
    pub(super) fn tell(
        &mut self,
        scene: &Scene,
        time: Millis,
        event_type: &'static str,
        about: (String, Spot),
        data: Value,
    ) {
        let mut told = Happening::new(event_type, about, time, data);
        told.story = Some(scene.story);
        self.happen(told);
    }

    /// Citizens call, each from near the spot: seconds after the beginning, category, words.
    pub(super) fn citizens_call(&mut self, scene: &Scene, calls: &[(i64, &str, &str)]) {
        for (after, category, words) in calls {
            let spot = self.ground.near(&mut self.dice, &scene.spot, 0.0012);
            let at = scene.after(*after);
            let request = self.number("T");
            let data = json!({
                "request": request, "category": category, "kind": "help", "channel": "phone",
                "summary": words, "receivedAt": at.rfc3339(), "urgent": true,
            });
            let event_type = "city.hotline.request-received.v1";
            self.tell(scene, at, event_type, (request.clone(), spot.clone()), data);
            let office = office_for(category);
            self.follow_up(at, (request, spot), office, (true, Some(scene.story)));
        }
    }

    /// The fire service is called; returns the incident's number.
    pub(super) fn firefighters_go(
        &mut self,
        scene: &Scene,
        after_s: i64,
        call: &FireCall<'_>,
    ) -> String {
        let spot = self.ground.near(&mut self.dice, &scene.spot, 0.0015);
        self.fire_call(scene.after(after_s), &spot, call, Some(scene.story))
    }

    /// Power fails; the crew drives out, says once how far it is, and restores it.
    pub(super) fn power_fails(&mut self, scene: &Scene, outage: &Outage) {
        let number = self.number("P");
        let spot = self.ground.near(&mut self.dice, &scene.spot, 0.002);
        let at = scene.after(outage.after_s);
        let about = (number.clone(), spot.clone());
        let data = |customers: u32, crew: &str| {
            json!({
                "outage": number, "customers": customers, "cause": outage.cause, "crew": crew,
                "area": spot.name.zh, "hazard": true,
            })
        };
        let event_type = "city.power.outage-started.v1";
        self.tell(
            scene,
            at,
            event_type,
            about.clone(),
            data(outage.customers, "awaiting"),
        );
        let sent = self.dispatch(&Job {
            department: "power",
            kinds: &["line-crew", "generator"],
            to: &spot,
            at,
            stays_ms: outage.lasts_ms / 2,
        });
        let half = at.plus(outage.lasts_ms / 2);
        let arrived = sent.map_or(half, |unit| unit.arrives.min(half));
        let event_type = "city.power.outage-updated.v1";
        self.tell(
            scene,
            arrived,
            event_type,
            about.clone(),
            data(outage.customers, "on-site"),
        );
        let data = json!({ "outage": number, "area": spot.name.zh });
        let end = at.plus(outage.lasts_ms);
        self.tell(scene, end, "city.power.outage-restored.v1", about, data);
    }

    /// A road is closed, later one lane, later open; traffic around it slows down. Returns the
    /// closure's number.
    pub(super) fn road_closes(&mut self, scene: &Scene, closure: &Closure<'_>) -> String {
        let number = self.number("R");
        let spot = self.ground.near(&mut self.dice, &scene.spot, 0.001);
        let road = self.ground.road(&spot);
        let at = scene.after(closure.after_s);
        let end = at.plus(closure.lasts_ms);
        let about = (number.clone(), spot.clone());
        let data = json!({
            "closure": number, "road": road, "restriction": "closed", "reason": closure.reason,
            "statement": closure.statement, "expectedEnd": end.rfc3339(),
        });
        let event_type = "city.roads.closure-started.v1";
        self.tell(scene, at, event_type, about.clone(), data);
        self.dispatch(&Job {
            department: "roads",
            kinds: &["road-crew", "traffic"],
            to: &spot,
            at,
            stays_ms: closure.lasts_ms / 2,
        });
        let data = json!({
            "closure": number, "road": road, "restriction": "one-way", "reason": closure.reason,
        });
        let eased = at.plus(closure.lasts_ms * 3 / 4);
        self.tell(
            scene,
            eased,
            "city.roads.closure-changed.v1",
            about.clone(),
            data,
        );
        let data = json!({ "closure": number, "road": road });
        self.tell(scene, end, "city.roads.closure-ended.v1", about, data);
        self.sensors_notice(scene, Effect::Slow, (0.6, 500.0), (at, end));
        number
    }

    /// The weather service warns, changes its warning and lifts it; returns its number.
    pub(super) fn warn(&mut self, scene: &Scene, warning: &Warning<'_>) -> String {
        let number = self.number("W");
        let district = self.ground.district.clone();
        let about = (number.clone(), district.clone());
        let mut before: Option<&str> = None;
        for (minute, colour) in warning.colours {
            let at = scene.after(minute * 60);
            let mut data = json!({
                "warning": number, "hazard": warning.hazard, "colour": colour,
                "issuer": "澜湾区气象台", "area": district.name.zh,
                "validUntil": scene.after(warning.lifted_min * 60).rfc3339(),
                "statement": warning.statement,
            });
            let mut event_type = "city.weather.warning-issued.v1";
            if let Some(before) = before {
                data["previousColour"] = json!(before);
                event_type = "city.weather.warning-changed.v1";
            }
            before = Some(colour);
            self.tell(scene, at, event_type, about.clone(), data);
        }
        let data = json!({ "warning": number, "hazard": warning.hazard, "area": district.name.zh });
        let lifted = scene.after(warning.lifted_min * 60);
        self.tell(scene, lifted, "city.weather.warning-lifted.v1", about, data);
        number
    }

    /// Sensors within `metres` of the spot measure it, with a strength that rises and falls.
    pub(super) fn sensors_notice(
        &mut self,
        scene: &Scene,
        effect: Effect,
        (strength, metres): (f64, f64),
        (from, until): (Millis, Millis),
    ) {
        if let Some(at) = scene.spot.point {
            self.sensors.disturb(Disturbance {
                story: scene.story,
                effect,
                strength,
                at,
                metres,
                from,
                until,
            });
        }
    }

    /// A spot in another street or town.
    pub(super) fn elsewhere(&mut self, than: &[&Spot]) -> Spot {
        let streets: Vec<_> = than.iter().map(|spot| self.ground.street(spot)).collect();
        let others: Vec<Spot> = self
            .ground
            .spots
            .iter()
            .filter(|spot| !streets.contains(&self.ground.street(spot)))
            .cloned()
            .collect();
        if others.is_empty() {
            return self.ground.somewhere(&mut self.dice);
        }
        others[self.dice.random_range(0..others.len())].clone()
    }
}
