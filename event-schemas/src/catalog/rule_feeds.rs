//! A rule that waits for a feed names it; here it gets the feed's event types, so that a rule-set
//! mark explains itself without the catalog.

use super::{Catalog, CatalogError};
use crate::rule_file::Condition;

/// Fills in the event types of every rule that names a feed.
pub(crate) fn fill(catalog: &mut Catalog, errors: &mut Vec<CatalogError>) {
    for (rule, file) in catalog.rules.iter_mut().zip(&catalog.rule_files) {
        let at = format!("rule {}", rule.id);
        let Condition::Absence { types, feed, .. } = &mut rule.when else {
            continue;
        };
        let Some(name) = feed else {
            if types.is_empty() {
                let expected = "when.absence: types of one department, or feed";
                errors.push(CatalogError::new(file, &at, expected));
            }
            continue;
        };
        if !types.is_empty() {
            let expected = "when.absence: types or feed, not both";
            errors.push(CatalogError::new(file, &at, expected));
            continue;
        }
        let Some(known) = catalog.feeds.iter().find(|known| known.name == *name) else {
            let expected = format!("when.absence.feed: a feed of the catalog, not '{name}'");
            errors.push(CatalogError::new(file, &at, expected));
            continue;
        };
        types.extend(known.event_types().map(str::to_owned));
        if types.is_empty() {
            // The department publishes by itself: all it may publish.
            let own = catalog.event_types.values();
            let own = own.filter(|one| one.department == known.department);
            types.extend(own.map(|one| one.name.clone()));
        }
        types.sort_unstable();
        types.dedup();
    }
}
