//! The operator console's files: built once from the sources, served from memory.

mod build;
mod serve;

pub use build::{ConsoleBuildError, built_console};
pub use serve::{ConsoleFiles, console_routes};
