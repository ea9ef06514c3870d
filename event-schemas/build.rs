//! Tells cargo that the embedded schemas are part of the crate, so that a new file is compiled in.

fn main() {
    println!("cargo:rerun-if-changed=catalog");
    println!("cargo:rerun-if-changed=city");
}
