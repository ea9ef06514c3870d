//! What the console's map is made of: the catalog's own drawing, or the borders of its places.

use std::sync::Arc;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::get;
use event_schemas::{Catalog, Place};
use serde_json::{Value, json};

/// `/config.json` and `/map/base.geojson`; they hold nothing that needs a credential.
pub(super) fn map_routes(catalog: &Arc<Catalog>, real_city: bool) -> Router {
    let config = config(catalog, real_city).to_string();
    let base = base_map(catalog, real_city);
    Router::new()
        .route(
            "/config.json",
            get(async move || with_type("application/json", config)),
        )
        .route(
            "/map/base.geojson",
            get(async move || with_type("application/geo+json", base)),
        )
}

fn with_type(kind: &'static str, text: String) -> impl IntoResponse {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-cache")], text)
}

fn config(catalog: &Catalog, real_city: bool) -> Value {
    let center = catalog
        .places()
        .iter()
        .find_map(|place| place.center)
        .map_or(json!(null), |(lon, lat)| json!([lon, lat]));
    let attribution = if real_city {
        json!({
            "zh": "© 美国人口普查局 / OpenStreetMap 贡献者",
            "en": "© U.S. Census Bureau / OpenStreetMap contributors",
        })
    } else {
        Value::Null
    };
    json!({
        "mapBase": "/map/base.geojson",
        "mapAttribution": attribution,
        "center": center,
        "zoom": 11,
        "branding": { "zh": "城市运行指挥台", "en": "City operations console" },
    })
}

/// Borders of all places, and the catalog's own drawing of coast, rivers and roads where it has one.
fn base_map(catalog: &Catalog, real_city: bool) -> String {
    let mut features: Vec<Value> = catalog
        .places()
        .iter()
        .filter(|place| place.polygon.is_some())
        .map(border)
        .collect();
    let drawing = catalog.base_map().filter(|_| !real_city);
    let drawn: Value = drawing
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    features.extend(drawn["features"].as_array().into_iter().flatten().cloned());
    json!({ "type": "FeatureCollection", "features": features }).to_string()
}

fn border(place: &Place) -> Value {
    let polygons: Vec<Value> = place
        .polygon
        .iter()
        .flat_map(|shape| &shape.0)
        .map(|polygon| {
            let ring = |line: &geo::LineString<f64>| -> Value {
                line.0
                    .iter()
                    .map(|point| json!([round(point.x), round(point.y)]))
                    .collect()
            };
            let mut rings = vec![ring(polygon.exterior())];
            rings.extend(polygon.interiors().iter().map(ring));
            Value::Array(rings)
        })
        .collect();
    json!({
        "type": "Feature",
        "properties": {
            "code": place.code, "name_zh": place.name.zh, "name_en": place.name.en,
            "kind": place.kind, "level": place.level, "parent": place.parent,
        },
        "geometry": { "type": "MultiPolygon", "coordinates": polygons },
    })
}

/// Five digits are about a metre.
fn round(degrees: f64) -> f64 {
    (degrees * 1e5).round() / 1e5
}
