//! `city-brain schema`: contracts are checked, compared, and told to people.

mod args;
mod changes;
mod docs;

pub use args::SchemaCommand;

use args::CheckArgs;

use super::connect::catalog;
use crate::failure::Failure;
use crate::print;

/// Runs `schema`.
pub fn run(command: SchemaCommand) -> Result<(), Failure> {
    match command {
        SchemaCommand::Check(args) => check(&args),
        SchemaCommand::Diff(args) => changes::diff(&args),
        SchemaCommand::Impact(args) => changes::impact(&args),
        SchemaCommand::Docs(args) => docs::write(&args),
        SchemaCommand::Graphql => {
            print::line(&query_api::sdl());
            Ok(())
        }
    }
}

fn check(args: &CheckArgs) -> Result<(), Failure> {
    if let Some(old) = &args.against {
        return changes::check_against(args, old);
    }
    let catalog = catalog(args.catalog.catalog.as_deref())?;
    let sum = format!(
        "catalog {}: {} departments, {} event types, {} feeds, {} rules, {} places, no errors",
        catalog.version(),
        catalog.departments().len(),
        catalog.event_types().count(),
        catalog.feeds().len(),
        catalog.rules().len(),
        catalog.places().len(),
    );
    print::line(&match args.report.format {
        args::ReportFormat::Text => sum,
        args::ReportFormat::Json => {
            serde_json::json!({"version": catalog.version(), "errors": []}).to_string()
        }
    });
    Ok(())
}
