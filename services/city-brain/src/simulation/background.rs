//! Quiet everyday life: single calls, small outages, roadworks, questions to the hotline.

use event_schemas::city::Millis;
use rand::RngExt as _;
use serde_json::{Value, json};

use super::cloud_event::Happening;
use super::{Simulation, Spot};

/// A minute.
const MINUTE: i64 = 60_000;

/// What a citizen asks on a quiet day: category, kind, words.
const REQUESTS: [(&str, &str, &str); 8] = [
    (
        "noise",
        "complaint",
        "夜间施工噪声 / construction noise at night",
    ),
    ("sanitation", "report", "楼道堆物 / rubbish in the stairway"),
    (
        "traffic",
        "complaint",
        "占道停车 / cars parked on the pavement",
    ),
    (
        "consultation",
        "consultation",
        "咨询居住证 / question on residence permits",
    ),
    (
        "housing",
        "complaint",
        "物业维修拖延 / slow repairs by the property office",
    ),
    (
        "tree",
        "report",
        "树枝遮挡路灯 / branches before a street lamp",
    ),
    (
        "market",
        "suggestion",
        "菜场营业时间 / opening hours of the market",
    ),
    ("water", "help", "水压偏低 / low water pressure"),
];

impl Simulation {
    /// One everyday happening, with what follows from it.
    pub(super) fn everyday(&mut self, at: Millis) {
        let spot = self.somewhere();
        match self.dice.random_range(0..100) {
            0..=54 => self.hotline_request(at, &spot),
            55..=84 => self.small_fire_call(at, &spot),
            85..=93 => self.small_outage(at, &spot),
            _ => self.roadworks(at, &spot),
        }
    }

    fn hotline_request(&mut self, at: Millis, spot: &Spot) {
        let (category, kind, words) = REQUESTS[self.dice.random_range(0..REQUESTS.len())];
        let request = self.number("T");
        let channel = self.pick(&["phone", "phone", "app", "web"]);
        let data = json!({
            "request": request, "category": category, "kind": kind,
            "channel": channel, "summary": words, "receivedAt": at.rfc3339(),
        });
        let event_type = "city.hotline.request-received.v1";
        self.happen(at, event_type, request, spot, data);
    }

    fn small_fire_call(&mut self, at: Millis, spot: &Spot) {
        let category = self.pick(&[
            "medical",
            "medical",
            "medical",
            "public-assist",
            "alarm",
            "alarm",
            "elevator",
            "other",
            "traffic-accident",
        ]);
        let incident = self.number("F");
        let units: Vec<String> = (0..self.dice.random_range(1..=2))
            .map(|n| format!("E{}", 11 + n))
            .collect();
        let data = json!({
            "incident": incident, "category": category,
            "address": spot.name.zh, "units": units,
        });
        self.happen(
            at,
            "city.fire.incident-reported.v1",
            incident.clone(),
            spot,
            data,
        );
        let end = at.plus(self.dice.random_range(8..40) * MINUTE);
        let data = json!({ "incident": incident, "outcome": "handled", "category": category });
        self.happen(end, "city.fire.incident-closed.v1", incident, spot, data);
    }

    fn small_outage(&mut self, at: Millis, spot: &Spot) {
        let outage = self.number("P");
        let customers = self.dice.random_range(1..45);
        let cause = self.pick(&["equipment", "planned", "animal", "third-party"]);
        let data = json!({
            "outage": outage, "customers": customers, "cause": cause,
            "crew": "assigned", "area": spot.name.zh,
        });
        self.happen(
            at,
            "city.power.outage-started.v1",
            outage.clone(),
            spot,
            data,
        );
        let end = at.plus(self.dice.random_range(20..120) * MINUTE);
        let data = json!({ "outage": outage });
        self.happen(end, "city.power.outage-restored.v1", outage, spot, data);
    }

    fn roadworks(&mut self, at: Millis, spot: &Spot) {
        let closure = self.number("R");
        let road = self
            .pick(&["石桥路", "灯塔路", "学府路", "渔港路", "南塘路"])
            .to_owned();
        let data = json!({
            "closure": closure, "road": road, "restriction": "lanes-reduced",
            "reason": "maintenance",
        });
        self.happen(
            at,
            "city.roads.closure-started.v1",
            closure.clone(),
            spot,
            data,
        );
        let end = at.plus(self.dice.random_range(60..240) * MINUTE);
        let data = json!({ "closure": closure });
        self.happen(end, "city.roads.closure-ended.v1", closure, spot, data);
    }

    fn happen(
        &mut self,
        at: Millis,
        event_type: &'static str,
        subject: String,
        spot: &Spot,
        data: Value,
    ) {
        let event = Happening {
            event_type,
            subject,
            spot: spot.clone(),
            data,
            story: None,
        };
        self.schedule(at, event);
    }
}
