//! Places: the tree, which place holds a point, a real city's file.
#![expect(clippy::panic, reason = "a test's helpers may end the test")]

use std::fs;
use std::path::Path;

use event_schemas::{Catalog, PlaceTree};
use proptest::prelude::*;

fn places() -> PlaceTree {
    let catalog = Catalog::embedded().unwrap_or_else(|errors| panic!("{errors}"));
    catalog.places().clone()
}

#[test]
fn the_district_holds_its_streets_and_communities() {
    let tree = places();
    let roots = tree.roots();
    assert_eq!(roots.len(), 1);
    assert_eq!(
        (roots[0].code.as_str(), roots[0].name.zh.as_str()),
        ("990101", "澜湾区")
    );
    assert_eq!(tree.children("990101").len(), 6);
    assert_eq!(tree.descendants("990101").len(), 1 + 6 + 18);
    assert_eq!(
        tree.descendants("990101001"),
        ["990101001", "990101001001", "990101001002", "990101001003"]
    );
    assert!(tree.descendants("no-such-place").is_empty());
    assert!(tree.is_within("990101001003", "990101"));
    assert!(!tree.is_within("990101", "990101001"));
}

#[test]
fn a_community_belongs_to_the_log_partition_of_its_street_or_town() {
    let tree = places();
    assert_eq!(tree.partition_place("990101004002"), Some("990101004"));
    assert_eq!(tree.partition_place("990101004"), Some("990101004"));
    assert_eq!(tree.partition_place("990101"), Some("990101"));
    assert_eq!(tree.partition_place("elsewhere"), None);
}

#[test]
fn each_place_holds_its_own_label_point_and_communities_tile_their_street() {
    let tree = places();
    for place in tree.iter() {
        let (lon, lat) = place.center.unwrap();
        let found = tree.locate(lon, lat).unwrap();
        assert!(
            tree.is_within(&found.code, &place.code),
            "{} in {}",
            found.code,
            place.code
        );
        assert_eq!(found.kind, "community");
    }
}

#[test]
fn a_point_on_the_open_sea_is_in_no_place() {
    assert_eq!(places().locate(122.5, 30.9), None);
    assert_eq!(places().locate(0.0, 0.0), None);
    assert_eq!(places().locate(f64::NAN, 30.9), None);
}

proptest! {
    /// The grid is a shortcut: it must say what testing every polygon says.
    #[test]
    fn the_grid_finds_what_testing_every_polygon_finds(lon in 122.07..122.26_f64, lat in 30.82..30.99_f64) {
        use geo::Contains;
        static TREE: std::sync::LazyLock<PlaceTree> = std::sync::LazyLock::new(places);
        let point = geo::Point::new(lon, lat);
        let holds = |code: &str| TREE.get(code).unwrap().polygon.as_ref().unwrap().contains(&point);
        let all: Vec<&str> = TREE.iter().filter(|place| holds(&place.code)).map(|place| place.code.as_str()).collect();
        let deepest = all.iter().max_by_key(|code| TREE.get(code).unwrap().level).copied();
        prop_assert_eq!(TREE.locate(lon, lat).map(|place| place.code.as_str()), deepest);
    }
}

#[test]
fn a_real_city_comes_from_one_geojson_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("twotowns_wgs84.geojson");
    let square = |x: i32| format!("[[[{x},0],[{0},0],[{0},1],[{x},1],[{x},0]]]", x + 1);
    let text = format!(
        r#"{{"type":"FeatureCollection","features":[
          {{"type":"Feature","properties":{{"name":"Half Moon Bay"}},"geometry":{{"type":"Polygon","coordinates":{}}}}},
          {{"type":"Feature","properties":{{"name":"B","code":"b1"}},"geometry":{{"type":"MultiPolygon","coordinates":[{}]}}}}]}}"#,
        square(0),
        square(1)
    );
    fs::write(&path, text).unwrap();
    let tree = PlaceTree::load_geojson(&path).unwrap();
    assert_eq!(tree.roots()[0].code, "twotowns");
    assert_eq!(tree.locate(0.5, 0.5).unwrap().code, "half-moon-bay");
    assert_eq!(tree.locate(1.5, 0.5).unwrap().code, "b1");
    assert_eq!(tree.partition_place("b1"), Some("b1"));
    let error = PlaceTree::load_geojson(Path::new("/no/such/file")).unwrap_err();
    assert!(error.to_string().contains("/no/such/file"));
}
