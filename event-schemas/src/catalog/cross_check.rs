//! What must agree across a catalog's files.

use std::collections::BTreeSet;

use super::{Catalog, CatalogError};
use crate::contract::MeasureScale;

/// Checks names that one file takes from another.
pub(crate) fn check(catalog: &Catalog, errors: &mut Vec<CatalogError>) {
    check_types(catalog, errors);
    check_feeds(catalog, errors);
    check_rules(catalog, errors);
    check_units(catalog, errors);
    crate::sign_file::check(catalog, errors);
    super::check_work::check(catalog, errors);
}

fn check_types(catalog: &Catalog, errors: &mut Vec<CatalogError>) {
    for event_type in catalog.event_types.values() {
        let file = schema_file(&event_type.name, &event_type.department);
        for (name, other) in [("updates", &event_type.updates), ("ends", &event_type.ends)] {
            let unknown = other
                .as_deref()
                .is_some_and(|other| !catalog.event_types.contains_key(other));
            if unknown {
                let path = format!("/x-city/{name}");
                errors.push(CatalogError::new(&file, path, "the name of an event type"));
            }
        }
        if let Some(measure) = &event_type.measure_scale {
            check_measure_scale(catalog, measure, &file, errors);
        }
    }
}

fn check_measure_scale(
    catalog: &Catalog,
    measure: &MeasureScale,
    file: &str,
    errors: &mut Vec<CatalogError>,
) {
    let at = "/x-city/measure/scale";
    for name in measure.scales() {
        let Some(scale) = catalog.scale(name) else {
            let expected = format!("the name of a scale (scales.yaml), not '{name}'");
            errors.push(CatalogError::new(file, at, expected));
            continue;
        };
        if !scale
            .inputs()
            .all(|input| measure.inputs.contains_key(input))
        {
            let expected = format!("a field for each input of {name}");
            errors.push(CatalogError::new(file, at, expected));
        }
    }
}

fn schema_file(event_type: &str, department: &str) -> String {
    let stem = event_type
        .strip_prefix("city.")
        .and_then(|rest| rest.strip_prefix(department))
        .and_then(|rest| rest.strip_prefix('.'))
        .unwrap_or(event_type);
    format!("{department}/{stem}.schema.json")
}

fn check_feeds(catalog: &Catalog, errors: &mut Vec<CatalogError>) {
    let mut seen = BTreeSet::new();
    for feed in &catalog.feeds {
        let file = format!("{}/feeds.yaml", feed.department);
        let at = format!("feed {}", feed.name);
        if !seen.insert(&feed.name) {
            errors.push(CatalogError::new(&file, &at, "each feed name once"));
        }
        for name in feed.event_types() {
            let own = catalog
                .event_type(name)
                .is_some_and(|event_type| event_type.department == feed.department);
            if !own {
                let expected = format!("event types of the department, not '{name}'");
                errors.push(CatalogError::new(&file, &at, expected));
            }
        }
    }
}

fn check_rules(catalog: &Catalog, errors: &mut Vec<CatalogError>) {
    let mut seen = BTreeSet::new();
    for (rule, file) in catalog.rules.iter().zip(&catalog.rule_files) {
        let at = format!("rule {}", rule.id);
        if !seen.insert(&rule.id) {
            errors.push(CatalogError::new(file, &at, "each rule id once"));
        }
        if rule.owner != "hub" && catalog.department(&rule.owner).is_none() {
            let expected = "owner: a department, or hub";
            errors.push(CatalogError::new(file, &at, expected));
        }
        for unknown in rule
            .event_types()
            .filter(|name| !catalog.event_types.contains_key(*name))
        {
            let expected = format!("event types of the catalog, not '{unknown}'");
            errors.push(CatalogError::new(file, &at, expected));
        }
    }
}

fn check_units(catalog: &Catalog, errors: &mut Vec<CatalogError>) {
    let mut seen = BTreeSet::new();
    for unit in &catalog.units {
        let at = format!("unit {}", unit.id);
        if !seen.insert(&unit.id) {
            errors.push(CatalogError::new("units.yaml", &at, "each unit id once"));
        }
        if catalog.department(&unit.department).is_none() {
            let expected = "department: one of the catalog's";
            errors.push(CatalogError::new("units.yaml", &at, expected));
        }
    }
}
