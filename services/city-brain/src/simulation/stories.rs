//! Incidents that several departments see, each from its side.

use event_schemas::city::Millis;
use rand::RngExt as _;

use super::Simulation;
use super::ground::Spot;
use super::scene::{Closure, FireCall, MINUTE, Outage, SECOND};
use super::sensors::Effect;

/// Kinds of incidents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    BurstMain,
    StormFront,
    SubstationTrip,
    GasLeak,
    FloodedUnderpass,
    WarehouseFire,
    Crash,
    Haze,
}

const KINDS: [Kind; 8] = [
    Kind::BurstMain,
    Kind::StormFront,
    Kind::SubstationTrip,
    Kind::GasLeak,
    Kind::FloodedUnderpass,
    Kind::WarehouseFire,
    Kind::Crash,
    Kind::Haze,
];

/// The rule that finds single grave calls.
pub(super) const GRAVE: &str = "fire.grave-incident";
pub(super) const CLOSED: &str = "roads.unplanned-closure";
pub(super) const DARK: &str = "power.mass-outage";

impl Simulation {
    /// The next incident: each kind once, in an order of luck, then again.
    pub(super) fn incident(&mut self, begin: Millis) {
        if self.deck.is_empty() {
            self.deck.extend(KINDS);
        }
        let drawn = self.dice.random_range(0..self.deck.len());
        match self.deck.swap_remove(drawn) {
            Kind::BurstMain => self.burst_main(begin),
            Kind::StormFront => self.storm_front(begin),
            Kind::SubstationTrip => self.substation_trip(begin),
            Kind::GasLeak => self.gas_leak(begin),
            Kind::FloodedUnderpass => self.flooded_underpass(begin),
            Kind::WarehouseFire => self.warehouse_fire(begin),
            Kind::Crash => self.crash(begin),
            Kind::Haze => self.haze(begin),
        }
    }

    /// A main bursts under a road: the hotline rings, the road closes, a flooded substation trips.
    fn burst_main(&mut self, begin: Millis) {
        let spot = self.ground.somewhere(&mut self.dice);
        let about = ("burst-main", "供水主管爆裂", "Burst main");
        let scene = self.open(about, begin, spot, 45 * MINUTE);
        self.citizens_call(
            &scene,
            &[
                (0, "water", "家里突然停水"),
                (14, "flooding", "路面冒水很深"),
                (28, "water", "全楼停水"),
                (42, "power", "小区停电"),
                (56, "flooding", "地下车库进水"),
                (70, "water", "何时恢复供水"),
            ],
        );
        let closure = self.road_closes(
            &scene,
            &Closure {
                after_s: 35,
                reason: "burst-main",
                statement: "供水主管爆裂，双向封闭。",
                lasts_ms: 38 * MINUTE,
            },
        );
        for (after_s, customers, cause) in [(55, 1_850, "flood"), (80, 640, "underground")] {
            let lasts_ms = self.minutes(25, 35);
            self.power_fails(
                &scene,
                &Outage {
                    after_s,
                    customers,
                    cause,
                    lasts_ms,
                },
            );
        }
        let calls: [(i64, &str, &[&str]); 3] = [
            (75, "flooding", &["engine", "pump"]),
            (95, "elevator", &["engine"]),
            (130, "traffic-accident", &["engine", "rescue"]),
        ];
        for (after_s, category, kinds) in calls {
            let call = FireCall {
                category,
                kinds,
                lasts_ms: 18 * MINUTE,
            };
            self.firefighters_go(&scene, after_s, &call);
        }
        self.expect_here(&scene, "hub.burst-main", 35, 5);
        self.expect_about(&scene, CLOSED, &closure, (35, 5));
        self.expect_here(&scene, DARK, 55, 5);
        self.expect_here(&scene, "hotline.water-trouble", 70, 5);
    }

    /// A substation trips: two streets are dark, lifts stop, traffic lights are out.
    fn substation_trip(&mut self, begin: Millis) {
        let spot = self.ground.somewhere(&mut self.dice);
        let other = self.elsewhere(&[&spot]);
        let about = ("substation-trip", "变电站跳闸", "Substation trip");
        let scene = self.open(about, begin, spot, 80 * MINUTE);
        let there = scene.at(other);
        for (scene, after_s, customers) in
            [(&scene, 0, 2_900), (&scene, 40, 1_400), (&there, 15, 2_200)]
        {
            let lasts_ms = self.minutes(35, 75);
            self.power_fails(
                scene,
                &Outage {
                    after_s,
                    customers,
                    cause: "equipment",
                    lasts_ms,
                },
            );
        }
        self.citizens_call(
            &scene,
            &[
                (60, "power", "整个小区停电"),
                (95, "power", "停电，家有吸氧老人"),
                (150, "traffic", "路口信号灯不亮"),
                (210, "power", "何时来电"),
            ],
        );
        self.citizens_call(
            &there,
            &[(80, "power", "商场停电"), (170, "power", "停电，冷库告急")],
        );
        for (scene, after_s) in [(&scene, 90), (&scene, 240), (&there, 130)] {
            let call = FireCall {
                category: "elevator",
                kinds: &["engine"],
                lasts_ms: 15 * MINUTE,
            };
            self.firefighters_go(scene, after_s, &call);
        }
        let slow = (begin.plus(2 * MINUTE), begin.plus(60 * MINUTE));
        self.sensors_notice(&scene, Effect::Slow, (0.5, 1_200.0), slow);
        self.expect_here(&scene, DARK, 0, 5);
        self.expect_here(&there, DARK, 15, 5);
    }

