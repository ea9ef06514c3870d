//! Incidents of weather, water and air.

use event_schemas::city::Millis;
use rand::RngExt as _;

use super::Simulation;
use super::scene::{Closure, FireCall, MINUTE, Outage, Scene, Warning};
use super::sensors::Effect;
use super::stories::{CLOSED, DARK, GRAVE};

/// The rule that finds water above a gauge's warning level.
const ABOVE: &str = "water.above-warning";
/// The rule that tells beforehand that it will be.
const RISING: &str = "water.rising-fast";

impl Simulation {
    /// A front crosses the city: warnings first, then trees, wires and water in three streets, each
    /// hit less than the one before.
    pub(super) fn storm_front(&mut self, begin: Millis) {
        let first = self.ground.somewhere(&mut self.dice);
        let second = self.elsewhere(&[&first]);
        let third = self.elsewhere(&[&first, &second]);
        let about = ("storm-front", "强对流过境", "Storm front");
        let scene = self.open(about, begin, first, 4 * 60 * MINUTE);
        let warning = self.warn(
            &scene,
            &Warning {
                hazard: "rainstorm",
                colours: &[(0, "yellow"), (25, "orange"), (55, "red")],
                lifted_min: 225,
                statement: "受强对流云团影响，预计未来 3 小时有短时强降水，伴 9 级雷雨大风。",
            },
        );
        let rain = (begin.plus(25 * MINUTE), begin.plus(150 * MINUTE));
        self.sensors_notice(&scene, Effect::Rain, (95.0, 9_000.0), rain);
        self.sensors_notice(&scene, Effect::Slow, (0.35, 6_000.0), rain);
        let flood = (begin.plus(40 * MINUTE), begin.plus(235 * MINUTE));
        self.sensors_notice(&scene, Effect::Water, (1.05, 9_000.0), flood);
        self.worst_hit(&scene);
        let second = scene.at(second);
        self.hit(
            &second,
            45 * 60,
            &["wires-down", "tree-down", "flooding", "tree-down"],
            420,
        );
        self.expect_here(&second, "fire.storm-calls", 45 * 60 + 9 * 60, 15);
        self.expect_here(&second, "hub.storm-impact", 45 * 60 + 3 * 60, 15);
        self.expect_about(&scene, "weather.severe-warning", &warning, (25 * 60, 5));
        self.expect_in_the_city(&scene, "hub.waterlogging", (50 * 60, 10));
        for gauge in self.sensors.rivers() {
            self.expect_about(&scene, ABOVE, &gauge, (60 * 60, 60));
        }
        // A gauge reports every five minutes, and the rule wants it to hold as long: in half of all
        // storms the water is at the mark before that.
        for (gauge, first) in self.sensors.foretold(flood, 12 * MINUTE) {
            let since_s = first.since(begin) / 1_000;
            self.expect_about(&scene, RISING, &gauge, (since_s, 12));
        }
        let third = scene.at(third);
        self.hit(&third, 60 * 60, &["tree-down"], 30);
    }

    fn worst_hit(&mut self, scene: &Scene) {
        let calls = [
            "tree-down",
            "wires-down",
            "flooding",
            "tree-down",
            "flooding",
            "wires-down",
            "flooding",
        ];
        self.hit(scene, 35 * 60, &calls, 1_600);
        self.expect_here(scene, "fire.storm-calls", 35 * 60 + 9 * 60, 15);
        self.expect_here(scene, "hub.storm-impact", 35 * 60 + 3 * 60, 15);
        self.expect_here(scene, DARK, 35 * 60, 10);
        let closure = self.road_closes(
            scene,
            &Closure {
                after_s: 50 * 60,
                reason: "flooding",
                statement: "道路积水 30 厘米，双向封闭。",
                lasts_ms: 110 * MINUTE,
            },
        );
        self.expect_about(scene, CLOSED, &closure, (50 * 60, 5));
        self.citizens_call(
            scene,
            &[
                (43 * 60, "flooding", "小区积水没过脚踝"),
                (46 * 60, "tree", "大树倒在路上"),
                (48 * 60, "flooding", "车库倒灌"),
                (50 * 60, "flooding", "底楼进水"),
                (53 * 60, "power", "停电"),
                (55 * 60, "flooding", "积水无法出行"),
                (58 * 60, "flooding", "泵站是否开启"),
            ],
        );
        self.expect_here(scene, "hotline.water-trouble", 58 * 60, 10);
    }

