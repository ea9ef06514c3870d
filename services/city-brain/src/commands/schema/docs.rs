//! `schema docs`: the catalog's reference as files.

use std::fs;

use event_schemas::reference::{Addresses, files};

use super::args::DocsArgs;
use crate::commands::connect::catalog;
use crate::failure::Failure;
use crate::print;

/// Runs `schema docs`.
pub(super) fn write(args: &DocsArgs) -> Result<(), Failure> {
    let catalog = catalog(args.catalog.catalog.as_deref())?;
    let unwritable = |path: &std::path::Path, error: std::io::Error| {
        Failure::usage(format!("{}: {error}", path.display()))
            .remedy("name a folder that may be written with --out")
    };
    fs::create_dir_all(&args.out).map_err(|error| unwritable(&args.out, error))?;
    let addresses = Addresses {
        http: args.http.trim_end_matches('/').to_owned(),
        kafka: args.brokers.clone(),
    };
    let files = files(&catalog, &addresses);
    for (name, text) in &files {
        let path = args.out.join(name);
        fs::write(&path, text).map_err(|error| unwritable(&path, error))?;
    }
    print::line(&format!(
        "{}: {} files for {} departments and {} event types; begin with {}",
        args.out.display(),
        files.len(),
        catalog.departments().len(),
        catalog.event_types().count(),
        args.out.join("index.en.html").display(),
    ));
    Ok(())
}
