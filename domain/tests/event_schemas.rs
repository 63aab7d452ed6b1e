//! The committed schemas and the page of events say what the types say.
//!
//! `UPDATE_SCHEMAS=1` and `UPDATE_DOCS=1` write them again, after which the change is there to be reviewed: an event
//! that was ever written must stay readable.

#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::fs;
use std::path::{Path, PathBuf};

use domain::event_catalogue::stream_kinds;
use domain::events_document::events_markdown;

fn in_domain(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Compares a committed file with what the types say, or writes it when `switch` is set.
fn assert_committed(path: &Path, expected: &str, switch: &str) {
    if std::env::var_os(switch).is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, expected).unwrap();
    }
    let committed = fs::read_to_string(path).unwrap_or_default();
    assert!(committed == expected, "{} differs from the types; {switch}=1 writes it again", path.display());
}

#[test]
fn the_committed_schemas_are_those_of_the_types() {
    for kind in stream_kinds() {
        let schema = serde_json::to_string_pretty(&kind.schema()).unwrap() + "\n";
        let path = in_domain(&format!("schemas/{}.json", kind.stream_type));
        assert_committed(&path, &schema, "UPDATE_SCHEMAS");
    }
}

#[test]
fn no_schema_is_left_over_from_a_stream_that_is_gone() {
    let known: Vec<String> = stream_kinds().iter().map(|kind| format!("{}.json", kind.stream_type)).collect();
    for entry in fs::read_dir(in_domain("schemas")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(known.contains(&name), "schemas/{name} belongs to no stream");
    }
}

#[test]
fn the_page_of_events_is_written_from_the_types() {
    assert_committed(&in_domain("../docs/EVENTS.md"), &events_markdown(), "UPDATE_DOCS");
}

#[test]
fn every_event_of_the_types_has_a_version_and_a_place_on_the_page() {
    let page = events_markdown();
    for kind in stream_kinds() {
        let schema = kind.schema().to_value();
        let variants = schema["oneOf"].as_array().unwrap();
        assert_eq!(variants.len(), kind.events.len(), "{}", kind.stream_type);
        for event in kind.events {
            assert!(page.contains(&format!("\n### {} {}\n", event.name, event.version)), "{}", event.name);
        }
    }
}
