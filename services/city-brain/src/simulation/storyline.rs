//! The storyline: a water main bursts under a main road; a flooded substation trips the power, the
//! road is closed, lifts stop, cellars fill, and the hotline rings.

use event_schemas::city::Millis;
use rand::RngExt as _;
use serde_json::{Value, json};

use super::cloud_event::Happening;
use super::{Simulation, Spot};

const SECOND: i64 = 1_000;

/// What citizens report, in this order.
const CALLS: [(&str, &str); 6] = [
    ("water", "家里突然停水 / no water at home"),
    ("flooding", "路面冒水很深 / water rising on the road"),
    ("water", "全楼停水 / the whole building has no water"),
    ("power", "小区停电 / no power in the compound"),
    ("flooding", "地下车库进水 / the garage is flooding"),
    ("water", "何时恢复供水 / when is water back"),
];

struct Story {
    name: String,
    begin: Millis,
    spot: Spot,
}

impl Simulation {
    /// Plans one burst main from its first call to the last restoration.
    pub(super) fn burst_main(&mut self, begin: Millis) {
        let spot = self.somewhere();
        let story = Story {
            name: self.number("storyline-burst-main"),
            begin,
            spot,
        };
        self.citizens_call(&story);
        self.road_closes(&story);
        self.power_trips(&story, 55 * SECOND, 1_850, "flood");
        self.power_trips(&story, 80 * SECOND, 640, "underground");
        self.firefighters_go(&story, 75 * SECOND, "flooding", &["E21", "P3"]);
        self.firefighters_go(&story, 95 * SECOND, "elevator", &["E22"]);
        self.firefighters_go(&story, 130 * SECOND, "traffic-accident", &["E21", "A5"]);
    }

    fn citizens_call(&mut self, story: &Story) {
        for (n, (category, words)) in CALLS.into_iter().enumerate() {
            let spot = self.near(&story.spot, 0.003);
            let at = story.begin.plus(n as i64 * 14 * SECOND);
            let request = self.number("T");
            let data = json!({
                "request": request, "category": category, "kind": "help", "channel": "phone",
                "summary": words, "receivedAt": at.rfc3339(), "urgent": true,
            });
            self.tell(
                story,
                at,
                "city.hotline.request-received.v1",
                (request, spot),
                data,
            );
        }
    }

    fn road_closes(&mut self, story: &Story) {
        let closure = self.number("R");
        let spot = self.near(&story.spot, 0.001);
        let at = story.begin.plus(35 * SECOND);
        let data = json!({
            "closure": closure, "road": "望江路", "restriction": "closed", "reason": "burst-main",
            "statement": "主管爆裂, 双向封闭 / main burst, closed both ways",
        });
        let about = (closure.clone(), spot.clone());
        self.tell(story, at, "city.roads.closure-started.v1", about, data);
        let end = story.begin.plus(38 * 60 * SECOND);
        let data = json!({ "closure": closure });
        self.tell(
            story,
            end,
            "city.roads.closure-ended.v1",
            (closure, spot),
            data,
        );
    }

    fn power_trips(&mut self, story: &Story, after: i64, customers: u32, cause: &str) {
        let outage = self.number("P");
        let spot = self.near(&story.spot, 0.002);
        let data = json!({
            "outage": outage, "customers": customers, "cause": cause,
            "crew": "awaiting", "area": spot.name.zh, "hazard": true,
        });
        let about = (outage.clone(), spot.clone());
        self.tell(
            story,
            story.begin.plus(after),
            "city.power.outage-started.v1",
            about,
            data,
        );
        let end = story
            .begin
            .plus((25 + self.dice.random_range(0..10)) * 60 * SECOND);
        let data = json!({ "outage": outage });
        self.tell(
            story,
            end,
            "city.power.outage-restored.v1",
            (outage, spot),
            data,
        );
    }

    fn firefighters_go(&mut self, story: &Story, after: i64, category: &str, units: &[&str]) {
        let incident = self.number("F");
        let spot = self.near(&story.spot, 0.003);
        let data = json!({
            "incident": incident, "category": category,
            "address": spot.name.zh, "units": units,
        });
        let about = (incident.clone(), spot.clone());
        let at = story.begin.plus(after);
        self.tell(
            story,
            at,
            "city.fire.incident-reported.v1",
            about.clone(),
            data,
        );
        let data = json!({ "incident": incident, "units": units, "status": "on-scene" });
        self.tell(
            story,
            at.plus(240 * SECOND),
            "city.fire.unit-status-changed.v1",
            about.clone(),
            data,
        );
        let data = json!({ "incident": incident, "outcome": "handled", "category": category });
        self.tell(
            story,
            at.plus(22 * 60 * SECOND),
            "city.fire.incident-closed.v1",
            about,
            data,
        );
    }

    fn tell(
        &mut self,
        story: &Story,
        at: Millis,
        event_type: &'static str,
        (subject, spot): (String, Spot),
        data: Value,
    ) {
        let event = Happening {
            event_type,
            subject,
            spot,
            data,
            story: Some(story.name.clone()),
        };
        self.schedule(at, event);
    }
}
