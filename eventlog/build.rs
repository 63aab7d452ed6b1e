//! Rebuilds the crate when a migration changes, as they are compiled in.

fn main() {
    println!("cargo:rerun-if-changed=../migrations");
}