    /// Gas is smelt: the block is evacuated and the road closed.
    fn gas_leak(&mut self, begin: Millis) {
        let spot = self.ground.somewhere(&mut self.dice);
        let about = ("gas-leak", "燃气泄漏疏散", "Gas leak and evacuation");
        let scene = self.open(about, begin, spot, 75 * MINUTE);
        self.citizens_call(
            &scene,
            &[
                (0, "gas", "楼道有浓烈燃气味"),
                (50, "gas", "小区闻到燃气味"),
                (120, "gas", "被要求疏散，去哪里安置"),
                (400, "gas", "何时可以回家"),
            ],
        );
        let incident = self.firefighters_go(
            &scene,
            70,
            &FireCall {
                category: "gas-leak",
                kinds: &["engine", "rescue"],
                lasts_ms: 50 * MINUTE,
            },
        );
        let closure = self.road_closes(
            &scene,
            &Closure {
                after_s: 300,
                reason: "hazard",
                statement: "燃气泄漏处置，道路临时封闭，人员疏散。",
                lasts_ms: 50 * MINUTE,
            },
        );
        self.power_fails(
            &scene,
            &Outage {
                after_s: 420,
                customers: 180,
                cause: "safety-shutoff",
                lasts_ms: 45 * MINUTE,
            },
        );
        self.expect_here(&scene, "hotline.gas-trouble", 120, 5);
        self.expect_about(&scene, GRAVE, &incident, (70, 5));
        self.expect_about(&scene, CLOSED, &closure, (300, 5));
    }

    /// A warehouse burns, then explodes; smoke drifts over the next stations.
    fn warehouse_fire(&mut self, begin: Millis) {
        let spot = self.ground.somewhere(&mut self.dice);
        let about = ("warehouse-fire", "仓库火灾", "Warehouse fire");
        let scene = self.open(about, begin, spot, 150 * MINUTE);
        let incident = self.firefighters_go(
            &scene,
            0,
            &FireCall {
                category: "structure-fire",
                kinds: &["engine", "ladder", "rescue"],
                lasts_ms: 120 * MINUTE,
            },
        );
        let spot = scene.spot.clone();
        let data = serde_json::json!({
            "incident": incident, "units": [], "category": "explosion",
        });
        let event_type = "city.fire.unit-status-changed.v1";
        let at = begin.plus(11 * MINUTE + 20 * SECOND);
        self.tell(&scene, at, event_type, (incident.clone(), spot), data);
        self.citizens_call(
            &scene,
            &[
                (180, "other", "仓库冒黑烟"),
                (760, "other", "听到爆炸声，玻璃震碎"),
                (1_500, "other", "烟味很重，能否开窗"),
            ],
        );
        let closure = self.road_closes(
            &scene,
            &Closure {
                after_s: 480,
                reason: "fire",
                statement: "仓库火灾，周边道路封闭。",
                lasts_ms: 120 * MINUTE,
            },
        );
        self.power_fails(
            &scene,
            &Outage {
                after_s: 600,
                customers: 240,
                cause: "fire",
                lasts_ms: 110 * MINUTE,
            },
        );
        let smoke = (begin.plus(10 * MINUTE), begin.plus(130 * MINUTE));
        self.sensors_notice(&scene, Effect::Smoke, (260.0, 4_000.0), smoke);
        self.expect_about(&scene, GRAVE, &incident, (0, 5));
        self.expect_about(&scene, CLOSED, &closure, (480, 5));
    }

    /// Cars collide on the expressway: it is closed and traffic stands.
    fn crash(&mut self, begin: Millis) {
        let crossings = self.ground.streets.crossings("expressway");
        let spot: Spot = if crossings.is_empty() {
            self.ground.somewhere(&mut self.dice)
        } else {
            let drawn = self.dice.random_range(0..crossings.len());
            self.ground.at(crossings[drawn].1)
        };
        let about = ("crash", "快速路多车相撞", "Pile-up on the expressway");
        let scene = self.open(about, begin, spot, 70 * MINUTE);
        let jam = (begin, begin.plus(60 * MINUTE));
        self.sensors_notice(&scene, Effect::Slow, (0.92, 600.0), jam);
        self.sensors_notice(&scene, Effect::Slow, (0.4, 2_000.0), jam);
        if self.sensors.are_detectors_within(&scene.spot, 600.0) {
            self.expect_in_the_city(&scene, "traffic.standstill", (25 * 60, 20));
        }
        let incident = self.firefighters_go(
            &scene,
            45,
            &FireCall {
                category: "rescue",
                kinds: &["engine", "rescue"],
                lasts_ms: 35 * MINUTE,
            },
        );
        let closure = self.road_closes(
            &scene,
            &Closure {
                after_s: 240,
                reason: "collision",
                statement: "多车相撞，双向封闭，请绕行。",
                lasts_ms: 50 * MINUTE,
            },
        );
        self.citizens_call(&scene, &[(90, "traffic", "快速路堵死，前方车祸")]);
        self.expect_about(&scene, GRAVE, &incident, (45, 5));
        self.expect_about(&scene, CLOSED, &closure, (240, 5));
    }

    /// A fire in a building: grave, and nobody's story but the fire service's.
    pub(super) fn house_fire(&mut self, at: Millis, spot: Spot) {
        let about = ("house-fire", "居民楼火警", "House fire");
        let scene = self.open(about, at, spot, 60 * MINUTE);
        let incident = self.firefighters_go(
            &scene,
            0,
            &FireCall {
                category: "structure-fire",
                kinds: &["engine", "engine", "ladder"],
                lasts_ms: 40 * MINUTE,
            },
        );
        self.expect_about(&scene, GRAVE, &incident, (0, 5));
    }
}
