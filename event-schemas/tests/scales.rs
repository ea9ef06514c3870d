//! Scales: the air quality index by HJ 633, from the catalog's tables alone. The oracle reads the
//! standard's formula in whole numbers; the breakpoints are those printed in it.
#![expect(clippy::unwrap_used, reason = "a test's helpers may end the test")]

use event_schemas::Catalog;
use event_schemas::city::Millis;
use event_schemas::envelope::decode_structured;
use event_schemas::scale::ScaleReading;
use proptest::prelude::*;

/// The index of the printed tables.
const INDEX: [u64; 8] = [0, 50, 100, 150, 200, 300, 400, 500];

/// Breakpoints of the daily and of the hourly report in force from March 2026.
const DAY_2026: [(&str, &[u64]); 6] = [
    ("so2", &[0, 50, 150, 475, 800, 1600, 2100, 2620]),
    ("no2", &[0, 40, 80, 180, 280, 565, 750, 940]),
    ("co", &[0, 2, 4, 14, 24, 36, 48, 60]),
    ("o3EightHour", &[0, 100, 160, 215, 265, 800]),
    ("pm10", &[0, 50, 120, 250, 350, 420, 500, 600]),
    ("pm25", &[0, 35, 60, 115, 150, 250, 350, 500]),
];
const HOUR_2026: [(&str, &[u64]); 6] = [
    ("so2", &[0, 150, 500, 650, 800]),
    ("no2", &[0, 100, 200, 700, 1200, 2340, 3090, 3840]),
    ("co", &[0, 5, 10, 35, 60, 90, 120, 150]),
    ("o3", &[0, 160, 200, 300, 400, 800, 1000, 1200]),
    ("pm10", &[0, 50, 120, 250, 350, 420, 500, 600]),
    ("pm25", &[0, 35, 60, 115, 150, 250, 350, 500]),
];

fn at(text: &str) -> Millis {
    Millis::parse(text).unwrap()
}

fn today() -> Millis {
    at("2026-07-01T12:00:00+08:00")
}

/// Reads one input with all others at nought, so that none is missing.
fn alone(catalog: &Catalog, scale: &str, input: &str, figure: f64, when: Millis) -> f64 {
    let read = |name: &str| Some(if name == input { figure } else { 0.0 });
    catalog
        .scale(scale)
        .unwrap()
        .read(when, read)
        .unwrap()
        .value
}

/// The standard's formula over whole concentrations, rounded up.
fn oracle(points: &[u64], figure: u64) -> u64 {
    let last = points.len() - 1;
    if figure >= points[last] {
        return INDEX[last];
    }
    let high = points.iter().position(|point| *point > figure).unwrap();
    let (x0, x1) = (points[high - 1], points[high]);
    let (y0, y1) = (INDEX[high - 1], INDEX[high]);
    ((y1 - y0) * (figure - x0)).div_ceil(x1 - x0) + y0
}

#[test]
fn every_printed_breakpoint_has_its_index_and_every_whole_figure_between_is_rounded_up() {
    let catalog = Catalog::embedded().unwrap();
    for (scale, table) in [("air.aqi-day", DAY_2026), ("air.aqi-hour", HOUR_2026)] {
        for (input, points) in table {
            let last = points[points.len() - 1];
            for figure in 0..=last + 100 {
                let found = alone(&catalog, scale, input, figure as f64, today());
                let expected = oracle(points, figure) as f64;
                assert!(
                    (found - expected).abs() < f64::EPSILON,
                    "{scale} {input} {figure}: {found}, not {expected}"
                );
            }
        }
    }
}

#[test]
fn yesterday_stays_computed_by_the_edition_in_force_yesterday() {
    let catalog = Catalog::embedded().unwrap();
    let (old, new) = (
        at("2026-02-28T23:59:59+08:00"),
        at("2026-03-01T00:00:00+08:00"),
    );
    let pm25 = |when| alone(&catalog, "air.aqi-day", "pm25", 60.0, when) as u32;
    let pm10 = |when| alone(&catalog, "air.aqi-day", "pm10", 120.0, when) as u32;
    // 25/40 of the way from 50 to 100 is 81.25, 70/100 of it is 85.
    assert_eq!((pm25(old), pm25(new)), (82, 100));
    assert_eq!((pm10(old), pm10(new)), (85, 100));
    let scale = catalog.scale("air.aqi-day").unwrap();
    let edition = |when| {
        scale
            .read(when, |_| Some(10.0))
            .map(|reading| reading.edition)
    };
    assert_eq!(edition(old), Some("HJ633-2012"));
    assert_eq!(edition(new), Some("HJ633-2026"));
    assert_eq!(
        edition(at("2011-12-31T12:00:00+08:00")),
        None,
        "there was no index then"
    );
}

#[test]
fn concentrations_are_rounded_first_halves_to_the_even_digit() {
    let catalog = Catalog::embedded().unwrap();
    let pm25 = |figure| alone(&catalog, "air.aqi-day", "pm25", figure, today()) as u32;
    // 34.5 is 34, 35.5 is 36: the index of 34 is 48.57, of 36 it is 52.
    assert_eq!(
        (pm25(34.5), pm25(34.0), pm25(35.5), pm25(36.0)),
        (49, 49, 52, 52)
    );
    let co = |figure| alone(&catalog, "air.aqi-day", "co", figure, today()) as u32;
    // One decimal for carbon monoxide: 2.25 is 2.2 (55), 2.35 is 2.4 (60).
    assert_eq!((co(2.25), co(2.35)), (55, 60));
}

