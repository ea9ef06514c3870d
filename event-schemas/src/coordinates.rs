//! Coordinate reference systems met in Chinese city data, brought to WGS-84.
//!
//! GCJ-02 and BD-09 by the published formulas (ellipsoid a = 6378245.0, ee = 0.00669342162296594323,
//! the usual polynomials; BD-09 offset 0.0065/0.006). The way back is iterated until it closes, where
//! common libraries stop after one step and stay about a metre off. No Rust crate that is kept up
//! does this, so the formulas stand here. CGCS2000 agrees with WGS-84 within decimetres.

use std::f64::consts::PI;
use std::str::FromStr;

/// Coordinate reference systems by their names in the `crs` attribute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Crs {
    /// `wgs84`: GPS, OpenStreetMap; the hub's own.
    #[default]
    Wgs84,
    /// `gcj02`: AMap, Tencent.
    Gcj02,
    /// `bd09`: Baidu.
    Bd09,
    /// `cgcs2000`: Tianditu, surveying.
    Cgcs2000,
}

/// Not one of the four names.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a known reference system: expected wgs84, gcj02, bd09 or cgcs2000")]
pub struct UnknownCrs(pub String);

impl FromStr for Crs {
    type Err = UnknownCrs;

    fn from_str(name: &str) -> Result<Self, UnknownCrs> {
        match name {
            "wgs84" => Ok(Self::Wgs84),
            "gcj02" => Ok(Self::Gcj02),
            "bd09" => Ok(Self::Bd09),
            "cgcs2000" => Ok(Self::Cgcs2000),
            other => Err(UnknownCrs(other.to_owned())),
        }
    }
}

const A: f64 = 6_378_245.0;
const EE: f64 = 0.006_693_421_622_965_943;
const X_PI: f64 = PI * 3000.0 / 180.0;

/// Degrees in `crs` to WGS-84 degrees (longitude, latitude).
pub fn to_wgs84(crs: Crs, lon: f64, lat: f64) -> (f64, f64) {
    match crs {
        Crs::Wgs84 | Crs::Cgcs2000 => (lon, lat),
        Crs::Gcj02 => gcj02_to_wgs84(lon, lat),
        Crs::Bd09 => {
            let (lon, lat) = bd09_to_gcj02(lon, lat);
            gcj02_to_wgs84(lon, lat)
        }
    }
}

/// WGS-84 degrees to `crs` (longitude, latitude); for maps whose tiles are shifted.
pub fn from_wgs84(crs: Crs, lon: f64, lat: f64) -> (f64, f64) {
    match crs {
        Crs::Wgs84 | Crs::Cgcs2000 => (lon, lat),
        Crs::Gcj02 => wgs84_to_gcj02(lon, lat),
        Crs::Bd09 => {
            let (lon, lat) = wgs84_to_gcj02(lon, lat);
            gcj02_to_bd09(lon, lat)
        }
    }
}

/// Outside this box the shift is not applied (the box of the formulas' usual publication).
fn outside_china(lon: f64, lat: f64) -> bool {
    !(73.66..135.05).contains(&lon) || !(3.86..53.55).contains(&lat)
}

fn wgs84_to_gcj02(lon: f64, lat: f64) -> (f64, f64) {
    if outside_china(lon, lat) {
        return (lon, lat);
    }
    let (east, north) = (lon - 105.0, lat - 35.0);
    let radians = lat / 180.0 * PI;
    let magic = 1.0 - EE * radians.sin().powi(2);
    let shift_lat =
        shift_north(east, north) * 180.0 / ((A * (1.0 - EE)) / (magic * magic.sqrt()) * PI);
    let shift_lon = shift_east(east, north) * 180.0 / (A / magic.sqrt() * radians.cos() * PI);
    (lon + shift_lon, lat + shift_lat)
}

/// Fixed-point iteration: the shift varies slowly, so each round shrinks the error a thousandfold.
fn gcj02_to_wgs84(lon: f64, lat: f64) -> (f64, f64) {
    let (mut guess_lon, mut guess_lat) = (lon, lat);
    for _ in 0..6 {
        let (shifted_lon, shifted_lat) = wgs84_to_gcj02(guess_lon, guess_lat);
        let (miss_lon, miss_lat) = (shifted_lon - lon, shifted_lat - lat);
        guess_lon -= miss_lon;
        guess_lat -= miss_lat;
        if miss_lon.abs().max(miss_lat.abs()) < 1e-9 {
            break;
        }
    }
    (guess_lon, guess_lat)
}

