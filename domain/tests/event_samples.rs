//! One event of each kind as it was once written must still be read, and be written as it was.
//!
//! The samples are never rewritten. A new version of an event gets a new sample beside the old one: a minor one, which
//! adds optional fields (`Name@1.1.0.json`), is read beside it; a major one (`Name@2.0.0.json`) leaves the old sample to
//! the upcaster of the event log.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::fs;
use std::path::PathBuf;

use domain::event_catalogue::stream_kinds;

/// Every sample of an event: the first one, then those of later versions.
fn samples(stream_type: &str, event: &str) -> Vec<String> {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "samples", stream_type].iter().collect();
    let later = format!("{event}@");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with(&later))
        .collect();
    names.sort_unstable();
    let first = std::iter::once(sample(stream_type, event));
    first.chain(names.iter().map(|name| fs::read_to_string(folder.join(name)).unwrap())).collect()
}

fn sample(stream_type: &str, event: &str) -> String {
    let path: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "tests", "samples", stream_type, &format!("{event}.json")]
            .iter()
            .collect();
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn events_as_they_were_written_are_still_read() {
    for stream in stream_kinds() {
        for kind in stream.events {
            for text in samples(stream.stream_type, kind.name) {
                let read = stream.read(&text);
                let (read, written) = read.unwrap_or_else(|error| panic!("{}: {error}", kind.name));
                assert_eq!(read, *kind);
                let stored: serde_json::Value = serde_json::from_str(&text).unwrap();
                assert_eq!(written, stored, "{} is written otherwise than it was", kind.name);
            }
        }
    }
}

/// A version as numbers that can be compared.
fn numbers(version: &str) -> Vec<u32> {
    version.split('.').map(|number| number.parse().unwrap()).collect()
}

/// Samples of later minor versions, `Name@1.1.0.json`: read by the same type, and written as they were.
#[test]
fn events_with_the_fields_of_a_later_version_are_read_and_written_too() {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "samples"].iter().collect();
    let mut found = 0;
    for stream in stream_kinds() {
        for entry in fs::read_dir(folder.join(stream.stream_type)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let Some((event, version)) = name.split_once('@') else { continue };
            let text = fs::read_to_string(&path).unwrap();
            let (read, written) = stream.read(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(read.name, event, "{name}");
            assert!(numbers(version) <= numbers(read.version), "{name} is later than {}", read.version);
            assert_eq!(written, serde_json::from_str::<serde_json::Value>(&text).unwrap(), "{name}");
            found += 1;
        }
    }
    assert!(found > 0);
}

#[test]
fn a_field_that_no_type_knows_is_refused_rather_than_dropped() {
    for stream in stream_kinds() {
        for kind in stream.events {
            let mut event: serde_json::Value =
                serde_json::from_str(&sample(stream.stream_type, kind.name)).unwrap();
            event[kind.name]["unheard_of"] = true.into();
            assert!(stream.read(&event.to_string()).is_err(), "{} drops what it does not know", kind.name);
        }
    }
}
