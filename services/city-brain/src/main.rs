//! The `city-brain` command.
fn main() {}
