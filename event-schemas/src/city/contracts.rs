//! The hub's own records as JSON Schemas, for readers of its topics and of the live stream.

use include_dir::{Dir, include_dir};

use crate::contract::{Contract, SchemaFault};

static SCHEMAS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/city");

/// Names of all the hub's own contracts: `watermark`, `alert`, `live-delta`, …
pub fn record_contract_names() -> Vec<&'static str> {
    let mut names: Vec<&str> = SCHEMAS
        .files()
        .filter_map(|file| file.path().to_str()?.strip_suffix(".schema.json"))
        .collect();
    names.sort_unstable();
    names
}

/// One of them, compiled; `None`: there is none of this name.
pub fn record_contract(name: &str) -> Option<Result<Contract, Vec<SchemaFault>>> {
    let file = SCHEMAS.get_file(format!("{name}.schema.json"))?;
    let compiled = match serde_json::from_slice(file.contents()) {
        Ok(schema) => Contract::of_form(&schema),
        Err(error) => Err(vec![SchemaFault {
            path: String::new(),
            expected: format!("JSON ({error})"),
        }]),
    };
    Some(compiled)
}
