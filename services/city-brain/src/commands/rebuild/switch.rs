//! The switch: one record in `city.control`; then whoever runs goes over.

use std::time::Duration;

use service_kit::Clock;
use service_kit::identity::Identity;
use tokio::time::Instant;

use super::place::Place;
use super::working::Working;
use crate::failure::{Failure, chain};
use crate::hub::Addresses;
use crate::print;

/// How long the hub on this machine may take to go over.
const GO_OVER_WITHIN: Duration = Duration::from_secs(90);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Puts the new tables in force.
pub(super) async fn decide(identity: &Identity, working: &Working) -> Result<(), Failure> {
    let now = Clock::system().now();
    identity
        .activate_tables(&working.named, &working.rebuilt, now)
        .await
        .map_err(|error| Failure::dependency(chain(&error)))?;
    print::line(&format!("{} is in force", working.rebuilt));
    Ok(())
}

/// Waits for the hub of this machine; false when none is known here, or it does not follow.
pub(super) async fn wait_for_hub(place: &Place, working: &Working) -> bool {
    let Some(folder) = &place.running else {
        return false;
    };
    let limit = Instant::now() + GO_OVER_WITHIN;
    while Instant::now() < limit {
        if Addresses::read(folder).is_ok_and(|seen| seen.clickhouse.database == working.rebuilt) {
            print::line("the hub has gone over");
            return true;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    print::error_line("the hub has not gone over yet; it does when it runs again");
    false
}

/// Drops the former tables where nobody needs them any more, else says how.
pub(super) async fn tidy_up(place: &Place, working: &Working, drop: bool) -> Result<(), Failure> {
    let former = &working.former;
    if !drop {
        print::line(&format!(
            "{former} is kept; when every process of the hub has gone over and nobody needs it: \
             DROP DATABASE `{former}`"
        ));
        return Ok(());
    }
    working
        .twins
        .drop_former()
        .await
        .map_err(|error| Failure::dependency(chain(&error)))?;
    let group = place.log.scoped(&working.former_group);
    if let Err(error) = event_log::forget_group(&place.log, &group).await {
        // It has no members soon, and Kafka forgets it by itself; a name is never used twice.
        tracing::debug!(%error, "the former recorder's group stays for now");
    }
    print::line(&format!("{former} is dropped"));
    Ok(())
}
