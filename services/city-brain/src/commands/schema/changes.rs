//! `schema diff`, `schema impact` and `schema check --against`: what a change of contracts does.

use std::path::Path;

use event_schemas::diff::{Change, between, between_catalogs};
use event_schemas::impact::{self, Impact, SavedQuery};
use event_schemas::{Catalog, CatalogError, EventType};
use serde_json::json;

use super::args::{CheckArgs, DiffArgs, ImpactArgs, QueriesArgs, ReportArgs, ReportFormat};
use crate::commands::connect::catalog;
use crate::failure::Failure;
use crate::print;

/// The word for the catalog that came with the program.
const BUILT_IN: &str = "built-in";

/// Runs `schema diff`.
pub(super) fn diff(args: &DiffArgs) -> Result<(), Failure> {
    let changes = if args.old.is_file() && args.new.is_file() {
        between(&contract(&args.old)?, &contract(&args.new)?)
    } else if args.new.is_file() {
        return Err(Failure::usage(format!(
            "{} is a folder and {} a file: expected two contracts, or two catalogs",
            args.old.display(),
            args.new.display()
        ))
        .remedy("`city-brain schema impact` holds one contract against a whole catalog"));
    } else {
        between_catalogs(&whole(&args.old)?, &draft(&args.new)?.0)
    };
    let producers = changes
        .iter()
        .filter(|one| one.rule.breaks_producers())
        .count();
    let consumers = changes
        .iter()
        .filter(|one| one.rule.breaks_consumers())
        .count();
    match args.report.format {
        ReportFormat::Json => print::line(
            &json!({
                "compatibleForProducers": producers == 0,
                "compatibleForConsumers": consumers == 0,
                "changes": changes,
            })
            .to_string(),
        ),
        ReportFormat::Text => tell_changes(&changes),
    }
    if producers + consumers == 0 {
        return Ok(());
    }
    Err(Failure::problems("the change is not compatible").remedy(
        "give the changed contract the next version beside the old one, or see `city-brain schema impact`",
    ))
}

/// Runs `schema impact`.
pub(super) fn impact(args: &ImpactArgs) -> Result<(), Failure> {
    let old = whole(&args.old)?;
    let (new, errors) = if args.new.is_file() {
        (old.clone().with_contract(contract(&args.new)?), Vec::new())
    } else {
        draft(&args.new)?
    };
    tell_impact(&old, (&new, &errors), &args.queries, &args.report)
}

/// Runs `schema check --against`.
pub(super) fn check_against(args: &CheckArgs, old: &Path) -> Result<(), Failure> {
    let old = whole(old)?;
    let (new, errors) = match &args.catalog.catalog {
        Some(folder) => Catalog::load_draft(folder)
            .map_err(|errors| Failure::problems(format!("{}: {errors}", folder.display())))?,
        None => (catalog(None)?, Vec::new()),
    };
    tell_impact(&old, (&new, &errors), &args.queries, &args.report)
}

fn contract(path: &Path) -> Result<EventType, Failure> {
    EventType::load(path).map_err(|errors| Failure::usage(format!("{}: {errors}", path.display())))
}

fn whole(folder: &Path) -> Result<Catalog, Failure> {
    if folder == Path::new(BUILT_IN) {
        return catalog(None);
    }
    Catalog::load(folder)
        .map_err(|errors| Failure::usage(format!("{}: {errors}", folder.display())))
}

fn draft(folder: &Path) -> Result<(Catalog, Vec<CatalogError>), Failure> {
    if folder == Path::new(BUILT_IN) {
        return Ok((catalog(None)?, Vec::new()));
    }
    Catalog::load_draft(folder)
        .map_err(|errors| Failure::usage(format!("{}: {errors}", folder.display())))
}

fn saved(args: &QueriesArgs) -> Result<Vec<SavedQuery>, Failure> {
    let mut queries = Vec::new();
    for path in &args.queries {
        let unreadable =
            |why: String| Failure::usage(format!("{}: expected JSON: {why}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
        let document =
            serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))?;
        queries.extend(SavedQuery::in_document(
            &document,
            &path.display().to_string(),
        ));
    }
    Ok(queries)
}

fn tell_changes(changes: &[Change]) {
    for change in changes {
        let verdict = match (
            change.rule.breaks_producers(),
            change.rule.breaks_consumers(),
        ) {
            (true, true) => "breaks producers and consumers",
            (true, false) => "breaks producers",
            (false, true) => "breaks consumers",
            (false, false) => "compatible",
        };
        print::line(&format!("{verdict}: {change}"));
    }
    let count = |breaks: fn(&Change) -> bool| changes.iter().filter(|one| breaks(one)).count();
    print::line(&format!(
        "changes: {}; breaking producers: {}, consumers: {}",
        changes.len(),
        count(|one| one.rule.breaks_producers()),
        count(|one| one.rule.breaks_consumers()),
    ));
}

fn tell_impact(
    old: &Catalog,
    new: (&Catalog, &[CatalogError]),
    queries: &QueriesArgs,
    report: &ReportArgs,
) -> Result<(), Failure> {
    let impact = impact::of(old, new, &saved(queries)?);
    match report.format {
        ReportFormat::Json => print::line(&as_json(&impact)),
        ReportFormat::Text => {
            tell_changes(&impact.changes);
            for broken in &impact.broken {
                print::line(&broken.to_string());
            }
        }
    }
    if impact.is_acceptable() {
        return Ok(());
    }
    Err(Failure::problems(format!(
        "the change is not acceptable as it is: {} things break by name",
        impact.broken.len()
    ))
    .remedy("mend what is named in the same change, or give the contract its next version"))
}

fn as_json(impact: &Impact) -> String {
    let (changes, broken) = (&impact.changes, &impact.broken);
    json!({"acceptable": impact.is_acceptable(), "changes": changes, "broken": broken}).to_string()
}
