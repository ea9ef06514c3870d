//! Tells cargo that the embedded catalog is part of the crate, so that a new file is compiled in.

fn main() {
    println!("cargo:rerun-if-changed=catalog");
}
