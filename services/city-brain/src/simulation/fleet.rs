//! Units on the streets: the nearest free one of a kind drives to the scene, stays, and drives home,
//! and tells its position all the way.

use event_schemas::Text;
use event_schemas::city::Millis;
use event_schemas::workflow_file::UnitFile;
use serde_json::json;

use super::Simulation;
use super::cloud_event::Happening;
use super::ground::Spot;
use super::streets::{Point, metres, walk};

/// Metres a second on the way to a scene, and home.
const THERE: f64 = 13.0;
const BACK: f64 = 9.0;
/// A position is told every so many metres, about every ten seconds.
const STEP: f64 = 130.0;
/// From the order to the wheels.
const TURNOUT_MS: i64 = 75_000;

/// The city's units.
#[derive(Clone, Debug, Default)]
pub(super) struct Fleet {
    units: Vec<Unit>,
}

#[derive(Clone, Debug)]
struct Unit {
    id: String,
    department: String,
    kind: String,
    home: Point,
    free_at: Millis,
}

/// A unit on its way.
#[derive(Clone, Debug)]
pub(super) struct Dispatched {
    pub(super) unit: String,
    pub(super) leaves: Millis,
    pub(super) arrives: Millis,
}

impl Fleet {
    pub(super) fn of(units: &[UnitFile], start: Millis) -> Self {
        let units = units
            .iter()
            .filter_map(|unit| {
                Some(Unit {
                    id: unit.id.clone(),
                    department: unit.department.clone(),
                    kind: unit.kind.clone(),
                    home: unit.lon.zip(unit.lat)?,
                    free_at: start,
                })
            })
            .collect();
        Self { units }
    }

    fn nearest_free(&self, job: &Job<'_>, to: Point) -> Option<usize> {
        (0..self.units.len())
            .filter(|number| {
                let unit = &self.units[*number];
                unit.department == job.department
                    && job.kinds.contains(&unit.kind.as_str())
                    && unit.free_at <= job.at
            })
            .min_by(|one, other| {
                let far = |number: usize| metres(self.units[number].home, to);
                far(*one).total_cmp(&far(*other))
            })
    }
}

/// Who is wanted where.
#[derive(Clone, Debug)]
pub(super) struct Job<'j> {
    pub(super) department: &'j str,
    /// Kinds that can do it.
    pub(super) kinds: &'j [&'j str],
    pub(super) to: &'j Spot,
    pub(super) at: Millis,
    /// Time at the scene.
    pub(super) stays_ms: i64,
}

impl Simulation {
    /// Sends the nearest free unit; `None` when all are out.
    pub(super) fn dispatch(&mut self, job: &Job<'_>) -> Option<Dispatched> {
        let to = job.to.point?;
        let number = self.fleet.nearest_free(job, to)?;
        let Unit { id, home, .. } = self.fleet.units[number].clone();
        let there = walk(&self.ground.streets.route(home, to), STEP);
        let leaves = job.at.plus(TURNOUT_MS);
        let arrives = leaves.plus(seconds(there.last().map_or(0.0, |end| end.0), THERE));
        self.drive(job.department, &id, "en-route", &there, (leaves, THERE));
        self.located(job.department, &id, "on-scene", to, arrives);
        let home_from = arrives.plus(job.stays_ms);
        let back = walk(&self.ground.streets.route(to, home), STEP);
        self.drive(job.department, &id, "returning", &back, (home_from, BACK));
        let at_home = home_from.plus(seconds(back.last().map_or(0.0, |end| end.0), BACK) + 1_000);
        self.located(job.department, &id, "available", home, at_home);
        self.fleet.units[number].free_at = at_home;
        Some(Dispatched {
            unit: id,
            leaves,
            arrives,
        })
    }

    fn drive(
        &mut self,
        department: &str,
        unit: &str,
        status: &str,
        way: &[(f64, Point)],
        (from, speed): (Millis, f64),
    ) {
        let Some((_, on_the_way)) = way.split_last() else {
            return;
        };
        for (gone, point) in on_the_way {
            let at = from.plus(seconds(*gone, speed));
            self.located(department, unit, status, *point, at);
        }
    }

    fn located(&mut self, department: &str, unit: &str, status: &str, point: Point, at: Millis) {
        let event_type = match department {
            "fire" => "city.fire.unit-located.v1",
            "power" => "city.power.unit-located.v1",
            "roads" => "city.roads.unit-located.v1",
            _ => return,
        };
        let spot = Spot {
            place: None,
            name: Text::default(),
            point: Some(point),
        };
        let about = (unit.to_owned(), spot);
        let data = json!({ "unit": unit, "status": status });
        let mut told = Happening::new(event_type, about, at, data).late(1_000);
        told.fleeting = true;
        self.happen(told);
    }
}

fn seconds(metres: f64, speed: f64) -> i64 {
    (metres / speed * 1_000.0) as i64
}
