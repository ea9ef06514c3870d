//! The catalog's rules as the rule set in force.

use event_schemas::Catalog;
use event_schemas::city::RuleSetMark;
use service_kit::Clock;
use service_kit::identity::Identity;
use sha2::{Digest as _, Sha256};

use crate::failure::{Failure, chain};

/// Hash of the rules' JSON: the same rules give the same hash, whatever their file looks like.
fn hash(catalog: &Catalog) -> String {
    let text = serde_json::to_vec(catalog.rules()).unwrap_or_default();
    hex::encode(Sha256::digest(text))
}

/// Activates the catalog's rules when they are not in force yet; returns the mark for the log.
pub(super) async fn activate(
    identity: &Identity,
    catalog: &Catalog,
    clock: &Clock,
) -> Result<RuleSetMark, Failure> {
    let hash = hash(catalog);
    let version = identity
        .activate_rules(&hash, clock.now())
        .await
        .map_err(|error| Failure::dependency(chain(&error)))?;
    Ok(RuleSetMark {
        version,
        hash,
        rules: catalog.rules().to_vec(),
    })
}
