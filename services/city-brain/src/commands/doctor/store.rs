//! ClickHouse: reachable, migrated, not crowded, one clock; and what its tables tell of feeds.

use event_schemas::Catalog;
use event_schemas::city::Millis;
use event_store::{Inspection, StoreConfig, StoreError, missing_migrations};
use service_kit::Clock;

use super::report::Report;
use super::scene::Scene;

/// Clocks of one city differ by no more.
const SKEW_MS: i64 = 5_000;
/// A source may be ahead of the hub by so much: it is what admission takes for a wrong clock, too.
const AHEAD_MS: i64 = 5 * 60_000;
/// Fewer dead letters in an hour are no trend.
const DEAD_LETTERS: u64 = 20;

pub(super) async fn look(
    scene: &Scene,
    catalog: Option<&Catalog>,
    in_force: Option<String>,
    report: &mut Report,
) {
    let Some(config) = scene.store() else {
        report.skip("ClickHouse: no hub with a ClickHouse of its own is running here, and none is named with --clickhouse");
        return;
    };
    let database = in_force.unwrap_or_else(|| config.database.clone());
    let config = config.in_database(&database);
    let place = format!("database {database} at {}", config.url);
    let now = Clock::system().now();
    let asked = match Inspection::new(&config) {
        Ok(inspection) => inspection.now().await.map(|theirs| (inspection, theirs)),
        Err(error) => Err(error),
    };
    let (inspection, theirs) = match asked {
        Ok(answer) => answer,
        Err(error) => return unreachable(&config, &error, report),
    };
    report.good(format!("ClickHouse: answers at {}", config.url));
    clock(now, theirs, &config, report);
    if !migrations(&config, &place, report).await {
        return;
    }
    leftovers(&inspection, scene, &database, report).await;
    let looked = async {
        parts(&inspection, &place, report).await?;
        sources(&inspection, now, &place, report).await?;
        feeds(&inspection, catalog, now, report).await?;
        dead_letters(&inspection, now, &place, report).await
    };
    if let Err(error) = looked.await {
        report.skip(format!("tables: {error}"));
    }
}

fn unreachable(config: &StoreConfig, error: &StoreError, report: &mut Report) {
    let (code, remedy) = match error {
        StoreError::Denied { .. } => (
            "clickhouse_denied",
            "give user and password (--clickhouse-user, CITY_BRAIN_CLICKHOUSE_PASSWORD) of a user with the grants that the administrator's guide lists",
        ),
        _ => (
            "clickhouse_unreachable",
            "see whether ClickHouse runs and its address is right (--clickhouse); a hub that runs goes on by itself when it is back",
        ),
    };
    report.find(code, error, &config.url, remedy);
}

fn clock(ours: Millis, theirs: Millis, config: &StoreConfig, report: &mut Report) {
    let skew = theirs.since(ours);
    if skew.abs() > SKEW_MS {
        report.find(
            "clock_skew",
            format!(
                "the clock of ClickHouse's machine is {} s {} this one's",
                skew.abs() / 1_000,
                if skew > 0 { "ahead of" } else { "behind" }
            ),
            &config.url,
            "set both by NTP: `timedatectl set-ntp true` on each machine",
        );
    } else {
        report.good("clocks: this machine and ClickHouse agree");
    }
}

async fn migrations(config: &StoreConfig, place: &str, report: &mut Report) -> bool {
    match missing_migrations(config).await {
        Ok(missing) if missing.is_empty() => {
            report.good("migrations: all applied, none changed");
            true
        }
        Ok(missing) => {
            report.find(
                "migration_missing",
                format!("migrations are missing: {}", missing.join(", ")),
                place,
                "start the hub of this version once with a user who may create tables",
            );
            false
        }
        Err(error @ StoreError::MigrationChanged { .. }) => {
            report.find(
                "migration_changed",
                error,
                place,
                "run the version that made these tables; or `city-brain rebuild` into fresh ones",
            );
            true
        }
        Err(error @ StoreError::DatabaseNewer { .. }) => {
            report.find(
                "database_newer",
                error,
                place,
                "run the newer version, or give another --database",
            );
            true
        }
        Err(error) => {
            report.find(
                "database_missing",
                error,
                place,
                "start the hub once: it creates its tables; if they were there before and are lost: `city-brain rebuild --accept-differences`",
            );
            false
        }
    }
}