    /// An outage and calls to the fire service, three minutes apart.
    fn hit(&mut self, scene: &Scene, after_s: i64, calls: &[&str], customers: u32) {
        let lasts_ms = self.minutes(70, 130);
        self.power_fails(
            scene,
            &Outage {
                after_s,
                customers,
                cause: "storm",
                lasts_ms,
            },
        );
        let times = (0_i64..).map(|n| after_s + n * 180);
        for (after_s, category) in times.zip(calls) {
            let lasts_ms = self.minutes(20, 50);
            let call = FireCall {
                category,
                kinds: &["engine"],
                lasts_ms,
            };
            self.firefighters_go(scene, after_s, &call);
        }
    }

    /// An underpass fills within minutes and a car is caught in it.
    pub(super) fn flooded_underpass(&mut self, begin: Millis) {
        let gauges = self.sensors.underpasses();
        let (gauge, spot) = if gauges.is_empty() {
            (None, self.ground.somewhere(&mut self.dice))
        } else {
            let (gauge, spot) = gauges[self.dice.random_range(0..gauges.len())].clone();
            (Some(gauge), spot)
        };
        let about = ("flooded-underpass", "下立交积水困车", "Flooded underpass");
        let scene = self.open(about, begin, spot, 100 * MINUTE);
        let rain = (begin.plus(-20 * MINUTE), begin.plus(40 * MINUTE));
        self.sensors_notice(&scene, Effect::Rain, (70.0, 2_500.0), rain);
        let water = (begin.plus(-5 * MINUTE), begin.plus(95 * MINUTE));
        self.sensors_notice(&scene, Effect::Water, (0.75, 300.0), water);
        self.citizens_call(
            &scene,
            &[
                (60, "flooding", "下立交积水，车辆熄火"),
                (150, "flooding", "下立交有车被困"),
                (330, "traffic", "下立交封闭怎么绕行"),
            ],
        );
        let incident = self.firefighters_go(
            &scene,
            120,
            &FireCall {
                category: "water-rescue",
                kinds: &["rescue", "pump"],
                lasts_ms: 45 * MINUTE,
            },
        );
        let closure = self.road_closes(
            &scene,
            &Closure {
                after_s: 400,
                reason: "flooding",
                statement: "下立交积水，双向封闭。",
                lasts_ms: 85 * MINUTE,
            },
        );
        if let Some(gauge) = gauge {
            self.expect_about(&scene, ABOVE, &gauge, (0, 20));
        }
        self.expect_about(&scene, GRAVE, &incident, (120, 5));
        self.expect_about(&scene, CLOSED, &closure, (400, 5));
    }

    /// Still air: the whole district's stations rise for hours.
    pub(super) fn haze(&mut self, begin: Millis) {
        let spot = self.ground.somewhere(&mut self.dice);
        let about = ("haze", "持续霾污染", "Haze");
        let scene = self.open(about, begin, spot, 8 * 60 * MINUTE);
        self.warn(
            &scene,
            &Warning {
                hazard: "haze",
                colours: &[(90, "yellow")],
                lifted_min: 460,
                statement: "静稳天气，预计未来 6 小时有中度霾，请减少户外活动。",
            },
        );
        let long = (begin, begin.plus(470 * MINUTE));
        self.sensors_notice(&scene, Effect::Smoke, (175.0, 40_000.0), long);
        if self.sensors.len() > 0 {
            self.expect_in_the_city(&scene, "air.heavy-pollution", (235 * 60, 45));
        }
    }
}
