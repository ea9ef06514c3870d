//! The operator console's files: built once from the sources, served from memory.

mod build;
mod packages;
mod serve;

pub use build::{ConsoleBuildError, built_console, console_packages};
pub use packages::PackagesInUse;
pub use serve::{ConsoleFiles, console_routes};
