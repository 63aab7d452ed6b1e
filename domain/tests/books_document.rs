//! docs/BOOKS.md shows the chart of accounts that the types have.
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::path::Path;

use domain::books::chart_markdown;

const BEGIN: &str = "<!-- chart -->\n";
const END: &str = "<!-- /chart -->\n";

/// `UPDATE_DOCS=1` writes the table instead of comparing it.
#[test]
fn the_chart_of_accounts_on_the_page_is_that_of_the_types() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/BOOKS.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (written, after) = rest.split_once(END).unwrap();
    let chart = format!("\n{}\n", chart_markdown());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, [before, BEGIN, &chart, END, after].concat()).unwrap();
        return;
    }
    assert!(written == chart, "docs/BOOKS.md is out of date: run this test with UPDATE_DOCS=1");
}
