//! The committed document is what the routes say: a change of it is there to be reviewed.

use std::fs;
use std::path::PathBuf;

/// Compares a committed file with what the program says, or writes it when `UPDATE_DOCS` is set.
pub fn assert_committed(path: &str, expected: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, expected).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == expected, "{} differs; UPDATE_DOCS=1 writes it again", path.display());
}

#[test]
fn the_committed_document_is_that_of_the_routes() {
    let document = serde_json::to_string_pretty(&api::http::document()).unwrap() + "\n";
    assert_committed("docs/openapi.json", &document);
}
