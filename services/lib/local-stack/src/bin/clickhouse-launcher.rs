//! The smallest executable that can be the stack's children: for tests, whose own binaries have another `main`.

fn main() {
    local_stack::run_launcher_if_asked();
}
