//! The working database: what is being rebuilt, found again after an interruption by its name.

use event_recorder::group_of;
use event_store::Twins;
use service_kit::identity::Identity;

use super::place::Place;
use crate::failure::{Failure, chain};
use crate::print;

/// Between the database that the settings name and a number that counts rebuilds.
const JOINT: &str = "_rebuilt_";

/// The tables in force, and those that are to replace them.
#[derive(Debug)]
pub(super) struct Working {
    /// The database as the settings name it.
    pub(super) named: String,
    /// The database in force.
    pub(super) former: String,
    /// Its recorder's group, below the topic prefix.
    pub(super) former_group: String,
    /// The new database.
    pub(super) rebuilt: String,
    /// Its recorder's group, below the topic prefix.
    pub(super) rebuilt_group: String,
    /// Both, for an administrator.
    pub(super) twins: Twins,
}

/// The name in the settings of a database that may be a rebuilt one.
pub(super) fn named_by(database: &str) -> &str {
    match database.rsplit_once(JOINT) {
        Some((named, number)) if number.bytes().all(|b| b.is_ascii_digit()) => named,
        _ => database,
    }
}

impl Working {
    /// Makes the new database, or finds the one that an interrupted rebuild has left.
    pub(super) async fn open(
        place: &Place,
        identity: &Identity,
        start_over: bool,
    ) -> Result<Self, Failure> {
        let store = |error: event_store::StoreError| Failure::dependency(chain(&error));
        let log = |error: event_log::LogError| {
            Failure::dependency(chain(&error))
                .remedy("stop the other `city-brain rebuild`, wait some seconds, then again")
        };
        let (former, number) = match identity.book().tables(&place.named) {
            None => (place.named.clone(), 1),
            Some(tables) => (tables.database.clone(), tables.version + 1),
        };
        let rebuilt = format!("{}{JOINT}{number}", place.named);
        let working = Self {
            twins: Twins::new(&place.admin, &former, &rebuilt).map_err(store)?,
            former_group: group_of(&place.named, &former),
            rebuilt_group: group_of(&place.named, &rebuilt),
            named: place.named.clone(),
            former,
            rebuilt,
        };
        let (_, begun) = working.twins.are_there().await.map_err(store)?;
        if begun && !start_over {
            print::error_line(&format!("going on with {}", working.rebuilt));
        } else {
            working.twins.drop_rebuilt().await.map_err(store)?;
            // What the group has committed is what the database holds: neither outlives the other.
            let group = place.log.scoped(&working.rebuilt_group);
            event_log::forget_group(&place.log, &group)
                .await
                .map_err(log)?;
            print::error_line(&format!(
                "rebuilding {} into {}",
                working.former, working.rebuilt
            ));
        }
        event_store::migrate(&place.admin.in_database(&working.rebuilt))
            .await
            .map_err(store)?;
        Ok(working)
    }
}

#[cfg(test)]
mod tests {
    use super::named_by;

    #[test]
    fn a_rebuilt_database_stands_for_the_one_that_the_settings_name() {
        assert_eq!(named_by("city"), "city");
        assert_eq!(named_by("city_rebuilt_12"), "city");
        assert_eq!(named_by("city_rebuilt_1_rebuilt_2"), "city_rebuilt_1");
        assert_eq!(named_by("city_rebuilt_by_hand"), "city_rebuilt_by_hand");
    }
}
