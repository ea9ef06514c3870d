//! What a sensor writes down, from the hour, the season, its own drift and what disturbs it.

use event_schemas::city::Millis;
use serde_json::{Value, json};

use super::super::rhythm::{TRAFFIC, hour_of_week};
use super::{Gauge, Sensor};

const HOUR_MS: f64 = 3_600_000.0;
/// From one high tide to the next: half a lunar day.
const TIDE_MS: f64 = 12.42 * HOUR_MS;
const YEAR_MS: f64 = 365.25 * 24.0 * HOUR_MS;

/// Mean speed and the department's word for it.
pub(super) fn speed(
    sensor: &Sensor,
    road: &str,
    free_flow: f64,
    (at, noise, slow): (Millis, f64, f64),
) -> Value {
    let crowd = 1.0 - 0.17 * TRAFFIC.factor(at);
    let share = (crowd + 0.05 * sensor.drift + 0.05 * noise) * (1.0 - slow.min(0.95));
    let share = share.clamp(0.03, 1.05);
    let congestion = match share {
        share if share >= 0.7 => "free",
        share if share >= 0.5 => "slow",
        share if share >= 0.25 => "congested",
        _ => "standstill",
    };
    json!({
        "segment": sensor.number, "road": road, "speed": tenths(share * free_flow),
        "freeFlowSpeed": free_flow, "congestion": congestion,
        "vehicles": (TRAFFIC.factor(at) * 18.0 * share).ceil() as i64,
    })
}

/// Concentrations, and the index that the station shows.
pub(super) fn air(sensor: &Sensor, at: Millis, noise: f64, smoke: f64) -> Value {
    let busy = TRAFFIC.factor(at);
    let noon = 1.0 - (hour(at) - 14.0).abs() / 12.0;
    let pm25 = (20.0 + 4.0 * busy + 6.0 * sensor.drift + noise + smoke)
        .max(3.0)
        .round();
    let pm10 = (pm25 * 1.35 + 12.0 + noise).round();
    let no2 = (14.0 + 11.0 * busy + noise).max(2.0).round();
    let o3 = (38.0 + 72.0 * noon.max(0.0) + 3.0 * noise).max(2.0).round();
    let (aqi, primary) = index(&[
        ("pm25", pm25, &PM25),
        ("pm10", pm10, &PM10),
        ("o3", o3, &O3),
        ("no2", no2, &NO2),
    ]);
    let mut data = json!({
        "station": sensor.number, "name": sensor.name, "period": "hour", "aqi": aqi,
        "pm25": pm25, "pm10": pm10, "no2": no2, "o3": o3, "so2": 7,
        "co": tenths(0.5 + 0.1 * busy + smoke / 300.0), "standard": "HJ633-2026",
    });
    if aqi > 50 {
        data["primary"] = json!([primary]);
    }
    data
}

/// Rain of ten minutes, wind and temperature.
pub(super) fn weather(sensor: &Sensor, at: Millis, noise: f64, rain: f64) -> Value {
    let season = (at.0 as f64 / YEAR_MS * std::f64::consts::TAU).cos();
    let day = ((hour(at) - 14.0) / 24.0 * std::f64::consts::TAU).cos();
    let dry = 17.0 - 11.5 * season + 3.5 * day + sensor.drift;
    let cooled = if rain > 1.0 { dry - 3.0 } else { dry };
    let wind = (3.0 + sensor.drift + noise).max(0.2) + rain / 12.0;
    let humidity = (66.0 - 12.0 * day + rain).clamp(20.0, 99.0);
    json!({
        "station": sensor.number, "name": sensor.name, "period": "10-minutes",
        "precipitation": tenths(rain / 6.0), "temperature": tenths(cooled),
        "humidity": humidity.round(), "pressure": tenths(1_013.0 + 4.0 * season + sensor.drift),
        "windSpeed": tenths(wind), "gust": tenths(wind * 1.7),
        "visibility": if rain > 20.0 { 1_500 } else { 12_000 },
    })
}

/// Metres above the gauge's zero now and an hour before, by the tide and what is added to it.
pub(super) fn metres_of_water(gauge: &Gauge, at: Millis, added: (f64, f64)) -> (f64, f64) {
    let tide = |at: f64| gauge.tide * (at / TIDE_MS * std::f64::consts::TAU).sin();
    let at = at.0 as f64;
    (
        (gauge.base + tide(at) + added.0).max(0.0),
        (gauge.base + tide(at - HOUR_MS) + added.1).max(0.0),
    )
}

/// Water above the gauge's zero; `water` is what an incident adds now and added an hour before.
pub(super) fn level(sensor: &Sensor, gauge: &Gauge, at: Millis, water: (f64, f64)) -> Value {
    let ripple = if gauge.tide > 0.0 {
        0.02 * sensor.drift
    } else {
        0.0
    };
    let (now, before) = metres_of_water(gauge, at, (ripple + water.0, ripple + water.1));
    json!({
        "gauge": sensor.number, "name": sensor.name, "kind": gauge.kind,
        "level": hundredths(now), "warningLevel": gauge.warning,
        "guaranteeLevel": gauge.guarantee, "rise1h": hundredths(now - before),
    })
}

/// Concentrations at the indexes of [`STEPS`] by HJ 633-2026 (hourly report).
type Scale = [f64; 8];
const STEPS: Scale = [0.0, 50.0, 100.0, 150.0, 200.0, 300.0, 400.0, 500.0];
const PM25: Scale = [0.0, 35.0, 60.0, 115.0, 150.0, 250.0, 350.0, 500.0];
const PM10: Scale = [0.0, 50.0, 120.0, 250.0, 350.0, 420.0, 500.0, 600.0];
const O3: Scale = [0.0, 160.0, 200.0, 300.0, 400.0, 800.0, 1_000.0, 1_200.0];
const NO2: Scale = [0.0, 100.0, 200.0, 700.0, 1_200.0, 2_340.0, 3_090.0, 3_840.0];

/// The greatest index and whose it is. These stations compute it themselves, as real ones do.
fn index(measured: &[(&'static str, f64, &Scale)]) -> (i64, &'static str) {
    let mut most = (0, "pm25");
    for (name, concentration, scale) in measured {
        let step = (1..8)
            .find(|step| *concentration <= scale[*step])
            .unwrap_or(7);
        let share = (concentration - scale[step - 1]) / (scale[step] - scale[step - 1]);
        let own = STEPS[step - 1] + share * (STEPS[step] - STEPS[step - 1]);
        // What lies just above a whole number by rounding of the machine alone is that number.
        let own = ((own - 1e-9).ceil() as i64).clamp(0, 500);
        if own > most.0 {
            most = (own, name);
        }
    }
    most
}

fn hour(at: Millis) -> f64 {
    (hour_of_week(at) % 24) as f64 + (at.0.rem_euclid(3_600_000)) as f64 / HOUR_MS
}

fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_at_the_standards_own_marks_is_the_mark() {
        assert_eq!(index(&[("pm25", 35.0, &PM25)]), (50, "pm25"));
        assert_eq!(
            index(&[("pm25", 60.0, &PM25), ("pm10", 50.0, &PM10)]),
            (100, "pm25")
        );
        assert_eq!(index(&[("pm10", 121.0, &PM10)]), (101, "pm10"));
        assert_eq!(index(&[("o3", 9_000.0, &O3)]), (500, "o3"));
    }
}