#[test]
fn the_greatest_pollutants_lead_together_and_none_does_on_a_clean_day() {
    let catalog = Catalog::embedded().unwrap();
    let scale = catalog.scale("air.aqi-day").unwrap();
    let read = |pm25: f64, pm10: f64| -> ScaleReading<'_> {
        let of = |name: &str| match name {
            "pm25" => pm25,
            "pm10" => pm10,
            _ => 0.0,
        };
        scale.read(today(), |name| Some(of(name))).unwrap()
    };
    assert_eq!(read(60.0, 120.0).leading, ["pm10", "pm25"]);
    assert_eq!(read(60.0, 50.0).leading, ["pm25"]);
    assert!(read(35.0, 20.0).leading.is_empty());
    let bands = [35.0, 60.0, 115.0, 150.0, 250.0, 251.0].map(|pm25| read(pm25, 0.0).band.unwrap());
    assert_eq!(
        bands,
        ["excellent", "good", "light", "moderate", "heavy", "severe"]
    );
}

#[test]
fn with_pollutants_missing_the_index_is_told_above_100_only() {
    let catalog = Catalog::embedded().unwrap();
    let scale = catalog.scale("air.aqi-hour").unwrap();
    let only = |figure: f64| scale.read(today(), |name| (name == "pm25").then_some(figure));
    assert_eq!(only(60.0), None);
    assert_eq!(only(61.0).map(|reading| reading.value as u32), Some(101));
    assert_eq!(scale.read(today(), |_| None), None);
    assert_eq!(
        scale.read(today(), |_| Some(-5.0)),
        None,
        "what is negative was not measured"
    );
}

fn judged(data: &str) -> (Option<f64>, Option<u8>, Vec<&'static str>) {
    let catalog = Catalog::embedded().unwrap();
    let event = format!(
        r#"{{"specversion":"1.0","id":"1","source":"/air/test","type":"city.air.station-reading.v1",
        "time":"2026-07-01T12:00:00+08:00","placecode":"990101003","data":{data}}}"#
    );
    let envelope = decode_structured(event.as_bytes()).unwrap();
    let judged = catalog.judge("air", &envelope).unwrap();
    (judged.measure, judged.level, judged.flags)
}

#[test]
fn a_reading_without_its_index_gets_it_from_its_concentrations() {
    let data = r#"{"station":"A","pm25":180,"pm10":90,"so2":5,"no2":30,"co":0.9,"o3":40}"#;
    assert_eq!(judged(data), (Some(230.0), Some(2), vec![]));
    // 310 µg/m³ of coarse particles as a daily mean, nothing else: 180.
    let data = r#"{"station":"A","period":"day","pm10":310}"#;
    assert_eq!(judged(data), (Some(180.0), Some(3), vec![]));
    assert_eq!(
        judged(r#"{"station":"A","pm25":40}"#),
        (None, Some(4), vec![])
    );
}

#[test]
fn the_departments_own_index_counts_and_is_flagged_where_its_concentrations_contradict_it() {
    let told = r#"{"station":"A","aqi":60,"pm25":180,"pm10":90,"so2":5,"no2":30,"co":0.9,"o3":40}"#;
    assert_eq!(
        judged(told),
        (Some(60.0), Some(4), vec!["measure_contradicted"])
    );
    let near =
        r#"{"station":"A","aqi":227,"pm25":180,"pm10":90,"so2":5,"no2":30,"co":0.9,"o3":40}"#;
    assert_eq!(judged(near), (Some(227.0), Some(2), vec![]));
    assert_eq!(
        judged(r#"{"station":"A","aqi":227}"#),
        (Some(227.0), Some(2), vec![])
    );
}

#[test]
fn a_water_level_is_graded_by_the_gauges_own_bounds_in_any_order() {
    let catalog = Catalog::embedded().unwrap();
    let level = |data: &str| {
        let contract = &catalog
            .event_type("city.water.level-reading.v1")
            .unwrap()
            .contract;
        contract.check(data.as_bytes()).unwrap().level
    };
    let bounds = r#""warningLevel":3.3,"guaranteeLevel":3.8"#;
    for (water, expected) in [(3.29, 4), (3.3, 3), (3.79, 3), (3.8, 1), (9.0, 1)] {
        let after = format!(r#"{{"gauge":"G","level":{water},{bounds}}}"#);
        let before = format!(r#"{{{bounds},"level":{water},"gauge":"G"}}"#);
        assert_eq!(
            (level(&after), level(&before)),
            (Some(expected), Some(expected)),
            "{water}"
        );
    }
    assert_eq!(
        level(r#"{"gauge":"G","level":99}"#),
        Some(4),
        "a gauge without bounds warns of nothing"
    );
}

proptest! {
    #[test]
    fn more_of_a_pollutant_never_lowers_the_index(
        scale in prop::sample::select(vec!["air.aqi-hour", "air.aqi-day"]),
        figures in prop::collection::vec(0.0_f64..3000.0, 7),
        which in 0_usize..7,
        more in 0.0_f64..500.0,
    ) {
        let catalog = CATALOG.with(std::rc::Rc::clone);
        let scale = catalog.scale(scale).unwrap();
        let names = ["pm25", "pm10", "so2", "no2", "co", "o3", "o3EightHour"];
        let of = |figures: &[f64], name: &str| {
            names.iter().position(|one| *one == name).map(|at| figures[at])
        };
        let before = scale.read(today(), |name| of(&figures, name)).unwrap().value;
        let mut grown = figures.clone();
        grown[which] += more;
        let after = scale.read(today(), |name| of(&grown, name)).unwrap().value;
        prop_assert!(after >= before, "{before} became {after}");
        prop_assert!(after <= 500.0 && before.fract() == 0.0);
    }
}

thread_local! {
    static CATALOG: std::rc::Rc<Catalog> = std::rc::Rc::new(Catalog::embedded().unwrap());
}
