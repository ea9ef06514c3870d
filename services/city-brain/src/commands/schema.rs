//! `city-brain schema`.

use super::connect::catalog;
use crate::cli::SchemaCommand;
use crate::failure::Failure;
use crate::print;

/// Runs `schema`.
pub fn run(command: SchemaCommand) -> Result<(), Failure> {
    match command {
        SchemaCommand::Check(args) => {
            let catalog = catalog(args.catalog.as_deref())?;
            print::line(&format!(
                "catalog {}: {} departments, {} event types, {} feeds, {} rules, {} places, no errors",
                catalog.version(),
                catalog.departments().len(),
                catalog.event_types().count(),
                catalog.feeds().len(),
                catalog.rules().len(),
                catalog.places().len(),
            ));
            Ok(())
        }
        SchemaCommand::Graphql => {
            print::line(&query_api::sdl());
            Ok(())
        }
    }
}
