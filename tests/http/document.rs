//! The committed document is what the routes say: a change of it is there to be reviewed.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use api::http::endpoint::Endpoint;
use api::http::v1::endpoints;

/// Compares a committed file with what the program says, or writes it when `UPDATE_DOCS` is set.
pub fn assert_committed(path: &str, expected: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, expected).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == expected, "{} differs; UPDATE_DOCS=1 writes it again", path.display());
}

/// Every endpoint, by the first word of its path.
fn table() -> String {
    let mut areas: BTreeMap<&str, Vec<Endpoint>> = BTreeMap::new();
    for endpoint in endpoints() {
        areas.entry(endpoint.path.split('/').nth(1).unwrap()).or_default().push(endpoint);
    }
    let mut table = String::new();
    for (area, endpoints) in areas {
        table.push_str(&format!("\n**{area}**\n\n| | Path | What | Needs |\n|---|---|---|---|\n"));
        for endpoint in &endpoints {
            let (verb, Endpoint { path, zh, en, capability, .. }) = (endpoint.verb(), endpoint);
            table.push_str(&format!("| {verb} | `{path}` | {zh}: {en} | `{}` |\n", capability.code()));
        }
    }
    table
}

#[test]
fn the_page_about_the_api_lists_every_endpoint() {
    const MARK: &str = "<!-- made from the code: UPDATE_DOCS=1 -->\n";
    let page = fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/API.md")).unwrap();
    let (before, _) = page.split_once(MARK).unwrap();
    assert_committed("docs/API.md", &format!("{before}{MARK}{}", table()));
}

#[test]
fn the_committed_document_is_that_of_the_routes() {
    let document = serde_json::to_string_pretty(&api::http::document()).unwrap() + "\n";
    assert_committed("docs/openapi.json", &document);
}
