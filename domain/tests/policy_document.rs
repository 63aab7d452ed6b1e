//! docs/POLICY.md says what the rule book says.

use std::path::Path;

use domain::policy::{RuleBook, policy_markdown};

/// `UPDATE_DOCS=1` writes the page instead of comparing it.
#[test]
fn the_policy_page_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/POLICY.md");
    let page = policy_markdown(RuleBook::published());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/POLICY.md is out of date: run this test with UPDATE_DOCS=1");
}
