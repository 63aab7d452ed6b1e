//! Finding what cargo built.

use std::path::PathBuf;

/// The program `ledger`, built by the same cargo run.
pub fn ledger_binary() -> PathBuf {
    let path = build_folder().join("ledger");
    assert!(path.is_file(), "{} is missing: run the tests of the whole workspace", path.display());
    path
}

/// The folder of the programs of this build: the one above `deps`, where tests are.
pub(crate) fn build_folder() -> PathBuf {
    let current = std::env::current_exe().unwrap();
    let folder = current.parent().unwrap();
    let above = folder.ends_with("deps") || folder.ends_with("examples");
    if above { folder.parent().unwrap().to_owned() } else { folder.to_owned() }
}
