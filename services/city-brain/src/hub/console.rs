//! The console's files for this process, and whether a strict hub has been given what it may answer.

use super::Service;
use crate::console::{ConsoleFiles, built_console};
use crate::failure::{Failure, chain};
use crate::settings::{ConsoleSource, Settings};

/// The console that these settings speak of. A service by itself takes one that is built, and builds none:
/// GraphQL serves it and knows its operations by their hash, the live protocol tells its build.
pub(super) async fn files(
    settings: &Settings,
    tell: &impl Fn(&str),
) -> Result<Option<ConsoleFiles>, Failure> {
    let folder = match (&settings.console, settings.alone) {
        (ConsoleSource::None, _) | (ConsoleSource::Build, Some(_)) => None,
        (ConsoleSource::Folder(folder), _) => Some(folder.clone()),
        (ConsoleSource::Build, None) => {
            let built = built_console(&settings.cache_dir, tell).await;
            Some(built.map_err(|error| Failure::dependency(chain(&error)))?)
        }
    };
    let read = |folder: std::path::PathBuf| {
        ConsoleFiles::read(&folder)
            .map_err(|error| Failure::dependency(format!("console {}: {error}", folder.display())))
    };
    let files = folder.map(read).transpose()?;
    strict_hub_knows_operations(settings, files.as_ref())?;
    Ok(files)
}

/// A hub that takes only its console's operations, and knows none, would refuse every page everything.
fn strict_hub_knows_operations(
    settings: &Settings,
    files: Option<&ConsoleFiles>,
) -> Result<(), Failure> {
    let answers = matches!(settings.alone, None | Some(Service::Query));
    if !settings.console_operations_only || !answers {
        return Ok(());
    }
    let known = files.map(ConsoleFiles::operations).transpose();
    let known = known.map_err(|error| Failure::dependency(chain(&error)))?;
    let missing = match (known, &settings.console) {
        (Some(operations), _) if !operations.is_empty() => return Ok(()),
        (Some(_), ConsoleSource::Folder(folder)) => {
            format!("{} holds no operations.json", folder.display())
        }
        (Some(_), _) => String::from("the console was built without operations.json"),
        (None, _) => String::from("there is no console here to take operations.json from"),
    };
    Err(
        Failure::usage(format!("--console-operations-only: {missing}")).remedy(
            "give the folder of a built console with --console DIR (`npm run build` in \
             dashboards/operations leaves it in dist)",
        ),
    )
}