/// The published way back is only nearly the inverse of the way there, so it too is iterated.
fn bd09_to_gcj02(lon: f64, lat: f64) -> (f64, f64) {
    let (x, y) = (lon - 0.0065, lat - 0.006);
    let z = x.hypot(y) - 0.000_02 * (y * X_PI).sin();
    let theta = y.atan2(x) - 0.000_003 * (x * X_PI).cos();
    let (mut guess_lon, mut guess_lat) = (z * theta.cos(), z * theta.sin());
    for _ in 0..6 {
        let (there_lon, there_lat) = gcj02_to_bd09(guess_lon, guess_lat);
        guess_lon -= there_lon - lon;
        guess_lat -= there_lat - lat;
    }
    (guess_lon, guess_lat)
}

fn gcj02_to_bd09(lon: f64, lat: f64) -> (f64, f64) {
    let z = lon.hypot(lat) + 0.000_02 * (lat * X_PI).sin();
    let theta = lat.atan2(lon) + 0.000_003 * (lon * X_PI).cos();
    (z * theta.cos() + 0.0065, z * theta.sin() + 0.006)
}

fn waves(v: f64, a: f64, b: f64, c: f64, long: (f64, f64)) -> f64 {
    (a * (v * PI).sin() + b * (v / 3.0 * PI).sin()) * 2.0 / 3.0
        + (c * (v / 12.0 * PI).sin() + long.0 * (v * PI / long.1).sin()) * 2.0 / 3.0
}

fn ripple(x: f64) -> f64 {
    (20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin()) * 2.0 / 3.0
}

fn shift_north(x: f64, y: f64) -> f64 {
    -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * x.abs().sqrt()
        + ripple(x)
        + waves(y, 20.0, 40.0, 160.0, (320.0, 30.0))
}

fn shift_east(x: f64, y: f64) -> f64 {
    300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * x.abs().sqrt()
        + ripple(x)
        + waves(x, 20.0, 40.0, 150.0, (300.0, 30.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Results of the widely used coordtransform library for one point (its README's example).
    #[test]
    fn known_points_agree_with_the_published_library() {
        let near = |(lon, lat): (f64, f64), want: (f64, f64), within: f64| {
            assert!(
                (lon - want.0).abs() < within && (lat - want.1).abs() < within,
                "{lon} {lat} is not {want:?}"
            );
        };
        let there = 1e-9;
        near(
            from_wgs84(Crs::Gcj02, 116.404, 39.915),
            (116.410_244_499_169_38, 39.916_404_281_501_64),
            there,
        );
        near(
            gcj02_to_bd09(116.404, 39.915),
            (116.410_369_492_710_29, 39.921_336_993_510_22),
            there,
        );
        let one_step = 2e-5;
        near(
            to_wgs84(Crs::Gcj02, 116.404, 39.915),
            (116.397_755_500_830_62, 39.913_595_718_498_36),
            one_step,
        );
        near(
            bd09_to_gcj02(116.404, 39.915),
            (116.397_626_615_829_35, 39.908_650_680_803_78),
            one_step,
        );
    }

    #[test]
    fn outside_china_gcj02_is_left_alone_and_names_are_strict() {
        assert_eq!(to_wgs84(Crs::Gcj02, -122.4, 37.5), (-122.4, 37.5));
        assert_eq!("bd09".parse(), Ok(Crs::Bd09));
        assert!("BD-09".parse::<Crs>().is_err());
    }

    proptest! {
        #[test]
        fn there_and_back_closes_within_a_centimetre(lon in 75.0..133.0_f64, lat in 5.0..52.0_f64) {
            for crs in [Crs::Gcj02, Crs::Bd09, Crs::Cgcs2000] {
                let (there_lon, there_lat) = from_wgs84(crs, lon, lat);
                let (back_lon, back_lat) = to_wgs84(crs, there_lon, there_lat);
                prop_assert!((back_lon - lon).abs() < 1e-7, "{crs:?} {lon} {back_lon}");
                prop_assert!((back_lat - lat).abs() < 1e-7, "{crs:?} {lat} {back_lat}");
            }
        }
    }
}