/// Databases of rebuilds that were not finished, or that were left behind by finished ones.
async fn leftovers(inspection: &Inspection, scene: &Scene, database: &str, report: &mut Report) {
    let named = &scene.settings.database;
    let Ok(found) = inspection.databases(&format!("{named}_rebuilt_")).await else {
        return;
    };
    let number = |name: &str| name.rsplit('_').next().and_then(|text| text.parse().ok());
    let present: u64 = if database == named {
        0
    } else {
        number(database).unwrap_or(0)
    };
    for name in found.iter().filter(|name| *name != database) {
        let newer = number(name).is_some_and(|n: u64| n > present);
        let (what, remedy) = if newer {
            (
                "a rebuild was begun and not finished",
                String::from("`city-brain rebuild` goes on with it, `--start-over` begins again"),
            )
        } else {
            (
                "former tables are still there",
                format!("when nobody needs them: DROP DATABASE `{name}`"),
            )
        };
        report.find(
            "rebuild_unfinished",
            what,
            format!("database {name}"),
            remedy,
        );
    }
}

async fn parts(
    inspection: &Inspection,
    place: &str,
    report: &mut Report,
) -> Result<(), StoreError> {
    let crowded = inspection.crowded().await?;
    if crowded.is_empty() {
        report.good("parts: merges keep up");
    }
    for one in crowded {
        report.find(
            "too_many_parts",
            format!(
                "table {} has {} parts in partition {}; inserts slow down at {}",
                one.table, one.parts, one.partition, one.limit
            ),
            place,
            "merges do not keep up: look at the table system.merges, give ClickHouse more room and processor, look for small inserts that are not the hub's",
        );
    }
    Ok(())
}

async fn sources(
    inspection: &Inspection,
    now: Millis,
    place: &str,
    report: &mut Report,
) -> Result<(), StoreError> {
    let ahead = inspection.from_the_future(now, AHEAD_MS).await?;
    if ahead.is_empty() {
        report.good("sources: no clock is ahead");
    }
    for one in ahead {
        report.find(
            "source_clock_ahead",
            format!(
                "{} events of the last day from {} ({}) happened up to {} s after they were received",
                one.events,
                one.department,
                one.source,
                one.ahead_ms / 1_000
            ),
            place,
            "ask the department to set that machine's clock by NTP",
        );
    }
    Ok(())
}

/// What the city's vital signs are made of: each says how long nothing may come.
async fn feeds(
    inspection: &Inspection,
    catalog: Option<&Catalog>,
    now: Millis,
    report: &mut Report,
) -> Result<(), StoreError> {
    let Some(catalog) = catalog else {
        return Ok(());
    };
    let last = inspection.last_of_types().await?;
    let (mut silent, mut heard) = (0, 0);
    for sign in catalog.signs() {
        let of_sign = last.iter().filter(|(kind, _)| sign.types.contains(kind));
        // What has never come is not silent: the department may not have begun.
        let Some(newest) = of_sign.map(|(_, at)| *at).max() else {
            continue;
        };
        heard += 1;
        let since = now.since(newest);
        if since > sign.silent_after.ms {
            silent += 1;
            report.find(
                "feed_silent",
                format!(
                    "nothing has come from {} for {} minutes, {} are usual at most ({})",
                    sign.department,
                    since / 60_000,
                    sign.silent_after.ms / 60_000,
                    sign.types.join(", ")
                ),
                format!("department {}, vital sign {}", sign.department, sign.id),
                format!(
                    "ask the department; see what was refused with `city-brain dead-letters list --department {}`",
                    sign.department
                ),
            );
        }
    }
    if silent == 0 {
        report.good(format!("feeds: none of {heard} that have begun is silent"));
    }
    Ok(())
}

async fn dead_letters(
    inspection: &Inspection,
    now: Millis,
    place: &str,
    report: &mut Report,
) -> Result<(), StoreError> {
    let rising = inspection.rising_dead_letters(now, DEAD_LETTERS).await?;
    if rising.is_empty() {
        report.good("dead letters: not rising");
    }
    for one in rising {
        report.find(
            "dead_letters_rising",
            format!(
                "{} dead letters of {} in the last hour ({}), {} in the day before",
                one.last_hour, one.department, one.reason, one.day_before
            ),
            place,
            format!(
                "`city-brain dead-letters list --department {}` shows each with its reason; when the cause is gone, replay them",
                one.department
            ),
        );
    }
    Ok(())
}
