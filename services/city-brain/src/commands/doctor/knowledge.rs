//! What the city knows: the catalog with its calendar.

use event_schemas::Catalog;
use service_kit::Clock;

use super::report::Report;
use super::scene::Scene;

/// The next year's calendar should be there so long before the year.
const AHEAD_MS: i64 = 14 * 86_400_000;

pub(super) fn look(scene: &Scene, report: &mut Report) -> Option<Catalog> {
    let folder = scene.settings.catalog.as_deref();
    let place = folder.map_or_else(
        || String::from("the built-in catalog"),
        |folder| folder.display().to_string(),
    );
    let read = match folder {
        Some(folder) => Catalog::load(folder),
        None => Catalog::embedded(),
    };
    let catalog = match read {
        Ok(catalog) => catalog,
        Err(errors) => {
            report.find(
                "catalog_invalid",
                format!("the catalog has errors:\n{errors}"),
                &place,
                "correct them; `city-brain schema check --catalog DIR` checks again",
            );
            return None;
        }
    };
    report.good(format!("catalog: {} ({place})", catalog.version()));
    let now = Clock::system().now();
    let calendar = catalog.calendar();
    let mut years = vec![calendar.year_at(now), calendar.year_at(now.plus(AHEAD_MS))];
    years.dedup();
    for year in years {
        if calendar.settles(year) {
            report.good(format!("calendar: {year} is settled"));
        } else {
            report.find(
                "calendar_year_missing",
                format!("the working calendar of {year} is missing: working hours and days are counted without holidays"),
                format!("{place}: calendars/cn-{year}.yaml"),
                "write the file from the State Council's notice of that year, after the model of the year before; then `city-brain schema check`",
            );
        }
    }
    Some(catalog)
}
