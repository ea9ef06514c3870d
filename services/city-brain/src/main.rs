//! The `city-brain` command: parses, runs, and turns failures into words and an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    local_stack::run_launcher_if_asked();
    city_brain::run_command_line()
}
