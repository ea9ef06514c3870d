//! Reading and checking a whole catalog; every error is told, with file, path and expectation.

use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::department::{Department, is_department_name};
use super::{
    Catalog, CatalogError, CatalogErrors, EventType, Example, Expectation, Files, read_yaml,
};
use crate::contract::Contract;
use crate::feed::{Feed, FeedFile};
use crate::places::read_places;
use crate::rule_file::RuleFile;
use crate::scale::Scale;
use crate::scale_file::ScaleFile;
use crate::workflow_file::WorkflowFile;

/// Folders of the catalog that are no departments; `hub` holds the rules across departments.
const NO_DEPARTMENTS: [&str; 4] = ["calendars", "hub", "places", "workflows"];
/// End of a contract's file name.
const SCHEMA_SUFFIX: &str = ".schema.json";

pub(crate) fn load(files: &Files, errors: Vec<CatalogError>) -> Result<Catalog, CatalogErrors> {
    let (catalog, errors) = draft(files, errors)?;
    if errors.is_empty() {
        Ok(catalog)
    } else {
        Err(CatalogErrors(errors))
    }
}

/// A catalog whose files are sound each for itself, with what does not agree across them.
pub(crate) fn draft(
    files: &Files,
    mut errors: Vec<CatalogError>,
) -> Result<(Catalog, Vec<CatalogError>), CatalogErrors> {
    let mut catalog = Catalog {
        version: files.version(),
        ..Catalog::default()
    };
    for folder in files.folders() {
        if !NO_DEPARTMENTS.contains(&folder.as_str()) {
            load_department(files, &folder, &mut catalog, &mut errors);
        }
    }
    load_city(files, &mut catalog, &mut errors);
    super::rule_feeds::fill(&mut catalog, &mut errors);
    // Names across files and examples are judged once every file is read: before, most of what they
    // would say follows from a mistake that is told already.
    if !errors.is_empty() {
        return Err(CatalogErrors(errors));
    }
    super::cross_check::check(&catalog, &mut errors);
    super::example_check::check(&catalog, &mut errors);
    Ok((catalog, errors))
}

/// One contract by itself: its department stands in `$id`, as `urn:city-brain:<department>:…`.
pub(crate) fn contract(path: &Path) -> Result<EventType, CatalogErrors> {
    let shown = path.display().to_string();
    let mut errors = Vec::new();
    let files = Files::one(path, &mut errors);
    let name = path.file_name().map(|name| name.to_string_lossy());
    let name = name.unwrap_or_default();
    let mut loaded = None;
    if errors.is_empty() {
        loaded = load_event_type(&files, "", &name, &mut errors);
    }
    let Some(mut event_type) = loaded else {
        if errors.is_empty() {
            let expected = "a contract, named like incident-reported.v1.schema.json";
            errors.push(CatalogError::new(shown, "", expected));
        }
        return Err(CatalogErrors(errors));
    };
    let id = event_type.schema.get("$id").and_then(Value::as_str);
    let department = id
        .and_then(|id| id.strip_prefix("urn:city-brain:"))
        .and_then(|rest| rest.split(':').next())
        .unwrap_or_default()
        .to_owned();
    if department.is_empty() {
        let expected = "$id: urn:city-brain:<department>:<event>:<version>, to know whose it is";
        return Err(CatalogErrors(vec![CatalogError::new(
            shown, "/$id", expected,
        )]));
    }
    let stem = name.strip_suffix(SCHEMA_SUFFIX).unwrap_or(&name);
    event_type.name = format!("city.{department}.{stem}");
    event_type.department = department;
    Ok(event_type)
}

fn load_city(files: &Files, catalog: &mut Catalog, errors: &mut Vec<CatalogError>) {
    catalog.places = read_places(files, errors);
    catalog.base_map = files
        .has("places/base.geojson")
        .then(|| {
            files
                .text("places/base.geojson", errors)
                .map(ToOwned::to_owned)
        })
        .flatten();
    catalog.calendar = Arc::new(crate::calendar_file::load(files, errors));
    for path in files.in_folder("workflows", ".yaml") {
        catalog
            .workflows
            .extend(read_yaml::<WorkflowFile>(files, &path, errors));
    }
    if files.has("units.yaml") {
        catalog.units = read_yaml(files, "units.yaml", errors).unwrap_or_default();
    }
    if files.has(crate::sign_file::FILE) {
        catalog.signs = read_yaml(files, crate::sign_file::FILE, errors).unwrap_or_default();
    }
    if files.has("routes.yaml") {
        catalog.routes = read_yaml(files, "routes.yaml", errors).unwrap_or_default();
    }
    load_rules(files, "hub/rules.yaml", catalog, errors);
}

