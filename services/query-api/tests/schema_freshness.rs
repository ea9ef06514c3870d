//! `schema.graphql` is what the hub serves. To refresh it after a change of the schema:
//! `UPDATE_SCHEMA=1 cargo test -p query-api --test schema_freshness`

use std::path::Path;

#[test]
fn the_committed_schema_is_the_one_the_hub_serves() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql");
    let current = query_api::sdl();
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, &current).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == current,
        "services/query-api/schema.graphql is stale. Refresh and commit it:\n\
         UPDATE_SCHEMA=1 cargo test -p query-api --test schema_freshness"
    );
}
