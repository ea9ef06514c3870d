//! Tells cargo that the embedded catalog is part of the crate, so that a new file is compiled in.
#![expect(
    clippy::print_stdout,
    reason = "cargo reads a build script's instructions from its standard output"
)]

fn main() {
    println!("cargo:rerun-if-changed=catalog");
}