fn load_rules(files: &Files, path: &str, catalog: &mut Catalog, errors: &mut Vec<CatalogError>) {
    if files.has(path) {
        let rules: Option<Vec<RuleFile>> = read_yaml(files, path, errors);
        for rule in rules.unwrap_or_default() {
            catalog.rule_files.push(path.to_owned());
            catalog.rules.push(rule);
        }
    }
}

fn load_department(
    files: &Files,
    folder: &str,
    catalog: &mut Catalog,
    errors: &mut Vec<CatalogError>,
) {
    let path = format!("{folder}/department.yaml");
    let Some(mut department) = read_yaml::<Department>(files, &path, errors) else {
        return;
    };
    if department.name != folder || !is_department_name(folder) {
        let expected = format!("name: {folder} (the folder's own, of a-z, 0-9 and -)");
        errors.push(CatalogError::new(&path, "/name", expected));
    }
    folder.clone_into(&mut department.name);
    for path in files.in_folder(folder, SCHEMA_SUFFIX) {
        if let Some(event_type) = load_event_type(files, folder, &path, errors) {
            department.event_types.push(event_type.name.clone());
            catalog
                .event_types
                .insert(event_type.name.clone(), event_type);
        }
    }
    load_scales(files, folder, catalog, errors);
    let path = format!("{folder}/feeds.yaml");
    if files.has(&path) {
        let feeds: Vec<FeedFile> = read_yaml(files, &path, errors).unwrap_or_default();
        for (index, file) in feeds.into_iter().enumerate() {
            department.feeds.push(file.name.clone());
            let feed = Feed::compile(file, folder, &catalog.scales, (&path, index), errors);
            catalog.feeds.push(feed);
        }
    }
    load_rules(files, &format!("{folder}/rules.yaml"), catalog, errors);
    load_examples(files, folder, catalog, errors);
    catalog.departments.push(department);
}

fn load_scales(files: &Files, folder: &str, catalog: &mut Catalog, errors: &mut Vec<CatalogError>) {
    let path = format!("{folder}/scales.yaml");
    if files.has(&path) {
        let scales: Vec<ScaleFile> = read_yaml(files, &path, errors).unwrap_or_default();
        for (index, file) in scales.iter().enumerate() {
            let scale = Scale::compile(file, folder, (&path, index), errors);
            catalog.scales.push(Arc::new(scale));
        }
    }
}

fn load_event_type(
    files: &Files,
    department: &str,
    path: &str,
    errors: &mut Vec<CatalogError>,
) -> Option<EventType> {
    let file_name = path.rsplit('/').next().unwrap_or(path);
    let stem = file_name.strip_suffix(SCHEMA_SUFFIX)?;
    if !is_versioned(stem) {
        let expected = "a file name like incident-reported.v1.schema.json";
        errors.push(CatalogError::new(path, "", expected));
        return None;
    }
    let text = files.text(path, errors)?;
    let schema: Value = match serde_json::from_str(text) {
        Ok(schema) => schema,
        Err(error) => {
            let at = format!("line {}, column {}", error.line(), error.column());
            errors.push(CatalogError::new(path, at, format!("JSON ({error})")));
            return None;
        }
    };
    match Contract::compile(&schema) {
        Ok(compiled) => Some(EventType::new(
            format!("city.{department}.{stem}"),
            department.to_owned(),
            schema,
            compiled,
        )),
        Err(faults) => {
            for fault in faults {
                errors.push(CatalogError::new(path, fault.path, fault.expected));
            }
            None
        }
    }
}

/// `what-happened.v1`.
fn is_versioned(stem: &str) -> bool {
    stem.rsplit_once(".v").is_some_and(|(name, version)| {
        is_department_name(name) && version.parse::<u32>().is_ok_and(|version| version > 0)
    })
}

/// An invalid example with what admission must say to it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InvalidExample<'f> {
    #[serde(borrow)]
    event: &'f RawValue,
    expect: Expectation,
}

fn load_examples(
    files: &Files,
    folder: &str,
    catalog: &mut Catalog,
    errors: &mut Vec<CatalogError>,
) {
    for path in files.in_folder(&format!("{folder}/examples"), ".json") {
        let Some(text) = files.text(&path, errors) else {
            continue;
        };
        catalog.examples.push(Example {
            file: path,
            department: folder.to_owned(),
            event: text.to_owned(),
            expect: None,
        });
    }
    for path in files.in_folder(&format!("{folder}/examples/invalid"), ".json") {
        let Some(text) = files.text(&path, errors) else {
            continue;
        };
        match serde_json::from_str::<InvalidExample<'_>>(text) {
            Ok(example) => catalog.examples.push(Example {
                file: path,
                department: folder.to_owned(),
                event: example.event.get().to_owned(),
                expect: Some(example.expect),
            }),
            Err(error) => {
                let at = format!("line {}, column {}", error.line(), error.column());
                let expected = format!("{{\"event\": …, \"expect\": {{reason, path}}}} ({error})");
                errors.push(CatalogError::new(path, at, expected));
            }
        }
    }
}
