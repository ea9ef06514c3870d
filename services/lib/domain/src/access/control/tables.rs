//! Putting tables in force that were derived anew from the log.

use super::act::{audit, refuse};
use super::{
    Act, ControlAggregate, ControlBook, ControlDecision, ControlRefusal, ControlRefusalCode,
    TablesActivation,
};

/// Puts `database` in force for what the settings call `of`; refused as unchanged when it is already.
pub fn activate_tables(
    book: &ControlBook,
    act: &Act,
    of: &str,
    database: &str,
) -> Result<ControlDecision, ControlRefusal> {
    let present = book.tables(of);
    let former = present.map_or(of, |present| &present.database);
    if former == database {
        return Err(refuse(
            ControlRefusalCode::Unchanged,
            "这些数据表已在使用",
            "these tables are in force already",
        ));
    }
    let version = present.map_or(0, |present| present.version);
    let entry = audit(
        format!("数据表由 {former} 切换到 {database}"),
        format!("Tables switched from {former} to {database}"),
        [("former", former), ("database", database)],
    );
    let state = TablesActivation {
        version: version + 1,
        database: database.to_owned(),
        former: former.to_owned(),
        activated_at: act.now,
    };
    let aggregate = ControlAggregate::Tables {
        id: of.to_owned(),
        version,
        state,
    };
    Ok(act.decide("activateTables", vec![aggregate], entry))
}

#[cfg(test)]
mod tests {
    use event_schemas::city::Millis;

    use super::super::ControlVerdict;
    use super::*;
    use crate::case::{Actor, ActorKind};

    fn act(key: &str) -> Act {
        Act {
            actor: Actor::own(ActorKind::Hub),
            key: key.to_owned(),
            now: Millis(5),
        }
    }

    #[test]
    fn of_two_switches_that_were_decided_at_once_the_first_in_the_log_counts() {
        let mut book = ControlBook::default();
        let first = activate_tables(&book, &act("a"), "city", "city_rebuilt_1").unwrap();
        let second = activate_tables(&book, &act("b"), "city", "city_other").unwrap();
        assert!(matches!(
            book.apply(0, Millis(6), &first),
            ControlVerdict::Accepted(_)
        ));
        assert!(matches!(
            book.apply(1, Millis(7), &second),
            ControlVerdict::Stale { .. }
        ));
        let tables = book.tables("city").unwrap();
        assert_eq!(
            (&*tables.database, &*tables.former, tables.version),
            ("city_rebuilt_1", "city", 1)
        );
        assert!(book.tables("other").is_none());
    }

    #[test]
    fn tables_in_force_are_not_put_in_force_again_and_the_next_switch_names_its_former() {
        let mut book = ControlBook::default();
        let first = activate_tables(&book, &act("a"), "city", "city_rebuilt_1").unwrap();
        book.apply(0, Millis(6), &first);
        let again = activate_tables(&book, &act("b"), "city", "city_rebuilt_1").unwrap_err();
        assert_eq!(again.code, ControlRefusalCode::Unchanged);
        let next = activate_tables(&book, &act("c"), "city", "city_rebuilt_2").unwrap();
        book.apply(1, Millis(7), &next);
        let tables = book.tables("city").unwrap();
        assert_eq!((&*tables.former, tables.version), ("city_rebuilt_1", 2));
    }
}
